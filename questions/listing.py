"""What somebody wants to see comes in, one page of questions and how many there are goes out; kept in addresses.

A list of thousands is never read whole: the database looks for one page of it and counts the rest.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import Enum
from urllib.parse import urlencode

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from ingest.database import rows_as
from questions.question import Channel, Question, State
from questions.store import questions

PAGE = 50
LONGEST_WORDS = 100
NOBODYS = "none"
"""In place of an account's id: questions that nobody looks after."""


class View(Enum):
    """What a list shows, by where questions stand."""

    NEW = "new"
    LISTED = "listed"
    ANSWERED = "answered"
    OPEN = "open"
    REJECTED = "rejected"
    MERGED = "merged"
    SET_ASIDE = "set_aside"
    ALL = "all"


STATES: dict[View, frozenset[State]] = {
    View.NEW: frozenset({State.NEW}),
    View.LISTED: frozenset({State.APPROVED, State.QUEUED, State.ON_AIR}),
    View.ANSWERED: frozenset({State.ANSWERED, State.IN_WRITING}),
    View.OPEN: frozenset({State.NOT_REACHED}),
    View.REJECTED: frozenset({State.REJECTED}),
    View.MERGED: frozenset({State.MERGED}),
    View.SET_ASIDE: frozenset({State.SET_ASIDE}),
    View.ALL: frozenset(State) - {State.TAKEN_BACK},
}
BELONGING_NOWHERE = frozenset({State.NEW, State.SET_ASIDE})
"""Questions of no office hour yet that stand in these are shown in every office hour."""


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """Which questions are wanted; an empty text stands for any."""

    view: View = View.NEW
    channel: str = ""
    owner: str = ""
    topic: str = ""
    tag: str = ""
    language: str = ""
    words: str = ""
    newest_first: bool = False
    page: int = 1

    @property
    def narrowed(self) -> bool:
        """Whether anything but the view is asked for."""
        return any((self.channel, self.owner, self.topic, self.tag, self.language, self.words))


@dataclass(frozen=True, kw_only=True)
class Listed:
    """One page of what was wanted, how many there are of it, and of each view when nothing narrows it."""

    questions: list[Question]
    count: int
    views: dict[View, int]
    topics: list[str]
    tags: list[str]
    languages: list[str]

    @property
    def pages(self) -> int:
        return max(1, -(-self.count // PAGE))


def read(values: Mapping[str, str]) -> Wanted:
    """What an address asks for; whatever is no choice of ours is left out, so that an old address still opens."""
    channel = values.get("channel", "")
    page = values.get("page", "1")
    return Wanted(
        view=next((view for view in View if view.value == values.get("view")), View.NEW),
        channel=channel if channel in {each.value for each in Channel} else "",
        owner=values.get("owner", "")[:32],
        topic=values.get("topic", "")[:80],
        tag=values.get("tag", "").casefold()[:40].replace(",", ""),
        language=values.get("language", "")[:8],
        words=" ".join(values.get("words", "").replace("\0", "").split())[:LONGEST_WORDS],
        newest_first=values.get("sort") == "newest",
        page=min(max(int(page), 1), 10_000) if page.isdecimal() and len(page) < 6 else 1,
    )


def address(wanted: Wanted, **changes: object) -> str:
    """The part of an address behind the "?" that asks for this; a change of anything begins at the first page."""
    if changes and "page" not in changes:
        changes["page"] = 1
    wanted = replace(wanted, **changes)  # type: ignore[arg-type]
    values = {
        "view": wanted.view.value if wanted.view is not View.NEW else "",
        "channel": wanted.channel,
        "owner": wanted.owner,
        "topic": wanted.topic,
        "tag": wanted.tag,
        "language": wanted.language,
        "words": wanted.words,
        "sort": "newest" if wanted.newest_first else "",
        "page": str(wanted.page) if wanted.page > 1 else "",
    }
    return urlencode({name: value for name, value in values.items() if value})


def look(connection: Connection, office_hour: str, wanted: Wanted) -> Listed:
    """One page of an office hour's questions."""
    where = [_belongs(office_hour), *_narrowed(wanted)]
    states = questions.c.state.in_(list(STATES[wanted.view]))
    order = questions.c.asked_at.desc() if wanted.newest_first else questions.c.asked_at
    query = (
        sa.select(questions)
        .where(*where, states)
        .order_by(questions.c.position.is_(None), questions.c.position, order, questions.c.id)
        .limit(PAGE)
        .offset(PAGE * (wanted.page - 1))
    )
    found = by_state(connection, where)
    return Listed(
        questions=rows_as(Question, connection, query),
        count=sum(found.get(state, 0) for state in STATES[wanted.view]),
        views={view: sum(found.get(state, 0) for state in states) for view, states in STATES.items()},
        topics=_distinct(connection, office_hour, questions.c.topic),
        tags=sorted({tag for tags in _distinct(connection, office_hour, questions.c.tags) for tag in _split(tags)}),
        languages=_distinct(connection, office_hour, questions.c.language),
    )


def counts(connection: Connection, office_hour: str) -> dict[State, int]:
    """How many questions stand where, those that belong nowhere yet included."""
    return by_state(connection, [_belongs(office_hour)])


def first(connection: Connection, office_hour: str, states: Iterable[State], count: int) -> list[Question]:
    """The first of them, as `store.of_office_hour` orders them; those that belong nowhere yet come before."""
    query = (
        sa.select(questions)
        .where(_belongs(office_hour), questions.c.state.in_(list(states)))
        .order_by(
            questions.c.office_hour.is_not(None),
            questions.c.position.is_(None),
            questions.c.position,
            questions.c.asked_at,
            questions.c.id,
        )
        .limit(count)
    )
    return rows_as(Question, connection, query)


def by_state(connection: Connection, where: Iterable[sa.ColumnElement[bool]]) -> dict[State, int]:
    query = sa.select(questions.c.state, sa.func.count()).where(*where).group_by(questions.c.state)
    return {row[0]: row[1] for row in connection.execute(query)}


def _belongs(office_hour: str) -> sa.ColumnElement[bool]:
    nowhere = sa.and_(questions.c.office_hour.is_(None), questions.c.state.in_(list(BELONGING_NOWHERE)))
    return sa.or_(questions.c.office_hour == office_hour, nowhere)


def _narrowed(wanted: Wanted) -> list[sa.ColumnElement[bool]]:
    found: list[sa.ColumnElement[bool]] = []
    if wanted.channel:
        found.append(questions.c.channel == Channel(wanted.channel))
    if wanted.owner:
        found.append(questions.c.owner.is_(None) if wanted.owner == NOBODYS else questions.c.owner == wanted.owner)
    if wanted.topic:
        found.append(questions.c.topic == wanted.topic)
    if wanted.tag:
        found.append(questions.c.tags.contains(f",{wanted.tag},", autoescape=True))
    if wanted.language:
        found.append(questions.c.language == wanted.language)
    found += [_says(word) for word in wanted.words.split()]
    return found


def _says(word: str) -> sa.ColumnElement[bool]:
    """Whether a word stands anywhere in a question. SQLite knows small and capital letters of English only."""
    spellings = {word, word.casefold(), word.capitalize()}
    columns = (questions.c.text, questions.c.original_text, questions.c.author, questions.c.background)
    return sa.or_(*(column.icontains(each, autoescape=True) for column in columns for each in spellings))


def _distinct(connection: Connection, office_hour: str, column: sa.ColumnElement[str]) -> list[str]:
    query = sa.select(column).where(_belongs(office_hour), column != "").distinct().order_by(column)
    return list(connection.scalars(query))


def _split(tags: str) -> list[str]:
    return [tag for tag in tags.split(",") if tag]
