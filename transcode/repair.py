"""Somebody else's recording comes in, in any container and codec; a programme as the live room makes it goes out.

One encode mends what can be mended: odd or varying frame rates become even, a turned picture stands upright, late or
missing sound begins with silence, a file that breaks off ends where it breaks. What cannot be mended is refused with
the reason, and nothing is left behind.
"""

from collections.abc import Iterator
from fractions import Fraction
from itertools import islice
from pathlib import Path
from typing import Any

import ffmpeg

from ingest import archive
from ingest.live.cmaf import boxes
from transcode import encode, encoders, fragments, ladder, loudness, made, playlists, probe
from transcode.encode import Means
from transcode.fragments import Different
from transcode.playlists import Segment
from transcode.probe import NotAVideo

SEGMENT_S = 2
RATES = (25, 30)
TALLEST = 1080
SHORTEST_S = 0.5
LONGEST_S = 12 * 3600  # a file that says more is damaged, and would fill the disk with one repeated picture
BITS_PER_PIXEL = Fraction(9, 100)  # of the live room: 2.5 Mbit/s for 1280 x 720 at 30
KEPT = 0.5  # a recording of which less than half can be decoded is no recording


def repair(film: Path, programme: archive.Programme, means: Means, *, preset: str = "superfast") -> probe.Picture:
    """Make `programme` of `film`; gives its picture. Raises NotAVideo, Different and what process.run raises."""
    media = probe.probe(film, means.alive)
    if media.picture is None:
        raise NotAVideo(f"{film.name} has no picture: a recording needs one")
    if media.picture.duration_s < SHORTEST_S and media.picture.frames < 2:
        raise NotAVideo(f"{film.name} is shorter than {SHORTEST_S} s")
    if media.end_s - media.picture.start_s > LONGEST_S:
        raise NotAVideo(f"{film.name} says that it lasts {media.end_s / 3600:.0f} hours; at most 12 can be taken")
    with made.folder_beside(programme.root) as beside:
        video, audio = beside / "video.mp4", beside / "audio.m4a"
        command = repair_command(film, media, video, audio, means, preset)
        encode.run_ffmpeg(command, media.end_s - media.picture.start_s, means)
        picture = _checked(media.picture, video, film, means)
        new = archive.Programme(beside)
        _write_video(video, new, picture)
        if audio.exists():
            _write_audio(audio, new)
        for each in (video, audio):
            each.unlink(missing_ok=True)
        ladder.write_index(new)
        means.confirm()
        made.put_in_place(beside, programme.root)
    return picture


def rate_for(picture: probe.Picture) -> int:
    """25 or 30 frames a second, whichever is nearer to what was recorded or half of it."""
    measured = float(picture.frame_rate) or 30.0
    return min(RATES, key=lambda rate: min(abs(measured - rate), abs(measured / 2 - rate)))


def size_for(picture: probe.Picture) -> tuple[int, int]:
    """Even width and height, not larger than full HD's lines and not enlarged."""
    height = min(picture.height, TALLEST)
    return max(2, round(picture.width * height / picture.height / 2) * 2), max(2, height // 2 * 2)


def repair_command(film: Path, media: probe.Media, video: Path, audio: Path, means: Means, preset: str) -> Any:
    """One decode; a fragmented MP4 with a keyframe every two seconds, and the sound as one file."""
    assert media.picture is not None
    rate, (width, height) = rate_for(media.picture), size_for(media.picture)
    source = encode.source(film)
    shown = source.video.filter("fps", rate, start_time=0).filter("scale", width, height).filter("setsar", 1)
    shown = shown.filter("format", "yuv420p")
    count = int(media.end_s) // SEGMENT_S + 2
    keyframes = ",".join(f"{max(0.0, n * SEGMENT_S - 0.5 / rate):.6f}" for n in range(count))
    bitrate = int(width * height * rate * BITS_PER_PIXEL)
    outputs = [encoders.h264(shown, video, max(bitrate, 200_000), preset, keyframes, means.settings)]
    if media.sound is not None and media.sound.duration_s > 0:
        channels = min(media.sound.channels, 2) or 1
        heard = source.audio.filter("aresample", boxes.AUDIO_TIMESCALE, **{"async": 1, "first_pts": 0})
        more = {"audio_bitrate": loudness.BITRATE * channels, "ac": channels, "map_metadata": -1}
        outputs.append(ffmpeg.output(heard, str(audio), format="mp4", acodec="aac", **more))
    return ffmpeg.merge_outputs(*outputs)


def _checked(wanted: probe.Picture, video: Path, film: Path, means: Means) -> probe.Picture:
    """What was made, unless most of it is missing."""
    try:
        got = probe.picture_of(video, means.alive)
    except NotAVideo as error:
        raise Different(f"not one picture of {film.name} can be decoded: the file is damaged") from error
    if got.duration_s < KEPT * wanted.duration_s:
        raise Different(
            f"only {got.duration_s:.1f} of {wanted.duration_s:.1f} s of {film.name} can be decoded: the file is damaged"
        )
    return got


def _write_video(video: Path, programme: archive.Programme, picture: probe.Picture) -> None:
    folder, rate = programme.folder("video"), round(picture.frame_rate)
    folder.mkdir()
    whole, rest = divmod(picture.frames, SEGMENT_S * rate)
    frames = [SEGMENT_S * rate] * whole + [rest] * bool(rest)
    segments = _segments([Fraction(each, rate) for each in frames])
    fragments.cut(video, folder, [each.address for each in segments])
    _write_playlist(folder, segments)


def _write_audio(audio: Path, programme: archive.Programme) -> None:
    folder = programme.folder("audio")
    folder.mkdir()
    lengths = []
    with probe.open_media(audio) as container:
        stream = container.streams.audio[0]
        for number, packets in enumerate(_two_seconds_each(loudness.packets(container, stream)), 1):
            data = [boxes.Sample(data=each, duration=boxes.AAC_FRAME) for each in packets]
            lengths.append(len(data))
            time = sum(lengths[:-1]) * boxes.AAC_FRAME
            (folder / archive.SEGMENT_NAME.format(number)).write_bytes(boxes.part(number, time, data))
        config, channels = stream.codec_context.extradata or b"", stream.channels
    if not lengths:
        folder.rmdir()
        return
    (folder / "init.mp4").write_bytes(boxes.audio_init(config, loudness.BITRATE * channels, channels))
    frame = Fraction(boxes.AAC_FRAME, boxes.AUDIO_TIMESCALE)
    _write_playlist(folder, _segments([count * frame for count in lengths]))


def _two_seconds_each(packets: Iterator[bytes]) -> Iterator[list[bytes]]:
    """As the recorder cuts: a packet belongs to the segment in which it begins."""
    number, written = 1, 0
    while True:
        until = -(-number * SEGMENT_S * boxes.AUDIO_TIMESCALE // boxes.AAC_FRAME)
        some = list(islice(packets, until - written))
        if not some:
            return
        yield some
        number, written = number + 1, written + len(some)


def _segments(lengths: list[Fraction]) -> list[Segment]:
    return [
        Segment(address=archive.SEGMENT_NAME.format(n), duration_s=float(each)) for n, each in enumerate(lengths, 1)
    ]


def _write_playlist(folder: Path, segments: list[Segment]) -> None:
    (folder / "index.m3u8").write_text(playlists.write("init.mp4", segments, 1), encoding="utf-8")
