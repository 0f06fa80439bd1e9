"""Frames are cut as RFC 6184 says, in pieces the kernel takes together; the stream is what its answer promises."""

import pytest
from aiortc.codecs.h264 import h264_depayload

from ingest.live.cmaf.boxes import nal_units
from ingest.live.mix.video import Canvas, Encoder
from ingest.live.webrtc.packetise import (
    GSO_PACKETS,
    PAYLOAD_BYTES,
    RTP_HEADER,
    Piece,
    Run,
    fits_browsers,
    laid_out,
    payloads,
    profile_level_id,
)
from ingest.live.webrtc.relay import SHOWN
from tests.ingest.live.packets import pictures

START = b"\0\0\0\1"
SPS, PPS, SEI = b"\x67\x42\xc0\x1f\x11", b"\x68\xce\x3c\x80", b"\x06\x05\x01\x02\x80"


def unit(kind: int, size: int) -> bytes:
    return bytes([0x60 | kind]) + bytes(1 + n % 250 for n in range(size - 1))


def frame(*units: bytes) -> bytes:
    return b"".join(START + each for each in units)


def test_a_small_picture_is_one_packet_and_as_it_is() -> None:
    assert payloads(frame(unit(1, 700))) == [unit(1, 700)]


def test_parameter_sets_travel_together_before_the_picture() -> None:
    together, picture = payloads(frame(SPS, PPS, SEI, unit(5, 500)))
    assert together == b"\x78" + b"\0\x05" + SPS + b"\0\x04" + PPS + b"\0\x05" + SEI
    assert picture == unit(5, 500)


def test_a_large_picture_is_cut_in_pieces_of_one_size() -> None:
    found = payloads(frame(SPS, PPS, unit(5, 5000)))[1:]
    assert [len(each) for each in found] == [1002, 1002, 1002, 1002, 1001]
    assert [each[:2] for each in found] == [b"\x7c\x85", *[b"\x7c\x05"] * 3, b"\x7c\x45"]
    assert found[0][:1][0] & 0xE0 | 5 == unit(5, 2)[0]
    assert b"".join(each[2:] for each in found) == unit(5, 5000)[1:]


@pytest.mark.parametrize("size", [1179, 1180, 1181, 2357, 2358, 60_000])
def test_what_is_cut_can_be_put_together_by_others(size: int) -> None:
    cut = payloads(frame(SPS, PPS, unit(5, size)))
    assert all(len(each) <= PAYLOAD_BYTES for each in cut)
    assert nal_units(b"".join(h264_depayload(each) for each in cut)) == [SPS, PPS, unit(5, size)]


def test_encoded_frames_survive() -> None:
    for each in pictures(20):
        joined = b"".join(h264_depayload(payload) for payload in payloads(each.data))
        assert nal_units(joined) == nal_units(each.data)


def test_packets_lie_one_behind_the_other_with_room_for_their_tags() -> None:
    pieces = [Piece(65535, 2**32 + 7, b"ab", False), Piece(65536, 2**32 + 7, b"cd", True)]
    layout = laid_out(pieces, ssrc=9, payload_type=109, tag=3)
    first = RTP_HEADER.pack(0x80, 109, 65535, 7, 9) + b"ab" + b"\0\0\0"
    assert layout.data == first + RTP_HEADER.pack(0x80, 109 | 0x80, 0, 7, 9) + b"cd" + b"\0\0\0"
    assert layout.packets == ((0, 14), (17, 14))
    assert layout.runs == (Run(0, 34, 17),)
    assert layout.payload_bytes == 4


def test_a_run_holds_packets_of_one_size_and_a_smaller_one_last() -> None:
    def runs(*sizes: int) -> list[Run]:
        pieces = [Piece(n, 0, bytes(size), False) for n, size in enumerate(sizes)]
        return list(laid_out(pieces, ssrc=1, payload_type=96, tag=8).runs)

    assert runs(30, 80, 80, 50, 80) == [Run(0, 50, 50), Run(50, 320, 100), Run(320, 420, 100)]
    assert runs(80, 80, 50, 50) == [Run(0, 270, 100), Run(270, 340, 70)]
    many = runs(*[80] * (GSO_PACKETS + 2))
    assert [run.end - run.start for run in many] == [100 * GSO_PACKETS, 200]


@pytest.mark.parametrize("frame_rate", [25, 30])
def test_the_stream_is_what_the_answer_promises(frame_rate: int) -> None:
    encoder = Encoder(width=1280, height=720, frame_rate=frame_rate, bitrate=2_500_000, preset="superfast")
    promised = bytes.fromhex(SHOWN[0])
    for parameter_sets in (encoder.parameter_sets, encoder.encode(Canvas(1280, 720).frame, keyframe=True)):
        profile, constraints, level = bytes.fromhex(profile_level_id(parameter_sets))
        assert (profile, constraints & 0x40) == (promised[0], promised[1] & 0x40)  # Constrained Baseline (A.2.1.1)
        assert level <= promised[2] == 31
    assert fits_browsers(1280, 720, frame_rate)


def test_a_larger_picture_is_not_promised_to_browsers() -> None:
    encoder = Encoder(width=1920, height=1080, frame_rate=30, bitrate=4_000_000, preset="ultrafast")
    assert profile_level_id(encoder.parameter_sets)[4:] == "28"  # level 4.0
    assert not fits_browsers(1920, 1080, 30)
    assert not fits_browsers(1280, 720, 50)
