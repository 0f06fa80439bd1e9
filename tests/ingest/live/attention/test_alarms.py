"""`ingest/live/attention/alarms.py`: faults put into real talk are told within five seconds; clean talk raises none."""

import functools
from pathlib import Path

import numpy as np
import pytest

from ingest.faults import Fault
from ingest.live.attention import alarms
from ingest.live.attention.alarms import Alarm, Look, Watch
from ingest.live.attention.hearing import Heard
from ingest.live.attention.sight import Seen
from ingest.live.mix.source import SAMPLE_RATE, Samples
from tests.ingest.live.voices import Listening, coded, echoed, noise, seconds, turns
from tests.standins.clips import FOLDER
from tests.standins.media import read_sound

WITHIN_S = 5
"""From the issue: an alarm comes so soon after the fault."""
BEFORE_S, LONG_S = 6, 14


@functools.cache
def clip(name: str) -> Samples:
    """What Ada or Chris says in the demo."""
    return read_sound(FOLDER / f"{name}.mp4")


def talk() -> dict[str, Samples]:
    """Ada speaks for a while, Chris listens in his own room."""
    return {"ada": clip("ada")[: LONG_S * SAMPLE_RATE] + noise(LONG_S, seed=1), "chris": noise(LONG_S, seed=2)}


def told(sounds: dict[str, Samples]) -> list[tuple[int, Fault, str]]:
    """When which alarm came on first, at which second."""
    listening, seen, found = Listening(), set(), []
    for second in seconds(sounds):
        for alarm in listening.hear(second):
            if (alarm.fault, alarm.person) not in seen:
                found.append((round(listening.now), alarm.fault, alarm.person))
                seen.add((alarm.fault, alarm.person))
    return found


def spoiled(sounds: dict[str, Samples], person: str, by: Samples) -> dict[str, Samples]:
    """From second `BEFORE_S` on, somebody's sound is another one."""
    at = BEFORE_S * SAMPLE_RATE
    return {**sounds, person: np.concatenate([sounds[person][:at], by[at : len(sounds[person])]])}


def test_a_microphone_that_goes_dead_is_told_within_five_seconds() -> None:
    dead = spoiled(talk(), "ada", np.zeros(LONG_S * SAMPLE_RATE, np.float32))
    ((at, fault, person),) = told(dead)
    assert (fault, person) == (Fault.SILENT, "ada")
    assert at - BEFORE_S <= WITHIN_S


def test_a_microphone_of_another_room_is_told_when_nobody_speaks() -> None:
    faint = noise(LONG_S, -78.0)
    assert told(spoiled({"ada": talk()["ada"], "chris": noise(LONG_S)}, "ada", faint)) == [(14, Fault.QUIET, "ada")]


def test_an_overdriven_microphone_is_told_within_five_seconds() -> None:
    sounds = talk()
    loud = sounds["ada"] * 10 / np.quantile(np.abs(sounds["ada"]), 0.999)
    ((at, fault, person),) = told(spoiled(sounds, "ada", coded(np.clip(loud, -1, 1).astype(np.float32))))
    assert (fault, person) == (Fault.CLIPPED, "ada")
    assert at - BEFORE_S <= WITHIN_S


@pytest.mark.parametrize(("lag_s", "level_db"), [(0.06, -20.0), (0.5, -30.0)])
def test_the_programme_in_a_guests_microphone_is_named_as_their_echo(lag_s: float, level_db: float) -> None:
    sounds = talk()
    heard = coded(sounds["chris"] + echoed(coded(sounds["ada"]), lag_s=lag_s, level_db=level_db))
    ((at, fault, person),) = told(spoiled(sounds, "chris", heard))
    assert (fault, person) == (Fault.ECHO, "chris")
    assert at - BEFORE_S <= WITHIN_S


def test_who_only_listens_with_noise_suppression_is_not_told() -> None:
    """Digital silence between words is a programme that closes the microphone, once words have come out of it."""
    chris = noise(LONG_S, -40.0)
    chris[3 * SAMPLE_RATE :] = 0
    chris[:SAMPLE_RATE] = 0
    assert told({"ada": talk()["ada"], "chris": chris}) == []


def looks(*each: Look, watch: Watch = Watch(), start: float = 0.0) -> Watch:  # noqa: B008 - a frozen value
    for number, look in enumerate(each, 1):
        watch = alarms.after(watch, [look], start + number, on_air=True)
    return watch


SPEAKS = Heard(level_db=-25.0, clipped=False)
FINE, BLACK, STANDS = (Seen(still=still, dark=dark) for still, dark in ((False, False), (True, True), (True, False)))


def test_a_picture_that_stands_for_three_seconds_is_told_and_taken_back_when_it_moves() -> None:
    watch = looks(*[Look(person="ada", heard=SPEAKS, seen=STANDS)] * 3)
    assert watch.alarms == (Alarm(fault=Fault.FROZEN, person="ada", since=0.0),)
    watch = looks(*[Look(person="ada", heard=SPEAKS, seen=FINE)] * 2, watch=watch, start=3)
    assert [each.fault for each in watch.alarms] == [Fault.FROZEN]
    assert looks(Look(person="ada", heard=SPEAKS, seen=FINE), watch=watch, start=5).alarms == ()


def test_a_black_picture_is_told_as_black_and_not_as_standing() -> None:
    assert [each.fault for each in looks(*[Look(person="ada", heard=SPEAKS, seen=BLACK)] * 3).alarms] == [Fault.DARK]


def test_who_is_gone_is_told_once_and_nothing_else_of_them() -> None:
    gone = Look(person="ada", gone=True, heard=Heard(level_db=-120.0, clipped=False), seen=STANDS)
    assert looks(*[gone] * 9).alarms == (Alarm(fault=Fault.GONE, person="ada", since=-3.0),)


def test_a_line_that_loses_a_tenth_is_told_until_it_has_been_well_for_a_while() -> None:
    bad = Look(person="chris", heard=SPEAKS, expected=50, lost=5)
    well = Look(person="chris", heard=SPEAKS, expected=50, lost=1)
    watch = looks(bad, well, bad)
    assert [each.fault for each in watch.alarms] == [Fault.LINE]
    assert [each.fault for each in looks(*[well] * 8, watch=watch, start=3).alarms] == [Fault.LINE]
    assert looks(*[well] * 9, watch=watch, start=3).alarms == ()


def test_nobody_heard_on_air_is_told_after_eight_seconds_and_not_in_a_pause() -> None:
    still = Look(person="ada", heard=Heard(level_db=-60.0, clipped=False))
    assert [each.fault for each in looks(*[still] * 8).alarms] == [Fault.NOBODY]
    watch = Watch()
    for number in range(20):
        watch = alarms.after(watch, [still], float(number), on_air=False)
    assert watch.alarms == ()


def test_of_a_muted_person_only_is_told_that_nobody_is_heard() -> None:
    muted = Look(person="ada", muted=True, heard=Heard(level_db=-20.0, clipped=True, echo_s=0.2, tellable=True))
    assert looks(*[muted] * 9).alarms == (Alarm(fault=Fault.NOBODY, person="", since=0.0),)


def test_who_leaves_takes_their_alarms_along() -> None:
    watch = looks(*[Look(person="ada", heard=SPEAKS, seen=STANDS)] * 3)
    assert alarms.after(watch, [], 4.0, on_air=True).alarms == ()


def clean(length_s: int, shared: Path | None = None) -> dict[str, Samples]:
    """A talk of three in turns, in another order each time round: the demo's voices, or all of the fixtures'."""
    files = [] if shared is None else sorted((shared / "fixtures/speech").glob("de_*/*.flac"))
    said = [read_sound(file) for file in files] or [
        clip(name)[at : at + 8 * SAMPLE_RATE]
        for name in ("ada", "chris")
        for at in range(0, 40 * SAMPLE_RATE, 8 * SAMPLE_RATE)
    ]
    rng = np.random.default_rng(7)
    order: list[int] = []
    while sum(len(said[which]) for which in order) < length_s * SAMPLE_RATE:
        order += list(rng.permutation(len(said)))
    return turns(("ada", "chris", "deniz"), said, order)


def test_a_minute_of_clean_talk_raises_nothing() -> None:
    assert told({person: sound[: 60 * SAMPLE_RATE] for person, sound in clean(60).items()}) == []


@pytest.mark.parametrize("late_s", [0.5, 17.3])
def test_the_demos_two_microphones_raise_nothing(late_s: float) -> None:
    """Both beep each second, so that one's beep always comes a while after the other's: that is no echo."""
    chris = np.roll(clip("chris"), round(late_s * SAMPLE_RATE))
    assert told({"ada": clip("ada") + noise(40, seed=1), "chris": chris}) == []


@pytest.mark.soak
def test_an_hour_of_clean_talk_raises_nothing(shared: Path) -> None:
    sounds = {person: coded(sound) for person, sound in clean(3600, shared).items()}
    assert min(map(len, sounds.values())) >= 3600 * SAMPLE_RATE
    assert told(sounds) == []
