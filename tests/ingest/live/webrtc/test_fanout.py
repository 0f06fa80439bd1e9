"""What each viewer is sent, packet by packet: from a keyframe on, once more what was lost, and when it was."""

import asyncio
from dataclasses import dataclass, field

import numpy as np
from aiortc.rtp import RtpPacket, unwrap_rtx

from ingest.live.mix.source import BLOCK_SAMPLES
from ingest.live.webrtc.fanout import AGAIN_A_SECOND, LAST_SOUND_START, LAST_START, Fanout, Line
from ingest.live.webrtc.outlet import Burst, Codec, Way
from tests.ingest.live.packets import tone

TAG = 16
KEY, DELTA = b"\0\0\1\x67\x42\xc0\x1f\0\0\1\x68\xce\0\0\1" + b"\x65" * 3000, b"\0\0\1" + b"\x41" * 500


@dataclass
class FakeWay(Way):
    """Takes packets before they are protected."""

    tag: int = TAG
    packets: list[RtpPacket] = field(default_factory=list)

    def send(self, burst: Burst) -> bool:
        data, places = burst.layout.data, burst.layout.packets
        self.packets += [RtpPacket.parse(data[start : start + length]) for start, length in places]
        return True


class Stage:
    """A programme, and viewers who are connected."""

    def __init__(self) -> None:
        self.asked = 0
        self.fanout = Fanout(30, self._ask, wall=lambda: 1000.0)

    def _ask(self) -> None:
        self.asked += 1

    def viewer(self, payload_type: int = 109, again: int | None = 110, *, own_sound: bool = False) -> FakeWay:
        way = FakeWay()
        line = Line(
            video=Codec("H264", payload_type, again), audio=Codec("opus", 111, None), way=way, own_sound=own_sound
        )
        self.fanout.add(line)
        return way

    @property
    def lines(self) -> list[Line]:
        return self.fanout._lines

    async def show(self, *keyframes: bool, first: int = 0) -> None:
        for pts, keyframe in enumerate(keyframes, first):
            self.fanout.picture(KEY if keyframe else DELTA, pts, keyframe)
        await asyncio.sleep(0)


async def test_a_viewer_begins_at_a_keyframe_and_asks_for_one() -> None:
    stage = Stage()
    way = stage.viewer()
    await stage.show(False, False, True, False)
    assert stage.asked == 1
    assert [packet.marker for packet in way.packets] == [0, 0, 0, 1, 1]
    assert [packet.sequence_number - way.packets[0].sequence_number for packet in way.packets] == [0, 1, 2, 3, 4]
    assert {packet.payload_type for packet in way.packets} == {109}
    assert {packet.ssrc for packet in way.packets} == {stage.fanout.ssrcs[0]}
    assert [way.packets[n].timestamp - way.packets[0].timestamp for n in (3, 4)] == [0, 3000]


async def test_everybody_gets_the_same_packets_under_their_own_number() -> None:
    stage = Stage()
    one, other, late = stage.viewer(), stage.viewer(payload_type=102), None
    await stage.show(True, False)
    late = stage.viewer()
    await stage.show(True, first=2)
    assert [packet.payload for packet in one.packets] == [packet.payload for packet in other.packets]
    assert {packet.payload_type for packet in other.packets} == {102}
    assert [p.sequence_number for p in late.packets] == [p.sequence_number for p in one.packets[-4:]]


async def test_a_lost_packet_is_sent_again_as_a_retransmission() -> None:
    stage = Stage()
    way = stage.viewer()
    await stage.show(True)
    lost = way.packets[2]
    stage.fanout.lost(stage.lines[0], lost.sequence_number)
    again = way.packets[-1]
    assert (again.payload_type, again.ssrc) == (110, stage.fanout.ssrcs[1])
    original = unwrap_rtx(again, payload_type=109, ssrc=lost.ssrc)
    assert original.serialize() == lost.serialize()


async def test_without_retransmission_agreed_on_it_is_sent_as_it_was() -> None:
    stage = Stage()
    way = stage.viewer(again=None)
    await stage.show(True)
    stage.fanout.lost(stage.lines[0], way.packets[1].sequence_number)
    assert way.packets[-1].serialize() == way.packets[1].serialize()


async def test_what_is_too_old_or_never_was_is_not_sent_again() -> None:
    stage = Stage()
    way = stage.viewer()
    await stage.show(True)
    first = way.packets[0].sequence_number
    await stage.show(*[False] * 1100, first=1)
    sent = len(way.packets)
    for number in (first, first - 5, way.packets[-1].sequence_number + 1):
        stage.fanout.lost(stage.lines[0], number & 0xFFFF)
    assert len(way.packets) == sent


async def test_a_viewer_who_asks_without_end_gets_so_much_and_no_more() -> None:
    stage = Stage()
    way = stage.viewer()
    await stage.show(True)
    for _ in range(3 * AGAIN_A_SECOND):
        stage.fanout.lost(stage.lines[0], way.packets[0].sequence_number)
    assert len(way.packets) == 4 + AGAIN_A_SECOND


async def test_nobody_begins_shortly_before_the_numbers_begin_anew() -> None:
    stage = Stage()
    stage.fanout._sequence = LAST_START + 1
    way = stage.viewer()
    await stage.show(True)
    assert way.packets == []
    stage.fanout._sequence = 0x10000
    await stage.show(True, first=1)
    assert way.packets[0].sequence_number == 0


async def test_sound_and_picture_of_one_moment_have_one_time_in_their_reports() -> None:
    stage = Stage()
    stage.viewer()
    silence = np.zeros(BLOCK_SAMPLES, np.float32)
    for number in range(51):
        stage.fanout.sound(silence)
        await stage.show(*([number == 0] if number <= 30 else []), first=number)
    (line,) = stage.lines
    samples = 50 * BLOCK_SAMPLES - 255  # behind the limiter, which looks 255 samples ahead
    apart_s = (line.seen.ntp - line.heard.ntp) / (1 << 32)
    assert abs(apart_s - (1.0 - samples / 48_000)) < 1e-6
    assert (line.heard.rtp - stage.fanout._sound_origin) & 0xFFFFFFFF == samples
    assert (line.seen.rtp - stage.fanout._rtp_origin) & 0xFFFFFFFF == 90_000
    assert (line.seen.packets, line.heard.packets) == (34, 51)


async def test_everybody_hears_the_same_packets() -> None:
    stage = Stage()
    one, other = stage.viewer(), stage.viewer()
    stage.fanout._sound_sequence = LAST_SOUND_START + 1
    stage.fanout.sound(np.zeros(BLOCK_SAMPLES, np.float32))
    await asyncio.sleep(0)
    assert one.packets == []  # not shortly before the numbers begin anew
    stage.fanout._sound_sequence = 0x10000
    for _ in range(3):
        stage.fanout.sound(np.zeros(BLOCK_SAMPLES, np.float32))
    await asyncio.sleep(0)
    assert [packet.serialize() for packet in one.packets] == [packet.serialize() for packet in other.packets]
    assert [(packet.sequence_number, packet.ssrc) for packet in one.packets] == [
        (number, stage.fanout.sound_ssrc) for number in range(3)
    ]


async def test_who_takes_part_hears_only_their_own_mix() -> None:
    stage = Stage()
    viewer, chris = stage.viewer(), stage.viewer(own_sound=True)
    sound = tone(0.1)
    for start in range(0, len(sound), BLOCK_SAMPLES):
        stage.fanout.sound(sound[start : start + BLOCK_SAMPLES])
        stage.fanout.sound_for(stage.lines[1], np.zeros(BLOCK_SAMPLES, np.float32))
    await asyncio.sleep(0)
    assert len(viewer.packets) == len(chris.packets) == 5
    assert sum(len(p.payload) for p in viewer.packets) > 2 * sum(len(p.payload) for p in chris.packets)
    assert [p.timestamp for p in viewer.packets] == [p.timestamp for p in chris.packets]
    assert np.diff([packet.timestamp for packet in viewer.packets]).tolist() == [960] * 4


async def test_what_the_loop_comes_too_late_for_is_left_out_and_viewers_go_on_with_a_keyframe() -> None:
    stage = Stage()
    way = stage.viewer()
    await stage.show(True, False)
    stage.asked, sent = 0, len(way.packets)
    await stage.show(*[False] * 60, True, *[False] * 10, first=2)  # the loop stood still for two seconds
    shown = way.packets[sent:]
    assert stage.asked == 1
    assert len({packet.timestamp for packet in shown}) == 11  # the keyframe and what followed


async def test_sound_that_is_late_is_left_out_and_the_time_of_the_rest_stays_true() -> None:
    stage = Stage()
    everybody, alone = stage.viewer(), stage.viewer(own_sound=True)
    block = np.zeros(BLOCK_SAMPLES, np.float32)
    for _ in range(100):  # two seconds
        stage.fanout.sound(block)
        stage.fanout.sound_for(stage.lines[1], block)
    await asyncio.sleep(0)
    for way in (everybody, alone):
        heard = [packet for packet in way.packets if packet.payload_type == 111]
        assert len(heard) == 26  # half a second and the newest
        assert heard[-1].timestamp - heard[0].timestamp == 25 * BLOCK_SAMPLES
