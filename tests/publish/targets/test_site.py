"""Release and withdrawal on the site, as often as you like."""

import pytest

from ingest import steps, store
from ingest.database import Database, now
from ingest.officehours import MoveRefused, Visibility
from ingest.secrets import Safe
from publish import store as publications
from publish import withdrawal
from publish.pipeline import RELEASE
from publish.publication import State
from publish.targets import site
from questions import letters, reach
from questions.letter import Kind, LetterState
from tests.publish.conftest import House, Past


def visibility(database: Database, past: Past) -> Visibility:
    with database.reading() as connection:
        return store.office_hour(connection, past.hour.id).visibility


def release_step(database: Database, past: Past, again: str = "") -> str:
    with database.transaction() as connection:
        return steps.add(connection, kind=RELEASE, office_hour=past.hour.id, parameters={"edition": 1}, again=again)


def test_releasing_twice_is_fine(database: Database, past: Past, house: House) -> None:
    ids = [release_step(database, past, again) for again in ("1", "2")]
    house.run_all()
    assert [house.step(id).state for id in ids] == [steps.State.DONE] * 2
    assert visibility(database, past) is Visibility.RELEASED


def test_who_asked_is_told_with_the_release_and_once(database: Database, past: Past, safe: Safe) -> None:
    answered = past.asked[0]
    with database.transaction() as connection:
        reach.confirm(connection, reach.begin(connection, answered, "chris@x.example", safe, now()), now())
        assert letters.unreleased(connection, past.hour.id) == 1
        for change in (site.release, site.withdraw, site.release):
            change(connection, past.hour.id)
        known = letters.of_office_hour(connection, past.hour.id, LetterState)
    assert [(letter.kind, letter.link) for letter in known] == [(Kind.ANSWERED, f"/q/{answered.id}")]


def test_what_a_person_withdrew_is_not_released_by_itself(database: Database, past: Past, house: House) -> None:
    with database.transaction() as connection:
        site.release(connection, past.hour.id)
        assert withdrawal.withdraw(connection, past.hour.id) == []
    id = release_step(database, past)
    house.run_all()
    assert house.step(id).state is steps.State.DONE
    assert visibility(database, past) is Visibility.WITHDRAWN


def test_a_person_can_release_again(database: Database, past: Past) -> None:
    with database.transaction() as connection:
        for change in (site.release, site.release, site.withdraw, site.withdraw, site.release):
            change(connection, past.hour.id)
        (publication,) = publications.of_office_hour(connection, past.hour.id)
    assert publication.state is State.PUBLIC
    assert visibility(database, past) is Visibility.RELEASED


def test_what_never_was_public_cannot_be_withdrawn(database: Database, past: Past) -> None:
    with database.transaction() as connection, pytest.raises(MoveRefused, match="held"):
        site.withdraw(connection, past.hour.id)
