"""`ingest/live/mix/greenroom.py`: who takes part sees each other under a slide, in one stream that can be decoded."""

import threading
from collections.abc import Iterator

import av
import numpy as np
import pytest

from ingest.live.mix.greenroom import HEIGHT, WIDTH, Greenroom
from ingest.live.mix.stage import Place
from ingest.live.mix.video import Encoder
from tests.ingest.live.fakes import grey


class Face:
    """A person of one grey."""

    def __init__(self, person: str, level: int) -> None:
        self.person = person
        self._frame = grey(320, 180, level)

    def picture(self) -> av.VideoFrame:
        return self._frame


class Line:
    """What one participant receives, decoded; the programme's frames are dark and of another size."""

    def __init__(self) -> None:
        self.got: list[tuple[bytes, int, bool]] = []
        self.came = threading.Semaphore(0)
        self.asked = 0
        self.room = Greenroom(self._take, frame_rate=30, want_programme=self._want)
        self._encoder = Encoder(width=320, height=180, frame_rate=30, bitrate=300_000, preset="ultrafast")
        self._pts = 0

    def _want(self) -> None:
        self.asked += 1

    def _take(self, data: bytes, pts: int, keyframe: bool) -> None:
        self.got.append((data, pts, keyframe))
        self.came.release()

    def tick(self, count: int = 1, *, keyframe: bool = False) -> None:
        """Frames of the programme; waits for what has to come of each."""
        for number in range(count):
            key = (keyframe and number == 0) or self._pts == 0
            data = self._encoder.encode(grey(320, 180, 30), key)
            pts, self._pts = self._pts, self._pts + 1
            self.room.picture(data, pts, key)
            if not self.room.shown or pts % 2 == 0:
                assert self.came.acquire(timeout=5)

    def seen(self) -> list[tuple[int, list[int]]]:
        """Of each frame its width, and the greys of its left and right half."""
        decoder = av.CodecContext.create("h264", "r")
        assert isinstance(decoder, av.VideoCodecContext)
        frames = [frame for data, _, _ in self.got for frame in decoder.decode(av.Packet(data))]
        found = []
        for frame in frames + decoder.decode(None):
            luma = np.frombuffer(memoryview(frame.planes[0]), np.uint8).reshape(frame.height, -1)
            row = luma[frame.height // 2]
            found.append((frame.width, [int(row[frame.width // 4]), int(row[frame.width * 3 // 4])]))
        return found


@pytest.fixture
def line() -> Iterator[Line]:
    line = Line()
    yield line
    line.room.close()


PEOPLE = [Place("ada", "Ada", "", Face("ada", 200)), Place("chris", "Chris", "", Face("chris", 120))]  # type: ignore[arg-type]


def test_without_a_slide_the_programme_is_sent_as_it_is(line: Line) -> None:
    line.tick(3)
    assert [pts for _, pts, _ in line.got] == [0, 1, 2]
    assert (line.room.shown, line.room.boxes) == (False, {})


def test_under_a_slide_the_room_is_seen_and_then_the_programme_again(line: Line) -> None:
    line.tick(4)
    line.room.show(PEOPLE)
    line.tick(6)
    assert set(line.room.boxes) == {"ada", "chris"}
    line.room.leave()
    line.tick(4)  # no keyframe yet: the room goes on
    line.tick(3, keyframe=True)
    seen = line.seen()
    assert [width for width, _ in seen] == [320] * 4 + [WIDTH] * 5 + [320] * 3
    left, right = seen[8][1]
    assert (abs(left - 200) < 8, abs(right - 120) < 8) == (True, True)
    assert [pts for _, pts, _ in line.got] == sorted(pts for _, pts, _ in line.got)
    assert [key for _, _, key in line.got] == [True] + [False] * 3 + [True] + [False] * 4 + [True] + [False] * 2
    assert line.asked == 1


def test_who_comes_later_gets_a_keyframe_of_the_room_and_who_goes_has_no_tile(line: Line) -> None:
    line.room.show(PEOPLE)
    line.tick(40)
    line.room.want_keyframe()
    line.tick(2)
    assert line.got[-1][2]
    line.room.show(PEOPLE[:1])
    line.tick(2)
    assert list(line.room.boxes) == ["ada"]
    assert line.room.boxes["ada"].height == HEIGHT
    assert line.asked == 0
