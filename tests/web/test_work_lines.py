"""The work after an end, line by line, as staff read it."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from ingest.steps import RESTING, State, Step
from tests.ingest.conftest import NOON
from web.pages.work_lines import Line, Word, lines

STEP = Step(
    id="1", kind="transcode.stretch", office_hour="2", parameters={}, key="", state=State.DONE, remaining=0, priority=5,
    lease_owner=None, lease_until=None, attempt=0, lost_leases=0, progress=0.0, error_class="", error="",
    not_before=None, sent_at=None, created_at=NOON, started_at=None, finished_at=None, reserved_bytes=0,
)  # fmt: skip


def line(**values: Any) -> Line:
    usual: dict[str, Any] = {"language": "", "done": 0, "parts": 1, "left": None, "until": None}
    return Line(**usual | values)


def test_stretches_are_one_line_with_what_is_left_of_all() -> None:
    begun = replace(STEP, started_at=NOON)
    work = [begun, replace(begun, state=State.RUNNING, progress=0.5), replace(STEP, state=State.READY)]
    work.append(replace(STEP, state=State.READY))
    assert lines(work, NOON + timedelta(seconds=60)) == [
        line(name="Smaller sizes", word=Word.RUNNING, progress=0.375, done=1, parts=4, left=timedelta(seconds=100))
    ]


def test_a_step_without_room_says_so_and_when_it_is_looked_at_again() -> None:
    soon = NOON + timedelta(seconds=30)
    full: dict[str, Any] = {"error_class": "resource", "error": "not enough room on the disk", "not_before": soon}
    captions = replace(STEP, kind="transcode.captions", parameters={"language": "de"}, state=State.PARKED, **full)
    assert lines([captions], NOON) == [
        line(name="Captions", language="de", word=Word.NO_ROOM, progress=0.0, until=soon)
    ]


def test_a_step_that_rests_beside_a_live_room_says_so() -> None:
    resting = replace(STEP, state=State.RUNNING, progress=0.5, started_at=NOON, error_class=RESTING)
    assert lines([resting, STEP], NOON) == [
        line(name="Smaller sizes", word=Word.RESTING, progress=0.75, done=1, parts=2)
    ]


def test_work_that_has_just_begun_does_not_say_how_long_it_takes() -> None:
    running = replace(STEP, state=State.RUNNING, progress=0.01, started_at=NOON)
    assert lines([running], NOON) == [line(name="Smaller sizes", word=Word.RUNNING, progress=0.01)]
