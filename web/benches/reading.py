"""What a child of `arrivals.py` does: read a mailbox into a database, until it is done or killed."""

from multiprocessing.connection import Connection
from pathlib import Path

from ingest.database import Database
from ingest.secrets import open_safe
from questions import intake
from questions.sources.mailbox import Mailbox
from questions.sources.mailserver import Account
from web.benches.mailserver import USER


def read_mailbox(folder: Path, port: int, password_file: Path, begins: Connection) -> None:
    """Say when reading begins, and read all that is there."""
    database = Database(f"sqlite:///{folder / 'bench.sqlite3'}")
    account = Account(host="127.0.0.1", port=port, security="none", user=USER, password_file=password_file)
    box = Mailbox(account, database, mail_bytes=1_000_000)
    safe = open_safe(folder / "secret.key")
    begins.send("reading")
    intake.fetch_all(box, database, safe)
