"""What a worker needs that sends letters and notices to a postbox on loopback; its fixtures stand in `conftest.py`."""

from pathlib import Path
from zoneinfo import ZoneInfo

from ingest import engine, steps
from ingest.archive import Archive
from ingest.database import Database
from ingest.secrets import Safe
from questions import tasks
from questions.settings import Settings
from tests.standins.postbox import Postbox
from web.words import say

BERLIN = ZoneInfo("Europe/Berlin")
SITE = "https://buergersprechstunde.example"


def post_office(folder: Path, database: Database, safe: Safe, box: Postbox) -> engine.Engine:
    """A worker that sends letters to the postbox."""
    settings = Settings(
        smtp_host="127.0.0.1", smtp_port=box.port, smtp_security="none", letters_from="fragen@stadt.example",
        smtp_timeout_s=1.0,
    )  # fmt: skip
    kinds = tasks.kinds(settings, safe, say, lambda path: f"{SITE}{path}", BERLIN)
    return engine.Engine(database, Archive(folder), kinds, lambda step, kind: None)


def send_waiting(office: engine.Engine) -> None:
    """Send all that may go, once."""
    office.dispatch()
    with office.database.reading() as connection:
        waiting = steps.listed(connection, [steps.State.SENT, steps.State.READY])
    for step in waiting:
        office.run(step.id)
