"""A drawn picture comes in; the output of one encoder goes out: a fragmented MP4 without sound, cut where it is told.

Keyframes and fragments stand at the times given (seconds, with commas between) and nowhere else.
"""

from pathlib import Path
from typing import Any

import ffmpeg

from transcode.settings import Settings

# Each stretch notes its own media time, which the muxer only does for a discontinuity.
MOVFLAGS = "+frag_keyframe+empty_moov+default_base_moof+cmaf+frag_discont"
AV1_PRESET = 8
LONGEST_GOP = 1000  # frames; no keyframe but those that are asked for


def h264(shown: Any, target: Path, bitrate: int, preset: str, keyframes: str, settings: Settings) -> Any:
    """H.264 by x264 with at most `bitrate` bits a second, fragments at `keyframes` (seconds, comma-separated)."""
    return ffmpeg.output(
        shown,
        str(target),
        format="mp4",
        movflags=MOVFLAGS,
        vcodec="libx264",
        preset=preset,
        pix_fmt="yuv420p",
        crf=23,
        maxrate=bitrate,
        bufsize=2 * bitrate,
        threads=settings.encode_threads,
        force_key_frames=keyframes,
        bf=0,  # B-frames would move the whole track: a fragment's decode time cannot lie before 0
        **{"x264-params": "keyint=infinite:scenecut=0:open-gop=0", "fps_mode": "passthrough", "copyts": None},
        video_track_timescale=90000,
        map_metadata=-1,
    )


def av1(shown: Any, target: Path, crf: int, keyframes: str, settings: Settings) -> Any:
    """The same in AV1 by SVT-AV1; `crf` from 1 (best) to 63."""
    parameters = f"lp={settings.encode_threads}:force-key-frames=1:scd=0"
    return ffmpeg.output(
        shown,
        str(target),
        format="mp4",
        movflags=MOVFLAGS,
        vcodec="libsvtav1",
        preset=AV1_PRESET,
        crf=crf,
        pix_fmt="yuv420p",
        g=LONGEST_GOP,
        force_key_frames=keyframes,
        **{"svtav1-params": parameters, "fps_mode": "passthrough", "copyts": None},
        video_track_timescale=90000,
        map_metadata=-1,
    )
