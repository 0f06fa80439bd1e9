"""`ingest/live/webrtc/darkroom.py`: everybody's pictures are decoded in one go, in turn, and no thread stays."""

import threading
from collections.abc import Iterator

import pytest

from ingest.live.webrtc.darkroom import CAMERAS, Darkroom, Table


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


class Beat:
    """The middle of a tick comes when the test says so."""

    def __init__(self) -> None:
        self.asked = threading.Event()
        self.comes = threading.Event()

    def __call__(self) -> float:
        self.asked.set()
        assert self.comes.wait(10)
        return 0.0


@pytest.fixture
def beat() -> Iterator[Beat]:
    beat = Beat()
    yield beat
    beat.comes.set()


def threads() -> int:
    return sum(thread.name == "cameras" for thread in threading.enumerate())


def test_pictures_wait_for_each_other_and_are_decoded_in_turn(beat: Beat) -> None:
    decoded: list[str] = []
    darkroom = Darkroom(beat)
    ada, bo = Camera("ada", darkroom, decoded), Camera("bo", darkroom, decoded)
    ada.receive(4)
    assert beat.asked.wait(10)
    bo.receive(2)
    assert decoded == []
    beat.comes.set()
    assert ada.done.wait(10)
    assert bo.done.wait(10)
    assert decoded == ["ada", "bo", "ada", "bo", "ada", "ada"]
    assert ada.thread == bo.thread
    for camera in (ada, bo):
        camera.table.leave()


def test_more_cameras_than_one_thread_holds_get_a_second_one() -> None:
    before = threads()
    darkroom = Darkroom(threads=2)
    cameras = [Camera(str(number), darkroom, []) for number in range(CAMERAS + 1)]
    assert threads() == before + 2
    more = [Camera(str(number), darkroom, []) for number in range(2 * CAMERAS)]
    assert threads() == before + 2
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
