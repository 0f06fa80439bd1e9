"""An office hour that has ended, with a timeline, two questions and an edition."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from ingest import steps, store
from ingest.archive import Archive, Room
from ingest.database import Database, now, random_id
from ingest.engine import Engine
from ingest.officehours import Edition, OfficeHour, Release, State
from ingest.secrets import Safe, open_safe
from ingest.steps import Step
from ingest.timeline import Kind as Happened
from ingest.timeline import Writer
from ingest.work import Kind
from publish import tasks
from publish.settings import Settings
from questions import intake, moderation, queue
from questions.question import Channel, Question
from questions.sources import Arrival
from tests.ingest.conftest import NOON, database, hour
from transcode import worklist

__all__ = ["database", "hour"]


@dataclass
class Past:
    """What is there after the end."""

    hour: OfficeHour
    edition: Edition
    asked: list[Question]
    room: Room


@pytest.fixture
def safe(tmp_path: Path) -> Safe:
    return open_safe(tmp_path / "secret.key")


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    return Archive(tmp_path / "archive")


@pytest.fixture
def past(database: Database, hour: OfficeHour, safe: Safe, archive: Archive) -> Past:
    room = archive.room(hour.id)
    with database.transaction() as connection:
        store.change_office_hour(connection, hour.id, release=Release.AT_END)
        for goal in (State.BACKSTAGE, State.ON_AIR):
            store.move_office_hour(connection, hour.id, goal)
        edition = store.add_edition(connection, hour.id, address=random_id(), tick_duration="1/30")
        asked = []
        for text in ("Wann kommt die Tram?", "Was wird aus dem Freibad & dem <Park>?"):
            arrival = Arrival(
                channel=Channel.FORM, message=random_id(), asked_at=NOON, office_hour=hour.id, text=text, author="Chris"
            )
            question = intake.take(connection, arrival, safe)
            assert question is not None
            question = queue.queue(connection, moderation.approve(connection, question, by="bo"), by="bo")
            asked.append(queue.put_on_air(connection, question, by="bo"))
        store.finish_edition(connection, edition.id, 1200)
        ended = store.move_office_hour(connection, hour.id, State.ENDED, ended_at=now())
        newest = store.edition_of(connection, hour.id)
    assert newest is not None
    writer = Writer(room.timeline)
    writer.append(Happened.BEGIN, 0, tick_duration="1/30", wall=NOON.isoformat())
    writer.append(Happened.ON_AIR, 300, question=asked[0].id)
    writer.append(Happened.ON_AIR, 750, question=asked[1].id)
    writer.append(Happened.END, 1200)
    writer.close()
    return Past(ended, newest, asked, room)


class House:
    """An engine with the steps of publish, and transcode's played by a function that does nothing."""

    def __init__(self, database: Database, archive: Archive, safe: Safe, settings: Settings) -> None:
        self.database = database
        self.at: datetime = NOON
        known = tasks.kinds(settings, safe)
        played = [Kind(name=name, queue="heavy", run=lambda work: None) for name in worklist.PRIORITIES]
        self.rung: list[str] = []
        self.engine = Engine(
            database, archive, [*known, *played], self._send, in_flight=20, lease_s=60, clock=lambda: self.at
        )

    def _send(self, step: Step, kind: Kind) -> None:
        self.rung.append(step.id)

    def run_all(self) -> None:
        """Run what can run, until nothing is rung any more."""
        self.engine.dispatch()
        while self.rung:
            self.engine.run(self.rung.pop(0))
            self.engine.dispatch()

    def later(self, **time: float) -> None:
        """Some time passes; parked steps wake."""
        self.at += timedelta(**time)
        self.engine.reconcile()

    def step(self, id: str) -> Step:
        with self.database.reading() as connection:
            return steps.get(connection, id)


@pytest.fixture
def house(database: Database, archive: Archive, safe: Safe) -> House:
    return House(database, archive, safe, Settings())
