"""The office hour that this folder's journeys go through, and its people."""

from dataclasses import dataclass
from datetime import timedelta

from ingest import store
from ingest.database import now
from ingest.officehours import OfficeHour, State
from ingest.people import Person, Role
from tests.journeys.town import Town
from tests.journeys.visitors import Participant, Visitor
from web import store as web_store


@dataclass
class OnAir:
    """An office hour on air, its people, and a viewer."""

    hour: OfficeHour
    host: Participant
    guest: Participant
    viewer: Visitor

    @property
    def people(self) -> tuple[Participant, Participant]:
        return self.host, self.guest


def announced(town: Town) -> tuple[OfficeHour, str]:
    """An office hour with an open room, and Ada's personal address."""
    with town.house.database.transaction() as connection:
        hour = store.add_office_hour(connection, title="Sprechstunde", host_name="Ada", starts_at=now())
        ada = store.add_person(connection, hour.id, name="Ada", role=Role.HOST)
        store.move_office_hour(connection, hour.id, State.OPEN)
        hour = store.move_office_hour(connection, hour.id, State.BACKSTAGE)
        token = web_store.make_link(connection, town.house.safe, ada.id, now() + timedelta(days=1))
    return hour, f"{town.origin}/host/{token}"


def people_of(town: Town, hour: OfficeHour) -> list[Person]:
    with town.house.database.reading() as connection:
        return store.persons_of(connection, hour.id)
