"""The steps of this package, run by the engine as a worker does."""

import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from ingest import commands, steps, store, timeline
from ingest.archive import Archive, Room
from ingest.engine import Engine
from ingest.people import Role, Scope
from ingest.steps import State
from tests.standins.scribe import Scribe
from tests.standins.tables import tabled
from tests.transcode import recorded
from transcode import made, playlists, tasks, worklist
from transcode.settings import Settings
from transcode.speech import Word

ONE = [Word(word="Guten", start_s=0.0, end_s=1.0, probability=1.0)]


class House:
    """A database, an archive and the engine with the kinds of transcode."""

    def __init__(self, root: Path) -> None:
        self.database = tabled(f"sqlite:///{root / 'test.sqlite3'}")
        self.archive = Archive(root / "archive")
        self.settings()
        with self.database.transaction() as connection:
            noon = datetime(2026, 11, 23, 12, tzinfo=UTC)
            self.hour = store.add_office_hour(connection, title="Sprechstunde", host_name="Ada", starts_at=noon).id

    def settings(self, **given: Any) -> None:
        """From now on steps are done with these settings."""
        quick: dict[str, Any] = {"niceness": 0, "rung_preset": "ultrafast"}
        kinds = tasks.kinds(Settings(**quick | given), Scribe(ONE))
        self.engine = Engine(self.database, self.archive, kinds, lambda step, kind: None, in_flight=10)

    @property
    def room(self) -> Room:
        return self.archive.room(self.hour)

    def add_all(self, languages: Sequence[str] = ("de",)) -> dict[str, str]:
        with self.database.transaction() as connection:
            return worklist.add_all(connection, self.hour, 1, languages)

    def run(self, ids: dict[str, str]) -> dict[str, tuple[State, str]]:
        """Do these steps in order, and before the last ("rungs") what the plan wrote down."""
        for name, id in ids.items():
            if name == "rungs":
                for step in self.steps("transcode.stretch"):
                    self.engine.run(step.id)
            self.engine.run(id)
        with self.database.reading() as connection:
            return {name: (step.state, step.error) for name, id in ids.items() for step in [steps.get(connection, id)]}

    def steps(self, kind: str) -> list[steps.Step]:
        with self.database.reading() as connection:
            return [step for step in steps.of_office_hour(connection, self.hour) if step.kind == kind]


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    house = House(tmp_path)
    yield house
    house.database.close()


DONE = (State.DONE, "")


def test_all_steps_make_what_the_page_shows(house: House) -> None:
    recorded.programme(house.room.programme(1), seconds=3, size="1280x720")
    ids = house.add_all(("de", "en"))
    first = ["poster", "listen.de", "captions.de", "listen.en", "captions.en", "download", "storyboard", "waveform"]
    assert list(ids) == [*first, "loudness", "audio", "plan", "rungs"]
    assert house.run(ids) == dict.fromkeys(ids, DONE)
    room = house.room
    for path in (
        room.poster,
        room.storyboard,
        room.waveform,
        room.download,
        room.rendition("480p/index.m3u8"),
        room.rendition("audio.m4a"),
    ):
        assert path.stat().st_size > 0
    assert [line for line in room.master.read_text(encoding="utf-8").splitlines() if line[0] != "#"] == [
        "../programme/1/video/index.m3u8",
        "480p/index.m3u8",
        "240p/index.m3u8",
        "sound/index.m3u8",
    ]
    assert "Guten" in room.captions("en").read_text(encoding="utf-8")


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
    recorded.programme(house.room.programme(1), seconds=2, size="320x180", sound=False)
    ids = house.add_all()
    assert house.run(ids) == dict.fromkeys(ids, DONE)
    assert house.steps("transcode.stretch") == []
    assert not house.room.rendition("240p").exists()
    assert not house.room.rendition("audio.m4a").exists()


def test_missing_programme_fails_with_a_sentence(house: House) -> None:
    (state, error), *_ = house.run(house.add_all()).values()
    assert state is State.FAILED
    assert "has no programme" in error


def test_unfinished_programme_is_tried_again(house: House) -> None:
    programme = recorded.programme(house.room.programme(1), seconds=2, size="640x360")
    for kind in ("video", "audio"):
        path = programme.playlist(kind)
        path.write_text(path.read_text(encoding="utf-8").replace("#EXT-X-ENDLIST\n", ""), encoding="utf-8")
    ends = house.run(house.add_all())
    assert {ends.pop(each)[0] for each in ("rungs", "audio", "captions.de")} == {State.WAITING}
    assert {state for state, _ in ends.values()} == {State.PARKED}


def test_smaller_sizes_wait_for_every_stretch(house: House) -> None:
    recorded.programme(house.room.programme(1), seconds=6, size="320x260", sound=False)
    house.settings(stretch_s=2.0)
    ids = house.add_all()
    house.engine.run(ids["plan"])
    first, *rest = house.steps("transcode.stretch")
    assert [step.parameters["stretch"] for step in (first, *rest)] == [0, 1, 2]
    for step in (*rest, first):
        assert house.engine.run(ids["rungs"]) is None
        house.engine.run(step.id)
    assert house.engine.run(ids["rungs"]) is State.DONE
    assert len(playlists.read(house.room.rendition("240p/index.m3u8")).segments) == 3


def test_captions_and_poster_come_early() -> None:
    order = sorted(tasks.kinds(Settings(), Scribe(ONE)), key=lambda kind: kind.priority)
    assert [kind.name.split(".")[1] for kind in order] == [
        "cover",
        "poster",
        "listen",
        "plan",
        "edited",
        "hear",
        "captions",
        "download",
        "loudness",
        "stretch",
        "rungs",
        "outside",
        "storyboard",
        "waveform",
        "audio",
        "opus",
        "translate",
        "ahead",
    ]


def test_what_killed_workers_left_of_a_whole_office_hour_is_swept(house: House) -> None:
    folder = house.room.rendition("stretches")
    (folder / ".1-abcd-0001" / "480p").mkdir(parents=True)
    (folder / ".1-abcd-0001" / "480p.mp4").write_bytes(b"half")
    (folder / "plan.json").write_text("{}")
    made.sweep_room(house.room)
    assert (folder / ".1-abcd-0001").exists()
    made.sweep_room(house.room, now=time.time() + made.FORGOTTEN_S + 1)
    assert [path.name for path in folder.iterdir()] == ["plan.json"]


def test_captions_hold_what_was_typed_and_was_not_refused(house: House) -> None:
    recorded.programme(house.room.programme(), seconds=4, size="320x180")
    with house.database.transaction() as connection:
        chris = store.add_person(connection, house.hour, name="Chris", role=Role.SPEAKER)
        wish = {"person": chris.id, "line": "l1", "text": "Das ist getippt.", "words": "schreibt"}
        commands.write(connection, house.hour, commands.Kind.TYPED, **wish)
    with timeline.Writer(house.room.timeline) as writer:
        writer.append(timeline.Kind.BEGIN, 0, tick_duration="1/25")
        writer.append(timeline.Kind.VISIBLE, 0, person=chris.id, on=True)
        writer.append(timeline.Kind.TYPED, 50, person=chris.id, line="l1")
        writer.append(timeline.Kind.END, 100)

    def captions(again: str) -> str:
        with house.database.transaction() as connection:
            ids = worklist.add_all(connection, house.hour, 1, ["de"], labels={"typed": "{} (schriftlich)"}, again=again)
        for name in ("listen.de", "captions.de"):
            house.engine.run(ids[name])
        return house.room.captions("de").read_text(encoding="utf-8")

    assert "<v Chris (schriftlich)>Das ist getippt." in captions("")
    with house.database.transaction() as connection:
        store.answer_consent(connection, chris.id, {scope: scope is not Scope.RECORDING for scope in Scope}, 1)
    assert "getippt" not in captions("taken back")
