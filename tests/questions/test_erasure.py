"""All that one person left goes at once, everywhere, and nothing of others."""

import sqlalchemy as sa

from ingest import steps
from ingest.database import Database, metadata
from ingest.officehours import OfficeHour
from ingest.secrets import Safe
from questions import erasure, intake, letters, mine, moderation, needs, queue, reach, store, support
from questions.letter import Kind, LetterState
from questions.needs import Said, Service
from questions.question import Channel, Contact, Question, Reason, State
from questions.sources import Arrival
from tests.ingest.conftest import NOON

WORDS = "Wann kommt die Tram zum Fliederweg?"


def mailed(
    database: Database, hour: OfficeHour, safe: Safe, key: str, who: str, set_aside: Reason | None = None
) -> Question:
    arrival = Arrival(
        channel=Channel.MAIL, message=key, asked_at=NOON, office_hour=hour.id, text=WORDS, original_text=WORDS,
        author=who, original=b"raw", contact=Contact(name=who, address=f"{who}@x.example"), set_aside=set_aside,
    )  # fmt: skip
    with database.transaction() as connection:
        question = intake.take(connection, arrival, safe)
    assert question is not None
    return question


def everything(database: Database) -> str:
    with database.reading() as connection:
        rows = [tuple(row) for table in metadata.sorted_tables for row in connection.execute(sa.select(table))]
    return repr(rows)


def test_nothing_of_a_person_is_left(database: Database, live_hour: OfficeHour, safe: Safe) -> None:
    new = mailed(database, live_hour, safe, "1", "chris")
    absent = mailed(database, live_hour, safe, "2", "chris", Reason.AUTO_REPLY)
    other = mailed(database, live_hour, safe, "3", "dana")
    with database.transaction() as connection:
        known = reach.of(connection, new.id)
        assert known is not None
        letter = letters.want(connection, known, Kind.RECEIPT)
        assert letter is not None
        letters.move(connection, letter, [LetterState.WAITING], LetterState.REFUSED, error="550 chris@x.example")
        steps.change(connection, letter.step, steps.UNFINISHED, state=steps.State.FAILED, error="550 chris@x.example")
        said = Said(words="DGS", contact="chris@x.example")
        needs.say(connection, live_hour.id, Service.OTHER, said, safe, id="n", language="de", at=NOON)
        approved = moderation.approve(connection, new, by="bo")
        support.give(connection, approved, support.digest("dana"), NOON)
        found = erasure.look(connection, " Chris@x.example ", safe)
        assert ({each.id for each in found.questions}, found.needs) == ({new.id, absent.id}, 1)
        erasure.erase(connection, found)
        assert erasure.look(connection, "chris@x.example", safe).empty
        assert store.get(connection, other.id) == other
    left = everything(database)
    assert ("chris" in left, left.count(WORDS)) == (False, 2)  # Dana's words, as shown and as they came


def test_what_was_broadcast_keeps_its_words_and_loses_who_asked(
    database: Database, live_hour: OfficeHour, safe: Safe
) -> None:
    question = mailed(database, live_hour, safe, "1", "chris")
    with database.transaction() as connection:
        shown = queue.put_on_air(connection, moderation.approve(connection, question, by="bo"), by="bo")
        queue.answered(connection, shown, by="bo")
        found = erasure.look(connection, "chris@x.example", safe)
        assert [each.id for each in found.kept] == [question.id]
        erasure.erase(connection, found)
        kept = store.get(connection, question.id)
        assert (kept.state, kept.text, kept.sender) == (State.ANSWERED, WORDS, None)
        assert intake.contact_of(connection, question.id, safe) is None


def test_a_private_page_proves_what_belongs_to_it(database: Database, live_hour: OfficeHour, safe: Safe) -> None:
    question = mailed(database, live_hour, safe, "1", "chris")
    with database.transaction() as connection:
        mine.link(connection, question.id, "a link of the form")
        approved = moderation.approve(connection, question, by="bo")
        support.give(connection, approved, support.digest("erika"), NOON)
        site = "https://stadt.example"
        by_link = erasure.look(connection, f"{site}/mine/a link of the form", safe)
        voices = erasure.look(connection, f"{site}/supported/erika", safe)
        assert ([each.id for each in by_link.questions], by_link.address) == ([question.id], "")
        assert voices.votes == 1
        for found in (voices, by_link):
            erasure.erase(connection, found)
        assert support.counts(connection, [question.id]) == {}
        assert store.get(connection, question.id).state is State.TAKEN_BACK
        assert erasure.look(connection, f"{site}/mine/nobodys", safe).empty
