"""A folder comes in, a whole product on it goes out, started as its processes are, and stopped with the test."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO
from urllib.error import URLError
from urllib.request import urlopen

from ingest import steps, store
from ingest.database import now, random_id
from ingest.officehours import OfficeHour, Release, State
from ingest.steps import Step
from publish import pipeline
from tests.standins.recorded import cast, record
from tests.standins.reel import Asked, Form
from web.house import House, open_house
from web.migrate import upgrade

FIRST_RUN = {
    "OFFICEHOURS_OFFICE_NAME": "Stadt Lindenau",
    "OFFICEHOURS_IMPRINT": "Rathausplatz 1, Lindenau",
    "OFFICEHOURS_PRIVACY": "Wir speichern, was nötig ist.",
    "OFFICEHOURS_STAFF_EMAIL": "bo@lindenau.example",
    "OFFICEHOURS_STAFF_PASSWORD": "ein langes Kennwort",
}


def environment(data: Path, **more: str) -> dict[str, str]:
    """The environment of an installation in `data`: nothing of ours from outside, quick leases, no delay."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("OFFICEHOURS_")}
    return (
        clean
        | FIRST_RUN
        | {"OFFICEHOURS_DATA": str(data), "OFFICEHOURS_LEASE_S": "3", "OFFICEHOURS_DELAY_S": "0"}
        # Journeys run side by side, and each waits for its own steps: none gives way to another's live room.
        | {"OFFICEHOURS_NICENESS": "0", "OFFICEHOURS_STEP_SPARE": "0"}
        | more
    )


@contextlib.contextmanager
def house_in(environ: Mapping[str, str]) -> Iterator[House]:
    """The parts of an installation, for looking at it and changing it as its processes would."""
    house = open_house(environ)
    upgrade(house.database.url)
    try:
        yield house
    finally:
        house.close()


class Process:
    """One process of the product, with what it said; started by `through`, if a command has to stand before it."""

    def __init__(self, environ: Mapping[str, str], *arguments: str, through: Sequence[str] = ()) -> None:
        self.arguments, self.environ, self.through = arguments, dict(environ), list(through)
        self.said: list[IO[str]] = []
        self.running = self._start()

    def _start(self) -> subprocess.Popen[str]:
        log = Path(self.environ["OFFICEHOURS_DATA"]) / f"{'-'.join(self.arguments)}.{id(self):x}.{len(self.said)}.log"
        self.said.append(log.open("w+"))
        return subprocess.Popen(
            [*self.through, sys.executable, "-m", "web", *self.arguments],
            env=self.environ,
            stdout=self.said[-1],
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            text=True,
        )

    def kill(self) -> None:
        """As the kernel does when memory is out."""
        self.running.send_signal(signal.SIGKILL)
        self.running.wait()

    def again(self) -> None:
        """Start it anew."""
        self.running = self._start()

    def words(self) -> str:
        """Everything that it and those before it said."""
        for file in self.said:
            file.flush()
        return "".join(Path(file.name).read_text() for file in self.said)

    def close(self) -> None:
        if self.running.poll() is None:
            self.running.terminate()
            try:
                self.running.wait(15)
            except subprocess.TimeoutExpired:
                self.kill()
        for file in self.said:
            file.close()


@contextlib.contextmanager
def running(environ: Mapping[str, str], *arguments: str, through: Sequence[str] = ()) -> Iterator[Process]:
    """A process for the length of a test."""
    process = Process(environ, *arguments, through=through)
    try:
        yield process
    finally:
        process.close()


@contextlib.contextmanager
def serving(environ: Mapping[str, str], port: int) -> Iterator[str]:
    """The whole product on a port of loopback: its origin."""
    origin = f"http://127.0.0.1:{port}"
    with running(environ, "serve", "--port", str(port)) as process:
        wait_for(lambda: answers(origin, "/health") and answers(origin, "/live/health"), 60, process.words)
        yield origin


def answers(origin: str, path: str) -> bool:
    """True when a page is there."""
    try:
        with urlopen(origin + path, timeout=20) as response:
            return bool(response.status == 200)
    except (URLError, ConnectionError, TimeoutError):
        return False


def wait_for(holds: Callable[[], object], limit_s: float, words: Callable[[], str] = lambda: "") -> None:
    """Look until it holds; a test that waits in vain fails with what was said meanwhile."""
    end = time.monotonic() + limit_s
    while not holds():
        assert time.monotonic() < end, f"waited {limit_s} s in vain\n{words()[-6000:]}"
        time.sleep(0.05)


def ended_hour(house: House, length_s: float = 20.0) -> OfficeHour:
    """An office hour that has just ended, recorded by the stand-in, its pipeline written down but not begun."""
    id = random_id()
    people = cast(2)
    question = Asked(question=random_id(), text="Wann kommt der Radweg?", author="Chris", from_s=10, until_s=20)
    form = Form(width=1280, height=720)  # large enough for a smaller rung
    recording = record(house.archive, id, people, length_s=length_s, questions=[question], form=form)
    with house.database.transaction() as connection:
        store.add_office_hour(
            connection, id=id, title="Sprechstunde", host_name="Ada", starts_at=now(), release=Release.AT_END,
            state=State.ON_AIR,
        )  # fmt: skip
        edition = store.add_edition(
            connection, id, address=random_id(), duration_ticks=recording.ticks, tick_duration="1/30"
        )
        hour = store.move_office_hour(connection, id, State.ENDED, ended_at=now())
        pipeline.begin(connection, hour, edition)
    return hour


def steps_of(house: House, hour: OfficeHour) -> list[Step]:
    with house.database.reading() as connection:
        return steps.of_office_hour(connection, hour.id)
