"""A recording and who does not agree to other platforms come in; what may leave the house goes out.

    renditions/outside/stretches.json    of which media time it holds a slide and silence: ticks, two for each
    renditions/outside/{video,audio}/    playlists over the programme's own segments, but for the dark ones
    renditions/outside/film.mp4  poster.jpg  captions.<language>.vtt

Where everybody agrees there is no such folder, and the film for everybody is the download.
"""

import json
import os
import re
import shutil
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from ingest import archive
from ingest.consent import Output
from ingest.live.mix.cards import Slide
from ingest.live.output.dark import Curtain, ticks_of
from ingest.live.output.recorder import SEGMENT_S
from ingest.live.output.withheld import Refused, Stretch, appearances, dark, within
from transcode import cover, encode, pictures, playlists
from transcode.encode import Means
from transcode.playlists import Segment

KINDS = ("video", "audio")
CUE_TIME = re.compile(r"^(\d+):(\d\d):(\d\d)\.(\d{3}) --> (\d+):(\d\d):(\d\d)\.(\d{3})", re.MULTILINE)


def withheld(room: archive.Room, refuse: Refused) -> list[Stretch]:
    """What other platforms may not have of a recording. Raises Permanent without a readable timeline."""
    events = cover.events_of(room)
    return dark(appearances(events, cover.end_of(events), refuse), Output.OUTSIDE)


def is_made(room: archive.Room, stretches: Sequence[Stretch]) -> bool:
    """Whether the film there is one without exactly these."""
    return _noted(room) == _pairs(stretches) and film(room).is_file()


def film(room: archive.Room) -> Path:
    return _folder(room) / "film.mp4"


def poster(room: archive.Room) -> Path:
    return _folder(room) / "poster.jpg"


def captions(room: archive.Room, language: str) -> Path:
    return _folder(room) / f"captions.{language}.vtt"


def make(
    room: archive.Room, edition: int, stretches: Sequence[Stretch], slide: Slide, language: str, means: Means
) -> bool:
    """Make film, poster and captions without these stretches; False when there is nothing to leave out.

    Raises Permanent, OtherSettings, and what `encode.copy_download` raises.
    """
    folder = _folder(room)
    shutil.rmtree(folder, ignore_errors=True)
    if not stretches:
        return False
    events = cover.events_of(room)
    curtain, rate = cover.curtain(room, edition, events), cover.frame_rate(events)
    found = {kind: _playlist(room.programme(edition), kind, folder, stretches, curtain, slide, rate) for kind in KINDS}
    encode.copy_download(found["video"], found["audio"], film(room), means)
    pictures.make_poster(found["video"], poster(room), means)
    archive.write_text(folder / "stretches.json", json.dumps(_pairs(stretches)) + "\n")
    caption(room, language)
    return True


def caption(room: archive.Room, language: str) -> None:
    """The captions of the film that leaves somebody out, anew; nothing where there is no such film."""
    spoken, noted = room.shown_captions(language), _noted(room)
    if noted and spoken.is_file():
        rate = cover.frame_rate(cover.events_of(room))
        bounds = _seconds([Stretch(*each) for each in noted], rate)
        archive.write_text(captions(room, language), without(spoken.read_text(encoding="utf-8"), bounds))


def without(vtt: str, bounds: Sequence[tuple[float, float]]) -> str:
    """Captions without the cues, and without all notes, that touch these seconds."""
    head, *blocks = vtt.split("\n\n")
    return "\n\n".join([head, *(block for block in blocks if _may_leave(block, bounds))])


def _may_leave(block: str, bounds: Sequence[tuple[float, float]]) -> bool:
    times = CUE_TIME.search(block)
    if times is None:
        return not block.startswith("NOTE")
    start, end = (_clock(times.groups()[at : at + 4]) for at in (0, 4))
    return not any(start < until and since < end for since, until in bounds)


def _clock(found: Sequence[str]) -> float:
    hours, minutes, seconds, milliseconds = map(int, found)
    return hours * 3600 + minutes * 60 + seconds + milliseconds / 1000


def _playlist(
    programme: archive.Programme, kind: str, folder: Path, stretches: Sequence[Stretch], curtain: Curtain,
    slide: Slide, rate: int,
) -> Path:  # fmt: skip
    """One kind as a playlist: dark segments here, the others where they are."""
    source, target = programme.playlist(kind), folder / kind
    target.mkdir(parents=True)
    playlist, back = playlists.read(source), os.path.relpath(source.parent, target)
    segments: list[Segment] = []
    for each in playlist.segments:
        ticks = ticks_of(programme.folder("video") / each.address, rate)
        if within(stretches, ticks.start, ticks.end):
            (target / each.address).write_bytes(curtain.of(kind, source.parent / each.address, slide))
            segments.append(each)
        else:
            segments.append(replace(each, address=f"{back}/{each.address}"))
    text = playlists.write(f"{back}/{playlist.init}", segments, playlist.first_number)
    archive.write_text(target / "index.m3u8", text)
    return target / "index.m3u8"


def _seconds(stretches: Sequence[Stretch], rate: int) -> list[tuple[float, float]]:
    """The whole segments of 2 s in which they lie: as much as the film leaves out."""
    length = SEGMENT_S * rate
    return [(float(each.start // length * SEGMENT_S), float(-(-each.end // length) * SEGMENT_S)) for each in stretches]


def _noted(room: archive.Room) -> list[list[int]] | None:
    path = _folder(room) / "stretches.json"
    if not path.is_file():
        return None
    found: list[list[int]] = json.loads(path.read_text(encoding="utf-8"))
    return found


def _pairs(stretches: Sequence[Stretch]) -> list[list[int]]:
    return [[each.start, each.end] for each in stretches]


def _folder(room: archive.Room) -> Path:
    return room.rendition("outside")
