"""Who was on air when, and which of it an output must not have."""

from ingest.consent import Output
from ingest.live.output.withheld import MARGIN_TICKS, Stretch, appearances, dark, joined, within
from ingest.people import Scope
from ingest.timeline import Event, Kind

LIVE_ONLY = ["live", "name"]
EVERYTHING = ["live", "recording", "outside", "name"]


def consent(tick: int, person: str, scopes: list[str]) -> Event:
    return Event(tick=tick, kind=Kind.CONSENT, values={"person": person, "scopes": scopes})


def visible(tick: int, person: str, on: bool) -> Event:
    return Event(tick=tick, kind=Kind.VISIBLE, values={"person": person, "on": on})


def stretch(start: int, end: int) -> Stretch:
    """With the margin."""
    return Stretch(start - MARGIN_TICKS, end + MARGIN_TICKS)


def test_only_the_time_on_air_is_withheld_of_who_refused() -> None:
    events = [
        visible(0, "ada", True),
        consent(300, "chris", LIVE_ONLY),
        visible(300, "chris", True),
        visible(600, "chris", False),
    ]
    found = appearances(events, 900)
    assert [(each.person, each.stretch) for each in found] == [("ada", Stretch(0, 900)), ("chris", Stretch(300, 600))]
    assert dark(found, Output.RECORDING) == [stretch(300, 600)]
    assert dark(found, Output.OUTSIDE) == [stretch(300, 600)]
    assert dark(found, Output.LIVE) == []


def test_who_refuses_only_other_platforms_stays_in_the_recording() -> None:
    events = [consent(30, "chris", ["live", "recording", "name"]), visible(30, "chris", True)]
    found = appearances(events, 90)
    assert dark(found, Output.RECORDING) == []
    assert dark(found, Output.OUTSIDE) == [stretch(30, 90)]


def test_taking_back_reaches_what_was_before_it_and_agreeing_does_not() -> None:
    back = [
        consent(100, "chris", EVERYTHING), visible(100, "chris", True), visible(200, "chris", False),
        visible(300, "chris", True), consent(350, "chris", ["name"]), visible(350, "chris", False),
    ]  # fmt: skip
    assert dark(appearances(back, 900), Output.RECORDING) == [stretch(100, 200), stretch(300, 350)]
    later = [
        consent(100, "chris", LIVE_ONLY), visible(100, "chris", True), visible(200, "chris", False),
        consent(300, "chris", EVERYTHING), visible(300, "chris", True),
    ]  # fmt: skip
    assert dark(appearances(later, 900), Output.RECORDING) == [stretch(100, 200)]


def test_what_somebody_shares_is_withheld_with_them() -> None:
    events = [consent(0, "dana", LIVE_ONLY), visible(60, "dana:screen", True), visible(90, "dana:screen", False)]
    assert dark(appearances(events, 300), Output.RECORDING) == [stretch(60, 90)]


def test_what_was_said_after_the_end_counts_as_well() -> None:
    events = [consent(60, "chris", EVERYTHING), visible(60, "chris", True)]
    found = appearances(events, 300, {"chris": {Scope.RECORDING}})
    assert dark(found, Output.RECORDING) == [stretch(60, 300)]


def test_nobody_asked_in_an_old_timeline_is_withheld() -> None:
    assert dark(appearances([visible(0, "ada", True)], 300), Output.OUTSIDE) == []


def test_stretches_that_touch_are_one() -> None:
    assert joined([Stretch(5, 9), Stretch(0, 5), Stretch(20, 30)]) == [Stretch(0, 9), Stretch(20, 30)]
    assert within([Stretch(10, 20)], 19, 30)
    assert not within([Stretch(10, 20)], 20, 30)
