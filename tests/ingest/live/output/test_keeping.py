"""`ingest/live/output/keeping.py`: a cut stretch can be watched again, by the office alone."""

import io
from datetime import UTC, datetime
from pathlib import Path

import av
import numpy as np

from ingest import sealed
from ingest.archive import Room
from ingest.live.mix.still import drawn
from ingest.live.mix.video import Encoder
from ingest.live.output.delay import Picture, Sound
from ingest.live.output.keeping import Keeping, next_number
from ingest.sealing import public_key
from ingest.secrets import open_safe

WALL = datetime(2026, 11, 25, tzinfo=UTC)


def test_a_kept_stretch_holds_picture_and_sound_in_step(tmp_path: Path) -> None:
    safe, room = open_safe(tmp_path / "key"), Room(tmp_path / "abc")
    keeping = Keeping(room, next_number(room), public_key(safe), 25)
    encoder = Encoder(width=320, height=180, frame_rate=25, bitrate=300_000, preset="ultrafast")
    for frame in range(100, 150):
        data = encoder.encode(drawn(None, 320, 180), frame == 100)
        keeping.picture(Picture(frame=frame, data=data, keyframe=frame == 100, wall=WALL))
    tone = (0.5 * np.sin(np.arange(960) * 2 * np.pi / 48)).astype(np.float32)
    for block in range(198, 300):
        keeping.sound(Sound(block * 960, tone))
    keeping.end()
    assert keeping.wait(10)
    assert room.sealed_stretch(1).read_bytes().count(b"matroska") == 0
    content = sealed.open_stretch(room, 1, safe, by="bo", why="test", at=WALL)
    with av.open(io.BytesIO(content), "r") as file:
        pictures = [frame.pts * frame.time_base for frame in file.decode(video=0)]  # type: ignore[operator]
    assert len(pictures) == 50
    with av.open(io.BytesIO(content), "r") as file:
        sound = np.concatenate([frame.to_ndarray()[0] for frame in file.decode(audio=0)])
    assert abs(len(sound) - 100 * 960) <= 2048
    assert np.abs(sound[4800:9600]).max() > 0.4
    assert next_number(room) == 2
    stretch = sealed.stretches(room)[0]
    assert (stretch.number, stretch.reason) == (1, "")


def test_a_stretch_that_cannot_be_kept_disturbs_nobody(tmp_path: Path) -> None:
    keeping = Keeping(Room(tmp_path / "abc"), 1, "not a key", 25)
    keeping.end()
    assert keeping.wait(10)
