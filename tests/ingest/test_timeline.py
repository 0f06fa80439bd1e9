"""A timeline says what changed a tick, survives a torn line and never goes back."""

from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from ingest import timeline
from ingest.timeline import Event, Kind, Writer


def begun(path: Path) -> Writer:
    writer = Writer(path)
    writer.append(Kind.BEGIN, 0, tick_duration="1/30", width=1280, height=720)
    return writer


def test_what_is_written_is_read_back(tmp_path: Path) -> None:
    writer = begun(tmp_path / "room" / "timeline.jsonl")
    writer.append(Kind.ON_AIR, 450, command="c1", question="q1")
    writer.close()
    events = timeline.read(tmp_path / "room" / "timeline.jsonl")
    assert events[1] == Event(tick=450, kind=Kind.ON_AIR, command="c1", values={"question": "q1"})
    assert timeline.seconds(events, events[1]) == Fraction(15)


def test_media_time_never_goes_back(tmp_path: Path) -> None:
    with begun(tmp_path / "timeline.jsonl") as writer:
        writer.append(Kind.MARK, 9, by="bo")
        with pytest.raises(ValueError, match="media time would go back from 9 to 8"):
            writer.append(Kind.MARK, 8, by="bo")


def test_a_torn_last_line_is_dropped_and_writing_goes_on(tmp_path: Path) -> None:
    path = tmp_path / "timeline.jsonl"
    begun(path).close()
    with path.open("a") as file:
        file.write('{"tick":30,"kind":"on_a')
    with Writer(path) as writer:
        writer.append(Kind.END, 60)
    assert [event.kind for event in timeline.read(path)] == [Kind.BEGIN, Kind.END]


def test_applied_commands_are_known_after_a_crash(tmp_path: Path) -> None:
    path = tmp_path / "timeline.jsonl"
    with begun(path) as writer:
        writer.append(Kind.MARK, 3, command="c7", by="bo")
    with Writer(path) as writer:
        assert writer.applied() == {"c7"}


@pytest.mark.parametrize(
    "line", ["", "[]", "{}", '{"tick":1}', '{"tick":1,"kind":"dance"}', '{"tick":"x","kind":"end"}']
)
def test_a_broken_line_is_named(line: str) -> None:
    with pytest.raises(ValueError, match="not a timeline event"):
        timeline.parse(line)


def test_a_timeline_without_begin_has_no_ticks() -> None:
    with pytest.raises(ValueError, match="does not begin"):
        timeline.tick_duration([])


def test_what_a_crash_lost_in_the_delay_happened_when_the_next_process_went_on(tmp_path: Path) -> None:
    path = tmp_path / "timeline.jsonl"
    on: dict[str, Any] = {"on": True, "from": 10, "by": "bo"}
    off: dict[str, Any] = {"on": False, "from": 10, "until": 320, "by": "bo"}
    with Writer(path) as writer:
        writer.append(Kind.BEGIN, 0, tick_duration="1/30", delay_s=10)
        writer.append(Kind.CLOCK, 100, person="ada", track="audio", rtp=0, clock_rate=48000, part=1)
        writer.append(Kind.CLOCK, 250, person="ada", track="audio", rtp=0, clock_rate=48000, part=1)
        writer.append(Kind.ON_AIR, 300, command="c1", question="q1")
        writer.append(Kind.CUT, 310, **on)
        writer.append(Kind.CUT, 320, **off)
        writer.append(Kind.RESUMED, 200, next=200)
        writer.append(Kind.ANSWERED, 210, command="c2", question="q1")
        assert writer.events == timeline.read(path)
        assert writer.applied() == {"c1", "c2"}
    assert [(event.tick, event.kind) for event in timeline.read(path)] == [
        (0, Kind.BEGIN),
        (100, Kind.CLOCK),
        (200, Kind.ON_AIR),
        (200, Kind.CUT),
        (200, Kind.CUT),
        (200, Kind.RESUMED),
        (210, Kind.ANSWERED),
    ]
    assert timeline.read(path)[4].values == {"on": False, "from": 10, "until": 200, "by": "bo"}
