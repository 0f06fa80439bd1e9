"""What a neighbour brings questions with: a source is asked to fetch, and told when an arrival is safely stored."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from questions.forwarded import Forwarded
from questions.question import Channel, Contact, Reason


@dataclass(frozen=True, kw_only=True)
class Arrival:
    """One message as a source understood it.

    `message` names it uniquely within its channel, whatever way and however often it arrives. `recipients` are
    addresses it was sent to. `set_aside` says why it is no question of a person. `original` is the raw message.
    `link` is the secret text of the asker's private page, when they are shown one. `post` is the number of a post on
    a platform, `edited_at` when its author changed it. `forwarded` is the mail that this one holds.
    """

    channel: Channel
    message: str
    asked_at: datetime
    office_hour: str | None = None
    recipients: tuple[str, ...] = ()
    subject: str = ""
    text: str = ""
    original_text: str = ""
    background: str = ""
    author: str = ""
    language: str = ""
    contact: Contact | None = None
    unreadable: bool = False
    set_aside: Reason | None = None
    original: bytes = b""
    link: str = ""
    post: str = ""
    edited_at: datetime | None = None
    forwarded: Forwarded | None = None


class Source(Protocol):
    """Somewhere questions come from."""

    def fetch(self) -> Iterator[Arrival]:
        """What has not been told `stored` yet; asking again brings the same again."""
        ...

    def stored(self, arrival: Arrival) -> None:
        """The arrival's row is committed: it need not be brought again."""
        ...
