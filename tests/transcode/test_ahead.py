"""An office hour is heard while it runs and by several afterwards; whatever is killed, the captions are the same.

Ada hosts for five minutes, Chris asks from the second to the fourth. No sound is decoded: a stand-in hears the words.
"""

import json
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from ingest import steps, store
from ingest.archive import Archive
from ingest.database import now
from ingest.engine import Engine
from ingest.live.cmaf import boxes
from ingest.officehours import State as HourState
from ingest.people import Role, Scope
from ingest.steps import State
from ingest.timeline import Kind, Writer
from tests.standins.scribe import Scribe
from tests.standins.tables import tabled
from transcode import playlists, tasks, worklist
from transcode.playlists import Segment
from transcode.settings import Settings
from transcode.speech import Piece, Word

LENGTH_S, SEGMENT_S, RATE = 300, 10, 25
PIECES = 9
"""Six of Ada, of which the last is what may be said after the last pause; of Chris two, and what may be said after."""


class House:
    """An office hour on air in a house with a worker; `minutes` of its programme have left the delay."""

    def __init__(self, folder: Path, scribe: Scribe) -> None:
        self.database = tabled(f"sqlite:///{folder / 'test.sqlite3'}")
        self.archive = Archive(folder / "archive")
        self.scribe = scribe
        with self.database.transaction() as connection:
            hour = store.add_office_hour(
                connection, title="Sprechstunde", host_name="Ada", starts_at=now(), state=HourState.ON_AIR
            )
            self.ada = store.add_person(connection, hour.id, name="Ada", role=Role.HOST).id
            self.chris = store.add_person(connection, hour.id, name="Chris", role=Role.GUEST).id
            store.answer_consent(connection, self.chris, dict.fromkeys(Scope, True), 1)
        self.hour, self.room = hour.id, self.archive.room(hour.id)
        self.engine = Engine(
            self.database, self.archive, tasks.kinds(Settings(speech_spare=0.0), scribe), lambda step, kind: None,
            in_flight=20,
        )  # fmt: skip
        self._write_timeline()

    def _write_timeline(self) -> None:
        on_air = {self.ada: (0, LENGTH_S), self.chris: (120, 240)}
        told: list[tuple[int, Kind, dict[str, Any]]] = []
        for person, (first, last) in on_air.items():
            told.append((first, Kind.VISIBLE, {"person": person, "on": True}))
            for second in range(first, last):
                rtp = 48_000 * (second - first)
                told.append(
                    (
                        second,
                        Kind.CLOCK,
                        {"person": person, "track": "audio", "part": 1, "rtp": rtp, "clock_rate": 48_000},
                    )
                )
            told.append((last, Kind.VISIBLE, {"person": person, "on": False}))
            self.room.tracks.mkdir(parents=True, exist_ok=True)
            self.room.track(person).write_bytes(b"")
        with Writer(self.room.timeline) as writer:
            writer.append(Kind.BEGIN, 0, tick_duration=f"1/{RATE}")
            for second, kind, values in sorted(told, key=lambda each: each[0]):
                writer.append(kind, second * RATE, **values)
            writer.append(Kind.END, LENGTH_S * RATE)

    def grow(self, seconds: int, *, ended: bool = False) -> None:
        """So much of the programme is on the disk."""
        programme = self.room.programme()
        for kind, scale in (("video", boxes.VIDEO_TIMESCALE), ("audio", boxes.AUDIO_TIMESCALE)):
            programme.folder(kind).mkdir(parents=True, exist_ok=True)
            programme.init(kind).write_bytes(b"init")
            paths = [programme.segment(kind, number) for number in range(1, seconds // SEGMENT_S + 1)]
            for number, path in enumerate(paths):
                sample = boxes.Sample(data=b"x", duration=SEGMENT_S * scale)
                path.write_bytes(boxes.part(1, number * SEGMENT_S * scale, [sample]))
            text = playlists.write("init.mp4", [Segment(address=path.name, duration_s=SEGMENT_S) for path in paths], 1)
            text = text if ended else text.replace("#EXT-X-ENDLIST\n", "")
            programme.playlist(kind).write_text(text, encoding="utf-8")

    def ahead(self, again: str) -> State | None:
        with self.database.transaction() as connection:
            id = worklist.add_ahead(connection, self.hour, 1, "de", again)
        return self.engine.run(id)

    def end(self) -> None:
        self.grow(LENGTH_S, ended=True)
        with self.database.transaction() as connection:
            store.move_office_hour(connection, self.hour, HourState.ENDED)
            worklist.add_all(connection, self.hour, 1, ["de"])

    def run(self, *kinds: str) -> list[str]:
        """Do all steps of these kinds, in the order in which they become ready; gives the kinds done."""
        done: list[str] = []
        while True:
            with self.database.reading() as connection:
                ready = [step for step in steps.listed(connection, [State.READY, State.SENT]) if step.kind in kinds]
            if not ready:
                return done
            for step in ready:
                if self.engine.run(step.id) is State.DONE:
                    done.append(step.kind)

    @property
    def said(self) -> list[tuple[float, str, str]]:
        stored = json.loads(self.room.words("de").read_text(encoding="utf-8"))
        return sorted((word["start_s"], word["speaker"], word["word"]) for word in stored)

    @property
    def captions(self) -> str:
        return self.room.captions("de").read_text(encoding="utf-8")


def minutes(path: Path) -> list[Word]:
    """A word each second of file time, numbered."""
    return [Word(word=f"Satz{at}.", start_s=at + 0.2, end_s=at + 0.8, probability=0.9) for at in range(LENGTH_S)]


ALL = (worklist.LISTEN, worklist.HEAR, worklist.CAPTIONS)


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    found = House(tmp_path, Scribe(minutes))
    yield found
    found.database.close()


def test_everybody_speaks_under_their_name(house: House) -> None:
    house.end()
    house.run(*ALL)
    stored = json.loads(house.room.words("de").read_text(encoding="utf-8"))
    assert {word["speaker"] for word in stored} == {"Ada", "Chris"}
    assert [word["start_s"] for word in stored if word["speaker"] == "Chris"][:2] == [120.2, 121.2]
    assert "<v Chris>Satz0." in house.captions
    assert not house.room.heard("de").exists()


def test_on_air_each_minute_is_heard_once_when_it_is_whole(house: House) -> None:
    for second, count in ((50, 0), (80, 1), (130, 2), (140, 2)):
        house.grow(second)
        house.ahead(str(second))
        assert len(house.scribe.asked) == count
    assert [piece.end_s for piece in house.scribe.asked] == [60.0, 120.0]


def test_who_comes_too_late_touches_nothing(house: House) -> None:
    house.end()
    house.run(worklist.LISTEN, worklist.HEAR)
    before = sorted(house.room.heard("de").iterdir())
    assert len(before) == PIECES
    assert house.ahead("late") is State.DONE
    assert sorted(house.room.heard("de").iterdir()) == before


def test_the_end_waits_only_for_the_tail(house: House) -> None:
    house.grow(250)
    house.ahead("1")
    before = list(house.scribe.asked)
    house.end()
    assert house.run(*ALL) == [worklist.LISTEN, worklist.CAPTIONS]
    tail = house.scribe.asked[len(before) :]
    assert {(piece.path.stem, piece.end_s) for piece in tail} == {
        (house.ada, 300.0), (house.ada, 360.0), (house.chris, 180.0),
    }  # fmt: skip


def test_what_nobody_heard_is_shared(house: House) -> None:
    house.end()
    assert house.run(*ALL) == [worklist.LISTEN, *[worklist.HEAR] * 2, worklist.CAPTIONS]
    asked = [(piece.path.stem, piece.end_s) for piece in house.scribe.asked]
    assert len(asked) == len(set(asked)) == PIECES


def test_on_a_busy_machine_nothing_is_heard_on_air(tmp_path: Path) -> None:
    house = House(tmp_path, Scribe(minutes))
    house.engine.kinds = {kind.name: kind for kind in tasks.kinds(Settings(speech_spare=1.1), house.scribe)}
    house.grow(200)
    assert house.ahead("1") is State.DONE
    assert house.scribe.asked == []
    house.database.close()


def test_what_somebody_took_back_on_air_is_forgotten(house: House) -> None:
    house.grow(250)
    house.ahead("1")
    assert len(list(house.room.heard("de").iterdir())) == 6
    with house.database.transaction() as connection:
        store.take_consent_back(connection, house.chris, [Scope.RECORDING], now())
    house.ahead("2")
    said = [word for path in house.room.heard("de").iterdir() for word in json.loads(path.read_text(encoding="utf-8"))]
    assert {word["speaker"] for word in said} == {house.ada}
    assert not [word for word in said if 119.9 < word["start_s"] < 240]


class Dying(Scribe):
    """Dies each time after the first piece of a request, as a worker that is killed."""

    def hear(
        self,
        pieces: Sequence[Piece],
        keep: Callable[[int, list[Word]], None],
        progress: Callable[[float], None],
        *,
        quietly: bool = False,
    ) -> None:
        super().hear(pieces[:1], keep, progress, quietly=quietly)
        if len(pieces) > 1:
            raise KeyboardInterrupt


def test_a_worker_killed_at_every_piece_loses_nothing(house: House, tmp_path: Path) -> None:
    house.end()
    house.run(*ALL)
    (tmp_path / "other").mkdir()
    dying = House(tmp_path / "other", Dying(minutes))
    dying.end()
    killed = 0
    while not dying.room.captions("de").exists():
        try:
            dying.run(*ALL)
        except KeyboardInterrupt:
            killed += 1
            with dying.database.transaction() as connection:
                held = steps.steps.c.state == State.RUNNING
                connection.execute(steps.steps.update().where(held).values(state=State.READY, lease_owner=None))
    assert killed == PIECES - 2  # each share ends with a request of one piece
    assert len(dying.scribe.asked) == PIECES  # nothing was heard twice
    assert dying.said == house.said
    dying.database.close()
