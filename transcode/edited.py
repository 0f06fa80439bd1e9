"""What people did to captions comes in from rows, the files that everybody gets go out; the video is not touched.

    captions/<language>.released.{vtt,srt,txt,words.json}   each released track; the machine's own files stay
    captions/<language>.m3u8                                every language as a track of the master playlist

Before that each track is settled: over what the machine wrote last, and without what may not be in captions by now. May
run twice, and at the same time: whoever has written looks again.
"""

import json
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from sqlalchemy.engine import Connection

from ingest import archive, pseudonyms
from ingest.consent import Output
from ingest.database import random_id
from ingest.live.output.withheld import appearances, dark
from ingest.pseudonyms import Masks
from ingest.timeline import Event, tick_duration
from transcode import carrying, cover, drafts, editing, made, playlists, store
from transcode.carrying import Bounds, Carried
from transcode.cues import Cue
from transcode.editing import Passage
from transcode.store import Origin, Track
from transcode.webvtt import subrip, transcript, webvtt

SIDES = (".srt", ".txt", ".words.json")
"""Beside the WebVTT file, which is written last: whoever finds it finds the others."""


@dataclass(frozen=True, kw_only=True)
class Rules:
    """What may not be in captions by what people say now: stretches, and names with what is written instead."""

    dark: Bounds
    masks: Masks

    @property
    def bind(self) -> bool:
        return bool(self.dark or self.masks)


def rules(connection: Connection, office_hour: str, events: list[Event]) -> Rules:
    """The rules for an office hour with this timeline, which is empty for what was uploaded."""
    masks = pseudonyms.of_office_hour(connection, office_hour)
    if not events:
        return Rules(dark=(), masks=masks)
    refuse = cover.refused(connection, office_hour)
    stretches = dark(appearances(events, cover.end_of(events), refuse), Output.CAPTIONS)
    tick_ms = 1000 * float(tick_duration(events))
    return Rules(
        dark=tuple((round(each.start * tick_ms), round(each.end * tick_ms)) for each in stretches), masks=masks
    )


def events_of(room: archive.Room) -> list[Event]:
    """What happened, nothing for what was uploaded. Raises Permanent for a timeline that cannot be read."""
    return cover.events_of(room) if room.timeline.exists() else []


@dataclass(frozen=True, kw_only=True)
class Machine:
    """What the machine wrote last, and the digest of it; "" and nothing while there is none."""

    source: str = ""
    passages: Sequence[Passage] = ()


def machine(room: archive.Room, of: Track) -> Machine:
    """The machine's text, read only where it is another one than the track was made of."""
    source = drafts.source(room, of.language) if of.origin is Origin.MACHINE else ""
    if not source or source == of.source:
        return Machine()
    return Machine(source=source, passages=drafts.machines(room, of.language, name=random_id()[:8]))


def settle(connection: Connection, of: Track, anew: Machine, bound: Rules, at: datetime) -> Track:
    """A track over the machine's newest words and within the rules. Raises Overtaken."""
    newest = store.passages(connection, of.office_hour, of.language)
    public = store.passages(connection, of.office_hour, of.language, of.released) if of.released else {}
    if not anew.source and not any(_forbidden(each, bound) for each in (*newest.values(), *public.values())):
        return of
    first = of.newest + 1
    if of.released:
        of = _renewed(connection, of, public.values(), anew, bound, at)
        of = store.change_track(connection, of, released=of.newest)
    if newest != public:
        of = _renewed(connection, of, newest.values(), anew, bound, at)
    if bound.bind:
        store.erase_before(connection, of, first)
    return store.change_track(connection, of, source=anew.source) if anew.source else of


def _forbidden(passage: Passage, bound: Rules) -> bool:
    return carrying.is_dark(passage, bound.dark) or carrying.masked(passage, bound.masks) != passage


def _renewed(
    connection: Connection, of: Track, text: Iterable[Passage], anew: Machine, bound: Rules, at: datetime
) -> Track:
    before = list(text)
    if anew.source:
        found = carrying.carried(before, anew.passages, bound.dark, bound.masks)
    else:
        left = carrying.allowed(before, bound.dark, bound.masks)
        found = Carried(passages=tuple(left), kept=len(left), lost=len(before) - len(left))
    name, told = random_id()[:8], {"kept": found.kept, "lost": found.lost, "anew": bool(anew.source)}
    return store.rebase(connection, of, found.passages, name=name, by="", at=at, **told)


def take_in(
    connection: Connection, office_hour: str, language: str, origin: Origin, brought: Iterable[Cue], *, by: str,
    at: datetime,
) -> None:  # fmt: skip
    """A whole text for a language, over what there was, which stays among the edits. Raises Overtaken."""
    name, masks = random_id()[:8], pseudonyms.of_office_hour(connection, office_hour)
    hand = origin is Origin.UPLOADED
    text = [replace(carrying.masked(each, masks), hand=hand) for each in drafts.passages(brought, name)]
    track = store.track(connection, office_hour, language)
    if track is None:
        store.begin(connection, office_hour, language, origin, text, name=name, by=by, at=at)
    else:
        track = store.rebase(connection, track, text, name=name, by=by, at=at)
        store.change_track(connection, track, origin=origin, source="")


def released_text(connection: Connection, of: Track, bound: Rules, number: int | None = None) -> list[Passage]:
    """What is public of a track, or would be with edit `number`. Raises NotFound."""
    found = store.passages(connection, of.office_hour, of.language, of.released if number is None else number)
    return carrying.allowed(editing.shown(found), bound.dark, bound.masks)


def write(room: archive.Room, of: Track, text: list[Passage]) -> bool:
    """Write all files of a released track. False when they were there."""
    target, shown = room.released_captions(of.language), drafts.cues(text)
    vtt = webvtt(shown)
    key = made.key((), {"vtt": vtt, "origin": of.origin.value}, "edited 1")
    if made.is_made(target, key) and all(_side(room, of.language, each).is_file() for each in SIDES):
        return False
    heard = drafts.words(room.words(of.language)) if of.origin is Origin.MACHINE else []
    words = drafts.words_of(text, heard)
    stored = json.dumps([word.values() for word in words], ensure_ascii=False, indent=0) + "\n"
    for name, content in zip(SIDES, (subrip(shown), transcript(words), stored), strict=True):
        archive.write_text(_side(room, of.language, name), content)
    archive.write_text(target, vtt)
    made.note(target, key, origin=of.origin.value, cues=len(shown))
    return True


def take_away(room: archive.Room, language: str) -> None:
    """Remove the files of a track that is not public any more; the machine's stay."""
    target = room.released_captions(language)
    for path in (target, made.receipt(target), *(_side(room, language, each) for each in SIDES)):
        path.unlink(missing_ok=True)
    if not room.captions(language).is_file():
        _playlist(room, language).unlink(missing_ok=True)


def _side(room: archive.Room, language: str, suffix: str) -> Path:
    return room.released_captions(language).with_name(f"{language}.released{suffix}")


def languages(room: archive.Room) -> list[str]:
    """Every language in which there are captions."""
    folder = room.chapters.parent
    names = {path.name.split(".")[0] for path in folder.glob("*.vtt") if not path.name.startswith(".")}
    return sorted(names - {room.chapters.name.split(".")[0]})


def write_playlists(room: archive.Room, edition: int) -> None:
    """Each language as a playlist of one segment, for the master; nothing without a programme."""
    programme = room.programme(edition)
    found = [programme.playlist(kind) for kind in ("video", "audio") if programme.playlist(kind).exists()]
    length_s = float(playlists.read(found[0]).duration_s) if found else 0.0
    for language in languages(room):
        text = playlist(room.shown_captions(language).name, length_s)
        if _playlist(room, language).is_file() and _playlist(room, language).read_text(encoding="utf-8") == text:
            continue
        archive.write_text(_playlist(room, language), text)


def _playlist(room: archive.Room, language: str) -> Path:
    return room.captions(language).with_suffix(".m3u8")


def playlist(address: str, length_s: float) -> str:
    """A subtitle playlist (RFC 8216, 3.5) whose one segment is the whole file: its times are media times."""
    lines = ["#EXTM3U", "#EXT-X-VERSION:7", f"#EXT-X-TARGETDURATION:{max(1, math.ceil(length_s))}"]
    lines += ["#EXT-X-PLAYLIST-TYPE:VOD", f"#EXTINF:{length_s:.3f},", address, "#EXT-X-ENDLIST", ""]
    return "\n".join(lines)
