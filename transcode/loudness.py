"""The programme's sound comes in; the same sound at the loudness of EBU R128 goes out, measured before and after.

    first pass    integrated loudness and true peak of the whole (ITU-R BS.1770)
    second pass   one gain for the whole, peaks held by a limiter that looks ahead, AAC
    afterwards    measured again; what misses the target is done once more with what was learnt

`renditions/sound/` has the programme's own segments, packet for packet; `renditions/loudness.json` keeps the figures.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import av
import ffmpeg

from ingest import archive
from ingest.live.cmaf import boxes
from transcode import encode, fragments, made, playlists, probe
from transcode.encode import Means
from transcode.fragments import Different

RECIPE = 1
SILENT_LUFS = -60.0  # nobody speaks so softly: raising it would only raise hiss
LOUDEST_GAIN_DB = 40.0
CLOSE_LU = 0.5  # R128 s1 allows 0.5 LU where exact normalisation is not practicable
ROUNDS = 3
BITRATE = 96_000  # bits a second of each channel
PEAK_RATE = 192_000  # four times 48 kHz, as BS.1770 measures true peaks
FRAME = boxes.AAC_FRAME


@dataclass(frozen=True, kw_only=True)
class Loudness:
    """What was measured: integrated loudness, range in LU, true peak."""

    integrated_lufs: float
    range_lu: float
    true_peak_dbtp: float


@dataclass(frozen=True, kw_only=True)
class Treatment:
    """What is done to the sound: a gain, and the peak that the limiter lets through."""

    gain_db: float
    peak_db: float


def measure(sound: Path, duration_s: float, means: Means) -> Loudness:
    """Listen to the whole of `sound`. Raises what process.run raises."""
    heard = encode.source(sound).audio.filter("ebur128", peak="true", framelog="quiet")
    return parse(encode.run_ffmpeg(ffmpeg.output(heard, "-", format="null"), duration_s, means, loglevel="info"))


def parse(said: str) -> Loudness:
    """Read the summary that ffmpeg's ebur128 prints at the end. Raises Different when there is none."""
    summary = said.rpartition("Summary:")[2]
    found = {
        name: re.search(rf"\b{name}:\s+(-?(?:[\d.]+|inf|nan))", summary, re.IGNORECASE) for name in ("I", "LRA", "Peak")
    }
    values = {name: float(match[1]) for name, match in found.items() if match}
    if len(values) < len(found):
        raise Different(f"the loudness of the sound could not be measured: {said[-300:]}")
    return Loudness(integrated_lufs=values["I"], range_lu=values["LRA"], true_peak_dbtp=max(values["Peak"], -120.0))


def is_speech(heard: Loudness) -> bool:
    """Whether there is anything to bring to a loudness."""
    return heard.integrated_lufs > SILENT_LUFS


def first(heard: Loudness, target_lufs: float, peak_db: float) -> Treatment:
    """The gain that leads to the target; AAC adds a little to peaks, so the limiter begins below."""
    return Treatment(gain_db=min(target_lufs - heard.integrated_lufs, LOUDEST_GAIN_DB), peak_db=peak_db - 0.5)


def better(last: Treatment, heard: Loudness, target_lufs: float, peak_db: float) -> Treatment | None:
    """What to do instead, from what the last treatment led to; None when it is good."""
    missed, over = target_lufs - heard.integrated_lufs, heard.true_peak_dbtp - peak_db
    if abs(missed) <= CLOSE_LU and over <= 0:
        return None
    gain_db = min(last.gain_db + missed, LOUDEST_GAIN_DB)
    return Treatment(gain_db=gain_db, peak_db=last.peak_db - max(over + 0.1, 0.0) * (over > 0))


def normalise(sound: Path, room: archive.Room, means: Means) -> bool:
    """Make `renditions/sound/` from the playlist `sound`; False when it was there or there is nothing to hear.

    Raises NotAVideo, Different and what process.run raises.
    """
    settings, folder = means.settings, room.rendition("sound")
    wanted = {"lufs": settings.loudness_lufs, "peak": settings.true_peak_db, "recipe": RECIPE}
    key = made.key(encode.inputs(sound), wanted, encode.tool_version(), means.alive)
    if made.is_made(folder, key) or _known(room).get("key") == key:
        return False
    made.sweep(folder)
    source = probe.sound_of(sound, means.alive)
    before = measure(sound, source.duration_s, means)
    if not is_speech(before):
        _keep(room, key, before, None, means)
        return False
    with made.folder_beside(folder) as beside:
        after = _treat(sound, source, before, beside, means)
        means.confirm()
        made.put_in_place(beside, folder)
    made.note(folder, key, frames=source.frames, end_s=source.end_s)
    _keep(room, key, before, after, means)
    return True


def _treat(sound: Path, source: probe.Sound, before: Loudness, folder: Path, means: Means) -> Loudness:
    """Fill `folder` with the treated segments; how loud they are."""
    target_lufs, peak_db = means.settings.loudness_lufs, means.settings.true_peak_db
    treatment, whole = first(before, target_lufs, peak_db), folder / "whole.m4a"
    for _ in range(ROUNDS):
        encode.run_ffmpeg(treatment_command(sound, source, treatment, whole), source.duration_s, means)
        after = measure(whole, source.duration_s, means)
        again = better(treatment, after, target_lufs, peak_db)
        if again is None:
            break
        treatment = again
    write_segments(whole, sound, folder)
    whole.unlink()
    encode.compare(source, probe.sound_of(folder / "index.m3u8", means.alive), "sound")
    return after


def treatment_command(sound: Path, source: probe.Sound, treatment: Treatment, target: Path) -> Any:
    """One AAC file with exactly as many samples as the packets of `source` hold, from time 0."""
    samples = source.frames * FRAME
    heard = (
        encode.source(sound)
        .audio.filter("asetpts", "N/SR/TB")
        .filter("volume", f"{treatment.gain_db:.2f}dB", precision="float")
        .filter("aresample", PEAK_RATE)
        .filter("alimiter", limit=f"{10 ** (treatment.peak_db / 20):.4f}", level=0, latency=1)
        .filter("aresample", boxes.AUDIO_TIMESCALE)
        .filter("apad", whole_len=samples)
        .filter("atrim", end_sample=samples)
    )
    return ffmpeg.output(
        heard, str(target), format="mp4", acodec="aac", audio_bitrate=BITRATE * source.channels, map_metadata=-1
    )


def write_segments(whole: Path, sound: Path, folder: Path) -> None:
    """Cut `whole` as the programme's sound is cut: as many packets in each segment, at the same media time.

    Raises Different when there are fewer.
    """
    playlist = playlists.read(sound)
    _, *sources = playlists.files(sound, playlist)
    with probe.open_media(whole) as container:
        stream = container.streams.audio[0]
        config = stream.codec_context.extradata or b""
        bitrate, channels = BITRATE * stream.channels, stream.channels
        heard = packets(container, stream)
        for number, path in enumerate(sources, 1):
            count = fragments.samples(path)
            data = [boxes.Sample(data=each, duration=FRAME) for each in islice(heard, count)]
            if len(data) != count:
                raise Different(f"{whole.name} has {len(data)} packets for {path.name}, which has {count}")
            (folder / path.name).write_bytes(boxes.part(number, fragments.first_time(path), data))
    (folder / "init.mp4").write_bytes(boxes.audio_init(config, bitrate, channels))
    text = playlists.write("init.mp4", playlist.segments, playlist.first_number)
    (folder / "index.m3u8").write_text(text, encoding="utf-8")


def packets(container: Any, stream: av.AudioStream) -> Iterator[bytes]:
    """The packets that are heard; the first of an encoder (1024 samples of priming) lies before time 0."""
    for packet in container.demux(stream):
        if packet.size and packet.pts is not None and packet.pts >= 0:
            yield bytes(packet)


def _known(room: archive.Room) -> dict[str, Any]:
    """The figures of a sound that was found silent; those of others are held by the folder's receipt."""
    path = room.rendition("loudness.json")
    if not path.exists():
        return {}
    noted: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return noted if noted["after"] is None else {}


def _keep(room: archive.Room, key: str, before: Loudness, after: Loudness | None, means: Means) -> None:
    target = {"integrated_lufs": means.settings.loudness_lufs, "true_peak_dbtp": means.settings.true_peak_db}
    figures = {"target": target, "before": _finite(before), "after": after and _finite(after), "key": key}
    archive.write_text(room.rendition("loudness.json"), json.dumps(figures, indent=1) + "\n")


def _finite(heard: Loudness) -> dict[str, float]:
    """JSON has no infinity: silence is -120."""
    return {name: max(value, -120.0) if value == value else 0.0 for name, value in asdict(heard).items()}
