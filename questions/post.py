"""The bytes of a letter come in, the mail server has accepted them when `hand_over` returns.

What can go wrong, by whose turn it is:

    PostError
     +- Later          busy, greylisted, away, full: tried again with growing pauses
     +- Setup          login refused, no encryption: whoever runs the site mends the settings
     +- NoSuchAddress  the recipient does not exist: nothing is sent there any more
     +- Refused        for good, for another reason
     +- Doubtful       the line broke after the text was handed over and before the answer: maybe it was sent
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import aiosmtplib

UNKNOWN_ADDRESS = frozenset({550, 551, 553})
POLICY = ("5.7", "spam", "blocked", "policy")
"""In the text of a 550 these say that the letter was unwelcome, not that nobody lives there."""


class PostError(Exception):
    """Base of what `hand_over` raises; the message says what the server said."""


class Later(PostError):
    """Not now."""


class Setup(PostError):
    """Never with these settings."""


class NoSuchAddress(PostError):
    """Nobody lives there."""


class Refused(PostError):
    """Not this letter."""


class Doubtful(PostError):
    """Nobody knows whether it was sent."""


@dataclass(frozen=True, kw_only=True)
class Server:
    """A mail server that sends for us; `security` is "tls", "starttls" or "none" (loopback only)."""

    host: str
    port: int
    security: str
    user: str = ""
    password_file: Path | None = None
    timeout_s: float = 30.0


def hand_over(server: Server, sender: str, recipient: str, content: bytes, *, last_look: Callable[[], None]) -> None:
    """Send one letter; `last_look` is called when the server took the recipient, before the text. Raises PostError.

    What `last_look` raises is raised, and nothing was sent.
    """
    asyncio.run(_hand_over(server, sender, recipient, content, last_look))


def greet(server: Server) -> None:
    """Connect, encrypt, sign in and say goodbye, as before a letter. Raises Later, Setup, Refused."""
    asyncio.run(_greet(server))


async def _greet(server: Server) -> None:
    client = _client(server)
    try:
        await _connect(client)
        await client.quit()
    except (aiosmtplib.SMTPException, OSError) as error:
        raise Later(str(error)) from error
    finally:
        client.close()


async def _connect(client: aiosmtplib.SMTP) -> None:
    try:
        await client.connect()
    except (aiosmtplib.SMTPAuthenticationError, aiosmtplib.SMTPNotSupported) as error:
        raise Setup(str(error)) from error
    except aiosmtplib.SMTPResponseException as error:
        raise refusal(error.code, error.message) from error


async def _hand_over(
    server: Server, sender: str, recipient: str, content: bytes, last_look: Callable[[], None]
) -> None:
    client = _client(server)
    try:
        await _introduce(client, sender, recipient)
        await asyncio.to_thread(last_look)
        await _data(client, content)
    finally:
        client.close()


def _client(server: Server) -> aiosmtplib.SMTP:
    try:
        password = server.password_file.read_text().strip() if server.password_file else None
    except OSError as error:
        raise Setup(f"the password file cannot be read: {error}") from error
    return aiosmtplib.SMTP(
        hostname=server.host,
        port=server.port,
        use_tls=server.security == "tls",
        start_tls=server.security == "starttls",
        username=server.user or None,
        password=password,
        timeout=server.timeout_s,
    )


async def _introduce(client: aiosmtplib.SMTP, sender: str, recipient: str) -> None:
    """All before the text: a failure here means that nothing was sent."""
    try:
        await client.connect()
        await client.mail(sender)
        await client.rcpt(recipient)
    except (aiosmtplib.SMTPAuthenticationError, aiosmtplib.SMTPNotSupported) as error:
        raise Setup(str(error)) from error
    except aiosmtplib.SMTPRecipientRefused as error:
        raise refusal(error.code, error.message, of_recipient=True) from error
    except aiosmtplib.SMTPResponseException as error:
        raise refusal(error.code, error.message) from error
    except (aiosmtplib.SMTPException, OSError) as error:
        raise Later(str(error)) from error
    except UnicodeEncodeError as error:
        raise Refused(f"the mail server takes no such address: {error.reason}") from error


async def _data(client: aiosmtplib.SMTP, content: bytes) -> None:
    try:
        await client.data(content)
    except aiosmtplib.SMTPResponseException as error:
        if error.code < 0:
            raise Doubtful(f"the answer to the text could not be read: {error.message}") from error
        raise refusal(error.code, error.message) from error
    except (aiosmtplib.SMTPException, OSError) as error:
        raise Doubtful(f"the line broke after the text: {error}") from error


def refusal(code: int, message: str, *, of_recipient: bool = False) -> PostError:
    """What an answer of the server means. 421 and 4yz are for now, 5yz for good (RFC 5321, 4.2.1)."""
    said = f"{code} {' '.join(message.split())}"[:500]
    if code < 0 or 400 <= code < 500:
        return Later(said)
    if code in (530, 534, 535, 538):
        return Setup(said)
    if code == 552:  # the mailbox is full, which some servers say as if it were for good
        return Later(said)
    if of_recipient and code in UNKNOWN_ADDRESS and not any(word in message.casefold() for word in POLICY):
        return NoSuchAddress(said)
    return Refused(said)
