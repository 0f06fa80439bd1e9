import pytest

from ingest.live.webrtc.camera import Camera
from ingest.live.webrtc.clock import DELAY_MIN_S, PersonClock
from ingest.live.webrtc.jitter import EncodedFrame
from tests.ingest.live.packets import pictures


class Looking:
    """A camera on a clock that the test moves."""

    def __init__(self) -> None:
        self.now = 0.0
        self.troubles = 0
        self.clock = PersonClock()
        self.camera = Camera(self.clock, lambda: self.now, self.trouble)

    def trouble(self) -> None:
        self.troubles += 1

    def receive(self, frames: list[EncodedFrame]) -> None:
        for frame in frames:
            self.clock.track("video", 90_000).arrived(frame.rtp, frame.arrived)
            self.camera.add(frame)
        self.camera.wait()

    def brightness(self) -> int | None:
        picture = self.camera.picture()
        return None if picture is None else int(picture.to_ndarray()[20, 20])


@pytest.mark.parametrize("codec", ["H264", "VP8"])
def test_a_picture_is_shown_when_its_moment_has_come(codec: str) -> None:
    looking = Looking()
    looking.camera.watch(True)
    looking.receive(pictures(10, codec=codec))
    assert looking.brightness() is None
    looking.now = DELAY_MIN_S + 5 / 30
    assert looking.brightness() == pytest.approx(16 + 5, abs=1)
    assert looking.brightness() == pytest.approx(16 + 5, abs=1)
    looking.now = 2.0
    assert looking.brightness() == pytest.approx(16 + 9, abs=1)
    looking.camera.stop()


def test_who_comes_on_air_is_seen_without_a_new_keyframe() -> None:
    looking = Looking()
    looking.receive(pictures(40, group=15))
    assert looking.camera.decoded == 0
    assert looking.camera.watch(True) is False
    looking.camera.wait()
    looking.now = 10.0
    assert looking.brightness() == pytest.approx(16 + 39, abs=1)
    assert looking.camera.decoded == 10
    looking.camera.watch(False)
    assert looking.brightness() is None
    looking.camera.stop()


def test_without_a_whole_group_a_keyframe_is_needed() -> None:
    looking = Looking()
    frames = pictures(20, group=15)
    looking.receive(frames[5:10])
    assert looking.camera.watch(True) is True
    looking.receive(frames[10:])
    assert looking.camera.decoded == 5
    looking.camera.stop()


def test_rubble_is_survived_and_asks_for_a_keyframe() -> None:
    looking = Looking()
    looking.camera.watch(True)
    frames = pictures(20, group=10)
    rubble = EncodedFrame(**{**vars(frames[3]), "data": b"\0\0\0\1\x41" + b"\xff" * 50})
    looking.receive([*frames[:3], rubble])
    looking.receive(frames[10:])
    looking.now = 2.0
    assert looking.brightness() == pytest.approx(16 + 19, abs=1)
    looking.camera.stop()


@pytest.mark.parametrize("codec", ["H264", "VP8"])
def test_a_picture_that_turns_in_mid_stream_is_shown_in_its_new_shape(codec: str) -> None:
    looking = Looking()
    looking.camera.watch(True)
    looking.receive(pictures(10, codec=codec, size=(64, 48)))
    turned = pictures(10, codec=codec, size=(48, 64), first_rtp=10 * 3000)
    looking.receive(turned + pictures(10, codec=codec, size=(128, 96), first_rtp=20 * 3000))
    shapes = []
    for number in range(30):
        looking.now = DELAY_MIN_S + number / 30
        picture = looking.camera.picture()
        assert picture is not None
        shapes.append((picture.width, picture.height))
    assert shapes == [(64, 48)] * 10 + [(48, 64)] * 10 + [(128, 96)] * 10
    assert looking.troubles == 0
    looking.camera.stop()


def test_a_picture_comes_in_the_size_of_its_tile() -> None:
    looking = Looking()
    looking.camera.watch(True)
    looking.receive(pictures(3))
    with pytest.raises(LookupError):
        looking.camera.fitted(64, 36)
    looking.now = 2.0
    whole = looking.camera.picture()
    assert whole is not None
    first = looking.camera.fitted(whole.width // 2, whole.height // 2)
    assert (first.width, first.height) == (whole.width // 2, whole.height // 2)
    looking.receive(pictures(6)[3:])
    looking.camera.picture()
    ready = looking.camera.fitted(whole.width // 2, whole.height // 2)
    assert ready is looking.camera.fitted(whole.width // 2, whole.height // 2), "it was scaled where it was decoded"
    other = looking.camera.fitted(whole.width // 4, whole.height // 4)
    assert (other.width, other.height) == (whole.width // 4, whole.height // 4)
    looking.camera.watch(False)
    with pytest.raises(LookupError):
        looking.camera.fitted(whole.width // 2, whole.height // 2)
    looking.camera.stop()
