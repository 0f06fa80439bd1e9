"""A mail server that accepts letters, or does what a test wants: `with postbox() as box:` on a free port.

`box.manners` says how it answers: "friendly", "busy" (451), "unknown" (550 5.1.1), "unwelcome" (550 5.7.1), "slow"
(no answer in time), "hangs up" (takes the text and closes the line), "hangs up early" (closes at the recipient).
"""

import asyncio
import email
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.policy import default
from typing import Any, cast

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from tests.standins.servers import free_port

SLOW_S = 3.0


@dataclass
class Postbox:
    """What came in, as mails, and the recipients in order."""

    port: int
    manners: str = "friendly"
    mails: list[EmailMessage] = field(default_factory=list)
    recipients: list[str] = field(default_factory=list)
    texts: int = 0

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.manners == "hangs up early":
            cast(Any, server.transport).abort()
        answers = {"busy": "451 4.7.1 greylisted", "unknown": "550 5.1.1 no such user", "unwelcome": "550 5.7.1 spam"}
        if self.manners in answers:
            return answers[self.manners]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        self.texts += 1
        if self.manners == "slow":
            await asyncio.sleep(SLOW_S)
        if self.manners == "hangs up":
            cast(Any, server.transport).abort()
            return "421 bye"
        content = envelope.content if isinstance(envelope.content, bytes) else b""
        self.mails.append(email.message_from_bytes(content, policy=default))
        self.recipients += envelope.rcpt_tos
        return "250 OK"


@contextmanager
def postbox() -> Iterator[Postbox]:
    """A server on loopback, gone when the block is left."""
    box = Postbox(port=free_port())
    controller = Controller(box, hostname="127.0.0.1", port=box.port, enable_SMTPUTF8=True)
    controller.start()
    try:
        yield box
    finally:
        controller.stop()
