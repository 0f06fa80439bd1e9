"""Ada hosts, Chris and Dana ask: whose sound is heard when, and never what was cut, covered, muted or hidden.

Ticks of a 25th of a second.
"""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.live.output.withheld import Stretch as Ticks
from ingest.people import Scope
from ingest.timeline import Event, Kind
from transcode import sources
from transcode.sources import Point, Source, Turn
from transcode.voice import Stretch

END = 2500


def event(at_s: float, kind: Kind, **values: Any) -> Event:
    return Event(tick=round(at_s * 25), kind=kind, values=values)


def show(person: str, at_s: float = 0.0, *, on: bool = True) -> Event:
    return event(at_s, Kind.VISIBLE, person=person, on=on)


BEGIN = event(0, Kind.BEGIN, tick_duration="1/25")


def heard(*events: Event, **more: Any) -> dict[str, list[tuple[float, float]]]:
    told = [BEGIN, *sorted(events, key=lambda each: each.tick)]
    found = sources.audible(told, END, sources.never(told, END, **more))
    return {
        person: [(round(each.start_s, 3), round(each.end_s, 3)) for each in stretches]
        for person, stretches in found.items()
    }


@pytest.mark.parametrize(
    ("events", "stretches"),
    [
        ([], [(0.0, 100.0)]),
        ([show("ada", 40, on=False)], [(0.0, 40.0)]),
        (
            [event(10, Kind.MUTE, person="ada", on=True), event(20, Kind.MUTE, person="ada", on=False)],
            [(0, 10), (20, 100)],
        ),
        ([event(10, Kind.MUTE, person="ada", on=True, own=True)], [(0.0, 10.0)]),
        (
            [event(10, Kind.AWAY, person="ada", on=True), event(20, Kind.AWAY, person="ada", on=False)],
            [(0, 10), (20, 100)],
        ),
        ([event(10, Kind.CAMERA, person="ada", on=False)], [(0.0, 100.0)]),
        (
            [event(10, Kind.GAP, person="ada", on=True), event(12, Kind.GAP, person="ada", on=False)],
            [(0, 10), (12, 100)],
        ),
        (
            [event(10, Kind.SCENE, name="pause", people=[]), event(20, Kind.SCENE, name="grid", people=["ada"])],
            [(0, 10), (20, 100)],
        ),
        ([event(90, Kind.ENDING)], [(0.0, 90.0)]),
        ([event(90, Kind.CLOSING), event(95, Kind.REOPENED, by="bo")], [(0, 90), (95, 100)]),
    ],
)
def test_heard_is_who_was_heard_in_the_programme(events: list[Event], stretches: list[tuple[float, float]]) -> None:
    assert heard(show("ada"), *events) == {"ada": stretches}


def test_a_screen_has_no_voice() -> None:
    assert list(heard(show("ada"), show("ada:screen"))) == ["ada"]


def test_what_was_cut_is_heard_of_nobody_with_a_margin() -> None:
    cut = [
        event(30, Kind.CUT, on=True, **{"from": 500}, by="bo"),
        event(40, Kind.CUT, on=False, **{"from": 500}, until=1000),
    ]
    assert heard(show("ada"), *cut) == {"ada": [(0.0, 19.88), (40.12, 100.0)]}
    assert heard(show("ada"), cut[0]) == {"ada": [(0.0, 19.88)]}


def test_where_somebody_refused_to_be_recorded_nobody_is_heard() -> None:
    chris = [show("chris", 40), show("chris", 60, on=False)]
    assert heard(show("ada"), *chris, refuse={"chris": {Scope.RECORDING}}) == {"ada": [(0.0, 39.88), (60.12, 100.0)]}
    assert heard(show("ada"), *chris, refuse={"chris": {Scope.NAME}})["chris"] == [(40.0, 60.0)]
    dark = [Ticks(900, 1600)]  # the segments in which it is dark begin and end elsewhere
    assert heard(show("ada"), covered=dark) == {"ada": [(0.0, 36.0), (64.0, 100.0)]}


def clock(person: str, part: int, first_s: float, last_s: float) -> list[Event]:
    seconds = range(round(last_s - first_s) + 1)
    return [
        event(first_s + n, Kind.CLOCK, person=person, part=part, track="audio", rtp=48_000 * n, clock_rate=48_000)
        for n in seconds
    ]


def test_a_track_lies_where_its_clock_says() -> None:
    picture = event(7, Kind.CLOCK, person="ada", part=1, track="video", rtp=5, clock_rate=90_000)
    found = sources.placed([BEGIN, *clock("ada", 2, 5, 7), picture])
    assert found == {("ada", 2): ((0.0, 5.0), (1.0, 6.0), (2.0, 7.0))}
    source = Source(person="ada", part=2, heard=(), points=found["ada", 2])
    assert [source.media_s(each) for each in (-0.5, 0.0, 1.5, 3.0)] == [4.5, 5.0, 6.5, 8.0]


def test_a_clock_that_runs_slower_for_a_second_is_followed() -> None:
    points: tuple[Point, ...] = ((0.0, 10.0), (1.0, 11.5), (2.0, 12.5))
    source = Source(person="ada", part=1, heard=(), points=points)
    assert (source.media_s(0.5), source.file_s(10.75)) == (10.75, 0.5)


@given(
    st.lists(st.tuples(st.floats(0.05, 2), st.floats(0.05, 2)), min_size=1, max_size=8),
    st.floats(-5, 30, allow_nan=False),
)
def test_from_a_file_to_media_time_and_back(steps: list[tuple[float, float]], at_s: float) -> None:
    points, file_s, media_s = [], 0.0, 3.0
    for file_step, media_step in steps:
        file_s, media_s = file_s + file_step, media_s + media_step
        points.append((file_s, media_s))
    source = Source(person="ada", part=1, heard=(), points=tuple(points))
    assert source.file_s(source.media_s(at_s)) == pytest.approx(at_s, abs=1e-6)


def stretch(start_s: float, end_s: float) -> Stretch:
    return Stretch(start_s=start_s, end_s=end_s)


def points(first_s: float, last_s: float) -> tuple[Point, ...]:
    return ((0.2, first_s), (last_s - first_s + 0.2, last_s))


def test_everybody_is_heard_in_their_own_track() -> None:
    both = {"ada": [stretch(0, 100)], "chris": [stretch(40, 60)]}
    tracks: dict[Turn, tuple[Point, ...]] = {("ada", 1): points(0.2, 99.5), ("chris", 1): points(40.2, 59.6)}
    found = sources.sources(both, tracks)
    assert [(each.person, each.part, each.heard) for each in found] == [
        ("ada", 1, (stretch(0, 100),)),
        ("chris", 1, (stretch(40, 60),)),
    ]


def test_two_tracks_of_one_person_do_not_run_into_each_other() -> None:
    tracks: dict[Turn, tuple[Point, ...]] = {("ada", 1): points(0.2, 49.5), ("ada", 2): points(50.2, 99.5)}
    first, second = sources.sources({"ada": [stretch(0, 100)]}, tracks)
    assert (first.heard, second.heard) == ((stretch(0, 50.0),), (stretch(50.0, 100),))


def test_the_mix_is_heard_where_somebody_has_no_track() -> None:
    audible = {"ada": [stretch(0, 100)], "chris": [stretch(40, 60)]}
    _, mix = sources.sources(audible, {("ada", 1): points(0.2, 99.5)}, [stretch(60.5, 70)])
    assert mix.mixed
    assert mix.heard == (stretch(39.0, 60.5),)  # a little more, but nothing of what nobody may hear
    assert mix.who == ((stretch(40.0, 60.0), "chris"),)


def test_nobody_is_named_where_several_have_no_track() -> None:
    (mix,) = sources.sources({"ada": [stretch(0, 50)], "chris": [stretch(20, 30)]}, {})
    assert mix.who == ((stretch(0, 20), "ada"), (stretch(20, 30), ""), (stretch(30, 50), "ada"))
    assert mix.heard == (stretch(0, 51),)


def test_the_moment_before_a_tracks_first_keyframe_is_no_reason_for_the_mix() -> None:
    (only,) = sources.sources({"chris": [stretch(40, 60)]}, {("chris", 1): ((0.0, 40.6), (19.0, 59.6))})
    assert (only.part, only.heard) == (1, (stretch(40.6, 60),))


spans = st.lists(st.tuples(st.integers(0, 60), st.integers(1, 20)), max_size=6).map(
    lambda found: [stretch(start, start + length) for start, length in found]
)


@given(spans, spans)
def test_what_is_taken_away_is_gone_and_nothing_else(given_: list[Stretch], away: list[Stretch]) -> None:
    left = sources.without(given_, away)
    for n in range(170):
        at = n / 2 + 0.25
        inside = any(each.start_s <= at < each.end_s for each in given_)
        gone = any(each.start_s <= at < each.end_s for each in away)
        assert any(each.start_s <= at < each.end_s for each in left) is (inside and not gone)


people = st.sampled_from(["ada", "chris", "dana"])
happenings = st.one_of(
    st.builds(lambda person, on: (Kind.VISIBLE, {"person": person, "on": on}), people, st.booleans()),
    st.builds(
        lambda person, on, own: (Kind.MUTE, {"person": person, "on": on, "own": own}),
        people,
        st.booleans(),
        st.booleans(),
    ),
    st.builds(lambda person, on: (Kind.AWAY, {"person": person, "on": on}), people, st.booleans()),
)


@given(
    st.lists(st.tuples(st.integers(0, 99), happenings), max_size=12),
    st.lists(st.integers(0, 99), min_size=2, max_size=2),
)
def test_whatever_happens_nothing_of_a_cut_is_in_a_source(
    happened: list[tuple[int, tuple[Kind, dict[str, Any]]]], bounds: list[int]
) -> None:
    first, last = sorted(bounds)
    told = [event(at_s, kind, **values) for at_s, (kind, values) in happened]
    told.append(event(last, Kind.CUT, on=True, **{"from": first * 25}, by="bo"))
    told.append(event(last, Kind.CUT, on=False, **{"from": first * 25}, until=last * 25))
    told = [BEGIN, *clock("ada", 1, 0, 99), *sorted(told, key=lambda each: each.tick)]
    never = sources.never(told, END)
    found = sources.sources(sources.audible(told, END, never), sources.placed(told), never)
    for source in found:
        assert all(each.end_s <= first or each.start_s >= last for each in source.heard)
