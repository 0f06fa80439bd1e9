"""Addresses for the telephone."""

import re

from ingest import short_addresses, store
from ingest.database import Database
from ingest.short_addresses import DIGITS, WORDS, free_one, understood
from tests.ingest.conftest import NOON


def test_words_are_plain_and_each_stands_once() -> None:
    assert [word for word in WORDS if not re.fullmatch(r"[a-z]{3,7}|drossel", word)] == []
    assert len(set(WORDS)) == len(WORDS)
    assert not set(DIGITS) & set("0123")


def test_a_taken_one_is_not_given_again_and_a_longer_one_when_all_are() -> None:
    assert re.fullmatch(r"[a-z]+[4-9]{2}", free_one(lambda short: False))
    assert re.fullmatch(r"[a-z]+[4-9]{3}", free_one(lambda short: bool(re.fullmatch(r"[a-z]+\d\d", short))))


def test_what_is_typed_after_hearing_it_is_understood() -> None:
    assert {understood(text) for text in ("apfel47", "Apfel 47", "APFEL-47", " apfel 4 7. ")} == {"apfel47"}


def test_office_hours_have_one_each(database: Database) -> None:
    with database.transaction() as connection:
        made = [store.add_office_hour(connection, title="x", host_name="Ada", starts_at=NOON) for _ in range(20)]
        found = [store.at_short_address(connection, hour.short or "") for hour in made]
    assert found == made
    assert short_addresses.understood(made[0].short or "") == made[0].short
