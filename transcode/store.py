"""Tables of caption tracks and of all that people did to them, and all that touches these.

A track is one language of an office hour that somebody has worked on or brought. Its edits are numbered from 1 and
never changed. The first is its base, a whole text: what the machine wrote, what was uploaded, what was translated; a
later base is what became of it when the machine had listened anew. Else each is a change over the base before it.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import Enum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from ingest import events
from ingest.database import EnumText, NotFound, Overtaken, UtcDateTime, metadata, random_id, row_as, rows_as
from transcode import editing
from transcode.editing import Change, Passage

TOPIC = "captions"
"""Of events: the object is the language."""
BASE, RELEASE = "base", "release"
"""Kinds of edits that are no changes: a whole text, and that somebody made edit `number` public."""


class Origin(Enum):
    """Where the first text of a track came from."""

    MACHINE = "machine"  # heard
    UPLOADED = "uploaded"
    TRANSLATED = "translated"  # by a machine, from another track


@dataclass(frozen=True, kw_only=True)
class Track:
    """`source`: digest of the machine's files that the newest base was made of. `released`: up to which edit it is
    public, 0 for not at all."""

    office_hour: str
    language: str
    origin: Origin
    source: str
    newest: int
    released: int
    released_at: datetime | None
    released_by: str


@dataclass(frozen=True, kw_only=True)
class Edit:
    """What somebody did: `kind` is `editing.Kind`, "base" or "release"; `content` is empty when it was erased."""

    office_hour: str
    language: str
    number: int
    name: str
    kind: str
    content: str
    by: str
    at: datetime


caption_tracks = sa.Table(
    "caption_tracks",
    metadata,
    sa.Column("office_hour", sa.ForeignKey("office_hours.id"), primary_key=True),
    sa.Column("language", sa.String(16), primary_key=True),
    sa.Column("origin", EnumText(Origin), nullable=False),
    sa.Column("source", sa.String(64), nullable=False),
    sa.Column("newest", sa.Integer, nullable=False),
    sa.Column("released", sa.Integer, nullable=False),
    sa.Column("released_at", UtcDateTime),
    sa.Column("released_by", sa.Text, nullable=False),
)
caption_edits = sa.Table(
    "caption_edits",
    metadata,
    sa.Column("office_hour", sa.ForeignKey("office_hours.id"), primary_key=True),
    sa.Column("language", sa.String(16), primary_key=True),
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("name", sa.String(64), nullable=False),
    sa.Column("kind", sa.String(16), nullable=False),
    sa.Column("content", sa.Text, nullable=False),
    sa.Column("by", sa.Text, nullable=False),
    sa.Column("at", UtcDateTime, nullable=False),
    sa.UniqueConstraint("office_hour", "language", "name"),
)


def _is(table: sa.Table, office_hour: str, language: str) -> sa.ColumnElement[bool]:
    return sa.and_(table.c.office_hour == office_hour, table.c.language == language)


def track(connection: Connection, office_hour: str, language: str) -> Track | None:
    """The track of a language, once somebody has worked on it."""
    query = sa.select(caption_tracks).where(_is(caption_tracks, office_hour, language))
    return row_as(Track, connection, query)


def tracks(connection: Connection, office_hour: str) -> list[Track]:
    """All tracks of an office hour."""
    query = sa.select(caption_tracks).where(caption_tracks.c.office_hour == office_hour)
    return rows_as(Track, connection, query.order_by(caption_tracks.c.language))


def edits(connection: Connection, office_hour: str, language: str, *, newest: int = 50) -> list[Edit]:
    """What was done last, the newest first."""
    query = sa.select(caption_edits).where(_is(caption_edits, office_hour, language))
    return rows_as(Edit, connection, query.order_by(caption_edits.c.number.desc()).limit(newest))


def since(connection: Connection, office_hour: str, language: str, number: int) -> list[Edit]:
    """What was done after edit `number`, in order."""
    query = sa.select(caption_edits).where(_is(caption_edits, office_hour, language), caption_edits.c.number > number)
    return rows_as(Edit, connection, query.order_by(caption_edits.c.number))


def passages(connection: Connection, office_hour: str, language: str, until: int | None = None) -> dict[str, Passage]:
    """The text after edit `until`, or after all. Raises NotFound when there is none, or when it was erased."""
    table = caption_edits
    where = sa.and_(_is(table, office_hour, language), table.c.kind != RELEASE)
    if until is not None:
        where = sa.and_(where, table.c.number <= until)
    base = sa.select(sa.func.max(table.c.number)).where(where, table.c.kind == BASE).scalar_subquery()
    found = rows_as(Edit, connection, sa.select(table).where(where, table.c.number >= base).order_by(table.c.number))
    if not found or not found[0].content:
        raise NotFound(f"no captions in {language} of {office_hour}" + (f" as of edit {until}" if until else ""))
    begun, *after = found
    changes = (editing.stored_change(each.name, each.kind, each.content) for each in after)
    return editing.replayed(base_of(begun), changes)


def base_of(edit: Edit) -> list[Passage]:
    """The passages of a base."""
    return [editing.stored_passage(each) for each in json.loads(edit.content)["passages"]]


def begin(
    connection: Connection, office_hour: str, language: str, origin: Origin, text: Sequence[Passage], *, name: str,
    source: str = "", by: str, at: datetime,
) -> Track:  # fmt: skip
    """Begin a track with its first text. Raises Overtaken when there is one already."""
    if track(connection, office_hour, language) is not None:
        raise Overtaken(f"there are captions in {language} already")
    begun = Track(
        office_hour=office_hour, language=language, origin=origin, source=source, newest=0, released=0,
        released_at=None, released_by="",
    )  # fmt: skip
    connection.execute(caption_tracks.insert().values(**begun.__dict__))
    return rebase(connection, begun, text, name=name, by=by, at=at)


def rebase(
    connection: Connection, of: Track, text: Iterable[Passage], *, name: str, by: str, at: datetime, **facts: Any
) -> Track:
    """A whole new text over which changes go from now on. Raises Overtaken."""
    stored = [replace(each, seen=name).values() for each in text]
    content = json.dumps({"passages": stored, **facts}, ensure_ascii=False)
    return _add(connection, of, name, BASE, content, by, at)


def write(connection: Connection, of: Track, change: Change, *, by: str, at: datetime) -> Track:
    """Keep a change that was checked over the newest text. Raises Overtaken when that was not the newest."""
    content = json.dumps(change.values(), ensure_ascii=False)
    return _add(connection, of, change.id, change.kind.value, content, by, at)


def known(connection: Connection, office_hour: str, language: str, names: Iterable[str]) -> set[str]:
    """Which of these changes are there already: a page that heard no answer sends again."""
    query = sa.select(caption_edits.c.name).where(
        _is(caption_edits, office_hour, language), caption_edits.c.name.in_(list(names))
    )
    return set(connection.scalars(query))


def _add(connection: Connection, of: Track, name: str, kind: str, content: str, by: str, at: datetime) -> Track:
    after = change_track(connection, of, newest=of.newest + 1)
    connection.execute(
        caption_edits.insert().values(
            office_hour=of.office_hour, language=of.language, number=after.newest, name=name, kind=kind,
            content=content, by=by, at=at,
        )
    )  # fmt: skip
    events.write(connection, TOPIC, of.office_hour, of.language)
    return after


def change_track(connection: Connection, of: Track, **values: Any) -> Track:
    """Compare and set. Raises Overtaken when somebody has done something since."""
    changed = connection.execute(
        caption_tracks.update()
        .where(_is(caption_tracks, of.office_hour, of.language), caption_tracks.c.newest == of.newest)
        .values(**values)
    )
    if changed.rowcount != 1:
        raise Overtaken(f"the captions in {of.language} were changed meanwhile")
    return replace(of, **values)


def release(connection: Connection, of: Track, number: int, *, by: str, at: datetime) -> Track:
    """Say up to which edit a track is public; 0: not at all. Raises Overtaken."""
    of = _add(connection, of, random_id(), RELEASE, json.dumps({"number": number}), by, at)
    return change_track(connection, of, released=number, released_at=at, released_by=by)


def behind(connection: Connection, of: Track) -> int:
    """How many changes are not public yet."""
    edits = caption_edits
    where = sa.and_(_is(edits, of.office_hour, of.language), edits.c.kind != RELEASE, edits.c.number > of.released)
    return connection.scalar(sa.select(sa.func.count()).select_from(edits).where(where)) or 0


def erase_before(connection: Connection, of: Track, number: int) -> None:
    """Erase what stood in edits before this one; who did something, and when, stays."""
    connection.execute(
        caption_edits.update()
        .where(
            _is(caption_edits, of.office_hour, of.language),
            caption_edits.c.number < number,
            caption_edits.c.kind != RELEASE,
        )
        .values(content="")
    )
