"""Workers, broker and database are killed at random moments: everything is made once, the same, and nothing is left."""

import hashlib
import random
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from ingest import store
from ingest.database import AWAY
from ingest.officehours import OfficeHour, Visibility
from ingest.shared import SharedArchive
from ingest.steps import State
from tests.journeys.house import Process, ended_hour, environment, house_in, running, steps_of, wait_for
from tests.standins.servers import Server, object_store, postgresql_server, redis_server
from transcode import made
from web.house import House

LENGTH_S = 8.0
HOUR_S = 120.0
KILLS_EACH = 2  # of one office hour: the third lost lease of a step would rightly put it aside
AWAY_S = 0.5
MEDIA = (".m4s", ".mp4", ".m4a", ".jpg")
BROKEN = frozenset({State.FAILED, State.QUARANTINED, State.CANCELLED})


@dataclass(frozen=True)
class Crew:
    """What can be killed, and the house to look at."""

    house: House
    workers: dict[str, Process]
    servers: dict[str, Server]

    @property
    def victims(self) -> list[str]:
        return [*(name for name in self.workers if name != "clock"), *self.servers]

    def kill(self, victim: str) -> None:
        """End it as the kernel does; it is back after a moment."""
        it = self.workers.get(victim) or self.servers[victim]
        it.kill()
        time.sleep(AWAY_S if victim in self.servers else 0)
        it.again()

    def tend(self) -> None:
        """Start again what has ended, as the supervisor does."""
        for worker in self.workers.values():
            if worker.running.poll() is not None:
                worker.again()

    def words(self) -> str:
        return "".join(worker.words()[-2500:] for worker in self.workers.values())


@contextmanager
def crew_in(folder: Path, archive: Mapping[str, str] | None = None) -> Iterator[Crew]:
    """`archive` is the environment of one in an object store; then the workers have a folder of their own."""
    with redis_server() as (broker, redis), postgresql_server() as (database, postgresql):
        more = {"OFFICEHOURS_BROKER_URL": broker, "OFFICEHOURS_DATABASE_URL": database, **(archive or {})}
        more |= {"OFFICEHOURS_SECRET_FILE": str(folder / "secret.key")}
        environ = environment(folder / "site", OFFICEHOURS_RUNG_PRESET="ultrafast", **more)
        theirs = environ | ({"OFFICEHOURS_DATA": str(folder / "worker")} if archive else {})
        Path(theirs["OFFICEHOURS_DATA"]).mkdir(exist_ok=True, parents=True)
        with house_in(environ) as house, running(theirs, "worker", "light") as light:
            with running(theirs, "worker", "heavy") as heavy, running(theirs, "clock") as clock:
                workers = {"light": light, "heavy": heavy, "clock": clock}
                yield Crew(house, workers, {"redis": redis, "postgresql": postgresql})


def released(crew: Crew, hour: OfficeHour) -> bool:
    crew.tend()
    try:
        found = steps_of(crew.house, hour)
    except AWAY:
        return False
    broken = [(step.kind, step.error) for step in found if step.state in BROKEN]
    assert not broken
    return bool(found) and all(step.state is State.DONE for step in found)


def media_of(house: House, hour: OfficeHour) -> dict[str, str]:
    """Every finished picture and sound with its digest; no half-made thing lies beside."""
    if isinstance(house.archive, SharedArchive):
        there = house.archive.objects.listing(hour.id)
        assert [name for name in there if "/." in name] == []
        return {name: each.etag for name, each in there.items() if name.endswith(MEDIA)}
    room = house.archive.room(hour.id)
    made.sweep_room(room, now=time.time() + 3600)
    assert list(room.root.rglob(".*")) == []
    media = [path for path in room.root.rglob("*") if path.suffix in MEDIA]
    return {str(path.relative_to(room.root)): hashlib.sha256(path.read_bytes()).hexdigest() for path in media}


def through(crew: Crew, moments: list[tuple[float, str]]) -> dict[str, str]:
    """One office hour; at each moment (seconds after the one before) somebody is killed. What was made."""
    hour = ended_hour(crew.house, LENGTH_S)
    crew.house.archive.put(hour.id)
    crew.house.engine.dispatch()
    for seconds, victim in moments:
        time.sleep(seconds)
        crew.kill(victim)
    wait_for(lambda: released(crew, hour), HOUR_S, crew.words)
    with crew.house.database.reading() as connection:
        assert store.office_hour(connection, hour.id).visibility is Visibility.RELEASED
    found = steps_of(crew.house, hour)
    assert len({(step.kind, str(step.parameters)) for step in found}) == len(found)
    return media_of(crew.house, hour)


@pytest.mark.beside
@pytest.mark.parametrize(
    "hours", [pytest.param(2, marks=pytest.mark.journey), pytest.param(50, marks=pytest.mark.soak)]
)
def test_kills_at_random_moments_change_nothing(tmp_path: Path, hours: int) -> None:
    with crew_in(tmp_path) as crew:
        disturb(crew, hours)


@pytest.mark.soak
def test_kills_at_random_moments_change_nothing_in_an_object_store(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with object_store() as archive:
        for name, value in archive.items():
            monkeypatch.setenv(name, value)
        with crew_in(tmp_path, archive) as crew:
            disturb(crew, 10)


def disturb(crew: Crew, hours: int) -> None:
    """Kill somebody twice in each of so many office hours, and compare what was made with one that was left alone."""
    chance, undisturbed = random.Random(hours), through(crew, [])
    for number in range(hours):
        victims = [crew.victims[(number * KILLS_EACH + n) % len(crew.victims)] for n in range(KILLS_EACH)]
        moments = [(chance.uniform(0.1, 3.0), victim) for victim in victims]
        print(f"hour {number + 1}: {[(round(at, 1), who) for at, who in moments]}")
        assert through(crew, moments) == undisturbed
