"""The sound as people hear it comes in; the same in Opus, in segments of two seconds, goes out for the AV1 sizes."""

from pathlib import Path
from typing import Any

import ffmpeg

from ingest import archive
from transcode import encode, made, probe
from transcode.encode import Means
from transcode.fragments import Different

RECIPE = 1
BITRATE = 48_000  # bits a second of each channel: speech in Opus is transparent well below the 96 of AAC
SEGMENT_S = 2
CLOSE_S = 0.05  # Opus has frames of 20 ms and a beginning of its own


def make(sound: Path, room: archive.Room, means: Means) -> bool:
    """Make `renditions/sound-opus/`; False when it was there. Raises NotAVideo, Different, what process.run raises."""
    folder = room.rendition("sound-opus")
    key = made.key(encode.inputs(sound), {"opus": BITRATE, "recipe": RECIPE}, encode.tool_version(), means.alive)
    if made.is_made(folder, key):
        return False
    made.sweep(folder)
    source = probe.sound_of(sound, means.alive)
    with made.folder_beside(folder) as beside:
        encode.run_ffmpeg(_command(sound, source, beside), source.duration_s, means, start_s=source.start_s)
        got = probe.sound_of(beside / "index.m3u8", means.alive)
        if abs(got.end_s - source.end_s) > CLOSE_S:
            raise Different(f"the sound in Opus ends at {got.end_s:.3f} s, its source at {source.end_s:.3f} s")
        means.confirm()
        made.put_in_place(beside, folder)
    made.note(folder, key, end_s=got.end_s)
    return True


def _command(sound: Path, source: probe.Sound, folder: Path) -> Any:
    heard = encode.source(sound).audio.filter("aresample", 48_000, **{"async": 1, "first_pts": 0})
    names = {"hls_segment_filename": str(folder / "%08d.m4s"), "hls_fmp4_init_filename": "init.mp4", "start_number": 1}
    hls = {"format": "hls", "hls_time": SEGMENT_S, "hls_playlist_type": "vod", "hls_segment_type": "fmp4"}
    opus = {"acodec": "libopus", "audio_bitrate": BITRATE * source.channels, "application": "audio"}
    return ffmpeg.output(heard, str(folder / "index.m3u8"), **opus, **hls, **names, map_metadata=-1)
