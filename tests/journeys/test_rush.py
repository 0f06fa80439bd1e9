"""Ten members of staff and a hundred guests on a running installation, while site and studio are killed now and then.

Over HTTP, as browsers would: staff press at random, guests reload and give signs of life. A request that a kill cuts
off may have been done or not; what must hold afterwards is told by the rows and by every page.
"""

import random
import re
import threading
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from ingest import store
from ingest.database import now
from ingest.live.lobby import guests, reception, waiting
from ingest.officehours import OfficeHour, State
from ingest.people import Person, Role, Scope, SeatState
from tests.journeys.house import Process, answers, environment, house_in, running, wait_for
from tests.standins.servers import free_port
from web import store as web_store
from web.house import House
from web.sessions import COOKIE, csrf_token

STAFF, GUESTS, KILLS_EACH_S = 10, 100, 4.0
ACTS = ("call", "call", "call", "send_back", "set_aside", "missed", "admit")


@dataclass
class Rush:
    """The installation, who presses, and how requests ended."""

    house: House
    origin: str
    hour: OfficeHour
    people: list[Person]
    keys: dict[str, str]
    ended: Counter[str] = field(default_factory=Counter)
    over: threading.Event = field(default_factory=threading.Event)

    def client(self, key: str) -> httpx.Client:
        headers = {"Origin": self.origin, "X-Csrf": csrf_token(key)}
        return httpx.Client(base_url=self.origin, cookies={COOKIE: key}, headers=headers, timeout=20)

    def staff(self, key: str, dice: random.Random) -> None:
        desk = f"/staff/office-hours/{self.hour.id}"
        with self.client(key) as client:
            while not self.over.is_set():
                do, person = dice.choice(ACTS), dice.choice(self.people[:30])
                to = "seats" if do == "admit" else "waiting"
                self._send(client, "POST", f"{desk}/{to}", data={"do": do, "person": person.id})
                if dice.random() < 0.3:
                    self._send(client, "GET", f"{desk}/board?part=room")

    def guest(self, person: Person, dice: random.Random) -> None:
        place = f"/office-hours/{self.hour.id}"
        with self.client(self.keys[person.id]) as client:
            while not self.over.wait(2 + 2 * dice.random()):
                self._send(client, "PATCH", f"{place}/here", content=b"")
                if dice.random() < 0.3:
                    self._send(client, "GET", f"{place}/place?part=seat")
                if dice.random() < 0.3:
                    self._send(client, "POST", f"{place}/answer")

    def _send(self, client: httpx.Client, method: str, path: str, **values: object) -> None:
        try:
            answer = client.request(method, path, **values)  # type: ignore[arg-type]
            self.ended[str(answer.status_code)] += 1
        except httpx.TransportError:
            self.ended["cut off"] += 1
            time.sleep(0.2)


@pytest.fixture
def served(tmp_path: Path) -> Iterator[tuple[dict[str, str], str, Process, Process]]:
    """Site and studio as processes of their own, so that each can be killed alone."""
    port, studio_port = free_port(), free_port()
    environ = environment(tmp_path) | {
        "OFFICEHOURS_POSTS_PER_MINUTE": "100000",
        "OFFICEHOURS_STUDIO_PORT": str(studio_port),
    }
    with house_in(environ), running(environ, "site", "--port", str(port)) as site:
        with running(environ, "studio", "--port", str(studio_port)) as studio:
            origin = f"http://127.0.0.1:{port}"
            wait_for(lambda: answers(origin, "/health"), 60, site.words)
            yield environ, origin, site, studio


def announced(house: House, origin: str) -> tuple[Rush, list[str]]:
    with house.database.transaction() as connection:
        hour = store.add_office_hour(
            connection, title="Sprechstunde", host_name="Ada", starts_at=now(), state=State.BACKSTAGE
        )
        keys, people = {}, []
        until = now() + timedelta(hours=1)
        for number in range(GUESTS):
            person = store.add_person(connection, hour.id, name=f"Guest {number}", role=Role.GUEST)
            store.answer_consent(connection, person.id, dict.fromkeys(Scope, True), 1)
            guests.add(connection, person, seen_at=now())
            keys[person.id] = web_store.open_session(connection, account=None, person=person.id, expires_at=until)
            people.append(person)
        accounts = [
            store.add_account(connection, email=f"{number}@example.org", name=f"Staff {number}", password_hash="")
            for number in range(STAFF)
        ]
        staff = [
            web_store.open_session(connection, account=each.id, person=None, expires_at=until) for each in accounts
        ]
    return Rush(house, origin, hour, people, keys), staff


def shown_order(page: str) -> list[str]:
    """Names in the order in which a board lists them."""
    return re.findall(r"slip__name\">\d+\. (Guest \d+)", page)


@pytest.mark.soak
@pytest.mark.parametrize("seconds", [20.0, 60.0])
def test_kills_lose_nobody_and_leave_one_order(
    served: tuple[dict[str, str], str, Process, Process], seconds: float
) -> None:
    environ, origin, site, studio = served
    with house_in(environ) as house:
        rush, staff = announced(house, origin)
        work = [threading.Thread(target=rush.staff, args=(key, random.Random(n))) for n, key in enumerate(staff)]
        work += [
            threading.Thread(target=rush.guest, args=(person, random.Random(1000 + n)))
            for n, person in enumerate(rush.people)
        ]
        for thread in work:
            thread.start()
        end, kills = time.monotonic() + seconds, 0
        while time.monotonic() < end:
            time.sleep(KILLS_EACH_S)
            killed = (site, studio)[kills % 2]
            killed.kill()
            time.sleep(0.5)
            killed.again()
            kills += 1
        wait_for(lambda: answers(origin, "/health"), 60, site.words)
        rush.over.set()
        for thread in work:
            thread.join()
        print(dict(rush.ended), f"{kills} kills")
        check(rush, staff)
        assert kills >= 3
        assert rush.ended["303"] > 10 * kills
        assert not {status for status in rush.ended if status.startswith("5")}


def check(rush: Rush, staff: list[str]) -> None:
    with rush.house.database.reading() as connection:
        seats = store.seats_of(connection, rush.hour.id)
        line = waiting.line(seats)
    names = {person.id: person.name for person in rush.people}
    assert [seat.person for seat in seats] == [person.id for person in rush.people]  # nobody lost, every place kept
    assert {seat.state for seat in seats} <= reception.IN_LINE | {SeatState.ADMITTED}
    expected = [names[seat.person] for seat in line]
    for key in staff:
        with rush.client(key) as client:
            page = client.get(f"/staff/office-hours/{rush.hour.id}/board?part=room").text
        assert shown_order(page) == expected
    for number, seat in enumerate(line):
        if seat.state is SeatState.WAITING and number > 1:
            with rush.client(rush.keys[seat.person]) as client:
                page = client.get(f"/office-hours/{rush.hour.id}/place?part=seat").text
            assert f"{number} Personen sind vor Ihnen" in page or f"{number} people are before you" in page
