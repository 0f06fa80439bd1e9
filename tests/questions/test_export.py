"""Questions as a file: no contact, no formula that a spreadsheet would run."""

import csv
import io
import json

from ingest.database import Database
from ingest.officehours import OfficeHour
from questions import answers, export, moderation
from tests.ingest.conftest import NOON
from tests.questions.conftest import Ask


def test_a_table_and_a_list_say_the_same_and_run_nothing(database: Database, ask: Ask, hour: OfficeHour) -> None:
    bad, plain, same = ask('=HYPERLINK("http://x.example";"Klick")'), ask("Wann kommt\ndie Tram; morgen?"), ask("Tram?")
    with database.transaction() as connection:
        moderation.merge(connection, same, plain, by="bo")
        approved = moderation.approve(connection, plain, by="bo")
        answers.give(connection, approved, "Im April.", by="bo", at=NOON)
        found = export.rows(connection, hour.id, lambda path: f"https://x.example{path}")
    table = list(csv.DictReader(io.StringIO(export.as_csv(found).decode("utf-8-sig")), delimiter=";"))
    listed = {row["id"]: row for row in json.loads(export.as_json(found))}
    by_id = {row["id"]: row for row in table}
    assert by_id[bad.id]["text"] == '\'=HYPERLINK("http://x.example";"Klick")'
    assert listed[bad.id]["text"] == '=HYPERLINK("http://x.example";"Klick")'
    assert by_id[plain.id]["text"] == "Wann kommt\ndie Tram; morgen?"
    said = [by_id[plain.id][name] for name in ("state", "asked", "written_answer", "answer")]
    assert said == ["in_writing", "2", "Im April.", f"https://x.example/q/{plain.id}"]
    assert by_id[same.id]["put_together_with"] == plain.id
