"""A private link comes in, the asker's question goes out; its holder may take the question back.

Holding the link is the proof, so only a digest of its text is stored. Taken back means erased: contact, original and
words go; the row stays with its times, so that the same mail is not taken in again and the history still adds up.
"""

import hashlib

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from ingest.database import metadata
from questions import again, answers, errands, letters, origin, reach, store, support
from questions.letter import Reach
from questions.question import MOVES, Question, State

BY = "asker"
"""Who made a move, in the history, when it was the holder of the link."""

question_links = sa.Table(
    "question_links",
    metadata,
    sa.Column("digest", sa.String(64), primary_key=True),
    sa.Column("question", sa.ForeignKey("questions.id"), nullable=False, index=True),
)


def link(connection: Connection, question: str, token: str) -> None:
    """Let whoever holds `token` see the question and take it back."""
    connection.execute(question_links.insert().values(digest=_digest(token), question=question))


def link_once(connection: Connection, question: str, token: str) -> None:
    """The same, and fine when the link is there already."""
    if connection.scalar(sa.select(question_links.c.digest).where(question_links.c.digest == _digest(token))) is None:
        link(connection, question, token)


def unlink(connection: Connection, question: str) -> None:
    """No private link leads to this question any more."""
    connection.execute(question_links.delete().where(question_links.c.question == question))


def behind(connection: Connection, token: str) -> Question | None:
    """The question that a private link belongs to."""
    query = sa.select(question_links.c.question).where(question_links.c.digest == _digest(token))
    id = connection.scalar(query)
    return store.get(connection, id) if id else None


def can_take_back(question: Question) -> bool:
    """Until it is on air; what was broadcast is for the office to withdraw."""
    return State.TAKEN_BACK in MOVES[question.state]


def take_back(connection: Connection, question: Question) -> Question:
    """Erase the question; those it spoke for are unread again. Raises MoveRefused, Overtaken."""
    gone = store.move(
        connection, question, State.TAKEN_BACK, by=BY, position=None, merged_into=None,
        subject="", text="", original_text="", background="", author="", sender=None, topic="", tags="",
    )  # fmt: skip
    forget(connection, question.id)
    answers.forget(connection, question.id)
    errands.forget(connection, question.id)
    support.forget_question(connection, question.id)
    again.drop(connection, question)
    for other in store.merged_into(connection, question.id):
        store.move(connection, other, State.NEW, by=BY, merged_into=None)
    return gone


def forget(connection: Connection, question: str) -> None:
    """Whoever asked is not known any more: contact, original, reach, and what mail servers said of their letters."""
    reach.forget(connection, question)
    origin.forget(connection, question)
    letters.forget_errors(connection, question)


def erase_everything(connection: Connection, known: Reach) -> int:
    """Erase all that one address asked, on the wish of who reads its mail. Returns how many questions that were."""
    return erase_address(connection, known.address, sure=known.question)


def of_address(connection: Connection, address: str) -> list[Question]:
    """All that came from an address, by its fingerprint: what can be written to, and mails that were set aside."""
    ids = [each.question for each in reach.of_address(connection, address)]
    return list((store.by_ids(connection, ids) | store.of_sender(connection, address)).values())


def erase_address(connection: Connection, address: str, *, sure: str = "") -> int:
    """Erase all that came from an address. Returns how many questions that were.

    What was broadcast keeps its words, which the office withdraws, and loses who asked. A question that somebody
    wrote into the form with this address, and nobody confirmed, is not theirs: it only loses the address, unless it
    is the one that `sure` names.
    """
    found = of_address(connection, address)
    for question in found:
        known = reach.of(connection, question.id)
        theirs = question.sender == address or question.id == sure or bool(known and known.confirmed_at)
        if can_take_back(question) and theirs:
            take_back(connection, question)
        else:
            forget(connection, question.id)
            store.change(connection, question, sender=None)
    return len(found)


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
