"""Bad input: a clear message with the right status, a line in the log, and nothing else harmed."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

import httpx
import pytest

from ingest import store, tickets
from ingest.database import now
from ingest.officehours import OfficeHour, State
from ingest.people import Person, Role
from tests.journeys.house import environment, house_in, serving, wait_for
from tests.standins.servers import free_port
from web.house import House

pytestmark = [pytest.mark.journey, pytest.mark.beside]
NO_OFFER = "v=0 this is no session description"


@dataclass(frozen=True)
class Open:
    """A running product with a room backstage, and Ada who hosts there."""

    house: House
    origin: str
    hour: OfficeHour
    ada: Person

    def ticket(self, age: timedelta = timedelta()) -> str:
        with self.house.database.transaction() as connection:
            audience = tickets.Audience.WHIP
            return tickets.issue(
                connection, person=self.ada.id, office_hour=self.hour.id, audience=audience, at=now() - age
            )

    def offer(self, sdp: str | bytes, ticket: str, kind: str = "application/sdp") -> httpx.Response:
        headers = {"Authorization": f"Bearer {ticket}", "Content-Type": kind}
        return httpx.post(f"{self.origin}/live/whip", content=sdp, headers=headers, timeout=30)


@pytest.fixture(scope="module")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Open]:
    data = tmp_path_factory.mktemp("hardness")
    environ = environment(data)
    with house_in(environ) as house:
        with house.database.transaction() as connection:
            hour = store.add_office_hour(connection, title="Sprechstunde", host_name="Ada", starts_at=now())
            ada = store.add_person(connection, hour.id, name="Ada", role=Role.HOST)
            store.move_office_hour(connection, hour.id, State.BACKSTAGE)
        with serving(environ, free_port()) as origin:
            room = f"{origin}/live/room/{hour.id}"
            wait_for(lambda: httpx.get(room, timeout=20).json()["open"], 30)
            yield Open(house, origin, hour, ada)
            assert httpx.get(room, timeout=20).json()["open"]  # whatever came in, the room stands
            assert httpx.get(f"{origin}/health", timeout=20).status_code == 200


def test_an_offer_that_is_no_sdp_is_named(product: Open) -> None:
    answer = product.offer(NO_OFFER, product.ticket())
    assert answer.status_code == 400
    assert "not an offer the studio understands" in answer.text


@pytest.mark.parametrize(("body", "status"), [(b"\xff\xfe", 400), (b"", 400), (b"x" * 70_000, 413)])
def test_bytes_that_are_no_text_nothing_and_too_much(product: Open, body: bytes, status: int) -> None:
    assert product.offer(body, product.ticket()).status_code == status


def test_an_offer_of_another_kind_is_refused(product: Open) -> None:
    assert product.offer("{}", product.ticket(), "application/json").status_code == 415


def test_expired_unknown_and_missing_tickets_open_nothing(product: Open) -> None:
    expired = product.offer(NO_OFFER, product.ticket(age=timedelta(minutes=5)))
    assert (expired.status_code, "expired" in expired.text) == (401, True)
    assert product.offer(NO_OFFER, "made-up").status_code == 401
    without = httpx.post(
        f"{product.origin}/live/whip", content=NO_OFFER, headers={"Content-Type": "application/sdp"}, timeout=20
    )
    assert without.status_code == 401


def test_a_ticket_for_another_door_and_a_used_one_are_refused(product: Open) -> None:
    with product.house.database.transaction() as connection:
        audience = tickets.Audience.WHEP
        foreign = tickets.issue(
            connection, person=product.ada.id, office_hour=product.hour.id, audience=audience, at=now()
        )
    assert product.offer(NO_OFFER, foreign).status_code == 401
    ticket = product.ticket()
    assert product.offer(NO_OFFER, ticket).status_code == 400
    again = product.offer(NO_OFFER, ticket)
    assert (again.status_code, "already used" in again.text) == (409, True)


def test_a_form_of_200_mb_is_refused_before_it_is_read(product: Open) -> None:
    def much() -> Iterator[bytes]:
        for _ in range(200):
            yield bytes(1024 * 1024)

    began = time.monotonic()
    size = str(200 * 1024 * 1024)
    url = f"{product.origin}/office-hours/{product.hour.id}/ask"
    try:
        answer = httpx.post(url, content=much(), headers={"Content-Length": size}, timeout=30)
    except (httpx.WriteError, httpx.ReadError) as cut:
        pytest.fail(f"the line was cut instead of answered: {cut}")
    assert answer.status_code == 413
    assert time.monotonic() - began < 10


def test_nobody_gets_out_of_the_archive(product: Open) -> None:
    for path in ("/live/hls/x/../../../secret.key", f"/media/{'a' * 32}/../../secret.key", "/static/../web/house.py"):
        assert httpx.get(product.origin + path, timeout=20).status_code in (404, 410)
