"""Mara needs a sign-language interpreter and Ali an interpreter of Turkish; both say so, and only staff can read it."""

from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from ingest import steps
from ingest import store as ingest_store
from ingest.database import Database
from ingest.officehours import OfficeHour, State
from ingest.secrets import Safe
from questions import needs, reach
from questions.letter import LetterState
from questions.needs import Need, Said, Service
from tests.ingest.conftest import NOON
from tests.questions.conftest import Ask

MARA = Said(words="DGS, bitte", contact="mara@x.example")
BEFORE = NOON - timedelta(days=3)


def said(database: Database, hour: OfficeHour, safe: Safe, words: Said = MARA, id: str = "1", **values: Any) -> bool:
    facts: dict[str, Any] = {"id": id, "language": "de", "at": BEFORE} | values
    with database.transaction() as connection:
        return needs.say(connection, hour.id, Service.SIGN_LANGUAGE, words, safe, **facts)


def all_of(database: Database, hour: OfficeHour) -> list[Need]:
    with database.reading() as connection:
        return needs.of_office_hour(connection, hour.id)


def cancel(database: Database, hour: OfficeHour) -> None:
    with database.transaction() as connection:
        ingest_store.move_office_hour(connection, hour.id, State.CANCELLED)


def want_due(database: Database) -> int:
    with database.transaction() as connection:
        return needs.want_due(connection, BEFORE)


def test_words_and_contact_are_sealed_and_a_form_counts_once(database: Database, hour: OfficeHour, safe: Safe) -> None:
    assert (said(database, hour, safe), said(database, hour, safe)) == (True, False)
    (need,) = all_of(database, hour)
    assert needs.what_was_said(need, safe) == MARA
    with database.reading() as connection:
        row = connection.execute(sa.text("SELECT * FROM access_needs")).one()
    assert not [value for value in row if isinstance(value, str) and ("mara" in value or "DGS" in value)]


def test_staff_tick_it_off_and_take_the_tick_away(database: Database, hour: OfficeHour, safe: Safe) -> None:
    said(database, hour, safe)
    for at in (NOON, None):
        with database.transaction() as connection:
            needs.arrange(connection, all_of(database, hour)[0], at)
        assert all_of(database, hour)[0].arranged_at == at


def test_all_of_it_is_erased_after_its_time(database: Database, hour: OfficeHour, safe: Safe) -> None:
    said(database, hour, safe)
    with database.transaction() as connection:
        assert needs.forget(connection, hour.ends_at) == 0
        assert needs.forget(connection, hour.ends_at + timedelta(seconds=1)) == 1
    assert all_of(database, hour) == []


def test_each_address_is_told_once_of_a_cancellation(database: Database, hour: OfficeHour, safe: Safe) -> None:
    said(database, hour, safe)
    said(database, hour, safe, id="2")
    said(database, hour, safe, Said(words="Türkisch", contact="0151 234"), id="3")
    assert want_due(database) == 0
    cancel(database, hour)
    assert (want_due(database), want_due(database)) == (1, 0)
    assert [need.told for need in all_of(database, hour)] == [LetterState.WAITING, LetterState.DROPPED, None]
    with database.reading() as connection:
        assert [step.kind for step in steps.listed(connection, steps.UNFINISHED)] == [needs.NOTICE]


def test_nobody_is_told_of_what_would_be_over(database: Database, hour: OfficeHour, safe: Safe) -> None:
    said(database, hour, safe)
    cancel(database, hour)
    with database.transaction() as connection:
        assert needs.want_due(connection, hour.ends_at) == 0


def test_who_asked_as_well_hears_it_by_that_letter_alone(
    database: Database, hour: OfficeHour, safe: Safe, ask: Ask
) -> None:
    question = ask()
    with database.transaction() as connection:
        known = reach.begin(connection, question, "mara@x.example", safe, NOON)
        reach.confirm(connection, known, NOON)
    said(database, hour, safe)
    cancel(database, hour)
    assert want_due(database) == 0
    assert all_of(database, hour)[0].told is LetterState.DROPPED


def test_who_stopped_letters_gets_none(database: Database, hour: OfficeHour, safe: Safe, ask: Ask) -> None:
    question = ask()
    with database.transaction() as connection:
        reach.stop(connection, reach.begin(connection, question, "mara@x.example", safe, NOON), NOON)
    said(database, hour, safe)
    cancel(database, hour)
    assert want_due(database) == 0
