"""The steps of this package, run by the engine as a worker does."""

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ingest import steps, store
from ingest.archive import Archive, Room
from ingest.database import Database, metadata
from ingest.engine import Engine
from ingest.steps import State
from tests.transcode import recorded
from transcode import tasks
from transcode.settings import Settings
from transcode.speech import Word


class Scribe:
    """A Transcriber that hears one sentence in every recording."""

    identity = "scribe 1"

    def transcribe(
        self, media: Path, language: str, hints: Sequence[str], progress: Callable[[float], None]
    ) -> list[Word]:
        progress(0.5)
        return [Word(word=f"[{language}]", start_s=0.0, end_s=1.0, probability=1.0)]


class House:
    """A database, an archive and the engine with the kinds of transcode."""

    def __init__(self, root: Path) -> None:
        self.database = Database(f"sqlite:///{root / 'test.sqlite3'}")
        metadata.create_all(self.database.engine)
        self.archive = Archive(root / "archive")
        kinds = tasks.kinds(Settings(niceness=0, rung_preset="ultrafast"), Scribe())
        self.engine = Engine(self.database, self.archive, kinds, lambda step, kind: None, in_flight=10)
        with self.database.transaction() as connection:
            noon = datetime(2026, 11, 23, 12, tzinfo=UTC)
            self.hour = store.add_office_hour(connection, title="Sprechstunde", host_name="Ada", starts_at=noon).id

    @property
    def room(self) -> Room:
        return self.archive.room(self.hour)

    def add_all(self, languages: Sequence[str] = ("de",), height: int | None = None) -> dict[str, str]:
        with self.database.transaction() as connection:
            return tasks.add_all(connection, self.hour, 1, languages, height=height)

    def run(self, ids: dict[str, str]) -> dict[str, tuple[State, str]]:
        for id in ids.values():
            self.engine.run(id)
        with self.database.reading() as connection:
            return {name: (step.state, step.error) for name, id in ids.items() for step in [steps.get(connection, id)]}


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    house = House(tmp_path)
    yield house
    house.database.close()


DONE = (State.DONE, "")


def test_all_steps_make_what_the_page_shows(house: House) -> None:
    recorded.programme(house.room.programme(1), seconds=3, size="1280x720")
    ids = house.add_all(("de", "en"))
    assert list(ids) == ["poster", "captions.de", "captions.en", "download", "rung.480p", "audio"]
    assert house.run(ids) == dict.fromkeys(ids, DONE)
    room = house.room
    for path in (room.poster, room.download, room.rendition("480p/index.m3u8"), room.rendition("audio.m4a")):
        assert path.stat().st_size > 0
    assert "480p/index.m3u8" in room.master.read_text(encoding="utf-8")
    assert "[en]" in room.captions("en").read_text(encoding="utf-8")


def test_asking_twice_gives_the_same_steps(house: House) -> None:
    assert house.add_all() == house.add_all()


def test_running_twice_changes_nothing(house: House) -> None:
    recorded.programme(house.room.programme(1), seconds=2, size="1280x720")
    ids = house.add_all()
    house.run(ids)
    before = {path: path.stat().st_mtime_ns for path in house.room.root.rglob("*") if path.is_file()}
    with house.database.transaction() as connection:
        again = {
            name: steps.add(connection, kind=step.kind, office_hour=house.hour, parameters=step.parameters, again="2")
            for name, id in ids.items()
            for step in [steps.get(connection, id)]
        }
    assert house.run(again) == dict.fromkeys(ids, DONE)
    assert {path: path.stat().st_mtime_ns for path in house.room.root.rglob("*") if path.is_file()} == before


def test_small_silent_programme_is_a_success_with_less(house: House) -> None:
    recorded.programme(house.room.programme(1), seconds=2, size="640x360", sound=False)
    ids = house.add_all()
    assert house.run(ids) == dict.fromkeys(ids, DONE)
    assert not house.room.rendition("480p").exists()
    assert not house.room.rendition("audio.m4a").exists()


def test_known_height_asks_for_no_useless_rung(house: House) -> None:
    assert "rung.480p" not in house.add_all(height=480)


def test_missing_programme_fails_with_a_sentence(house: House) -> None:
    (state, error), *_ = house.run(house.add_all()).values()
    assert state is State.FAILED
    assert "has no programme" in error


def test_unfinished_programme_is_tried_again(house: House) -> None:
    programme = recorded.programme(house.room.programme(1), seconds=2, size="640x360")
    for kind in ("video", "audio"):
        path = programme.playlist(kind)
        path.write_text(path.read_text(encoding="utf-8").replace("#EXT-X-ENDLIST\n", ""), encoding="utf-8")
    assert {state for state, _ in house.run(house.add_all(height=360)).values()} == {State.PARKED}


def test_unknown_rung_is_refused(house: House) -> None:
    recorded.programme(house.room.programme(1), seconds=2, size="640x360")
    with house.database.transaction() as connection:
        id = steps.add(connection, kind=tasks.RUNG, office_hour=house.hour, parameters={"rung": "9p"})
    assert house.run({"x": id})["x"][0] is State.FAILED


def test_captions_and_poster_come_early() -> None:
    order = sorted(tasks.kinds(Settings(), Scribe()), key=lambda kind: kind.priority)
    assert [kind.name.split(".")[1] for kind in order] == ["poster", "captions", "download", "rung", "audio"]
