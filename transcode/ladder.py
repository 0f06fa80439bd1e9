"""What was recorded comes in, the renditions worth making go out; and the master playlist over what is there.

The top rung is the programme itself and is never encoded again. The master is computed from what exists on the disk:
whoever finishes a rung writes it anew, and looks again afterwards, so that the last writer has seen everything.
"""

import os
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from babel import Locale, UnknownLocaleError

from ingest import archive
from ingest.settings import SettingError
from transcode import made, playlists, probe
from transcode.playlists import Playlist


@dataclass(frozen=True, kw_only=True)
class Rung:
    """One smaller size: the height in pixels, and the most bits a second its picture may take."""

    name: str
    height: int
    bitrate: int
    codec: str = "h264"


AV1 = "av1"
SOUND_GROUP, OPUS_GROUP, CAPTIONS_GROUP = "sound", "opus", "captions"
RUNG_FOLDER = re.compile(r"(\d+)p(-av1)?")
TOP_BITRATE = 2_500_000  # of the live room; AV1 stays far below, but room on the disk is reserved for it


def rungs(texts: Sequence[str]) -> list[Rung]:
    """The ladder as set: "480:1000" is 480 lines of at most 1000 kbit/s. Tallest first. Raises SettingError."""
    found = {}
    for text in texts:
        height, _, kilobits = text.partition(":")
        if not (height.isdecimal() and kilobits.isdecimal() and int(height) >= 2 and int(kilobits) > 0):
            raise SettingError(f"OFFICEHOURS_LADDER: {text!r} is not of the form lines:kbit/s, such as 480:1000")
        even = int(height) // 2 * 2
        found[even] = Rung(name=f"{even}p", height=even, bitrate=int(kilobits) * 1000)
    return [found[height] for height in sorted(found, reverse=True)]


def rungs_for(ladder: Sequence[Rung], width: int, height: int) -> list[Rung]:
    """The sizes worth making: smaller than what was recorded."""
    return [rung for rung in ladder if rung.height < height and width > 0]


def in_av1(chosen: Sequence[Rung], height: int) -> list[Rung]:
    """The same sizes in AV1, and the programme's own above them: players keep to one codec."""
    even = height // 2 * 2
    top = Rung(name=f"{even}p-av1", height=even, bitrate=TOP_BITRATE, codec=AV1)
    return [top, *(replace(rung, name=f"{rung.name}-av1", codec=AV1) for rung in chosen)]


def width_for(rung: Rung, width: int, height: int) -> int:
    """The even width that keeps the shape."""
    return max(2, round(width * rung.height / height / 2) * 2)


@dataclass(frozen=True, kw_only=True)
class Variant:
    """One line of a master playlist: an address relative to it, with what a player must know to choose."""

    address: str
    codec: str
    peak: int  # bits a second of the heaviest segment
    average: int
    width: int = 0
    height: int = 0
    frame_rate: float = 0.0


@dataclass(frozen=True, kw_only=True)
class Captions:
    """A language of captions: its playlist's address, and whether a machine translated them."""

    language: str
    address: str
    translated: bool = False


def master(
    pictures: list[Variant], sound: Variant | None, language: str = "", opus: Variant | None = None,
    captions: Sequence[Captions] = (),
) -> str:  # fmt: skip
    """The text of the master playlist; pictures in the order given, sound alone at the end.

    Pictures in AV1 go with the sound in Opus, once it is there.
    """
    lines = ["#EXTM3U", "#EXT-X-VERSION:7", "#EXT-X-INDEPENDENT-SEGMENTS"]
    modern = opus if any(_is_av1(each) for each in pictures) else None
    if sound is not None and pictures:
        lines.append(_sound_line(sound, SOUND_GROUP, language))
        lines += [_sound_line(modern, OPUS_GROUP, language)] if modern else []
    lines += [_captions_line(each) for each in captions]
    read = f',SUBTITLES="{CAPTIONS_GROUP}"' if captions else ""
    for each in pictures:
        with_opus = modern is not None and _is_av1(each)
        heard, group = (modern, OPUS_GROUP) if with_opus else (sound, SOUND_GROUP)
        lines += [_stream_line(each, heard, group) + read, each.address]
    if sound is not None:
        lines += [_stream_line(sound, None) + read, sound.address]
    return "\n".join([*lines, ""])


def _captions_line(each: Captions) -> str:
    """What a machine translated says so (RFC 8216bis, 4.4.6.1)."""
    by = ',CHARACTERISTICS="public.machine-generated"' if each.translated else ""
    return (
        f'#EXT-X-MEDIA:TYPE=SUBTITLES,GROUP-ID="{CAPTIONS_GROUP}",NAME="{own_name(each.language)}",'
        f'LANGUAGE="{each.language}",AUTOSELECT=YES{by},URI="{each.address}"'
    )


def own_name(language: str) -> str:
    """How a language is called in itself: "Deutsch", "Türkçe"; its code where nobody knows."""
    try:
        locale = Locale.parse(language, sep="-")
    except (UnknownLocaleError, ValueError):
        return language
    name = locale.get_display_name(locale) or language
    return name[:1].upper() + name[1:]


def _is_av1(variant: Variant) -> bool:
    return variant.codec.startswith("av01")


def _sound_line(sound: Variant, group: str, language: str) -> str:
    spoken = f',LANGUAGE="{language}"' if language else ""
    return (
        f'#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="{group}",NAME="Original"{spoken},'
        f'DEFAULT=YES,AUTOSELECT=YES,URI="{sound.address}"'
    )


def _stream_line(variant: Variant, sound: Variant | None, group: str = SOUND_GROUP) -> str:
    peak, average, codecs = variant.peak, variant.average, variant.codec
    if sound is not None:
        peak, average, codecs = peak + sound.peak, average + sound.average, f"{codecs},{sound.codec}"
    line = f'#EXT-X-STREAM-INF:BANDWIDTH={peak},AVERAGE-BANDWIDTH={average},CODECS="{codecs}"'
    line += f",RESOLUTION={variant.width}x{variant.height}" if variant.width else ""
    line += f",FRAME-RATE={variant.frame_rate:.3f}" if variant.frame_rate else ""
    return line + (f',AUDIO="{group}"' if sound is not None else "")


def write_master(
    room: archive.Room, edition: int, language: str = "", confirm: Callable[[], None] = lambda: None
) -> None:
    """Bring the room's master playlist in step with what exists; safe to run twice and at the same time.

    Raises playlists.StillRecording, playlists.MissingSegment when the programme itself is not whole.
    """
    while True:
        opus = room.rendition("sound-opus/index.m3u8")
        modern = _variant(room.master.parent, opus) if opus.exists() else None
        text = master(*_existing(room, edition), language, modern, captions_of(room))
        if _text(room.master) == text:
            return
        confirm()
        archive.write_text(room.master, text)


def captions_of(room: archive.Room) -> list[Captions]:
    """Every language that has a playlist of captions."""
    start, listed = room.master.parent, sorted(room.chapters.parent.glob("*.m3u8"))
    return [
        Captions(
            language=path.stem,
            address=os.path.relpath(path, start),
            translated=(made.facts(room.shown_captions(path.stem)) or {}).get("origin") == "translated",
        )
        for path in listed
        if not path.name.startswith(".")  # half written
    ]


def write_index(programme: archive.Programme) -> None:
    """The programme's own master playlist, for one that no recorder wrote."""
    tracks = {kind: programme.playlist(kind) for kind in ("video", "audio")}
    found = {kind: _variant(programme.root, path) for kind, path in tracks.items() if path.exists()}
    pictures = [found["video"]] if "video" in found else []
    archive.write_text(programme.index, master(pictures, found.get("audio")))


def _existing(room: archive.Room, edition: int) -> tuple[list[Variant], Variant | None]:
    programme = room.programme(edition)
    top = programme.playlist("video")
    pictures = [_variant(room.master.parent, top)] if top.exists() else []
    pictures += [_variant(room.master.parent, path) for path in rung_playlists(room)]
    sound = sound_of(room, edition)
    return pictures, _variant(room.master.parent, sound) if sound is not None else None


def sound_of(room: archive.Room, edition: int) -> Path | None:
    """The playlist of the sound that everybody should hear: the normalised one once it is there."""
    both = room.rendition("sound/index.m3u8"), room.programme(edition).playlist("audio")
    return next((path for path in both if path.exists()), None)


def rung_playlists(room: archive.Room) -> list[Path]:
    """The playlists of all sizes that were made, H.264 before AV1, tallest first."""
    found = [(RUNG_FOLDER.fullmatch(path.parent.name), path) for path in room.rendition("").glob("*/index.m3u8")]
    return [path for *_, path in sorted((match[2] or "", -int(match[1]), path) for match, path in found if match)]


def _variant(start: Path, path: Path) -> Variant:
    playlist = playlists.read(path)
    address = os.path.relpath(path, start)
    peak, average = bits_per_second(path, playlist)
    with probe.open_media(path) as container:
        if not container.streams.video:
            return Variant(
                address=address, codec=probe.hls_codec(container.streams.audio[0]), peak=peak, average=average
            )
        stream = container.streams.video[0]
        return Variant(
            address=address,
            codec=probe.hls_codec(stream),
            peak=peak,
            average=average,
            width=stream.codec_context.width,
            height=stream.codec_context.height,
            frame_rate=float(stream.guessed_rate or 0),
        )


def bits_per_second(path: Path, playlist: Playlist) -> tuple[int, int]:
    """Peak and average over the segments, from the sizes of their files (RFC 8216, 4.3.4.2)."""
    _, *files = playlists.files(path, playlist)
    sizes = [each.stat().st_size * 8 for each in files]
    # A stub of a few frames says nothing about what the line must carry.
    steady = [
        size / each.duration_s for size, each in zip(sizes, playlist.segments, strict=True) if each.duration_s >= 0.5
    ]
    average = sum(sizes) / max(playlist.duration_s, 0.001)
    return round(max([*steady, average])), round(average)


def _text(path: Path) -> str | None:
    return path.read_text(encoding="utf-8") if path.exists() else None
