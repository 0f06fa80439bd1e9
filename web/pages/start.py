"""The start page: the next office hour large, those to come, and the public recordings as cards."""

from dataclasses import dataclass
from fractions import Fraction

from sqlalchemy.engine import Connection
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from ingest import store
from ingest.archive import Archive
from ingest.database import now
from ingest.officehours import WITH_RECORDING, OfficeHour, State, Visibility
from questions import store as questions
from questions.question import Question
from questions.question import State as QuestionState
from web.rendering import house_of, render

COMING = frozenset({State.PLANNED, State.OPEN, State.BACKSTAGE})
RUNNING = frozenset({State.ON_AIR, State.PAUSED})
CARDS = 60
"""Recordings on the start page; search over older ones comes with the archive's own page."""


@dataclass(frozen=True, kw_only=True)
class Card:
    """A public recording in the archive."""

    hour: OfficeHour
    poster: str | None
    seconds: float
    answered: list[Question]


def start(request: Request) -> Response:
    house = house_of(request)
    with house.database.reading() as connection:
        hours = store.all_office_hours(connection)
        cards = [card(connection, house.archive, hour) for hour in hours if public(hour)][:CARDS]
    running, coming = upcoming(hours)
    following = [*running, *coming]
    first, others = next(iter(following), None), following[1:]
    return render(request, "start.html", first=first, others=others, cards=cards, State=State)


def public(hour: OfficeHour) -> bool:
    """True when anybody may see its recording."""
    return hour.state in WITH_RECORDING and hour.visibility is Visibility.RELEASED


def upcoming(hours: list[OfficeHour]) -> tuple[list[OfficeHour], list[OfficeHour]]:
    """Office hours that are on air, and those to come, the next one first; long gone plans are left out."""
    by_start = sorted(hours, key=lambda hour: hour.starts_at)
    latest = now().timestamp()
    coming = [
        hour
        for hour in by_start
        if hour.state in COMING and hour.starts_at.timestamp() + 60 * hour.planned_minutes > latest - 3600
    ]
    return [hour for hour in by_start if hour.state in RUNNING], coming


def card(connection: Connection, archive: Archive, hour: OfficeHour) -> Card:
    """What the archive shows of a recording."""
    edition = store.edition_of(connection, hour.id)
    has_poster = edition is not None and archive.room(hour.id).poster.exists()
    return Card(
        hour=hour,
        poster=f"/media/{edition.address}/pictures/poster.jpg" if edition and has_poster else None,
        seconds=float(edition.duration_ticks * Fraction(edition.tick_duration)) if edition else 0.0,
        answered=questions.of_office_hour(connection, hour.id, [QuestionState.ANSWERED]),
    )


routes = [
    Route("/", start, name="start"),
]
