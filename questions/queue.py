"""Approved questions come in, one after the other goes on air.

Putting a question on air moves its row and writes the room's command in one transaction: the caller's. The room
stamps the media time. The question on air before becomes answered.
"""

from sqlalchemy.engine import Connection

from ingest import commands
from ingest import store as ingest_store
from ingest.officehours import State as HourState
from questions import letters, store
from questions.question import MoveRefused, Question, State, shown_text

WITH_PROGRAMME = frozenset({HourState.ON_AIR, HourState.PAUSED})


def queue(connection: Connection, question: Question, *, by: str) -> Question:
    """Put an approved question at the end of its office hour's queue. Raises MoveRefused, Overtaken."""
    position = store.last_position(connection, _office_hour(question)) + 1
    return store.move(connection, question, State.QUEUED, by=by, position=position)


def take_out(connection: Connection, question: Question, *, by: str) -> Question:
    """Take a question out of the queue; it stays approved. Raises MoveRefused, Overtaken."""
    return store.move(connection, question, State.APPROVED, by=by, position=None)


def queued(connection: Connection, office_hour: str) -> list[Question]:
    """The queue, the next one first. The same order for moderators, host and pages."""
    return store.of_office_hour(connection, office_hour, [State.QUEUED])


def next_question(connection: Connection, office_hour: str) -> Question | None:
    """The question that is up next."""
    return next(iter(queued(connection, office_hour)), None)


def arrange(connection: Connection, office_hour: str, ids: list[str]) -> None:
    """Give the queued questions `ids` this order among the places they hold. Raises MoveRefused, Overtaken.

    Refused when one of them has left the queue or one that stands in it is not named, so that nobody's place
    is lost when two people arrange at the same time.
    """
    line = {question.id: question for question in queued(connection, office_hour)}
    if sorted(ids) != sorted(line):
        raise MoveRefused("the queue has changed meanwhile; look again")
    places = sorted(question.position or 0 for question in line.values())
    for id, place in zip(ids, places, strict=True):
        if line[id].position != place:
            store.change(connection, line[id], position=place)


def on_air(connection: Connection, office_hour: str) -> Question | None:
    """The question shown now."""
    return next(iter(store.of_office_hour(connection, office_hour, [State.ON_AIR])), None)


def put_on_air(connection: Connection, question: Question, *, by: str) -> Question:
    """Show a question; an approved one is queued on the way. Raises MoveRefused, Overtaken.

    Refused while the office hour has no programme: there would be no media time at which it was shown.
    """
    office_hour = _office_hour(question)
    hour = ingest_store.office_hour(connection, office_hour)
    if hour.state not in WITH_PROGRAMME:
        raise MoveRefused(f"the office hour is {hour.state.value}: nothing can be put on air")
    if question.state is State.APPROVED:
        question = queue(connection, question, by=by)
    before = on_air(connection, office_hour)
    if before is not None and question.state is State.QUEUED:
        answered(connection, before, by=by)
    shown = store.move(connection, question, State.ON_AIR, by=by, position=None)
    commands.write(
        connection,
        office_hour,
        commands.Kind.ON_AIR,
        question=shown.id,
        text=shown_text(shown),
        author=shown.author,
    )
    return shown


def answered(connection: Connection, question: Question, *, by: str) -> Question:
    """The question on air has been answered; its card goes. Raises MoveRefused, Overtaken."""
    done = store.move(connection, question, State.ANSWERED, by=by)
    commands.write(connection, _office_hour(question), commands.Kind.ANSWERED, question=question.id)
    return done


def close(connection: Connection, office_hour: str, *, by: str) -> list[Question]:
    """After the end: the one on air counts as answered, the rest as not reached. Returns the latter.

    There is no room any more that would have to be told. Doing it twice is fine.
    """
    last = on_air(connection, office_hour)
    if last is not None:
        store.move(connection, last, State.ANSWERED, by=by)
    waiting = store.of_office_hour(connection, office_hour, [State.QUEUED, State.APPROVED])
    left = [store.move(connection, question, State.NOT_REACHED, by=by, position=None) for question in waiting]
    for question in left:
        letters.not_reached(connection, question)
    return left


def _office_hour(question: Question) -> str:
    if question.office_hour is None:
        raise MoveRefused("the question belongs to no office hour yet")
    return question.office_hour
