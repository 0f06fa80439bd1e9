"""The database and office hour of ingest's tests, a safe, questions of Chris, and a worker with a postbox."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ingest import store as ingest_store
from ingest.database import Database, random_id
from ingest.engine import Engine
from ingest.officehours import OfficeHour, State
from ingest.secrets import Safe, open_safe
from questions import intake
from questions.question import Channel, Question
from questions.sources import Arrival
from tests.ingest.conftest import NOON, database, hour
from tests.questions.posting import post_office
from tests.standins.postbox import Postbox, postbox

__all__ = ["database", "hour"]
Ask = Callable[..., Question]


@pytest.fixture
def safe(tmp_path: Path) -> Safe:
    return open_safe(tmp_path / "secret.key")


@pytest.fixture(scope="module")
def server() -> Iterator[Postbox]:
    with postbox() as box:
        yield box


@pytest.fixture
def box(server: Postbox) -> Postbox:
    """An empty postbox of a friendly mail server."""
    server.manners, server.texts = "friendly", 0
    server.mails.clear()
    server.recipients.clear()
    return server


@pytest.fixture
def office(tmp_path: Path, database: Database, safe: Safe, box: Postbox) -> Engine:
    return post_office(tmp_path / "archive", database, safe, box)


@pytest.fixture
def live_hour(database: Database, hour: OfficeHour) -> OfficeHour:
    """The office hour, on air."""
    with database.transaction() as connection:
        ingest_store.move_office_hour(connection, hour.id, State.BACKSTAGE)
        return ingest_store.move_office_hour(connection, hour.id, State.ON_AIR)


@pytest.fixture
def ask(database: Database, hour: OfficeHour, safe: Safe) -> Ask:
    """`ask("Wann kommt die Tram?")` is a new question of Chris to the office hour."""

    def ask(text: str = "Wann kommt die Tram?", **values: object) -> Question:
        arrival = Arrival(
            channel=Channel.FORM,
            message=random_id(),
            asked_at=NOON,
            office_hour=hour.id,
            text=text,
            original_text=text,
            author="Chris",
        )
        with database.transaction() as connection:
            question = intake.take(connection, arrival, safe)
        assert question is not None
        return question

    return ask
