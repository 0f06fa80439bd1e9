"""What `read-mail` says of real mails, held against what their index expects."""

import csv
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from questions import verdict
from tests.ingest.conftest import NOON
from web.__main__ import main

TEXTS_RIGHT = 0.95
AUTOMATIC_RIGHT = 0.95
CUT = 113
"""The indexes keep about 120 characters of a text; what is this long may be a beginning."""

Row = tuple[Path, str, dict[str, str | None]]


@pytest.fixture
def read(shared: Path) -> list[Row]:
    """File, what its index expects, and our verdict."""
    return list(_read(shared / "fixtures" / "mail"))


def _read(folder: Path) -> Iterator[Row]:
    for index in (folder / "INDEX.shared.tsv", folder / "derived_de" / "INDEX.shared.tsv"):
        with index.open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE):
                path = index.parent / row["file"]
                yield path, row["expected"], verdict.of_file(path, at=NOON)


def _right(expected: str, text: str) -> bool:
    # The index writes line breaks as blanks or " / ".
    wanted, told = " ".join(expected.replace(" / ", " ").split()), " ".join(text.split())
    return told.startswith(wanted) if len(wanted) >= CUT else told == wanted


def test_what_people_wrote_is_found_and_automatic_mail_is_known(read: list[Row]) -> None:
    texts = [row for row in read if not row[1].startswith(("(", "must be ignored"))]
    automatic = [row for row in read if row[1].startswith("must be ignored") and "spam" not in row[1]]
    wrong = [path.name for path, expected, told in texts if not _right(expected, told["text"] or "")]
    missed = [path.name for path, _, told in automatic if told["kind"] == "question"]
    people = [path.name for path, _, told in texts if told["kind"] not in ("question", "unreadable")]
    print(f"new text right: {len(texts) - len(wrong)} of {len(texts)}; not: {wrong}")
    print(f"automatic recognised: {len(automatic) - len(missed)} of {len(automatic)}; not: {missed}")
    print(f"set aside though a text is expected: {people}")
    assert 1 - len(wrong) / len(texts) >= TEXTS_RIGHT
    assert 1 - len(missed) / len(automatic) >= AUTOMATIC_RIGHT
    assert people == ["from-encoding.eml"]  # a mailing list's mail: Precedence bulk, List-Id


def test_each_sort_of_machine_has_its_name(read: list[Row]) -> None:
    told = {path.name: (verdict["kind"], verdict["reason"]) for path, _, verdict in read}
    assert told["ms_exchange_report_disposition_notification.eml"] == ("automatic", "receipt")
    assert told["disposition-notification.eml"] == ("automatic", "receipt")
    assert told["tlsrpt.eml"] == ("automatic", "auto_reply")
    assert told["posteo_ndn.eml"] == ("bounce", "bounce")
    assert told["mailinglist_dhl.eml"] == ("list", "bulk")
    assert told["missing_body.eml"] == ("unreadable", "unreadable")
    assert told["auto-00-exchange.eml"] == ("automatic", "auto_reply")


def test_the_command_prints_one_object_a_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    one, two = tmp_path / "eins.eml", tmp_path / "zwei.eml"
    one.write_text("From: Chris Öztürk <c@x.example>\nSubject: Tram\n\nWann kommt die Tram zu uns?\n\n> alt\n", "utf-8")
    two.write_bytes(b"From: MAILER-DAEMON@x.example\nSubject: Undelivered\n\nno\n")
    with pytest.raises(SystemExit) as ended:
        main(["read-mail", str(one), str(two)])
    assert ended.value.code == 0
    first, second = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert first == {
        "file": str(one),
        "kind": "question",
        "text": "Wann kommt die Tram zu uns?",
        "reason": None,
        "language": "de",
        "sender_name": "Chris Öztürk",
    }
    assert (second["kind"], second["reason"], second["sender_name"]) == ("bounce", "bounce", None)


def test_a_file_that_is_not_there_is_said_and_ends_with_two(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["read-mail", "/nirgends/x.eml"])
    assert ended.value.code == 2
    assert capsys.readouterr().err == "officehours: /nirgends/x.eml: No such file or directory\n"


def test_a_text_without_headers_is_read_as_the_body_of_a_mail(tmp_path: Path) -> None:
    file = tmp_path / "body.txt"
    file.write_text("Hey:)\n\nAm 3.2.2026 15:35 schrieb Rathaus <a@b.example>:\n\nAlt.", "utf-8")
    assert verdict.of_file(file, at=NOON)["text"] == "Hey:)"
