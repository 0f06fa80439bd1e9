"""The settings of a mailbox come in, a line to its server goes out, its folder opened for reading only.

MailboxError
 +- LoginRefused   name or password are wrong, or expired: whoever runs the site mends the settings
 +- Away           the server does not answer or gave the line up: tried again
"""

import imaplib
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import imap_tools
from imap_tools import BaseMailBox
from imap_tools.errors import ImapToolsError, MailboxLoginError

BROKEN = (ImapToolsError, imaplib.IMAP4.error, OSError)
"""What imap-tools and imaplib raise when server or line fail."""


class MailboxError(Exception):
    """Base of what reading a mailbox may raise; the message says what the server said."""


class LoginRefused(MailboxError):
    """The server does not let us in."""


class Away(MailboxError):
    """There is no line to the server just now."""


@dataclass(frozen=True, kw_only=True)
class Account:
    """A folder on a mail server; `security` is "tls", "starttls" or "none" (loopback only)."""

    host: str
    port: int
    security: str
    user: str
    password_file: Path | None
    folder: str = "INBOX"
    timeout_s: float = 30.0


@contextmanager
def opened(account: Account) -> Iterator[BaseMailBox]:
    """The mailbox with its folder selected read-only: nobody's "unseen" changes. Raises MailboxError."""
    box: BaseMailBox | None = None
    try:
        box = _connected(account)
        _sign_in(box, account)
        # Before the login many servers keep to themselves what they can.
        box.client.capabilities = tuple(box.client.capability()[1][-1].decode().upper().split())
        box.folder.set(account.folder, readonly=True)
        yield box
    except BROKEN as error:
        raise Away(f"{account.host} does not answer as it should: {error}") from error
    finally:
        if box is not None:
            with suppress(*BROKEN):
                box.client.shutdown()


def _connected(account: Account) -> BaseMailBox:
    kinds: dict[str, Callable[..., BaseMailBox]] = {
        "tls": imap_tools.MailBox,
        "starttls": imap_tools.MailBoxStartTls,
        "none": imap_tools.MailBoxUnencrypted,
    }
    return kinds[account.security](account.host, account.port, timeout=account.timeout_s)


def _sign_in(box: BaseMailBox, account: Account) -> None:
    try:
        password = account.password_file.read_text(encoding="utf-8").strip() if account.password_file else ""
    except OSError as error:
        raise LoginRefused(f"the password file cannot be read: {error}") from error
    try:
        box.login(account.user, password, initial_folder=None)
    except (MailboxLoginError, imaplib.IMAP4.error) as error:
        if isinstance(error, imaplib.IMAP4.abort):
            raise
        raise LoginRefused(f"{account.host} refuses the login of {account.user}") from error
