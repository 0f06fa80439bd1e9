"""`ingest/live/webrtc/darkroom.py`: everybody's pictures are decoded in one go, in turn, and no thread stays."""

import threading
from collections.abc import Iterator

import pytest

from ingest.live.webrtc.darkroom import CAMERAS, Beat, Darkroom, Table


class Camera:
    """Notes when its pictures are decoded, in a list that all share."""

    def __init__(self, name: str, darkroom: Darkroom, decoded: list[str]) -> None:
        self.name, self.left, self.decoded = name, 0, decoded
        self.done = threading.Event()
        self.thread = ""
        self.table: Table = darkroom.table(self.develop)

    def develop(self) -> bool:
        if self.left:
            self.left -= 1
            self.decoded.append(self.name)
        self.thread = threading.current_thread().name + str(threading.get_ident())
        if not self.left:
            self.done.set()
        return self.left > 0

    def receive(self, pictures: int = 1) -> None:
        self.left += pictures
        self.table.more()


class Tick:
    """Comes when the test says so."""

    def __init__(self) -> None:
        self.asked = threading.Event()
        self.comes = threading.Event()

    def __call__(self) -> float:
        self.asked.set()
        assert self.comes.wait(10)
        return 0.003


@pytest.fixture
def tick() -> Iterator[Tick]:
    tick = Tick()
    yield tick
    tick.comes.set()


def test_pictures_wait_for_each_other_and_are_decoded_in_turn(tick: Tick) -> None:
    decoded: list[str] = []
    darkroom = Darkroom(Beat(tick, 1 / 30))
    ada, bo = Camera("ada", darkroom, decoded), Camera("bo", darkroom, decoded)
    ada.receive(4)
    assert tick.asked.wait(10)
    bo.receive(2)
    assert decoded == []
    tick.comes.set()
    assert ada.done.wait(10)
    assert bo.done.wait(10)
    assert decoded == ["ada", "bo", "ada", "bo", "ada", "ada"]
    assert ada.thread == bo.thread
    for camera in (ada, bo):
        camera.table.leave()


@pytest.mark.parametrize(
    ("until_tick_s", "took_s", "begins_s"),
    [(0.030, 0.004, 0.022), (0.005, 0.004, 0.005 - 0.008 + 1 / 30), (0.02, 1, 0.02 - 1 / 60)],
)
def test_a_burst_begins_as_long_before_the_tick_as_it_takes(
    until_tick_s: float, took_s: float, begins_s: float
) -> None:
    assert Beat(lambda: until_tick_s, 1 / 30).until_burst(took_s) == pytest.approx(begins_s)


def test_more_cameras_than_one_thread_holds_get_a_second_one() -> None:
    darkroom = Darkroom(threads=2)
    cameras = [Camera(str(number), darkroom, []) for number in range(CAMERAS + 1)]
    assert len({each.table._bench for each in cameras}) == 2
    more = [Camera(str(number), darkroom, []) for number in range(2 * CAMERAS)]
    assert len({each.table._bench for each in cameras + more}) == 2
    for camera in cameras + more:
        camera.table.leave()


def test_the_thread_ends_with_its_last_camera() -> None:
    darkroom = Darkroom()
    cameras = [Camera(name, darkroom, []) for name in ("ada", "bo")]
    (thread,) = darkroom._benches
    cameras[0].table.leave()
    cameras[0].table.leave()  # twice is once
    cameras[1].receive()
    assert cameras[1].done.wait(10)
    cameras[1].table.leave()
    thread.join(10)
    assert not thread.is_alive()
    again = Camera("again", darkroom, [])
    again.receive()
    assert again.done.wait(10)
    again.table.leave()
    cameras[1].receive()  # whoever has gone is not decoded
    assert cameras[1].left == 1


def test_a_fault_of_one_camera_is_no_other_ones(caplog: pytest.LogCaptureFixture) -> None:
    decoded: list[str] = []
    darkroom = Darkroom()

    def broken() -> bool:
        raise ValueError("no picture of this kind")

    table, bo = darkroom.table(broken), Camera("bo", darkroom, decoded)
    table.more()
    bo.receive(2)
    assert bo.done.wait(10)
    assert decoded == ["bo", "bo"]
    assert "no picture of this kind" in caplog.text
    bo.table.leave()
