"""`ingest/live/mix/backstage.py` and the desk: who hears whom, as numbers that add up."""

from typing import Any

import numpy as np
import pytest

from ingest.live.mix.backstage import SOFT, SOFT_BLOCKS, Backstage
from ingest.live.mix.source import BLOCK_SAMPLES, Samples
from ingest.live.mix.stage import Place

ADA, BO, CHRIS, DANA = 0.1, 0.2, 0.4, 0.8


def block(level: float) -> Samples:
    return np.full(BLOCK_SAMPLES, level, np.float32)


def place(person: str, *, screen: bool = False) -> Place:
    nobody: Any = None  # what is decided here needs no sound
    return Place(person, person, "", nobody, screen=screen)


def heard(person: str, *, held: bool, backstage: Backstage | None = None) -> float:
    """Ada and Dana are on air, Bo and Chris are not: the last sample of a block that `person` hears."""
    on_air, aside = {"ada": block(ADA), "dana": block(DANA)}, {"bo": block(BO), "chris": block(CHRIS)}
    mix = (backstage or Backstage()).mix(block(ADA + DANA), on_air, aside, held)
    return float(mix(person)[-1])


@pytest.mark.parametrize(
    ("person", "sum_of"),
    [("ada", DANA), ("dana", ADA), ("bo", CHRIS + SOFT * (ADA + DANA)), ("chris", BO + SOFT * (ADA + DANA))],
)
def test_on_air_nobody_hears_backstage_and_backstage_hears_both(person: str, sum_of: float) -> None:
    assert heard(person, held=False) == pytest.approx(sum_of, abs=1e-6)


@pytest.mark.parametrize("person", ["ada", "bo", "chris", "dana"])
def test_under_a_slide_everybody_hears_everybody_else(person: str) -> None:
    own = {"ada": ADA, "bo": BO, "chris": CHRIS, "dana": DANA}
    assert heard(person, held=True) == pytest.approx(sum(own.values()) - own[person], abs=1e-6)


@pytest.mark.parametrize(
    ("person", "held", "sum_of"),
    [
        ("bo", True, CHRIS), ("chris", True, BO), ("ada", True, DANA), ("dana", True, ADA),
        ("bo", False, CHRIS + SOFT * (ADA + DANA)), ("chris", False, BO + SOFT * (ADA + DANA)), ("ada", False, DANA),
    ],
)  # fmt: skip
def test_two_who_speak_alone_are_heard_by_nobody_else(person: str, held: bool, sum_of: float) -> None:
    backstage = Backstage()
    backstage.private = {"bo": "chris", "chris": "bo"}
    assert heard(person, held=held, backstage=backstage) == pytest.approx(sum_of, abs=1e-6)


def test_whoever_is_on_air_speaks_with_nobody_alone() -> None:
    """It is over for both: who is left backstage is heard backstage."""
    backstage = Backstage()
    backstage.private = {"ada": "bo", "bo": "ada"}
    assert heard("chris", held=False, backstage=backstage) == pytest.approx(BO + SOFT * (ADA + DANA), abs=1e-6)
    assert heard("ada", held=False, backstage=backstage) == pytest.approx(DANA, abs=1e-6)


def test_the_programme_comes_back_to_its_loudness_when_nobody_speaks_beside_it() -> None:
    backstage = Backstage()
    heard("bo", held=False, backstage=backstage)
    levels = [
        float(backstage.mix(block(ADA), {"ada": block(ADA)}, {"bo": block(0), "chris": block(0)}, False)("bo")[-1])
        for _ in range(SOFT_BLOCKS + 1)
    ]
    assert levels[0] == pytest.approx(SOFT * ADA)
    assert levels[-1] == pytest.approx(ADA)


def test_nobody_is_decoded_whom_nobody_could_hear() -> None:
    backstage = Backstage()
    backstage.people = (place("ada"), place("bo"), place("bo:screen", screen=True))

    def asked(listeners: set[str], *, held: bool) -> list[str]:
        return [each.person for each in backstage.asked({"ada"}, listeners, held)]

    assert asked(set(), held=True) == []
    assert asked({"ada"}, held=False) == []
    assert asked({"ada"}, held=True) == ["bo"]
    assert asked({"ada", "chris"}, held=False) == ["bo"]
