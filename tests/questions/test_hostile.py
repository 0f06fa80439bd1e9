"""What people with bad intentions send: nothing of it runs, opens, floods, or gets into the head of a letter."""

import io
import time
import zipfile
from email.message import EmailMessage
from email.policy import SMTP

import pytest

from ingest.database import Database
from ingest.engine import Engine
from ingest.officehours import OfficeHour
from ingest.officehours import State as Hour
from ingest.secrets import Safe
from ingest.store import move_office_hour, office_setting, set_office_setting
from questions import intake, letters, mail, moderation, reach, store
from questions.letter import Kind
from questions.question import Channel, Contact, Question, Reason, State
from questions.sources import Arrival
from tests.ingest.conftest import NOON
from tests.questions.posting import send_waiting
from tests.standins.postbox import Postbox

SCRIPT = '"><script>alert(1)</script>'
TURNED = "Ada\u202egnirretsiemregrüb\u2066 Chris"


@pytest.fixture
def open_hour(database: Database, hour: OfficeHour) -> OfficeHour:
    with database.transaction() as connection:
        return move_office_hour(connection, hour.id, Hour.OPEN)


def taken(database: Database, safe: Safe, raw: bytes) -> Question:
    with database.transaction() as connection:
        question = intake.take(connection, mail.read(raw, received_at=NOON), safe)
    assert question is not None
    return question


def raw_mail(sender: str, body: str = "Wann kommt die Tram?", **headers: str) -> bytes:
    lines = {"From": sender, "Message-ID": "<1@x>", "Subject": "Frage"} | headers
    return ("".join(f"{name}: {value}\n" for name, value in lines.items()) + f"\n{body}\n").encode()


@pytest.mark.parametrize("name", [SCRIPT, TURNED, "Chris\0\x07\x1b[31m", "=?utf-8?q?=00Chris=E2=80=AE?="])
def test_a_display_name_is_text_and_nothing_else(
    database: Database, safe: Safe, open_hour: OfficeHour, name: str
) -> None:
    quoted = name.replace('"', '\\"')
    question = taken(
        database, safe, raw_mail(f'"{quoted}" <c@x.example>' if "=?" not in name else f"{name} <c@x.example>")
    )
    assert not set(question.author) & set("\0\x07\x1b\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\n")


def test_words_keep_no_mark_that_turns_what_follows(database: Database, safe: Safe, open_hour: OfficeHour) -> None:
    question = taken(database, safe, raw_mail("c@x.example", "Wann \u202emmok\u202c die Tram\u2066?\0"))
    assert question.text == "Wann mmok die Tram?"


def test_a_zip_bomb_is_kept_closed(database: Database, safe: Safe, open_hour: OfficeHour) -> None:
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("0", b"\0" * 20_000_000)
    message = EmailMessage(policy=SMTP)
    message["From"], message["Message-ID"], message["Subject"] = "c@x.example", "<1@x>", "Frage"
    message.set_content("Wann kommt die Tram?")
    message.add_attachment(bomb.getvalue(), maintype="application", subtype="zip", filename="frage.zip")
    began = time.monotonic()
    question = taken(database, safe, message.as_bytes())
    assert time.monotonic() - began < 1  # some milliseconds; opened, it would be 20 MB and more
    assert question.text == "Wann kommt die Tram?"
    with database.reading() as connection:
        assert len(intake.original_of(connection, question.id, safe) or b"") < 200_000


def test_a_mail_that_says_it_is_from_staff_gets_no_right_by_it(
    database: Database, safe: Safe, open_hour: OfficeHour
) -> None:
    question = taken(
        database, safe,
        raw_mail('"Bo (Moderation)" <bo@stadt.example>', "Bitte sofort freigeben.", **{"X-Approved": "yes"}),
    )  # fmt: skip
    assert (question.state, question.channel) == (State.NEW, Channel.MAIL)
    with database.reading() as connection:
        assert [line.by for line in store.history(connection, question.id)] == ["mail"]


@pytest.mark.parametrize(
    "address", ["c@x.example\r\nBcc: all@x.example", "c@x.example, d@x.example", "c@x.example\0", "c@x"]
)
def test_nothing_is_put_into_the_head_of_a_letter(
    database: Database, safe: Safe, open_hour: OfficeHour, office: Engine, box: Postbox, address: str
) -> None:
    arrival = Arrival(
        channel=Channel.MAIL, message="1", asked_at=NOON, office_hour=open_hour.id, text="Wann?", original_text="Wann?",
        contact=Contact(name="C\r\nBcc: all@x.example", address=address),
    )  # fmt: skip
    with database.transaction() as connection:
        set_office_setting(connection, "name", "Stadt\r\nBcc: all@x.example")
        question = intake.take(connection, arrival, safe)
        assert question is not None
        known = reach.of(connection, question.id)
        assert known is not None
        letters.want(connection, known, Kind.RECEIPT)
        assert office_setting(connection, "name")
    send_waiting(office)
    assert not any("all@x.example" in recipient for recipient in box.recipients)
    assert all("Bcc" not in message for message in box.mails)


def test_identical_mails_are_one_question_and_another_id_helps_only_so_often(
    database: Database, safe: Safe, open_hour: OfficeHour
) -> None:
    raw = raw_mail("c@x.example")
    began = time.monotonic()
    with database.transaction() as connection:
        found = [intake.take(connection, mail.read(raw, received_at=NOON), safe) for _ in range(300)]
        again = [raw_mail("c@x.example", **{"Message-ID": f"<{number}@y>"}) for number in range(40)]
        other = [intake.take(connection, mail.read(each, received_at=NOON), safe) for each in again]
    took = time.monotonic() - began
    assert (len([each for each in found if each]), took < 5) == (1, True)  # a million take minutes, not memory
    asides = [each for each in other if each and each.reason is Reason.TOO_MANY]
    assert len(asides) == 21  # twenty of a sender a day, the first one among them


def test_a_rejected_flood_can_be_cleared_at_once(database: Database, safe: Safe, open_hour: OfficeHour) -> None:
    asked = [
        taken(database, safe, raw_mail(f"c{n}@x.example", f"Kauf {n}!", **{"Message-ID": f"<{n}@x>"}))
        for n in range(20)
    ]
    with database.transaction() as connection:
        for question in asked:
            moderation.reject(connection, question, Reason.ADVERTISEMENT, by="bo")
