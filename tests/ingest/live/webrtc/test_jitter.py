from collections.abc import Sequence

import pytest

from ingest.live.webrtc.jitter import EncodedFrame, Outcome, Piece, VideoBuffer, is_keyframe

KEY = b"\0\0\0\1\x67sps\0\0\0\1\x65"
DELTA = b"\0\0\0\1\x41"


def picture(number: int, *, key: bool = False, packets: int = 2) -> list[tuple[int, Piece]]:
    """The packets of the picture that begins at this sequence number."""
    pieces = []
    for index in range(packets):
        data = (KEY if key else DELTA) if index == 0 else b"rest"
        last = index == packets - 1
        pieces.append((number + index, Piece(rtp=number * 90, marker=last, data=data, codec="H264", first=index == 0)))
    return pieces


def feed(buffer: VideoBuffer, packets: Sequence[tuple[int, Piece]], now: float = 0.0) -> Outcome:
    """All that followed from packets which came at one moment."""
    sum_ = Outcome()
    for number, piece in packets:
        outcome = buffer.add(number & 0xFFFF, piece, now)
        sum_.frames += outcome.frames
        sum_.nack += outcome.nack
        sum_.pli |= outcome.pli
    return sum_


def times(frames: Sequence[EncodedFrame]) -> list[int]:
    return [frame.rtp // 90 for frame in frames]


def test_a_picture_leaves_with_its_last_packet() -> None:
    buffer = VideoBuffer()
    packets = picture(10, key=True)
    assert feed(buffer, packets[:1]).frames == []
    assert feed(buffer, packets[1:]).frames == [
        EncodedFrame(kind="video", codec="H264", data=KEY + b"rest", rtp=900, keyframe=True, arrived=0.0)
    ]


def test_order_is_mended_also_where_numbers_wrap() -> None:
    buffer = VideoBuffer()
    first = picture(65533, key=True)
    second, third = picture(65535), picture(65537)
    assert times(feed(buffer, [*first, third[1], second[0], third[0], second[1]]).frames) == [65533, 65535, 65537]


def test_nothing_leaves_before_the_first_keyframe_which_is_asked_for() -> None:
    buffer = VideoBuffer()
    outcome = feed(buffer, picture(10))
    assert (outcome.frames, outcome.pli) == ([], True)
    assert not feed(buffer, picture(12), now=0.1).pli
    assert feed(buffer, picture(14), now=0.6).pli
    assert times(feed(buffer, picture(16, key=True), now=0.7).frames) == [16]


def test_a_hole_is_asked_for_again_and_filled() -> None:
    buffer = VideoBuffer()
    feed(buffer, picture(10, key=True))
    lost, after = picture(12), picture(14)
    assert feed(buffer, [lost[1], *after], now=1.0).nack == [12]
    assert buffer.poll(1.02).nack == []
    assert buffer.poll(1.06).nack == [12]
    outcome = feed(buffer, lost[:1], now=1.08)
    assert (times(outcome.frames), buffer.lost) == ([12, 14], 0)


def holed() -> VideoBuffer:
    """A buffer in which packet 12 has been missing since 1.0 s."""
    buffer = VideoBuffer()
    feed(buffer, picture(10, key=True))
    feed(buffer, [picture(12)[1], *picture(14)], now=1.0)
    return buffer


def test_a_hole_is_given_up_for_a_keyframe_that_was_asked_for() -> None:
    buffer = holed()
    outcome = buffer.poll(1.21)
    assert (outcome.frames, outcome.nack, outcome.pli) == ([], [12], True)
    assert feed(buffer, picture(16), now=1.3).frames == []
    outcome = feed(buffer, [*picture(18, key=True), *picture(20)], now=1.4)
    assert (times(outcome.frames), buffer.lost) == ([18, 20], 1)


def test_a_packet_that_comes_before_the_keyframe_ends_the_freeze_as_well() -> None:
    buffer = holed()
    assert buffer.poll(1.21).pli
    assert times(feed(buffer, picture(12)[:1], now=1.35).frames) == [12, 14]
    assert buffer.lost == 0


def test_without_either_everything_before_the_next_keyframe_is_dropped() -> None:
    buffer = holed()
    buffer.poll(1.21)
    assert (buffer.poll(1.61).nack, buffer.lost) == ([], 1)
    assert feed(buffer, picture(12)[:1], now=1.65).frames == []
    assert feed(buffer, picture(16), now=1.7).frames == []
    assert times(feed(buffer, picture(18, key=True), now=1.8).frames) == [18]


def test_each_hole_has_its_own_time() -> None:
    buffer = holed()
    feed(buffer, [picture(16)[1]], now=1.15)
    assert times(feed(buffer, picture(12)[:1], now=1.18).frames) == [12, 14]
    outcome = buffer.poll(1.3)  # the second hole is 0.15 s old
    assert (outcome.nack, outcome.pli) == ([16], False)
    assert times(feed(buffer, picture(16)[:1], now=1.32).frames) == [16]
    assert buffer.lost == 0


def test_a_torn_picture_after_a_hole_never_leaves_even_if_it_looks_like_a_keyframe() -> None:
    buffer = VideoBuffer()
    start = Piece(rtp=0, marker=True, data=b"\x10key", codec="VP8")
    buffer.add(1, start, 0.0)
    rest = Piece(rtp=90, marker=True, data=b"\x10looks like one", codec="VP8", first=False)
    buffer.add(3, rest, 1.0)
    assert buffer.poll(1.7).frames == []
    assert (buffer.lost, buffer.dropped) == (1, 0)


def test_padding_and_a_missing_marker_hold_nothing_up() -> None:
    buffer = VideoBuffer()
    padding = Piece(rtp=900, marker=False, data=b"", codec="H264")
    without_marker = [(13, Piece(rtp=1170, marker=False, data=DELTA, codec="H264"))]
    packets = [*picture(10, key=True), (12, padding), *without_marker, *picture(14)]
    assert times(feed(buffer, packets).frames) == [10, 13, 14]


def test_a_sender_that_begins_anew_is_followed() -> None:
    buffer = VideoBuffer()
    feed(buffer, picture(10, key=True))
    assert times(feed(buffer, picture(40_000, key=True), now=1.0).frames) == [40_000]


@pytest.mark.parametrize(
    ("codec", "data", "key"),
    [
        ("H264", KEY, True),
        ("H264", b"\0\0\1\x65x", True),
        ("H264", DELTA, False),
        ("H264", b"\0\0\1", False),
        ("VP8", b"\x10", True),
        ("VP8", b"\x11", False),
    ],
)
def test_keyframes_are_known(codec: str, data: bytes, key: bool) -> None:
    assert is_keyframe(codec, data) is key
