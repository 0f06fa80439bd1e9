"""Words of a long recording come in; how soon after the end an office hour of half an hour has captions goes out.

Two people take turns of a minute, each in a track of their own. All but the last two minutes was heard on air, which is
more than is left when a worker has time: a minute that is not whole, and one that it is at. Then the office hour ends
under workers as an installation has them, which make everything else of it at the same time.
"""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import ffmpeg

from ingest import archive, steps, store
from ingest.database import now, random_id
from ingest.officehours import Edition, State, Visibility
from ingest.people import Role
from ingest.steps import Step
from ingest.timeline import Kind, Writer
from publish import pipeline
from transcode import ladder, listening, models, pieces, playlists, worklist
from transcode.listening import Rows
from transcode.pieces import Part
from transcode.playlists import Segment
from transcode.speech import Whisper, Word
from web.benches import transcode
from web.benches.programs import BenchFailed
from web.house import House, open_house
from web.migrate import upgrade

LENGTH_S, FILM_S, TURN_S, TAIL_S = 1800, 60, 60, 120
RATE, SEGMENT_S = 30, 2
PATIENCE_S = 600.0
LOOK_S = 0.05


def captions_ready_s(sound: Path, sound_s: float, words: Sequence[Word]) -> float:
    """Seconds from the end to captions. `words`: what is said in `sound`, which is played again and again."""
    with tempfile.TemporaryDirectory(prefix="officehours-bench-") as folder:
        environ = dict(os.environ) | {"OFFICEHOURS_DATA": folder}
        house = open_house(environ)
        try:
            upgrade(house.database.url)
            hour, edition, people = _on_air(house)
            room = house.archive.room(hour)
            _timeline(room, people)
            _tracks(room, people, sound)
            _programme(room.programme(), sound)
            whisper = Whisper(settings=house.transcode, store=Path(folder) / "models")
            models.find(house.transcode.speech_model, whisper.store)
            _heard_on_air(room, whisper, _again_and_again(words, sound_s), people)
            return _from_the_end(house, environ, hour, edition)
        finally:
            house.close()


def _on_air(house: House) -> tuple[str, Edition, list[str]]:
    with house.database.transaction() as connection:
        hour = store.add_office_hour(
            connection, title="Bench", host_name="Ada", starts_at=now(), state=State.ON_AIR,
            visibility=Visibility.RELEASED, began_at=now(),
        )  # fmt: skip
        edition = store.add_edition(connection, hour.id, address=random_id(), tick_duration=f"1/{RATE}")
        people = [store.add_person(connection, hour.id, name=name, role=Role.SPEAKER).id for name in ("Ada", "Bo")]
    return hour.id, edition, people


def _timeline(room: archive.Room, people: Sequence[str]) -> None:
    room.root.mkdir(parents=True)
    with Writer(room.timeline) as timeline:
        begin: dict[str, Any] = {"tick_duration": f"1/{RATE}", "width": 1280, "height": 720, "wall": now().isoformat()}
        timeline.append(Kind.BEGIN, 0, **begin)
        for person in people:
            timeline.append(Kind.VISIBLE, 0, person=person, on=True)
        for second in range(LENGTH_S):
            for person in people:
                clock: dict[str, Any] = {
                    "person": person,
                    "track": "audio",
                    "part": 1,
                    "rtp": 48_000 * second,
                    "clock_rate": 48_000,
                }
                timeline.append(Kind.CLOCK, second * RATE, **clock)
        timeline.append(Kind.END, LENGTH_S * RATE - 1, wall=now().isoformat())


def _tracks(room: archive.Room, people: Sequence[str], sound: Path) -> None:
    room.tracks.mkdir()
    for number, person in enumerate(people):
        mine = f"eq(mod(floor(t/{TURN_S}),{len(people)}),{number})"
        heard = ffmpeg.input(str(sound), stream_loop=-1, t=LENGTH_S).audio.filter("volume", mine, eval="frame")
        opus = {"acodec": "libopus", "ar": 48000, "ac": 1, "audio_bitrate": "32k", "format": "matroska"}
        transcode.run(ffmpeg.output(heard, str(room.track(person)), **opus))


def _programme(programme: archive.Programme, sound: Path) -> None:
    """The mix of all of it, and a minute of picture, again and again with later times."""
    with tempfile.TemporaryDirectory(prefix="officehours-bench-") as folder:
        film = archive.Programme(Path(folder))
        transcode.record(film.playlist("video"), FILM_S)
        _repeated(film, programme)
    playlist = programme.playlist("audio")
    playlist.parent.mkdir(parents=True)
    heard = ffmpeg.input(str(sound), stream_loop=-1, t=LENGTH_S).audio
    hls = {"format": "hls", "hls_time": SEGMENT_S, "hls_playlist_type": "vod", "hls_segment_type": "fmp4"}
    names = {"start_number": 1, "hls_segment_filename": str(playlist.parent / "%08d.m4s")}
    transcode.run(ffmpeg.output(heard, str(playlist), acodec="aac", ar=48000, ac=1, **hls, **names))
    ladder.write_index(programme)


def _repeated(film: archive.Programme, programme: archive.Programme) -> None:
    listed, folder = playlists.read(film.playlist("video")), programme.folder("video")
    folder.mkdir(parents=True)
    init = film.init("video").read_bytes()
    programme.init("video").write_bytes(init)
    at = init.index(b"mdhd") + 16
    scale = int.from_bytes(init[at : at + 4], "big")
    segments = []
    for number in range(LENGTH_S // SEGMENT_S):
        again, source = divmod(number, len(listed.segments))
        path = programme.segment("video", number + 1)
        data = (film.folder("video") / listed.segments[source].address).read_bytes()
        path.write_bytes(later(data, again * FILM_S * scale))
        segments.append(Segment(address=path.name, duration_s=listed.segments[source].duration_s))
    programme.playlist("video").write_text(playlists.write("init.mp4", segments, 1), encoding="utf-8")


def later(segment: bytes, ticks: int) -> bytes:
    """A segment of fragmented MP4 that plays so much later (ISO/IEC 14496-12, 8.8.12: tfdt)."""
    moved, at = bytearray(segment), 0
    while at + 8 <= len(moved):
        size = int.from_bytes(moved[at : at + 4], "big")
        if moved[at + 4 : at + 8] == b"moof":
            box = moved.index(b"tfdt", at, at + size) + 4
            width = 8 if moved[box] else 4
            time_at = slice(box + 4, box + 4 + width)
            moved[time_at] = (int.from_bytes(moved[time_at], "big") + ticks).to_bytes(width, "big")
        at += size
    return bytes(moved)


def _again_and_again(words: Sequence[Word], every_s: float) -> list[Word]:
    def moved(word: Word, by_s: float) -> Word:
        return replace(word, start_s=word.start_s + by_s, end_s=word.end_s + by_s)

    return [moved(word, number * every_s) for number in range(int(LENGTH_S / every_s) + 1) for word in words]


def _heard_on_air(room: archive.Room, whisper: Whisper, words: Sequence[Word], people: Sequence[str]) -> None:
    """Keep what is said in all pieces but the last ones, as if it had been heard: that time is nobody's."""
    for part in listening.pieces_of(room, 1, "de", whisper.identity, Rows()):
        if part.piece.end_s <= LENGTH_S - TAIL_S:
            pieces.keep(room, "de", part, [word for word in words if _in(word, part, people)])


def _in(word: Word, part: Part, people: Sequence[str]) -> bool:
    inside = part.piece.start_s <= word.start_s < part.piece.end_s
    return inside and people[int(word.start_s / TURN_S) % len(people)] == part.source.person


def _from_the_end(house: House, environ: dict[str, str], hour: str, edition: Edition) -> float:
    with ExitStack() as stack:
        for words in (("worker", "light"), ("worker", "heavy"), ("clock",)):
            stack.enter_context(_process(environ, *words))
        time.sleep(5.0)  # an installation's workers stand ready before an office hour ends
        begun = now()
        with house.database.transaction() as connection:
            store.finish_edition(connection, edition.id, LENGTH_S * RATE)
            ended = store.move_office_hour(connection, hour, State.ENDED, ended_at=begun)
            pipeline.begin(connection, ended, edition)
        house.engine.dispatch()
        until = time.monotonic() + PATIENCE_S
        while (step := _captions(house, hour)).finished_at is None:
            if time.monotonic() > until:
                raise BenchFailed(f"there were no captions after {PATIENCE_S:g} s")
            time.sleep(LOOK_S)
        if step.state is not steps.State.DONE:
            raise BenchFailed(f"{step.kind}: {step.error}")
        return (step.finished_at - begun).total_seconds()


def _captions(house: House, hour: str) -> Step:
    with house.database.reading() as connection:
        return next(step for step in steps.of_office_hour(connection, hour) if step.kind == worklist.CAPTIONS)


@contextmanager
def _process(environ: dict[str, str], *words: str) -> Iterator[subprocess.Popen[Any]]:
    process = subprocess.Popen([sys.executable, "-m", "web", *words], env=environ)
    try:
        yield process
    finally:
        process.terminate()
        process.wait()
