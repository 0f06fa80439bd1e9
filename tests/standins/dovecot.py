"""A real Dovecot on a free port of this machine, with one mailbox of its own: `with dovecot() as server:`.

Mails are put into its Maildir by `deliver`, as a mail server would; `stop()` and `start()` break every line.
"""

import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from imaplib import IMAP4
from pathlib import Path

import pytest

from questions.sources.mailserver import Account
from tests.standins.servers import MENDED_BY, Server, _wait, free_port
from web.benches.mailserver import Owner, furnish, installed, put

USER, PASSWORD = "fragen", "password-of-the-mailbox"


@dataclass
class Dovecot:
    """One server; `mail` is its Maildir."""

    folder: Path
    port: int
    owner: Owner
    count: int = 0
    _server: Server | None = field(default=None, repr=False)

    @property
    def mail(self) -> Path:
        return self.folder / "mail"

    def account(self, password: str = PASSWORD) -> Account:
        """What a program needs to open the mailbox."""
        file = self.folder / f"password-{len(password)}"
        file.write_text(password)
        return Account(host="127.0.0.1", port=self.port, security="none", user=USER, password_file=file, timeout_s=10)

    def deliver(self, *mails: bytes) -> None:
        """Put mails into the mailbox, one after the other."""
        for raw in mails:
            self.count += 1
            put(self.folder, self.owner, f"{int(time.time())}.{self.count:06}.test", raw)

    def renumber(self) -> None:
        """Lose the numbering, as when a mailbox is restored or moved: UIDVALIDITY changes."""
        time.sleep(1.1)  # UIDVALIDITY counts seconds
        for file in self.mail.glob("dovecot*"):
            shutil.rmtree(file) if file.is_dir() else file.unlink()

    def start(self) -> None:
        command = [str(shutil.which("dovecot")), "-F", "-c", str(self.folder / "dovecot.conf")]
        self._server = Server(command, self.folder / "output")
        _wait(self._answers, "dovecot", self.folder / "output")

    def stop(self) -> None:
        if self._server is not None:
            self._server.stop()
            self._server = None

    def _answers(self) -> bool:
        try:
            IMAP4("127.0.0.1", self.port, timeout=2).logout()
        except (OSError, IMAP4.error):
            return False
        return True


@contextmanager
def dovecot(quota_kb: int = 100_000) -> Iterator[Dovecot]:
    """A server with an empty mailbox, gone when the block is left; skipped where it cannot run."""
    if installed() is None:
        pytest.skip(f"needs dovecot and root: {MENDED_BY}")
    with tempfile.TemporaryDirectory(prefix="officehours-dovecot-") as name:
        folder, port = Path(name), free_port()
        owner = furnish(folder, port, password=PASSWORD, look_s=1, quota_kb=quota_kb)
        server = Dovecot(folder, port, owner)
        server.start()
        try:
            yield server
        finally:
            server.stop()
