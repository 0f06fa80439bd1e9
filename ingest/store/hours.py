"""Office hours: announced, changed, moved from state to state, released and withdrawn."""

from dataclasses import asdict
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from ingest import events, short_addresses, wordings
from ingest.database import EnumText, NotFound, Overtaken, UtcDateTime, metadata, now, random_id, row_as, rows_as
from ingest.officehours import (
    OfficeHour,
    Rehearsed,
    Release,
    State,
    Visibility,
    check_move,
    check_visibility,
    opens_by_itself,
)

office_hours = sa.Table(
    "office_hours",
    metadata,
    sa.Column("id", sa.String(32), primary_key=True),
    sa.Column("title", sa.Text, nullable=False),
    sa.Column("host_name", sa.Text, nullable=False),
    sa.Column("host_role", sa.Text, nullable=False),
    sa.Column("language", sa.String(8), nullable=False),
    sa.Column("starts_at", UtcDateTime, nullable=False, index=True),
    sa.Column("planned_minutes", sa.Integer, nullable=False),
    sa.Column("extra_minutes", sa.Integer, nullable=False, server_default="0"),
    sa.Column("queue_closed_at", UtcDateTime),
    sa.Column("state", EnumText(State), nullable=False, index=True),
    sa.Column("visibility", EnumText(Visibility), nullable=False),
    sa.Column("release", EnumText(Release), nullable=False),
    sa.Column("recorded", sa.Boolean, nullable=False),
    sa.Column("consent_text", sa.Text, nullable=False),
    sa.Column("consent_version", sa.Integer, nullable=False),
    sa.Column("question_mail", sa.Text, nullable=False),
    sa.Column("created_at", UtcDateTime, nullable=False),
    sa.Column("began_at", UtcDateTime),
    sa.Column("ended_at", UtcDateTime),
    sa.Column("released_at", UtcDateTime),
    sa.Column("delay_s", sa.Integer, nullable=False, server_default="0"),
    sa.Column("rehearsal_of", sa.String(32), index=True),
    sa.Column("short", sa.String(32)),
    sa.Column("questions_from", UtcDateTime),
    sa.Column("questions_until", UtcDateTime),
    sa.Column("captioned", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("signed", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("needs_until", UtcDateTime),
    sa.Column("help_phone", sa.Text, nullable=False, server_default=""),
    sa.Column("cancelled_note", sa.Text, nullable=False, server_default=""),
    sa.Column("revision", sa.Integer, nullable=False, server_default="0"),
    sa.Column("moved_at", UtcDateTime),
    sa.Column("moved_from", UtcDateTime),
    sa.Column("opening_text", sa.Text, nullable=False, server_default=""),
    sa.Column("opening_version", sa.Integer, nullable=False, server_default="1"),
    sa.Index("uq_office_hours_short", "short", unique=True),
)

IN_CALENDARS = ("title", "host_name", "host_role", "starts_at", "planned_minutes", "question_mail", "help_phone")
"""Facts that somebody's calendar holds: a change of one is a new revision of the entry."""


def add_office_hour(connection: Connection, **values: Any) -> OfficeHour:
    """Announce an office hour; `values` are the fields of OfficeHour that have no default here."""
    defaults: dict[str, Any] = {
        "id": random_id(),
        "short": _free_short_address(connection),
        "host_role": "",
        "language": "de",
        "planned_minutes": 60,
        "state": State.PLANNED,
        "visibility": Visibility.HELD,
        "release": Release.BY_HAND,
        "recorded": True,
        "consent_text": "",
        "consent_version": 1,
        "question_mail": "",
        "created_at": now(),
    }
    hour = OfficeHour(**(defaults | values))
    connection.execute(office_hours.insert().values(**asdict(hour)))
    wordings.keep(connection, hour.id, hour.consent_version, hour.consent_text, hour.created_at)
    events.write(connection, "office_hour", hour.id, hour.id)
    return hour


def _free_short_address(connection: Connection) -> str:
    return short_addresses.free_one(lambda short: at_short_address(connection, short) is not None)


def office_hour(connection: Connection, id: str) -> OfficeHour:
    """Raises NotFound."""
    hour = row_as(OfficeHour, connection, sa.select(office_hours).where(office_hours.c.id == id))
    if hour is None:
        raise NotFound(f"no office hour {id}")
    return hour


def at_short_address(connection: Connection, short: str) -> OfficeHour | None:
    """The office hour whose short address this is."""
    return row_as(OfficeHour, connection, sa.select(office_hours).where(office_hours.c.short == short))


def office_hours_in(connection: Connection, states: frozenset[State]) -> list[OfficeHour]:
    """All in one of `states`, by their start."""
    query = sa.select(office_hours).where(office_hours.c.state.in_(states)).order_by(office_hours.c.starts_at)
    return rows_as(OfficeHour, connection, query)


def over_before(moment: datetime) -> sa.Select[str]:
    """Ids of office hours released before then, or over since then without a release: as a query, for others to use."""
    hours = office_hours.c
    return sa.select(hours.id).where(sa.func.coalesce(hours.released_at, hours.ended_at) < moment)


def all_office_hours(connection: Connection) -> list[OfficeHour]:
    """All that were announced, newest start first; rehearsals are nobody's to list."""
    announced = sa.select(office_hours).where(office_hours.c.rehearsal_of.is_(None))
    return rows_as(OfficeHour, connection, announced.order_by(office_hours.c.starts_at.desc()))


def rehearsals(connection: Connection, office_hour: str | None = None) -> list[OfficeHour]:
    """All rehearsals, or those of one office hour, the newest first."""
    query = sa.select(office_hours).where(office_hours.c.rehearsal_of.is_not(None))
    if office_hour is not None:
        query = query.where(office_hours.c.rehearsal_of == office_hour)
    return rows_as(OfficeHour, connection, query.order_by(office_hours.c.created_at.desc()))


def change_office_hour(connection: Connection, id: str, **values: Any) -> None:
    """Change announced facts (not state, not visibility); a new wording of consent or opening is a new version."""
    before = office_hour(connection, id)
    if values.get("opening_text", before.opening_text) != before.opening_text:
        values["opening_version"] = before.opening_version + 1
    if values.get("consent_text", before.consent_text) != before.consent_text:
        values["consent_version"] = before.consent_version + 1
        wordings.keep(connection, id, before.consent_version + 1, values["consent_text"], now())
    if any(values.get(name, getattr(before, name)) != getattr(before, name) for name in IN_CALENDARS):
        values["revision"] = before.revision + 1
    connection.execute(office_hours.update().where(office_hours.c.id == id).values(**values))
    events.write(connection, "office_hour", id, id)


def move_office_hour(connection: Connection, id: str, goal: State, **values: Any) -> OfficeHour:
    """Move to `goal`; `values` are stored with it. Raises MoveRefused, NotFound, Overtaken."""
    before = office_hour(connection, id)
    check_move(before.state, goal)
    if goal is State.CANCELLED:
        values["revision"] = before.revision + 1
    changed = connection.execute(
        office_hours.update()
        .where(office_hours.c.id == id, office_hours.c.state == before.state)
        .values(state=goal, **values)
    )
    if changed.rowcount != 1:
        raise Overtaken(f"office hour {id} was moved by somebody else")
    events.write(connection, "office_hour", id, id)
    return office_hour(connection, id)


def open_due(connection: Connection, at: datetime) -> None:
    """Open the planned ones whose announced time for questions has come."""
    for hour in office_hours_in(connection, frozenset({State.PLANNED})):
        if opens_by_itself(hour, at):
            move_office_hour(connection, hour.id, State.OPEN)


def set_visibility(connection: Connection, id: str, goal: Visibility, at: datetime) -> None:
    """Release or withdraw the recording; never of a rehearsal. Raises MoveRefused, NotFound, Overtaken."""
    before = office_hour(connection, id)
    if before.rehearsal_of is not None:
        raise Rehearsed("a rehearsal is never made public")
    check_visibility(before.visibility, goal)
    values: dict[str, Any] = {"visibility": goal}
    if goal is Visibility.RELEASED:
        values["released_at"] = at
    changed = connection.execute(
        office_hours.update()
        .where(office_hours.c.id == id, office_hours.c.visibility == before.visibility)
        .values(**values)
    )
    if changed.rowcount != 1:
        raise Overtaken(f"the recording of {id} was released or withdrawn by somebody else")
    events.write(connection, "office_hour", id, id)
