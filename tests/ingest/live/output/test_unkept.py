"""`ingest/live/output/unkept.py`: which sealed stretches hold somebody who does not agree to be recorded."""

from hypothesis import given
from hypothesis import strategies as st

from ingest.live.output.unkept import BEFORE_S, sealed_stretches, unkept
from ingest.live.output.withheld import Stretch
from ingest.people import Scope
from ingest.timeline import Event, Kind
from tests.ingest.live.output.test_withheld import EVERYTHING, LIVE_ONLY, consent, visible

RATE = 30
REFUSED = {"chris": frozenset({Scope.RECORDING})}


def begin() -> Event:
    return Event(tick=0, kind=Kind.BEGIN, values={"tick_duration": f"1/{RATE}"})


def cut(start: int, end: int | None, number: int | None) -> list[Event]:
    """A cut from one tick to another, pressed 90 ticks after where it reaches back to."""
    kept = {} if number is None else {"sealed": number}
    found = [Event(tick=start + 90, kind=Kind.CUT, values={"on": True, "from": start, "by": "bo", **kept})]
    if end is not None:
        values = {"on": False, "from": start, "until": end, "by": "bo"}
        found.append(Event(tick=end + 90, kind=Kind.CUT, values=values))
    return found


def test_who_took_back_is_in_the_stretches_in_which_they_were_on_air() -> None:
    events = [begin(), consent(0, "chris", EVERYTHING), *cut(300, 400, 1), visible(600, "chris", True)]
    events += [*cut(700, 800, 2), visible(900, "chris", False), *cut(1500, 1600, 3)]
    assert unkept(events) == frozenset()
    assert unkept(events, REFUSED) == {2}
    assert unkept([*events, consent(1700, "chris", LIVE_ONLY)]) == {2}


def test_a_stretch_reaches_back_to_its_keyframe_and_one_that_lasts_to_the_end() -> None:
    events = [begin(), *cut(300, 400, 1), *cut(600, None, 2)]
    before = BEFORE_S * RATE
    assert sealed_stretches(events, 900) == {1: Stretch(300 - before, 400), 2: Stretch(600 - before, 900)}


def test_what_was_sealed_nowhere_is_no_stretch() -> None:
    assert sealed_stretches([begin(), *cut(300, 400, None)], 900) == {}
    assert unkept([]) == frozenset()


@given(st.integers(0, 1000), st.integers(1, 500), st.integers(0, 1000), st.integers(1, 500))
def test_no_second_of_somebody_who_took_back_is_kept(came: int, stayed: int, at: int, lasted: int) -> None:
    """Whatever lies where: a stretch is kept only when it ends before they came, or begins after they left."""
    people = [visible(came, "chris", True), visible(came + stayed, "chris", False)]
    events = sorted([begin(), *people, *cut(at, at + lasted, 1)], key=lambda event: event.tick)
    if came < at + lasted and at < came + stayed:
        assert unkept(events, REFUSED) == {1}
