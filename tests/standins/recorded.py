"""People, questions and a length come in; a whole recorded office hour goes out, in an archive, without a live room.

    record(archive, office_hour, cast(2), length_s=60, questions=[Asked(...)])

Timeline, cards, tracks and programme are laid out as the studio does it: scenes are drawn by its stage, encoded by
its encoders, and init segments and the master playlist are the recorder's own. Since people repeat themselves every
8 s, each scene is encoded once and its frames are written again with new times: an hour takes seconds.
"""

import hashlib
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from pathlib import Path
from typing import Any

from ingest import archive
from ingest.live.cmaf import boxes, hls
from ingest.live.mix import scene
from ingest.live.mix.stage import Shown
from ingest.live.output.recorder import PART_S, SEGMENT_S, Recorder
from ingest.timeline import Event, Kind
from tests.standins import media
from tests.standins.reel import Asked, Form, Participant, Reel

NAMES = ("Ada", "Bo", "Chris", "Dana")
BEGAN = datetime(2026, 11, 23, 17, 0, tzinfo=UTC)
KINDS = ("video", "audio")


@dataclass(frozen=True, kw_only=True)
class Recording:
    """What was written: `ticks` is the length of the programme."""

    room: archive.Room
    ticks: int
    form: Form


def cast(count: int) -> list[Participant]:
    """Ada, who hosts, and as many others as asked for, on air all the time."""
    names = [NAMES[n] if n < len(NAMES) else f"Person {n + 1}" for n in range(count)]
    roles = ["host", *["guest"] * count]
    return [
        Participant(person=hashlib.md5(name.encode(), usedforsecurity=False).hexdigest(), name=name, role=role)
        for name, role in zip(names, roles, strict=False)
    ]


def record(
    where: archive.Archive,
    office_hour: str,
    people: Sequence[Participant],
    *,
    length_s: float,
    questions: Sequence[Asked] = (),
    form: Form | None = None,
    began: datetime = BEGAN,
    tracks: bool = True,
) -> Recording:
    """Write the recording of an office hour of `length_s` that has ended. Raises ValueError for odd times."""
    form = form or Form()
    room = where.room(office_hour)
    ticks = round(length_s * form.frame_rate)
    for second in [t for p in people for t in (p.from_s, p.until_s or 0)] + [q.from_s for q in questions]:
        if second % SEGMENT_S:
            raise ValueError(f"{second} s is no multiple of {SEGMENT_S} s, the length of a segment")
    with tempfile.TemporaryDirectory() as folder:
        reel = Reel(people, questions, form, room.cards, Path(folder))
        write_programme(room.programme(), reel, ticks, began)
        events = timeline(people, questions, ticks, form, began, reel.cards(ticks))
        archive.write_text(room.timeline, "".join(event.line() for event in events))
        if tracks:
            for person, loop in zip(people, reel.loops, strict=True):
                until_s = Fraction(ticks, form.frame_rate) if person.until_s is None else person.until_s
                loop.write_track(room.track(person.person), float(until_s - person.from_s))
    return Recording(room=room, ticks=ticks, form=form)


def write_programme(programme: archive.Programme, reel: Reel, ticks: int, began: datetime) -> None:
    """Write segments and playlists exactly as the recorder would (a test compares them byte by byte)."""
    form = reel.form
    for kind in KINDS:
        programme.folder(kind).mkdir(parents=True, exist_ok=True)
    recorder = Recorder(
        programme, width=form.width, height=form.height, frame_rate=form.frame_rate, bitrate=form.bitrate
    )
    recorder.begin(reel.parameter_sets, reel.audio_config)
    recorder.finish().result()
    playlists = {kind: hls.Playlist(target_s=SEGMENT_S, ended=True) for kind in KINDS}
    found: dict[str, list[hls.Segment]] = {kind: [] for kind in KINDS}
    for number, data, seconds in _segments(reel, ticks):
        wall = began + timedelta(seconds=(number - 1) * SEGMENT_S)
        for kind in KINDS:
            path = programme.segment(kind, number)
            path.write_bytes(data[kind])
            found[kind].append(hls.Segment(uri=path.name, seconds=seconds[kind], wall=wall))
    for kind in KINDS:
        whole = replace(playlists[kind], segments=tuple(found[kind]))
        archive.write_text(programme.playlist(kind), hls.media(whole))


def _segments(reel: Reel, ticks: int) -> Iterator[tuple[int, dict[str, bytes], dict[str, Fraction]]]:
    """Number, bytes and seconds of each segment; the last one may be shorter."""
    rate = reel.form.frame_rate
    part_ticks, samples_per_tick = int(PART_S * rate), boxes.AUDIO_TIMESCALE // rate
    sound = 0
    for first in range(0, ticks, reel.segment_ticks):
        after = min(ticks, first + reel.segment_ticks)
        video, audio, first_sound = b"", b"", sound
        for tick in range(first, after, part_ticks):
            end, sequence = min(after, tick + part_ticks), tick // part_ticks + 1
            time = tick * boxes.VIDEO_TIMESCALE // rate
            video += boxes.part(sequence, time, [reel.sample(each) for each in range(tick, end)])
            # Every AAC frame that begins before the part's end belongs to it.
            sounds = range(sound, -(-end * samples_per_tick // boxes.AAC_FRAME))
            frames = [boxes.Sample(data=reel.sound(each), duration=boxes.AAC_FRAME) for each in sounds]
            audio += boxes.part(sequence, sound * boxes.AAC_FRAME, frames)
            sound = sounds.stop
        seconds = {
            "video": Fraction(after - first, rate),
            "audio": Fraction((sound - first_sound) * boxes.AAC_FRAME, boxes.AUDIO_TIMESCALE),
        }
        yield first // reel.segment_ticks + 1, {"video": video, "audio": audio}, seconds


def timeline(
    people: Sequence[Participant],
    questions: Sequence[Asked],
    ticks: int,
    form: Form,
    began: datetime,
    cards: Sequence[tuple[int, Asked | None, Shown]],
) -> list[Event]:
    """The events of the whole office hour, in the order of their ticks; from `begin` to `end`."""
    rate = form.frame_rate
    begin: dict[str, Any] = {"tick_duration": f"1/{rate}", "width": form.width, "height": form.height}
    begin |= {"bitrate": form.bitrate, "preset": form.preset, "wall": began.isoformat()}
    events = [Event(tick=0, kind=Kind.BEGIN, values=begin)]
    for tick, question, shown in cards:
        of = {"question": question.question} if shown.kind == "question" and question else {shown.kind: shown.of}
        events.append(Event(tick=tick, kind=Kind.CARD, values=of | {"digest": shown.digest}))
    for person in people:
        events += _on_and_off(person, ticks, rate)
    for second in sorted({each for p in people for each in (p.from_s, p.until_s) if each is not None}):
        there = [p.person for p in people if p.from_s <= second and (p.until_s is None or second < p.until_s)]
        events.append(Event(tick=second * rate, kind=Kind.SCENE, values={"name": "grid", "people": there}))
    for asked in questions:
        values = {"question": asked.question}
        events.append(Event(tick=asked.from_s * rate, kind=Kind.ON_AIR, values=values))
        events.append(Event(tick=asked.until_s * rate, kind=Kind.ANSWERED, values=values))
    ended = began + timedelta(seconds=ticks / rate)
    events = [event for event in events if event.tick < ticks]
    events.append(Event(tick=ticks - 1, kind=Kind.END, values={"wall": ended.isoformat()}))
    return sorted(events, key=lambda event: (event.tick, event.kind is not Kind.BEGIN, event.kind is Kind.END))


def tiles(form: Form, count: int) -> list[media.Region]:
    """Where each of `count` people is in the picture while no question is shown."""
    return [
        media.Region(
            box.x / form.width,
            box.y / form.height,
            (box.x + box.width) / form.width,
            (box.y + box.height) / form.height,
        )
        for box in scene.layout(form.width, form.height, count)
    ]


def _on_and_off(person: Participant, ticks: int, rate: int) -> Iterator[Event]:
    first, after = person.from_s * rate, ticks if person.until_s is None else person.until_s * rate
    yield Event(tick=first, kind=Kind.VISIBLE, values={"person": person.person, "on": True})
    for tick in range(first, after, rate):
        for track, clock_rate in (("audio", 48_000), ("video", 90_000)):
            rtp = (tick - first) * clock_rate // rate
            values = {"person": person.person, "track": track, "rtp": rtp, "clock_rate": clock_rate, "part": 1}
            yield Event(tick=tick, kind=Kind.CLOCK, values=values)
    yield Event(tick=after, kind=Kind.VISIBLE, values={"person": person.person, "on": False})
