"""Every cell of the table of consent that a recording has: who refused what is in which output, seen and heard.

Ada is on air for twelve seconds, Chris from the 4th to the 8th. Each has a colour and a tone; whoever decodes an output
looks for both. The live outputs have their cells in tests/ingest/live (test_binding, test_hiding, test_agreement).
"""

import shutil
from pathlib import Path

import av
import numpy as np
import pytest

from ingest import archive, consent, steps, store, timeline
from ingest.archive import Room
from ingest.consent import Effect, Output
from ingest.engine import Engine
from ingest.live.lobby import agreement
from ingest.people import Role, Scope
from ingest.steps import State
from ingest.timeline import Event, Kind
from tests.ingest.conftest import NOON
from tests.standins import loops
from tests.standins.recorded import Recording, record
from tests.standins.reel import Form, Participant
from tests.standins.scribe import Scribe
from tests.standins.tables import tabled
from transcode import outside, tasks, worklist
from transcode.settings import Settings
from transcode.speech import Word

FORM = Form(width=320, height=180, bitrate=300_000, preset="superfast")
CHRIS_S = range(4, 8)
RATE = 48_000


def hears(sound: Path) -> set[int]:
    """The seconds in which Chris's tone is heard."""
    with av.open(str(sound)) as container:
        samples = np.concatenate([frame.to_ndarray()[0] for frame in container.decode(audio=0)])
    wave = np.exp(-2j * np.pi * loops.hz_of(1) * np.arange(RATE // 10) / RATE)
    tenths = samples[: len(samples) // len(wave) * len(wave)].reshape(-1, len(wave))
    loud = np.abs(tenths @ wave) / len(wave) > 0.003
    return {int(n) // 10 for n in np.flatnonzero(loud) if n % 10 != 9}


def sees(picture: Path) -> set[int]:
    """The seconds in which Chris's colour is in the picture."""
    colour, found = np.array(loops.colour_of(1)), set()
    with av.open(str(picture)) as container:
        for number, frame in enumerate(container.decode(video=0)):
            if number % 15 == 7:
                pixels = frame.reformat(width=160, height=90, format="rgb24").to_ndarray().astype(int)
                if (np.abs(pixels - colour).sum(axis=2) < 60).mean() > 0.02:
                    found.add(number // 30)
    return found


def spoken(sound: Path) -> list[Word]:
    """What is heard where Chris's tone is, second by second; who has a track begins in it at its beginning."""
    seconds = sorted(hears(sound))
    return [
        Word(word="Chris" if at == seconds[0] else "spricht", start_s=at + 0.1, end_s=at + 0.9, probability=1.0)
        for at in seconds
    ]


class House:
    """One office hour with Ada and Chris, who said what they agree to."""

    def __init__(self, original: Recording, folder: Path, agreed: frozenset[Scope]) -> None:
        self.database = tabled(f"sqlite:///{folder / 'test.sqlite3'}")
        self.archive = archive.Archive(folder / "archive")
        with self.database.transaction() as connection:
            hour = store.add_office_hour(connection, title="Sprechstunde", host_name="Ada", starts_at=NOON)
            ada = store.add_person(connection, hour.id, name="Ada", role=Role.HOST)
            chris = store.add_person(connection, hour.id, name="Chris", role=Role.GUEST, topic="Radweg")
            store.answer_consent(connection, chris.id, {scope: scope in agreed for scope in Scope}, 1)
        self.hour, self.ada, self.chris = hour.id, ada.id, chris.id
        shutil.copytree(original.room.root, self.room.root)
        names = {"ada": ada.id, "chris": chris.id}
        text = self.room.timeline.read_text(encoding="utf-8")
        for name, id in names.items():
            text = text.replace(f'"{name}"', f'"{id}"')
            self.room.track(name).rename(self.room.track(id))
        begin, rest = text.split("\n", 1)
        said = Event(tick=0, kind=Kind.CONSENT, values={"person": chris.id, "scopes": agreement.names(agreed)})
        self.room.timeline.write_text(f"{begin}\n{said.line()}{rest}", encoding="utf-8")
        kinds = tasks.kinds(Settings(niceness=0), Scribe(spoken))
        self.engine = Engine(self.database, self.archive, kinds, lambda step, kind: None, in_flight=10)
        self.masks = {} if Scope.NAME in agreed else {"Chris": "jemand"}

    @property
    def room(self) -> Room:
        return self.archive.room(self.hour)

    def run(self) -> None:
        """Cover, captions and the film for other platforms, as the pipeline writes them down."""
        with self.database.transaction() as connection:
            first = worklist.add_cover(connection, self.hour, 1, "Nicht gezeigt")
            captions = worklist.add_all(connection, self.hour, 1, ["de"], masks=self.masks, needs=[first])[
                "captions.de"
            ]
            film = worklist.add_outside(connection, self.hour, 1, "de", "Nicht gezeigt", [captions], "")
            listen = steps.needed_by(connection, captions)
        for id in (first, *(step.id for step in listen if step.id != first), captions, film):
            assert self.engine.run(id) is State.DONE, id


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Recording:
    people = [
        Participant(person="ada", name="Ada"), Participant(person="chris", name="Chris", from_s=4, until_s=8),
    ]  # fmt: skip
    return record(archive.Archive(tmp_path_factory.mktemp("hour")), "x", people, length_s=12, form=FORM)


@pytest.mark.parametrize("refused", [None, *Scope], ids=lambda scope: "nothing" if scope is None else scope.value)
def test_a_recording_has_of_somebody_what_they_agreed_to(
    original: Recording, tmp_path: Path, refused: Scope | None
) -> None:
    agreed = consent.ALL - {refused} if refused else consent.ALL
    house = House(original, tmp_path, consent.whole(agreed))
    house.run()
    wanted = {output: consent.effect([refused] if refused else [], output) for output in Output}
    room, there = house.room, set(CHRIS_S)

    def is_there(output: Output) -> bool:
        return wanted[output] in (Effect.NONE, Effect.PSEUDONYM)

    programme = room.programme()
    assert sees(programme.playlist("video")) == (there if is_there(Output.RECORDING) else set())
    assert hears(programme.playlist("audio")) == (there if is_there(Output.RECORDING) else set())
    assert room.track(house.chris).exists() == is_there(Output.TRACK)
    captions = room.captions("de").read_text(encoding="utf-8")
    assert ("spricht" in captions) == is_there(Output.CAPTIONS)
    assert ("jemand" in captions, "Chris" in captions) == {
        Effect.NONE: (False, True), Effect.PSEUDONYM: (True, False), Effect.NOTHING: (False, False),
    }[wanted[Output.CAPTIONS]]  # fmt: skip
    _elsewhere(house, wanted[Output.OUTSIDE])
    house.database.close()


def _elsewhere(house: House, wanted: Effect) -> None:
    film, withheld = outside.film(house.room), wanted in (Effect.DARK, Effect.NOTHING)
    assert film.exists() == withheld
    if not withheld:
        return
    assert (sees(film), hears(film)) == (set(), set())
    elsewhere = outside.captions(house.room, "de").read_text(encoding="utf-8")
    assert "spricht" not in elsewhere
    assert "Chris" not in elsewhere
    assert outside.poster(house.room).exists()
    with av.open(str(film)) as container:
        assert sum(1 for _ in container.decode(video=0)) == 360  # as long as the recording


def cards_of(room: Room, person: str) -> list[Path]:
    """Where somebody's name is drawn."""
    told = [event.values for event in timeline.read(room.timeline) if event.kind is Kind.CARD]
    found = [room.card(each["digest"]) for each in told if each.get("person") == person]
    assert found
    return found


def test_whoever_takes_back_later_is_covered_and_what_was_made_of_it_is_gone(
    original: Recording, tmp_path: Path
) -> None:
    house = House(original, tmp_path, consent.ALL)
    made = [house.room.download, house.room.poster, house.room.rendition("480p/index.m3u8"), house.room.captions("de")]
    for path in made:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("Chris")
    assert sees(house.room.programme().playlist("video")) == set(CHRIS_S)
    names = {person: cards_of(house.room, person) for person in (house.ada, house.chris)}
    assert all(path.exists() for each in names.values() for path in each)
    with house.database.transaction() as connection:
        store.take_consent_back(connection, house.chris, [Scope.LIVE], NOON)
        id = worklist.add_cover(connection, house.hour, 1, "Nicht gezeigt")
    assert house.engine.run(id) is State.DONE
    assert sees(house.room.programme().playlist("video")) == set()
    assert [path for path in made if path.exists()] == []
    assert all(path.exists() for path in names[house.ada])
    assert not any(path.exists() for path in names[house.chris])
    assert not house.room.track(house.chris).exists()
    house.database.close()


def test_captions_for_other_platforms_lose_cues_and_notes() -> None:
    vtt = (
        "WEBVTT\n\nNOTE left out at 00:00:05.000 (silence): hm\n\n1\n00:00:01.000 --> 00:00:03.900\nAda\n\n"
        "2\n00:00:03.950 --> 00:00:04.500\nChris\n\n3\n00:00:08.000 --> 00:00:09.000\nAda\n"
    )
    left = outside.without(vtt, [(4.0, 8.0)])
    assert left == "WEBVTT\n\n1\n00:00:01.000 --> 00:00:03.900\nAda\n\n3\n00:00:08.000 --> 00:00:09.000\nAda\n"
