"""Ten members of staff and a hundred waiting guests at once: nobody is lost, nobody is called twice, one order.

Threads act at random on one database, each from what its own page showed a moment ago, as people do. Every act that
succeeded notes, in its own transaction, the id of the newest event: the order in which the database took them.
"""

import random
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy.engine import Connection

from ingest import events, store
from ingest.database import Database, now
from ingest.live.lobby import guests, reception, waiting
from ingest.officehours import OfficeHour, State
from ingest.people import Person, Role, SeatState
from ingest.store import Overtaken

Act = Callable[[Connection, Person], object]
Noted = tuple[int, str, str]
GOALS = {
    "call": SeatState.CALLED,
    "admit": SeatState.ADMITTED,
    "send_back": SeatState.WAITING,
    "set_aside": SeatState.HELD,
    "missed": SeatState.MISSED,
}


def staff_acts(name: str, at: datetime) -> dict[str, Act]:
    return {
        "call": lambda connection, person: reception.call(connection, person, by=name, at=at),
        "admit": waiting.admit,
        "send_back": reception.send_back,
        "set_aside": reception.set_aside,
        "missed": reception.missed,
    }


@dataclass
class Rush:
    """Everybody at once. `noted`: what succeeded, with the database's own order; `late`: how often one came second."""

    database: Database
    people: list[Person]
    noted: list[Noted] = field(default_factory=list)
    late: int = 0
    faults: list[BaseException] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def staff(self, name: str, dice: random.Random, presses: int) -> None:
        acts = staff_acts(name, now())
        for _ in range(presses):
            do = dice.choice([*acts, "call", "call"])
            self._try(do, acts[do], dice.choice(self.people[: len(self.people) // 4] or self.people))

    def guest(self, person: Person, dice: random.Random, reloads: int) -> None:
        acts: dict[str, Act] = {
            "seen": lambda connection, who: guests.seen(connection, who, now()),
            "answer": lambda connection, who: reception.answer(connection, who, now()),
        }
        for _ in range(reloads):
            do = dice.choice(list(acts))
            self._try(do, acts[do], person)

    def _try(self, do: str, act: Act, person: Person) -> None:
        try:
            with self.database.transaction() as connection:
                act(connection, person)
                at = events.newest(connection)
        except Overtaken:
            with self.lock:
                self.late += 1
        except BaseException as error:
            self.faults.append(error)
            raise
        else:
            with self.lock:
                self.noted.append((at, do, person.id))


def rush(database: Database, hour: OfficeHour, *, staff: int, waiting_guests: int, presses: int, seed: int) -> Rush:
    with database.transaction() as connection:
        store.change_office_hour(connection, hour.id, state=State.ON_AIR, began_at=now())
        people = [
            store.add_person(connection, hour.id, name=f"Guest {number}", role=Role.GUEST)
            for number in range(waiting_guests)
        ]
        for person in people:
            guests.add(connection, person)
    found = Rush(database, people)
    work: list[tuple[Callable[..., None], Any, int]] = [
        (found.staff, f"Staff {number}", presses) for number in range(staff)
    ]
    work += [(found.guest, person, 3) for person in people]
    threads = [
        threading.Thread(target=do, args=(who, random.Random(seed + number), times))
        for number, (do, who, times) in enumerate(work)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found


def told(noted: list[Noted]) -> tuple[dict[str, SeatState], list[str]]:
    """Where each person must be, by the order in which the database took the acts; and who was called while called."""
    seats: dict[str, SeatState] = {}
    twice = []
    for _, do, person in sorted(noted):
        before = seats.get(person, SeatState.WAITING)
        if do == "call" and before is SeatState.CALLED:
            twice.append(person)
        if do in GOALS:
            seats[person] = GOALS[do]
        elif do == "answer" and before is SeatState.MISSED:
            seats[person] = SeatState.WAITING
    return seats, twice


def check(found: Rush, hour: OfficeHour) -> None:
    must, twice = told(found.noted)
    with found.database.reading() as connection:
        seats = store.seats_of(connection, hour.id)
        line = [seat.person for seat in waiting.line(seats)]
    assert (found.faults, twice) == ([], [])
    assert [seat.person for seat in seats] == [person.id for person in found.people]  # nobody lost, every place kept
    assert [seat.state for seat in seats] == [must.get(seat.person, SeatState.WAITING) for seat in seats]
    assert line == [seat.person for seat in seats if seat.state not in (SeatState.ADMITTED, SeatState.MISSED)]


def test_a_small_rush_loses_nobody(database: Database, hour: OfficeHour) -> None:
    found = rush(database, hour, staff=4, waiting_guests=12, presses=12, seed=7)
    check(found, hour)
    assert found.late > 0  # there were people who came second, and they were told so


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(3))
def test_ten_staff_and_a_hundred_guests_lose_nobody(database: Database, hour: OfficeHour, seed: int) -> None:
    found = rush(database, hour, staff=10, waiting_guests=100, presses=150, seed=1000 * seed)
    print(f"{len(found.noted)} acts, {found.late} came second")
    check(found, hour)
