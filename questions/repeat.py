"""A question that was not reached is asked again when the next office hour opens, because its asker said so by link.

It becomes a new question with the same words and contact, unread: staff decide about it like about any other. The old
one stays where it is, so that the figures of its office hour stay true.
"""

import hashlib
from dataclasses import replace
from datetime import datetime

from sqlalchemy.engine import Connection

from ingest import store as ingest_store
from ingest.database import random_id
from ingest.officehours import OfficeHour, takes_questions
from ingest.officehours import State as HourState
from ingest.secrets import Safe
from questions import again, intake, mine, reach, store
from questions.question import Question, State


def next_hour(hours: list[OfficeHour], question: Question, at: datetime) -> OfficeHour | None:
    """Where it is asked again: the first that takes questions, of those that come in the order of their start."""
    return next(
        (
            hour
            for hour in hours
            if hour.id != question.office_hour and hour.rehearsal_of is None and takes_questions(hour, at)
        ),
        None,
    )


def ask_due(connection: Connection, safe: Safe, at: datetime) -> list[Question]:
    """Ask all that wait and can be asked now. Returns the new questions."""
    wishes = again.open_ones(connection)
    if not wishes:
        return []
    hours = ingest_store.office_hours_in(connection, frozenset(HourState))
    asked = []
    for each in wishes:
        question = store.get(connection, each.question)
        hour = next_hour(hours, question, at)
        if hour is not None and question.state is not State.TAKEN_BACK:
            asked.append(_ask(connection, question, hour, safe, at))
    return asked


def _ask(connection: Connection, question: Question, hour: OfficeHour, safe: Safe, at: datetime) -> Question:
    new = replace(
        question, id=random_id(), office_hour=hour.id, state=State.NEW, asked_at=at, changed_at=at, reason=None,
        message=hashlib.sha256(f"again {question.id}".encode()).hexdigest(), position=None, merged_into=None,
        owner=None,
    )  # fmt: skip
    contact = intake.contact_of(connection, question.id, safe)
    store.add(connection, new, by=mine.BY, contact=intake.seal_contact(safe, contact) if contact else "")
    known = reach.of(connection, question.id)
    if known is not None:
        reach.begin_as(connection, new, known, safe)
    again.fulfil(connection, question.id, new.id)
    return new
