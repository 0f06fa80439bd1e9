"""`ingest/live/mix/still.py`: a slide as frames that fit into the programme."""

import io

import av
import pytest

from ingest.live.cmaf.boxes import nal_units
from ingest.live.mix.still import Still, drawn, still
from ingest.live.mix.video import Encoder


def encoder() -> Encoder:
    return Encoder(width=320, height=180, frame_rate=25, bitrate=300_000, preset="ultrafast")


@pytest.fixture
def slide() -> Still:
    return still(encoder(), drawn(None, 320, 180), 25)


def test_a_slide_has_the_programmes_parameter_sets(slide: Still) -> None:
    programmes = [unit for unit in nal_units(encoder().parameter_sets) if unit[0] & 31 in (7, 8)]
    data, keyframe = slide.frame(False)
    assert keyframe
    assert [unit for unit in nal_units(data) if unit[0] & 31 in (7, 8)] == programmes


def test_keyframes_come_where_they_are_asked_for_and_after_two_seconds(slide: Still) -> None:
    asked = [number in (7, 8) for number in range(70)]
    came = [slide.frame(keyframe)[1] for keyframe in asked]
    assert [number for number, keyframe in enumerate(came) if keyframe] == [0, 7, 8, 58]
    slide.begin()
    assert slide.frame(False)[1]


def test_every_frame_decodes_whatever_the_order_of_keyframes(slide: Still) -> None:
    stream = b"".join(slide.frame(number % 13 == 5 or number % 17 == 3)[0] for number in range(90))
    with av.open(io.BytesIO(stream), "r", format="h264") as file:
        frames = list(file.decode(video=0))
    assert len(frames) == 90
    assert not any(frame.is_corrupt for frame in frames)
