"""Clips come in; an office hour on air goes out in which people send them, held by a real studio and a real room.

The studio is a process of its own, as `officehours serve` starts it, on a new folder, and the room its child: what both
use together is what an office hour costs.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import urlopen

from ingest import commands, store, tickets
from ingest.database import now
from ingest.live.lobby import waiting
from ingest.officehours import State
from ingest.people import Person, Role
from ingest.tickets import Audience
from web.benches.programs import BenchFailed, heard, running
from web.benches.replay import VIEWER
from web.house import House, open_house
from web.migrate import upgrade
from web.serve import free_port

NAMES = ("Ada", "Bo", "Chris", "Dana")
PATIENCE_S = 30.0


@dataclass(frozen=True)
class Ticks:
    """How many pictures the room has made, and how many of them late by more than half of one."""

    made: int
    late: int

    def late_percent(self, since: "Ticks") -> float:
        """The share of late ones among those made since then."""
        return 100 * (self.late - since.late) / max(1, self.made - since.made)


@dataclass(frozen=True)
class OnAir:
    """A running office hour. `origin` is the studio's address, `studio` its process, the room is that one's child."""

    house: House
    hour: str
    people: tuple[Person, ...]
    origin: str
    studio: int

    @property
    def room(self) -> dict[str, Any]:
        """What the studio says of the room, {} when it does not answer."""
        return asked(f"{self.origin}/live/room/{self.hour}")

    @property
    def ticks(self) -> Ticks:
        """What the room has made so far."""
        state = self.room
        return Ticks(state["ticks"], state["late"])

    def ticket(self, person: Person, audience: Audience) -> str:
        """A fresh ticket for somebody of this office hour."""
        with self.house.database.transaction() as connection:
            return tickets.issue(connection, person=person.id, office_hour=self.hour, audience=audience, at=now())


@contextmanager
def on_air(clips: Sequence[Path], *, core: int | None = None) -> Iterator[OnAir]:
    """Somebody for each clip, all on air and recorded, and one viewer by WHEP; `core`: where the sender shall run."""
    with tempfile.TemporaryDirectory(prefix="officehours-bench-") as folder:
        with studio(Path(folder), len(clips)) as it:
            sends = [(str(clip), "whip", person) for clip, person in zip(clips, it.people, strict=True)]
            sends.append((VIEWER, "whep", it.people[0]))
            places = [(clip, f"{it.origin}/live/{way}", it.ticket(who, Audience(way))) for clip, way, who in sends]
            with sending(places, core) as sender:
                heard(sender, "connected")
                _start(it)
                until(lambda: it.room.get("on_air") and it.room.get("sending") == len(clips), "all are on air")
                yield it


@contextmanager
def studio(data: Path, count: int) -> Iterator[OnAir]:
    """An installation in a new folder with its studio, and the room of an office hour with `count` people."""
    environ = {name: value for name, value in os.environ.items() if name != "OFFICEHOURS_DATA"}
    environ["OFFICEHOURS_DATA"] = str(data)
    house, port = open_house(environ), free_port()
    upgrade(house.database.url)
    hour, people = _open(house, count)
    try:
        with running([sys.executable, "-m", "web", "studio", "--port", str(port)], environ=environ) as process:
            it = OnAir(house, hour, tuple(people), f"http://127.0.0.1:{port}", process.pid)
            until(lambda: it.room.get("open"), "the room opens")
            yield it
    finally:
        house.close()


@contextmanager
def sending(places: Sequence[tuple[str, str, str]], core: int | None) -> Iterator["subprocess.Popen[bytes]"]:
    """A process that sends and receives for everybody (see `replay`)."""
    arguments = [word for place in places for word in place]
    with running([sys.executable, "-m", "web.benches.replay", "send", *arguments], talks=True) as process:
        if core is not None:
            os.sched_setaffinity(process.pid, {core})
        yield process


def _open(house: House, count: int) -> tuple[str, list[Person]]:
    with house.database.transaction() as connection:
        hour = store.add_office_hour(connection, title="Bench", host_name="Ada", starts_at=now()).id
        names = [NAMES[number % len(NAMES)] for number in range(count)]
        people = [store.add_person(connection, hour, name=name, role=Role.HOST) for name in names]
        store.move_office_hour(connection, hour, State.OPEN)
        store.move_office_hour(connection, hour, State.BACKSTAGE)
    return hour, people


def _start(it: OnAir) -> None:
    with it.house.database.transaction() as connection:
        waiting.start(connection, it.hour, {Role.HOST: "Rathaus"})
        commands.write(connection, it.hour, commands.Kind.SCENE, name="grid", people=[])


def asked(address: str) -> dict[str, Any]:
    """A JSON answer of our own studio; {} while there is none."""
    try:
        with urlopen(address, timeout=5) as answer:  # noqa: S310 - our own studio on loopback
            found: dict[str, Any] = json.load(answer)
    except (URLError, ConnectionError, TimeoutError):
        return {}
    return found


def until(true: Callable[[], Any], what: str) -> None:
    """Wait for it. Raises BenchFailed."""
    before = time.monotonic()
    while not true():
        if time.monotonic() - before > PATIENCE_S:
            raise BenchFailed(f"not within {PATIENCE_S:.0f} s: {what}")
        time.sleep(0.1)
