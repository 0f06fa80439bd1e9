"""`ingest/live/cmaf/boxes.py`: what was written is what a player reads, to the tick."""

import io
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from ingest.live.cmaf import boxes
from ingest.live.mix.audio import AacEncoder
from ingest.live.mix.scene import Box
from ingest.live.mix.video import Canvas, Encoder


def pictures(frame_rate: int, count: int, keyframes: set[int]) -> tuple[bytes, list[bytes]]:
    """The encoder's parameter sets and its packets, for a picture that gets brighter."""
    encoder = Encoder(width=160, height=90, frame_rate=frame_rate, bitrate=200_000, preset="ultrafast")
    canvas = Canvas(160, 90)
    packets = []
    for number in range(count):
        canvas.fill(Box(0, 0, 160, 90), (16 + number % 200, 128, 128))
        packets.append(encoder.encode(canvas.frame, number in keyframes))
    return encoder.parameter_sets, packets


def video_file(frame_rate: int, per_part: int, packets: list[bytes], sets: bytes, keyframes: set[int]) -> bytes:
    length = boxes.VIDEO_TIMESCALE // frame_rate
    samples = [
        boxes.Sample(data=boxes.length_prefixed(packet), duration=length, keyframe=number in keyframes)
        for number, packet in enumerate(packets)
    ]
    parts = [
        boxes.part(first // per_part + 1, first * length, samples[first : first + per_part])
        for first in range(0, len(samples), per_part)
    ]
    return boxes.video_init(sets, 160, 90) + b"".join(parts)


@pytest.mark.parametrize(("frame_rate", "per_part"), [(25, 10), (30, 12)])
def test_every_frame_is_read_back_at_its_time(frame_rate: int, per_part: int) -> None:
    # 35 and 41 are a viewer's: they neither begin a part nor move a segment.
    keyframes = {0, 35, 41, 2 * frame_rate, 4 * frame_rate}
    sets, packets = pictures(frame_rate, 5 * frame_rate + 3, keyframes)
    data = video_file(frame_rate, per_part, packets, sets, keyframes)
    with av.open(io.BytesIO(data), "r") as file:
        stream = file.streams.video[0]
        assert (stream.codec_context.name, stream.width, stream.height) == ("h264", 160, 90)
        read = [packet for packet in file.demux(stream) if packet.size]
    assert [packet.pts for packet in read] == [n * 90_000 // frame_rate for n in range(len(packets))]
    assert [packet.dts for packet in read] == [packet.pts for packet in read]
    assert {n for n, packet in enumerate(read) if packet.is_keyframe} == keyframes
    with av.open(io.BytesIO(data), "r") as file:
        frames = list(file.decode(video=0))
    assert len(frames) == len(packets)
    assert [frame.time_base * (frame.pts or 0) for frame in frames if frame.time_base] == [
        Fraction(n, frame_rate) for n in range(len(packets))
    ]


def test_sound_begins_at_zero_and_is_read_back_sample_by_sample() -> None:
    encoder = AacEncoder(0)
    sound = (0.4 * np.sin(np.arange(96_000) * 0.06)).astype(np.float32)
    frames = [boxes.Sample(data=data, duration=1024) for _, data in encoder.encode(sound) + encoder.flush()]
    parts = [boxes.part(1, 0, frames[:19]), boxes.part(2, 19 * 1024, frames[19:])]
    data = boxes.audio_init(encoder.config, 96_000) + b"".join(parts)
    with av.open(io.BytesIO(data), "r") as file:
        decoded = list(file.decode(audio=0))
    assert [frame.pts for frame in decoded] == [1024 * n for n in range(len(frames))]
    assert decoded[0].rate == 48_000
    out = np.concatenate([frame.to_ndarray()[0] for frame in decoded])
    # The first frame lacks the one it overlaps with (the dropped priming); from the second on it is the same wave.
    # Three samples late would give 0.984.
    assert np.corrcoef(out[1024:96_000], sound[1024:])[0, 1] > 0.99


def test_a_torn_file_has_its_whole_parts(tmp_path: Path) -> None:
    _, packets = pictures(25, 30, {0})
    samples = [boxes.Sample(data=boxes.length_prefixed(each), duration=3600) for each in packets]
    parts = [boxes.part(n + 1, n * 36_000, samples[10 * n : 10 * n + 10]) for n in range(3)]
    whole = [
        boxes.Part(offset=0, size=len(parts[0]), time=0, duration=36_000),
        boxes.Part(offset=len(parts[0]), size=len(parts[1]), time=36_000, duration=36_000),
    ]
    path = tmp_path / "00000001.m4s"
    for torn in range(0, len(parts[2]), 37):
        path.write_bytes(parts[0] + parts[1] + parts[2][:torn])
        assert boxes.whole_parts(path) == whole
    path.write_bytes(parts[0] + parts[1] + bytes(500))
    assert boxes.whole_parts(path) == whole
    path.write_bytes(b"")
    assert boxes.whole_parts(path) == []


def test_only_what_belongs_into_a_file_is_kept_of_a_frame() -> None:
    frame = b"\0\0\0\1\x67sps\0\0\0\1\x68pps\0\0\1\x06sei\0\0\1\x65slice"
    assert boxes.nal_units(frame) == [b"\x67sps", b"\x68pps", b"\x06sei", b"\x65slice"]
    assert boxes.length_prefixed(frame) == b"\0\0\0\4\x06sei\0\0\0\6\x65slice"


def test_parameter_sets_are_asked_for_by_name() -> None:
    with pytest.raises(ValueError, match="no NAL unit of type 7"):
        boxes.video_init(b"\0\0\1\x68pps", 160, 90)
    sets, _ = pictures(25, 1, {0})
    assert boxes.codec_name(sets).startswith("avc1.42c0")
