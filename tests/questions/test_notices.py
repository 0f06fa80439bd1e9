"""Mara is told by a real mail server on loopback that the office hour does not take place."""

from datetime import timedelta

import pytest

from ingest import engine
from ingest import store as ingest_store
from ingest.database import Database, now
from ingest.officehours import MOVE_STANDS, OfficeHour, State
from ingest.secrets import Safe
from questions import needs
from questions.letter import Kind, LetterState
from questions.needs import Need, Said, Service
from tests.questions.posting import send_waiting
from tests.standins.postbox import Postbox


@pytest.fixture
def cancelled(database: Database, hour: OfficeHour, safe: Safe) -> OfficeHour:
    """In a week, with Mara's need, and just cancelled."""
    with database.transaction() as connection:
        facts = {"starts_at": now() + timedelta(days=7), "cancelled_note": "Ada ist krank."}
        ingest_store.change_office_hour(connection, hour.id, **facts)
        said = Said(words="DGS, bitte", contact="mara@x.example")
        needs.say(connection, hour.id, Service.SIGN_LANGUAGE, said, safe, id="1", language="de", at=now())
        return ingest_store.move_office_hour(connection, hour.id, State.CANCELLED)


def post(office: engine.Engine) -> Need:
    """Look twice for what is due, send all that may go; returns Mara's need."""
    for _ in range(2):
        with office.database.transaction() as connection:
            needs.want_due(connection, now())
        send_waiting(office)
    with office.database.reading() as connection:
        need = needs.get(connection, "1")
    assert need is not None
    return need


def test_one_mail_says_so_and_takes_the_date_out_of_the_calendar(
    office: engine.Engine, box: Postbox, cancelled: OfficeHour
) -> None:
    assert post(office).told is LetterState.SENT
    (message,) = box.mails
    body = message.get_body(("plain",))
    (entry,) = message.iter_attachments()
    lines = str(entry.get_content()).splitlines()
    assert (box.recipients, message["Subject"]) == (
        ["mara@x.example"], "Die Sprechstunde fällt aus – Sprechstunde",
    )  # fmt: skip
    assert body is not None
    words = str(body.get_content())
    assert ("Ada ist krank." in words, "DGS" in words) == (True, False)
    assert [line for line in lines if line.startswith(("METHOD", "STATUS", "SEQUENCE"))] == [
        "METHOD:CANCEL", f"SEQUENCE:{cancelled.revision}", "STATUS:CANCELLED",
    ]  # fmt: skip
    assert entry.get_param("method") == "CANCEL"


def test_a_new_time_is_told_and_then_that_it_does_not_take_place(
    office: engine.Engine, box: Postbox, database: Database, hour: OfficeHour, safe: Safe
) -> None:
    with database.transaction() as connection:
        said = Said(words="DGS, bitte", contact="mara@x.example")
        needs.say(connection, hour.id, Service.SIGN_LANGUAGE, said, safe, id="1", language="de", at=now())
        moved = {"starts_at": now() + timedelta(days=7), "moved_from": hour.starts_at}
        ingest_store.change_office_hour(connection, hour.id, **moved, moved_at=now() - 2 * MOVE_STANDS)
        moved_hour = ingest_store.office_hour(connection, hour.id)
    assert (post(office).told, post(office).notice, len(box.mails)) == (LetterState.SENT, Kind.MOVED, 1)
    (message,) = box.mails
    (entry,) = message.iter_attachments()
    lines = str(entry.get_content()).splitlines()
    assert message["Subject"] == "Die Sprechstunde ist zu einer anderen Zeit – Sprechstunde"
    assert {"METHOD:PUBLISH", f"SEQUENCE:{moved_hour.revision}", "STATUS:CONFIRMED"} <= set(lines)
    with database.transaction() as connection:
        ingest_store.move_office_hour(connection, hour.id, State.CANCELLED)
    assert (post(office).told, post(office).notice, len(box.mails)) == (LetterState.SENT, Kind.CANCELLED, 2)


def test_a_notice_whose_place_another_has_taken_is_not_sent(
    office: engine.Engine, box: Postbox, database: Database, hour: OfficeHour, safe: Safe
) -> None:
    with database.transaction() as connection:
        said = Said(words="", contact="mara@x.example")
        needs.say(connection, hour.id, Service.OTHER, said, safe, id="1", language="de", at=now())
        moved = {"starts_at": now() + timedelta(days=7), "moved_from": hour.starts_at}
        ingest_store.change_office_hour(connection, hour.id, **moved, moved_at=now() - 2 * MOVE_STANDS)
        assert needs.want_due(connection, now()) == 1
        ingest_store.move_office_hour(connection, hour.id, State.CANCELLED)
    post(office)
    assert [message["Subject"] for message in box.mails] == ["Die Sprechstunde fällt aus – Sprechstunde"]


def test_a_busy_server_is_asked_again_later(office: engine.Engine, box: Postbox, cancelled: OfficeHour) -> None:
    box.manners = "busy"
    need = post(office)
    assert (need.told, need.tries, box.mails) == (LetterState.WAITING, 1, [])


def test_a_line_that_broke_after_the_text_is_not_tried_again(
    office: engine.Engine, box: Postbox, cancelled: OfficeHour
) -> None:
    box.manners = "hangs up"
    assert post(office).told is LetterState.DOUBTFUL
    box.manners = "friendly"
    assert (post(office).told, box.texts) == (LetterState.DOUBTFUL, 1)


def test_an_unknown_address_is_refused_for_good(office: engine.Engine, box: Postbox, cancelled: OfficeHour) -> None:
    box.manners = "unknown"
    assert (post(office).told, box.mails) == (LetterState.REFUSED, [])
