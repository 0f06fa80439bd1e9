"""The table of consent, cell by cell, and what answers add up to."""

from datetime import timedelta

import pytest

from ingest import consent
from ingest.consent import Effect, Output
from ingest.people import Consent, Role, Scope
from tests.ingest.conftest import NOON

NONE, PSEUDONYM, DARK, NOTHING = Effect.NONE, Effect.PSEUDONYM, Effect.DARK, Effect.NOTHING
CELLS = [
    (Scope.LIVE, Output.LIVE, NOTHING),
    (Scope.LIVE, Output.RECORDING, NOTHING),
    (Scope.LIVE, Output.TRACK, NOTHING),
    (Scope.LIVE, Output.CAPTIONS, NOTHING),
    (Scope.LIVE, Output.NAME, NONE),
    (Scope.LIVE, Output.OUTSIDE, NOTHING),
    (Scope.RECORDING, Output.LIVE, NONE),
    (Scope.RECORDING, Output.RECORDING, DARK),
    (Scope.RECORDING, Output.TRACK, NOTHING),
    (Scope.RECORDING, Output.CAPTIONS, NOTHING),
    (Scope.RECORDING, Output.NAME, NONE),
    (Scope.RECORDING, Output.OUTSIDE, DARK),
    (Scope.OUTSIDE, Output.LIVE, NONE),
    (Scope.OUTSIDE, Output.RECORDING, NONE),
    (Scope.OUTSIDE, Output.TRACK, NONE),
    (Scope.OUTSIDE, Output.CAPTIONS, NONE),
    (Scope.OUTSIDE, Output.NAME, NONE),
    (Scope.OUTSIDE, Output.OUTSIDE, DARK),
    (Scope.NAME, Output.LIVE, NONE),
    (Scope.NAME, Output.RECORDING, NONE),
    (Scope.NAME, Output.TRACK, NONE),
    (Scope.NAME, Output.CAPTIONS, PSEUDONYM),
    (Scope.NAME, Output.NAME, PSEUDONYM),
    (Scope.NAME, Output.OUTSIDE, PSEUDONYM),
]


@pytest.mark.parametrize(("refused", "output", "wanted"), CELLS)
def test_a_refused_scope_binds_every_output(refused: Scope, output: Output, wanted: Effect) -> None:
    assert consent.effect([refused], output) is wanted


def test_the_table_has_no_other_cells() -> None:
    assert {(scope, output) for scope, row in consent.EFFECTS.items() for output in row} == {
        (scope, output) for scope, output, _ in CELLS
    }


def test_of_several_refusals_the_strongest_binds() -> None:
    assert consent.effect([Scope.NAME, Scope.OUTSIDE], Output.OUTSIDE) is DARK
    assert consent.effect([Scope.NAME, Scope.RECORDING], Output.CAPTIONS) is NOTHING
    assert consent.effect([], Output.OUTSIDE) is NONE


def answer(scope: Scope, given: bool, minute: int, taken_back: bool = False) -> Consent:
    at = NOON + timedelta(minutes=minute)
    return Consent(
        id=f"{scope.value}{minute}", person="chris", scope=scope, given=given, text_version=1, decided_at=at,
        taken_back_at=at if taken_back else None,
    )  # fmt: skip


def test_the_newest_answer_to_a_scope_counts() -> None:
    said = [answer(Scope.LIVE, True, 0), answer(Scope.NAME, False, 0), answer(Scope.NAME, True, 1)]
    assert consent.given(said, Role.GUEST) == {Scope.LIVE, Scope.NAME}


def test_what_was_taken_back_is_not_given() -> None:
    assert consent.given([answer(Scope.LIVE, True, 0), answer(Scope.NAME, True, 0, True)], Role.GUEST) == {Scope.LIVE}


def test_nobody_is_recorded_who_is_not_seen() -> None:
    said = [answer(Scope.LIVE, False, 0), answer(Scope.RECORDING, True, 0), answer(Scope.OUTSIDE, True, 0)]
    assert consent.given(said, Role.GUEST) == frozenset()
    assert consent.without(consent.ALL, [Scope.LIVE]) == {Scope.NAME}
    assert consent.without(consent.ALL, [Scope.RECORDING]) == {Scope.LIVE, Scope.NAME}


def test_only_guests_agree_to_nothing_before_they_are_asked() -> None:
    assert consent.given([], Role.GUEST) == frozenset()
    assert consent.given([], Role.HOST) == consent.ALL
    assert consent.given([answer(Scope.LIVE, True, 0)], Role.HOST) == {Scope.LIVE}
