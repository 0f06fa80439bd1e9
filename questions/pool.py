"""An office hour's questions are kept ready for comparing; asked for one of them, the most alike go out.

A pool remembers what it has read: a look reads only rows changed since. The many old ones form one index, those that
came or were reworded since a small second one, so that thousands of questions cost a new one nothing.
"""

import threading
from collections import OrderedDict
from collections.abc import Iterable
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from questions import meaning, store
from questions.question import SPEAKING_FOR_OTHERS, Question, State
from questions.similar import FAINTEST, SUGGESTED, Index

MOST_NEW = 200
"""Changed texts from which the large index is made anew, which takes some tenths of a second."""
OVERLAP = timedelta(seconds=10)
"""Rows are read again that were changed so long before the last look: a transaction may commit after a later one."""
POOLS = 8


class Pool:
    """The questions of one office hour, in one process."""

    def __init__(self, office_hour: str) -> None:
        self.office_hour = office_hour
        self.texts: dict[str, str] = {}
        self.states: dict[str, State] = {}
        self._seen: datetime | None = None
        self._new: set[str] = set()
        self._large = Index([])
        self._small = Index([])
        self._lock = threading.Lock()

    def alike(self, connection: Connection, question: Question, count: int = SUGGESTED) -> list[str]:
        """Ids of those that may ask the same and can speak for it, the most alike first."""
        with self._lock:
            self._read(connection)
            scored = [
                *((score, id) for id, score in self._large.ranked(question.text) if id not in self._new),
                *((score, id) for id, score in self._small.ranked(question.text)),
            ]
            fits = [(score, id) for score, id in scored if id != question.id and self._speaks(id, question.id)]
        return [id for score, id in sorted(fits, key=lambda each: -each[0])[:count] if score >= FAINTEST]

    def _speaks(self, id: str, question: str) -> bool:
        return id != question and self.states.get(id) in SPEAKING_FOR_OTHERS

    def _read(self, connection: Connection) -> None:
        """Take in what changed since the last look."""
        table = store.questions.c
        query = sa.select(table.id, table.text, table.state, table.changed_at).where(
            table.office_hour == self.office_hour
        )
        if self._seen is not None:
            query = query.where(table.changed_at > self._seen - OVERLAP)
        changed = set()
        for row in connection.execute(query):
            self.states[row.id] = row.state
            self._seen = max(self._seen or row.changed_at, row.changed_at)
            if self.texts.get(row.id) != row.text:
                self.texts[row.id] = row.text
                changed.add(row.id)
        self._new |= changed
        if len(self._new) > MOST_NEW or not self._large.ids:
            self._large, self._small, self._new = self._index(self.texts), Index([]), set()
        elif changed:
            self._small = self._index(self._new)
        for index in (self._large, self._small):
            index.complete_meanings()
        if not self._large.complete:
            meaning.read_beside(self.texts.values())

    def _index(self, ids: Iterable[str]) -> Index:
        return Index([(id, self.texts[id]) for id in ids if self.texts[id].strip()])


_pools: OrderedDict[tuple[str, str], Pool] = OrderedDict()
_lock = threading.Lock()


def of(connection: Connection, office_hour: str) -> Pool:
    """The pool of an office hour, kept while it is asked for."""
    key = (str(connection.engine.url), office_hour)
    with _lock:
        pool = _pools.setdefault(key, Pool(office_hour))
        _pools.move_to_end(key)
        while len(_pools) > POOLS:
            _pools.popitem(last=False)
    return pool
