"""Ada and Bo at the same questions: each sees the other, and nobody writes over somebody's shoulder."""

from datetime import timedelta

import pytest
from sqlalchemy.engine import Connection

from ingest import events, store
from ingest.database import Database
from ingest.officehours import OfficeHour
from questions import presence
from questions.presence import HERE_FOR, UnderAPen
from tests.ingest.conftest import NOON
from tests.questions.conftest import Ask


def staff(connection: Connection, name: str) -> str:
    return store.add_account(connection, email=f"{name}@x.example", name=name, password_hash="").id


def test_colleagues_see_each_other_until_they_have_gone(database: Database, ask: Ask, hour: OfficeHour) -> None:
    question = ask()
    with database.transaction() as connection:
        ada, bo = staff(connection, "Ada"), staff(connection, "Bo")
        presence.here(connection, bo, hour.id, question.id, writing=False, at=NOON)
        (seen,) = presence.others(connection, hour.id, ada, NOON)
        assert (seen.name, seen.question, seen.writing) == ("Bo", question.id, False)
        assert presence.others(connection, hour.id, bo, NOON) == []
        assert presence.others(connection, hour.id, ada, NOON + HERE_FOR) == []
        presence.gone(connection, bo)
        assert presence.others(connection, hour.id, ada, NOON) == []


def test_only_who_writes_holds_a_question(database: Database, ask: Ask, hour: OfficeHour) -> None:
    question = ask()
    with database.transaction() as connection:
        ada, bo = staff(connection, "Ada"), staff(connection, "Bo")
        presence.here(connection, bo, hour.id, question.id, writing=False, at=NOON)
        presence.check_free(connection, question.id, ada, NOON)
        presence.here(connection, bo, hour.id, question.id, writing=True, at=NOON)
        with pytest.raises(UnderAPen, match="Bo is writing"):
            presence.check_free(connection, question.id, ada, NOON)
        presence.check_free(connection, question.id, bo, NOON)
        presence.check_free(connection, question.id, ada, NOON + HERE_FOR)


def test_signs_of_life_are_news_only_when_something_is_new(database: Database, ask: Ask, hour: OfficeHour) -> None:
    question = ask()
    with database.transaction() as connection:
        bo = staff(connection, "Bo")
        newest = events.newest(connection)
        for seconds in (0, 5, 10):
            at = NOON + timedelta(seconds=seconds)
            presence.here(connection, bo, hour.id, question.id, writing=False, at=at)
        presence.here(connection, bo, hour.id, question.id, writing=True, at=NOON + timedelta(seconds=11))
        assert [event.topic for event in events.after(connection, newest)] == ["presence", "presence"]
