"""A Maildir comes in, arrivals go out: `new/` is read, and a mail moves to `cur/` once its row is committed.

A crash between the two brings the mail again; its key is known by then, so it only moves.
"""

import logging
import mailbox
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from questions import mail
from questions.sources import Arrival

log = logging.getLogger(__name__)


class Maildir:
    """One mailbox on disk, as a mail server or fetchmail delivers into it; made if it is missing. Raises OSError."""

    def __init__(self, path: Path, *, mail_bytes: int) -> None:
        for folder in ("tmp", "new", "cur"):
            (path / folder).mkdir(parents=True, exist_ok=True, mode=0o700)
        self.path = path
        self.mail_bytes = mail_bytes
        self._box = mailbox.Maildir(path, create=True)
        self._names: dict[str, str] = {}

    def fetch(self) -> Iterator[Arrival]:
        """Mails in `new/`, the oldest first; one that cannot be opened holds up no other.

        Raises OSError when the folder cannot be read.
        """
        for file in sorted((self.path / "new").iterdir(), key=lambda file: file.name):
            if file.name.startswith(".") or not file.is_file():
                continue
            try:
                arrival = self._read(file)
            except OSError as error:
                log.warning("mail %s stays in new/, it cannot be opened: %s", file.name, error)
                continue
            self._names[arrival.message] = file.name
            yield arrival

    def stored(self, arrival: Arrival) -> None:
        """Move the mail to `cur/` with the flag for "seen"; it is fine if somebody moved it before."""
        name = self._names.pop(arrival.message)
        try:
            (self.path / "new" / name).rename(self.path / "cur" / f"{name.split(self._box.colon)[0]}:2,S")
        except FileNotFoundError:
            log.info("mail %s had left new/ before it was moved", name)

    def _read(self, file: Path) -> Arrival:
        received_at = datetime.fromtimestamp(file.stat().st_mtime, UTC)
        if file.stat().st_size <= self.mail_bytes:
            return mail.read(file.read_bytes(), received_at=received_at)
        log.warning("mail %s is larger than %d bytes and was only marked", file.name, self.mail_bytes)
        with file.open("rb") as beginning:
            return mail.unreadable(beginning.read(self.mail_bytes), received_at=received_at)
