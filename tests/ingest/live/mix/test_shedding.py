"""`ingest/live/mix/shedding.py`: less is drawn before ticks are late, and more again when there is room."""

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.live.mix.shedding import SIGNS, SPEECH, Ease, Shedding, kept

RATE = 30


def lived(cost: float, seconds: float, before: Shedding | None = None, *, signs: bool = False) -> list[Shedding]:
    """How things stand after each tick on a machine on which a drawn picture takes this share of a tick."""
    found = [before or Shedding()]
    now = found[0].since_s
    for frame in range(round(seconds * RATE)):
        now += 1 / RATE
        share = cost if found[-1].draws(frame) else 0.1 * cost  # a picture that is sent again costs next to nothing
        found.append(found[-1].after(share, RATE, now, signs=signs))
    return found[1:]


def test_a_machine_with_room_leaves_nothing_out() -> None:
    assert {each.ease for each in lived(0.7, 60)} == {Ease.NOTHING}


def test_first_every_second_picture_then_two_of_three_then_tiles() -> None:
    assert steps(lived(6.0, 60)) == list(SPEECH)


def test_while_somebody_signs_tiles_go_before_pictures() -> None:
    assert steps(lived(6.0, 60, signs=True)) == list(SIGNS)
    assert lived(1.0, 5, signs=True)[-1].draws(1)


def test_who_begins_to_sign_gets_every_picture_that_tiles_can_pay_for() -> None:
    busy = lived(1.4, 30)[-1]
    assert steps(lived(0.8, 5, busy, signs=True)) == [Ease.FEWER]
    assert steps(lived(0.8, 5, lived(0.8, 5, busy, signs=True)[-1])) == [Ease.HALF]


def steps(lived: list[Shedding]) -> list[Ease]:
    """What was left out, one after the other."""
    eases = [each.ease for each in lived]
    return [ease for number, ease in enumerate(eases) if not number or eases[number - 1] is not ease]


def test_what_is_drawn_fits_into_its_ticks_after_some_seconds() -> None:
    """A machine that needs a tick and a half for a picture draws every second one, and is not full any more."""
    later = lived(1.4, 30)[-1]
    assert (later.ease, later.load < 0.85) == (Ease.HALF, True)


def test_it_is_left_out_within_five_seconds() -> None:
    eases = [each.ease for each in lived(1.4, 10)]
    assert eases.index(Ease.HALF) <= 5 * RATE


def test_it_comes_back_when_there_is_room_and_not_before() -> None:
    busy = lived(1.4, 30)[-1]
    assert {each.ease for each in lived(1.2, 60, busy)} == {Ease.HALF}
    assert lived(0.5, 12, busy)[-1].ease is Ease.NOTHING


@settings(max_examples=30, deadline=None)
@given(st.floats(0.05, 8.0))
def test_it_never_swings(cost: float) -> None:
    """On a machine of one speed it settles: no step is taken back once it was needed."""
    for signs, ladder in ((False, SPEECH), (True, SIGNS)):
        order = [ladder.index(each.ease) for each in lived(cost, 90, signs=signs)]
        assert order == sorted(order)


def test_ticks_that_come_late_again_and_again_are_load() -> None:
    """Decoders or another program take the time then: no drawing is dear, and yet less of it has to be done."""
    here, now = Shedding(), 0.0
    while here.ease is Ease.NOTHING and now < 20:
        now += 1 / RATE
        here = here.after(0.3, RATE, now, late=round(now * RATE) % 45 == 0)
    assert now < 5
    assert not here.full


def test_cheap_pictures_are_all_drawn_however_late_ticks_come() -> None:
    """They could make no room for whoever takes the time."""
    here, now = Shedding(), 0.0
    for _ in range(60 * RATE):
        now += 1 / RATE
        here = here.after(0.2, RATE, now, late=True)
    assert here.ease is Ease.NOTHING
    assert not here.full


def test_a_hiccup_is_no_load() -> None:
    """A dozen late ticks in a row, and one every half a minute."""
    now, found = 0.0, [Shedding()]
    for frame in range(90 * RATE):
        now += 1 / RATE
        found.append(found[-1].after(0.5, RATE, now, late=frame % (30 * RATE) < 12))
    assert {each.ease for each in found} == {Ease.NOTHING}


def test_what_was_tried_too_early_is_tried_less_often() -> None:
    """Ticks come late whenever nothing is left out, and never else: it settles at being tried every few minutes."""
    now, here, tried = 0.0, Shedding(), []
    for _ in range(900 * RATE):
        now += 1 / RATE
        before, here = here, here.after(0.28, RATE, now, late=here.ease is Ease.NOTHING)
        if here.better and not before.better:
            tried.append(now)
    pauses = [round(later - earlier) for earlier, later in pairwise(tried)]
    assert pauses == sorted(pauses)
    assert pauses[0] < 25
    assert 160 < pauses[-1] < 170


def test_a_moment_in_which_the_machine_stood_still_is_no_load() -> None:
    stood = Shedding(load=0.4).after(90.0, RATE, 10.0)
    assert stood.ease is Ease.NOTHING
    assert stood.load < 0.5


@pytest.mark.parametrize(
    ("load", "ease", "full"),
    [
        (0.5, Ease.NOTHING, False),
        (0.8, Ease.NOTHING, True),
        (0.5, Ease.HALF, True),
        (0.2, Ease.HALF, False),
        (0.2, Ease.TILES, True),
    ],
)
def test_nobody_new_comes_before_quality_falls(load: float, ease: Ease, full: bool) -> None:
    assert Shedding(load=load, ease=ease).full is full


@pytest.mark.parametrize(("ladder", "drawn"), [(SPEECH, [30, 15, 10, 10]), (SIGNS, [30, 30, 15, 10])])
def test_every_step_draws_less_or_fewer(ladder: tuple[Ease, ...], drawn: list[int]) -> None:
    assert [sum(Shedding(ease=ease).draws(frame) for frame in range(30)) for ease in ladder] == drawn
    assert [ease.tiles for ease in ladder] == sorted(ease.tiles for ease in ladder)
    assert set(SPEECH) | set(SIGNS) == set(Ease)


def test_who_spoke_last_stays_to_be_seen() -> None:
    spoke = {"ada": 100.0, "bo": -1.0, "chris": 90.0, "dana": -1.0, "emil": 95.0, "fatma": -1.0}
    assert kept(spoke, Ease.THIRD) == set(spoke)
    assert kept(spoke, Ease.TILES) == {"ada", "emil", "chris", "bo"}
    assert kept(spoke, Ease.TILES, {"fatma", "dana"}) == {"fatma", "dana", "ada", "emil"}
    assert kept(spoke, Ease.TILES, set(spoke) - {"ada", "chris"}) == set(spoke) - {"chris"}
