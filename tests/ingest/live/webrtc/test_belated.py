"""`ingest/live/webrtc/belated.py`: a person's track holds what left the delay, and nothing of a cut."""

import pytest

from ingest.live.webrtc.belated import MARGIN_S, Belated
from ingest.live.webrtc.jitter import EncodedFrame


class Track:
    """Notes what would be written."""

    def __init__(self) -> None:
        self.person, self.part, self.origin = "chris", 1, {"video": 0}
        self.written: list[int] = []
        self.ended = 0

    def add(self, frame: EncodedFrame) -> None:
        self.written.append(frame.rtp)

    def end(self) -> None:
        self.ended += 1

    def wait(self, timeout_s: float) -> bool:
        return self.ended > 0


def picture(number: int) -> EncodedFrame:
    """Frame `number` of a camera with a keyframe every ten."""
    return EncodedFrame("video", "VP8", b"", number, number % 10 == 0, number / 10)


def talk(belated: Belated, frames: range) -> None:
    """Ten frames a second."""
    for number in frames:
        belated.add(picture(number), number / 10)


@pytest.mark.parametrize("delay_s", [0, 2])
def test_frames_are_written_when_they_have_left_the_delay(delay_s: int) -> None:
    track = Track()
    talk(Belated(track, delay_s, cut=False), range(100))
    assert track.written == list(range(100 - round((delay_s + MARGIN_S) * 10)))


def test_of_a_cut_nothing_is_written_and_pictures_go_on_at_a_keyframe() -> None:
    track = Track()
    belated = Belated(track, 2, cut=False)
    talk(belated, range(50))
    belated.cut()
    talk(belated, range(50, 73))
    belated.go_on()
    talk(belated, range(73, 200))
    assert track.written == [*range(25), *range(80, 175)]


def test_a_track_that_begins_in_a_cut_is_empty_until_it_goes_on() -> None:
    track = Track()
    belated = Belated(track, 0, cut=True)
    talk(belated, range(35))
    belated.go_on()
    talk(belated, range(35, 50))
    assert track.written == [*range(40, 45)]


def test_the_file_ends_when_the_last_frame_has_left() -> None:
    track = Track()
    belated = Belated(track, 2, cut=False)
    talk(belated, range(30))
    belated.end()
    belated.add(picture(30), 3.0)
    assert (track.ended, belated.wait(0)) == (0, False)
    belated.release(5.5)
    assert (track.written, track.ended, belated.wait(0)) == (list(range(30)), 1, True)


@pytest.mark.parametrize(("all_has_left", "written"), [(True, 30), (False, 6)])
def test_a_room_that_closes_keeps_only_what_left_the_delay(all_has_left: bool, written: int) -> None:
    track = Track()
    belated = Belated(track, 2, cut=False)
    talk(belated, range(30))
    belated.close(3.0, all_has_left=all_has_left)
    assert (track.written, track.ended) == (list(range(written)), 1)


def test_what_has_come_and_is_not_played_when_a_turn_ends_is_in_no_track() -> None:
    track = Track()
    belated = Belated(track, 0, cut=False)
    talk(belated, range(20))
    belated.end({"video": 17})
    belated.release(5.0)
    assert (track.written[-1], track.ended) == (17, 1)
