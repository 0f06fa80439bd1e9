"""`/live/whep/{address}`: who may have the fastest picture, and what everybody else is told."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from ingest import store, tickets
from ingest.database import now, random_id
from ingest.live.lobby import guests, waiting
from ingest.live.lobby.guests import Parent, Way
from ingest.live.studio.rooms import NotOffered, OfferRefused, RoomFull, RoomGone
from ingest.officehours import OfficeHour, State
from ingest.people import Role, Scope
from tests.journeys.house import environment, house_in
from web import studio
from web.house import House

HEADERS = {"Content-Type": "application/sdp"}


class FakeRooms:
    """Rooms that answer as they are told."""

    def __init__(self) -> None:
        self.failure: Exception | None = None
        self.offers: list[tuple[str, str]] = []
        self.names: list[str] = []

    async def start(self) -> None: ...

    async def stop(self) -> None: ...

    async def whip(self, office_hour: str, person: str, offer: str, *, always: bool, name: str) -> tuple[str, str]:
        self.offers.append((person, "always" if always else "if there is room"))
        self.names.append(name)
        if self.failure is not None and not always:
            raise self.failure
        return f"{office_hour}-2", "the answer"

    async def watch(self, office_hour: str, offer: str) -> tuple[str, str]:
        if self.failure is not None:
            raise self.failure
        self.offers.append((office_hour, offer))
        return f"{office_hour}-1", "the answer"


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with house_in(environment(tmp_path)) as house:
        yield house


@pytest.fixture
def rooms() -> FakeRooms:
    return FakeRooms()


@pytest.fixture
def viewer(house: House, rooms: FakeRooms, monkeypatch: pytest.MonkeyPatch) -> Iterator[TestClient]:
    monkeypatch.setattr(studio, "Rooms", lambda **wiring: rooms)
    with TestClient(studio.studio(house)) as client:
        yield client


def on_air(house: House, state: State = State.ON_AIR) -> tuple[OfficeHour, str]:
    address = random_id()
    with house.database.transaction() as connection:
        hour = store.add_office_hour(connection, title="Sprechstunde", host_name="Ada", starts_at=now(), state=state)
        store.add_edition(connection, hour.id, address=address, tick_duration="1/30")
    return hour, address


def test_a_viewer_needs_the_address_and_nothing_else(viewer: TestClient, house: House, rooms: FakeRooms) -> None:
    hour, address = on_air(house)
    answer = viewer.post(f"/live/whep/{address}", content="v=0", headers=HEADERS)
    assert (answer.status_code, answer.text) == (201, "the answer")
    assert answer.headers["location"] == f"/live/resource/{hour.id}-1"
    assert rooms.offers == [(hour.id, "v=0")]


@pytest.mark.parametrize("state", [State.BACKSTAGE, State.ENDED])
def test_before_and_afterwards_there_is_nothing_to_see(viewer: TestClient, house: House, state: State) -> None:
    _, address = on_air(house, state)
    assert viewer.post(f"/live/whep/{address}", content="v=0", headers=HEADERS).status_code == 410
    assert viewer.post("/live/whep/guessed", content="v=0", headers=HEADERS).status_code == 410


@pytest.mark.parametrize(
    ("failure", "status"),
    [(NotOffered("40 of 40 viewers watch this way"), 503), (RoomGone("it starts"), 503), (OfferRefused("no SDP"), 400)],
)
def test_who_cannot_be_served_is_told_so(
    viewer: TestClient, house: House, rooms: FakeRooms, failure: Exception, status: int
) -> None:
    _, address = on_air(house)
    rooms.failure = failure
    answer = viewer.post(f"/live/whep/{address}", content="v=0", headers=HEADERS)
    assert answer.status_code == status
    assert str(failure) in answer.text


def test_one_address_cannot_take_all_places_again_and_again(viewer: TestClient, house: House) -> None:
    _, address = on_air(house)
    codes = [
        viewer.post(f"/live/whep/{address}", content="v=0", headers=HEADERS).status_code
        for _ in range(studio.WATCHES_A_MINUTE + 1)
    ]
    assert codes == [201] * studio.WATCHES_A_MINUTE + [429]


BOTH, VOICE = "v=0\r\nm=audio 9 UDP\r\nm=video 9 UDP\r\n", "v=0\r\nm=audio 9 UDP\r\nm=video 0 UDP\r\n"


def knock(
    viewer: TestClient, house: House, role: Role, offer: str = "v=0", pseudonym: str = "", **known: Any
) -> tuple[int, str | None, str]:
    """Somebody with a ticket sends a camera's offer: status, when to ask again, and what is said."""
    with house.database.transaction() as connection:
        hour = store.add_office_hour(
            connection, title="Sprechstunde", host_name="Ada", starts_at=now(), state=State.ON_AIR
        )
        person = store.add_person(connection, hour.id, name="Chris", role=role)
        store.set_pseudonym(connection, person.id, pseudonym)
        if role is Role.GUEST:
            store.answer_consent(connection, person.id, {Scope.LIVE: True}, 1)
            waiting.admit(connection, person, "Bürger")
            guests.add(connection, person, **known)
        ticket = tickets.issue(
            connection, person=person.id, office_hour=hour.id, audience=tickets.Audience.WHIP, at=now()
        )
    answer = viewer.post("/live/whip", content=offer, headers=HEADERS | {"Authorization": f"Bearer {ticket}"})
    return answer.status_code, answer.headers.get("Retry-After"), answer.text


def test_a_guest_waits_while_the_machine_has_no_room_and_the_host_comes_in(
    viewer: TestClient, house: House, rooms: FakeRooms
) -> None:
    rooms.failure = RoomFull("the room has no place for another picture just now")
    status, again, text = knock(viewer, house, Role.GUEST, BOTH)
    assert (status, again) == (503, "10")
    assert "no place for another picture" in text
    assert knock(viewer, house, Role.HOST, BOTH)[0] == 201


def test_a_voice_alone_is_let_in_while_there_is_no_room_for_pictures(
    viewer: TestClient, house: House, rooms: FakeRooms
) -> None:
    rooms.failure = RoomFull("the room has no place for another picture just now")
    assert knock(viewer, house, Role.GUEST, VOICE, way=Way.AUDIO)[0] == 201


def test_the_room_hears_no_name_but_the_one_that_is_shown(viewer: TestClient, house: House, rooms: FakeRooms) -> None:
    knock(viewer, house, Role.GUEST)
    knock(viewer, house, Role.GUEST, pseudonym="Nachbar vom Markt")
    assert rooms.names == ["Chris", "Nachbar vom Markt"]


@pytest.mark.parametrize("known", [{"way": Way.AUDIO}, {"parent": Parent.ASKED}, {"parent": Parent.REFUSED}])
def test_a_picture_that_may_not_be_seen_is_not_even_taken(
    viewer: TestClient, house: House, known: dict[str, Any]
) -> None:
    """The page does not send one; this holds for pages that were changed as well."""
    assert knock(viewer, house, Role.GUEST, BOTH, **known)[0] == 403
    assert knock(viewer, house, Role.GUEST, VOICE, **known)[0] == 201
    assert knock(viewer, house, Role.GUEST, BOTH)[0] == 201
