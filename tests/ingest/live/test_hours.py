"""A programme that goes on for an hour, at its own pace, needs no more than it did in the beginning."""

import threading
from pathlib import Path

import pytest

from ingest.archive import Archive
from ingest.live.output.recorder import Recorder
from ingest.live.room.programme import Place, Programme
from tests.ingest.live.fakes import FakeClock, FakeSource, stop
from tests.ingest.live.processes import held

SIZE = (320, 180)
RATE = 25
GROWTH = 1.10  # The contract: within a tenth of what it was after a sixth of the time.


@pytest.mark.beside
@pytest.mark.parametrize(
    "minutes", [pytest.param(3, marks=pytest.mark.journey), pytest.param(60, marks=pytest.mark.soak)]
)
def test_memory_and_threads_stay_as_they_were(tmp_path: Path, minutes: int) -> None:
    threads = {thread.name for thread in threading.enumerate()}
    clock = FakeClock()
    room = Archive(tmp_path).room("abc")
    programme = Programme(
        width=SIZE[0],
        height=SIZE[1],
        frame_rate=RATE,
        bitrate=300_000,
        preset="ultrafast",
        cards=room.cards,
        clock=clock,
    )
    programme.start()
    programme.set_people([Place(name, name.title(), "", FakeSource(name, clock)) for name in ("ada", "chris")])
    programme.set_listeners({"ada": lambda block: None})
    programme.add_packet_sink(lambda data, pts, keyframe: None)
    recorder = Recorder.reopen(room.programme(), width=SIZE[0], height=SIZE[1], frame_rate=RATE, bitrate=300_000)
    started = programme.start_recording(recorder, lambda tick: None)

    settled = 0.0
    for second in range(1, minutes * 60 + 1):
        clock.run_to(float(second))
        recorder.settle()  # an hour in minutes must not outrun the disk
        if second % 10 == 0:
            programme.set_question(f"Wann kommt der Radweg Nummer {second % 60}?", "Chris")
        if second == minutes * 10:
            settled = held().memory_mb
    memory = held().memory_mb
    assert started.result() == 0
    last = stop(programme, clock)
    clock.run_out()
    programme.close()

    print(f"{memory:.0f} MB after {minutes} minutes, {settled:.0f} MB after a sixth of them")
    assert last == pytest.approx(minutes * 60 * RATE, abs=5)
    assert memory <= settled * GROWTH
    assert {thread.name for thread in threading.enumerate()} == threads
