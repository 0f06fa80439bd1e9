"""The bytes of a mail come in, what stands around its words goes out: what was attached, and what our server found.

Attachments are listed, never opened or decoded. SPF, DKIM and DMARC are shown as our own mail server judged them: only
the line that carries its name is believed, since anybody can write such a line into a mail.
"""

import email
import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import Message

from questions.mail import BROKEN, decoded
from questions.question import one_line, plain

METHODS = ("spf", "dkim", "dmarc")
RESULT = re.compile(r"\b(spf|dkim|dmarc)\s*=\s*([a-z]+)", re.IGNORECASE)
COMMENT = re.compile(r"\([^()]*\)")
MOST, NAME_LENGTH = 30, 100


@dataclass(frozen=True, kw_only=True)
class Attachment:
    """Something that came with a mail; `bytes` is how large it is as it was sent, about a third more than decoded."""

    name: str
    kind: str
    bytes: int


@dataclass(frozen=True, kw_only=True)
class Envelope:
    """`checks` are method and result, as ("spf", "pass"); empty where our server says nothing."""

    attachments: list[Attachment]
    checks: list[tuple[str, str]]

    @property
    def doubtful(self) -> bool:
        """Whether our server doubts that the sender is who the mail says."""
        return any(result in ("fail", "softfail", "permerror") for _, result in self.checks)

    @property
    def proven(self) -> bool:
        """Whether our server found that the address in From is the sender's: SPF or DKIM alone may pass for another."""
        return ("dmarc", "pass") in self.checks


def of(raw: bytes, server: str = "") -> Envelope:
    """`server` is the name our mail server puts in front of its results; without it none is believed."""
    try:
        message = email.message_from_bytes(raw)
        return Envelope(attachments=list(_attached(message))[:MOST], checks=checks_of(message, server))
    except BROKEN:
        return Envelope(attachments=[], checks=[])


def checks_of(message: Message, server: str) -> list[tuple[str, str]]:
    """The results of our own server (RFC 8601): it takes out what others wrote in its name; its line is on top."""
    if not server:
        return []
    for name, value in message.raw_items():
        if name.lower() != "authentication-results":
            continue
        said = COMMENT.sub("", plain(str(value)))
        by, _, results = said.partition(";")
        if by.split()[:1] == [server]:
            found = {method.lower(): result.lower() for method, result in RESULT.findall(results)}
            return [(method, found[method]) for method in METHODS if method in found]
    return []


def _attached(message: Message) -> Iterator[Attachment]:
    for part in message.walk():
        name = part.get_filename()
        if part.is_multipart() or not (part.get_content_disposition() == "attachment" or name):
            continue
        payload = part.get_payload()
        size = len(payload) if isinstance(payload, str | bytes) else 0
        shown = one_line(decoded(str(name or "")), NAME_LENGTH)
        yield Attachment(name=shown, kind=one_line(part.get_content_type(), NAME_LENGTH), bytes=size)
