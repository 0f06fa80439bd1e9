"""`ingest/live/room/lookout.py`: a person's sound, picture and packets are put together into what is told."""

from types import SimpleNamespace
from typing import Any

import av
import numpy as np
import pytest

from ingest.faults import Fault
from ingest.live.mix.ears import Ears
from ingest.live.mix.source import BLOCK_SAMPLES, Samples
from ingest.live.room.lookout import Lookout
from ingest.live.room.presence import Presence
from ingest.live.webrtc.losses import Losses
from ingest.live.webrtc.receive import PersonSource
from tests.ingest.live.fakes import grey
from tests.ingest.live.voices import noise


class Somebody:
    """Chris with a connection whose parts the test turns, at a clock of the test."""

    def __init__(self) -> None:
        self.now, self.unseen = 100.0, False
        self.frame: av.VideoFrame = grey(320, 180, 120)
        self.losses, self.number = Losses(), 0
        camera = SimpleNamespace(watched=True, picture=lambda: self.frame)
        self.seen = {"audio": 0.0, "video": 0.0}
        peer: Any = SimpleNamespace(
            losses=self.losses, voice=SimpleNamespace(late=0), kinds=("audio", "video"), seen=self.seen, camera=camera
        )
        self.presence = Presence("chris", PersonSource("chris", lambda: self.now))
        self.presence.source.peer = peer
        self.ears = Ears()
        self.lookout = Lookout(self.ears)

    def second(self, *, sound: Samples | None = None, picture: av.VideoFrame | None = None, lost: int = 0) -> None:
        """One more second: fifty packets of which some are lost, a second of sound, and a look."""
        self.now += 1
        self.seen |= {"audio": self.now, "video": self.now}
        for packet in range(50):
            self.number += 1
            if packet >= lost:
                self.losses.add(self.number & 0xFFFF)
        self.frame = picture or self.frame
        sound = noise(1, -30.0, seed=self.number) if sound is None else sound
        for block in sound.reshape(-1, BLOCK_SAMPLES):
            self.ears.heard({"chris": block}, {})
        self.look()

    def look(self) -> None:
        unseen = ("chris",) if self.unseen else ()
        self.lookout.look([self.presence], muted=(), unseen=unseen, hosts=(), on_air=True, now=self.now)

    @property
    def faults(self) -> list[Fault]:
        return [each.fault for each in self.lookout.alarms]


@pytest.fixture
def chris() -> Somebody:
    return Somebody()


def moving(seed: int) -> av.VideoFrame:
    return grey(320, 180, 100 + 10 * (seed % 2))


def test_who_moves_and_speaks_raises_nothing(chris: Somebody) -> None:
    for number in range(10):
        chris.second(picture=moving(number), lost=1)
    assert chris.faults == []


def test_a_picture_that_stands_is_told_after_the_third_second(chris: Somebody) -> None:
    for _ in range(3):
        chris.second()
    assert chris.faults == []
    chris.second()
    assert chris.faults == [Fault.FROZEN]


def test_a_camera_that_stops_sending_stands_still_and_one_that_never_sent_does_not(chris: Somebody) -> None:
    never = Somebody()
    never.seen["video"] = -1e9
    for number in range(6):
        chris.second(picture=moving(number))
    for _ in range(6):
        for each in (chris, never):
            each.seen["video"], kept = each.seen["video"], each.seen["video"]
            each.now += 1
            each.seen["audio"] = each.now
            each.seen["video"] = kept
            each.look()
    assert (chris.faults, never.faults) == ([Fault.FROZEN], [])


def test_a_camera_that_is_off_on_purpose_is_no_fault_and_black_is_told_when_it_is_on_again(chris: Somebody) -> None:
    black = grey(320, 180, 16)
    chris.unseen = True
    for _ in range(6):
        chris.second(picture=black)
    assert chris.faults == []
    chris.unseen = False
    for _ in range(3):
        chris.second(picture=black)
    assert chris.faults == [Fault.DARK]
    chris.unseen = True
    for _ in range(4):
        chris.second(picture=black)
    assert chris.faults == []


def test_a_tenth_of_the_packets_lost_is_a_bad_line(chris: Somebody) -> None:
    for number in range(3):
        chris.second(picture=moving(number), lost=6)
    assert chris.faults == [Fault.LINE]


def test_a_dead_microphone_is_told_after_the_fourth_second(chris: Somebody) -> None:
    for number in range(4):
        chris.second(picture=moving(number), sound=np.zeros(50 * BLOCK_SAMPLES, np.float32))
    assert chris.faults == [Fault.SILENT]


def test_a_connection_that_is_lost_is_told_after_five_seconds_and_a_new_one_ends_it(chris: Somebody) -> None:
    chris.second()
    peer, chris.presence.source.peer = chris.presence.source.peer, None
    for seconds in range(1, 7):
        chris.now += 1
        chris.look()
        assert (seconds, chris.faults) == (seconds, [Fault.GONE] if seconds >= 5 else [])
    chris.presence.source.peer = peer
    for number in range(2):
        chris.second(picture=moving(number))
    assert chris.faults == []


def test_who_leaves_between_two_looks_is_gone_five_seconds_after_their_last_packet(chris: Somebody) -> None:
    chris.second()
    chris.seen |= {"audio": chris.now + 0.9}
    chris.presence.source.peer = None
    gone_after = []
    for _ in range(7):
        chris.now += 1
        chris.look()
        if chris.faults == [Fault.GONE]:
            gone_after.append(chris.now - chris.seen["audio"])
    assert gone_after[0] == pytest.approx(5.1)
