"""`ingest/live/programme.py`: what people did at a time is in the recording at that time."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from ingest.archive import Archive
from ingest.live.programme import Place, Programme
from ingest.live.recorder import Recorder
from tests.ingest.live.fakes import FakeClock, FakeSource, stop
from tests.ingest.live.reading import seen

SIZE = {"width": 320, "height": 180, "bitrate": 300_000}


class Room:
    """A running programme on a fake clock, with the cast in it."""

    def __init__(self, folder: Path, frame_rate: int = 25) -> None:
        self.clock = FakeClock()
        self.frame_rate = frame_rate
        self.archive = Archive(folder).room("abc")
        self.cards: list[tuple[int | None, str, str]] = []
        self.failures: list[Exception] = []
        self.programme = Programme(
            **SIZE,
            frame_rate=frame_rate,
            preset="ultrafast",
            cards=self.archive.cards,
            clock=self.clock,
            on_card=lambda tick, kind, of, digest: self.cards.append((tick, kind, of)),
            on_failure=self.failures.append,
        )
        self.ada = FakeSource("ada", self.clock, hertz=1000.0)
        self.chris = FakeSource("chris", self.clock, hertz=3000.0)
        self.places = [Place("ada", "Ada Groß", "Abgeordnete", self.ada), Place("chris", "Chris", "", self.chris)]

    def recorder(self) -> Recorder:
        return Recorder(self.archive.programme(), **SIZE, frame_rate=self.frame_rate)

    def record(self, recorder: Recorder) -> float:
        """Begin to record; the programme's time at media time 0."""
        began: list[float] = []
        started = self.programme.start_recording(recorder, lambda tick: began.append(self.clock.now()))
        while not started.done():
            self.clock.run_for(0.02)
        return began[0]


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Room]:
    room = Room(tmp_path)
    room.programme.start()
    yield room
    room.clock.run_out()
    room.programme.close()


@pytest.mark.parametrize("frame_rate", [25, 30])
def test_beeps_and_flashes_are_where_they_were_put(tmp_path: Path, frame_rate: int) -> None:
    room = Room(tmp_path, frame_rate)
    room.programme.start()
    room.programme.set_people(room.places)
    room.clock.run_to(0.55)
    began = room.record(room.recorder())
    room.clock.run_to(5.5)
    last = stop(room.programme, room.clock)
    found = seen(room.archive.programme())
    put = [second - began for second in range(1, 6)]
    assert len(found.times) == last + 1
    assert found.times[0] == found.sound_starts == 0
    assert found.flashes() == pytest.approx(put, abs=1 / frame_rate)
    assert found.beeps() == pytest.approx(put, abs=0.02)
    assert np.subtract(found.flashes(), found.beeps()) == pytest.approx(0, abs=0.02)
    room.clock.run_out()
    room.programme.close()
