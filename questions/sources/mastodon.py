"""An account on Mastodon comes in, arrivals go out: who mentions the office, or writes under its hashtag, asks.

Read by `min_id`, the oldest first; the cursor moves when an arrival's row is committed, and what a server sends twice
is known by its address. Messages that are not public are set aside and can never be published.

    SocialError
     +- Paced      the server's limit is reached: again when it says so (`until`)
     +- Revoked    the permission was taken away: somebody has to give it anew
     +- Away       nobody answers, or not now
     +- Unwanted   the server does not take what we send
"""

import hashlib
import logging
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

from mastodon import Mastodon as Client
from mastodon.errors import (
    MastodonAPIError,
    MastodonError,
    MastodonNetworkError,
    MastodonNotFoundError,
    MastodonRatelimitError,
    MastodonServerError,
    MastodonUnauthorizedError,
)

from ingest.database import Database, now
from questions import language, markup
from questions.question import Channel, Contact, Reason, one_line, plain
from questions.sources import Arrival, social_cursor

log = logging.getLogger(__name__)
T = TypeVar("T")

AT_ONCE, PAGES = 40, 5
"""Posts asked for in one request, and requests in one look: the rest comes with the next, far below every limit."""
TIMEOUT_S = 20.0
LONGEST_TEXT, LONGEST_NAME = 5000, 80
PUBLIC = frozenset({"public", "unlisted"})
WAIT = timedelta(minutes=5)
"""When a server says that its limit is reached, but not until when."""
LONGEST_WAIT = timedelta(hours=1)


class SocialError(Exception):
    """Base of what goes wrong with a platform; the message says what the server said."""


class Paced(SocialError):
    """The server's limit is reached."""

    def __init__(self, until: datetime) -> None:
        super().__init__(f"the server's limit is reached until {until:%H:%M:%S} UTC")
        self.until = until


class Revoked(SocialError):
    """The account's permission does not hold any more."""


class Away(SocialError):
    """Nobody answers, or not now."""


class Unwanted(SocialError):
    """The server does not take this."""


@dataclass(frozen=True, kw_only=True)
class Account:
    """Whose mentions are read. `hashtag` without "#"; empty for mentions alone."""

    url: str
    token_file: Path
    hashtag: str = ""

    @property
    def host(self) -> str:
        """The name of the server, as in @office@host."""
        return urlsplit(self.url).hostname or self.url


class Platform:
    """The account's line to its server; asked in threads, one request after the other."""

    def __init__(self, account: Account) -> None:
        self.account = account
        try:
            token = account.token_file.read_text().strip()
        except OSError as error:
            raise Revoked(f"the file with the permission cannot be read: {error}") from error
        self._client = Client(
            access_token=token,
            api_base_url=account.url,
            ratelimit_method="throw",
            version_check_mode="none",
            request_timeout=TIMEOUT_S,
        )
        self._me = ""

    def me(self) -> str:
        """The account's own number. Raises SocialError."""
        if not self._me:
            self._me = str(self._ask(self._client.account_verify_credentials)["id"])
        return self._me

    def mentions(self, after: str) -> list[tuple[str, Mapping[str, Any] | None]]:
        """Number and post of mentions after one, the oldest first. Raises SocialError."""
        values: dict[str, Any] = {"types": ["mention"], "limit": AT_ONCE} | ({"min_id": after} if after else {})
        found = self._ask(lambda: self._client.notifications(**values))
        return [(str(each["id"]), each.get("status")) for each in reversed(found)]

    def tagged(self, after: str) -> list[tuple[str, Mapping[str, Any] | None]]:
        """The same of posts under the hashtag."""
        values: dict[str, Any] = {"limit": AT_ONCE} | ({"min_id": after} if after else {})
        found = self._ask(lambda: self._client.timeline_hashtag(self.account.hashtag, **values))
        return [(str(each["id"]), each) for each in reversed(found)]

    def post(self, id: str) -> Mapping[str, Any] | None:
        """A post as it is now; None when it was deleted. Raises SocialError."""
        try:
            found: Mapping[str, Any] = self._ask(lambda: self._client.status(id))
        except Unwanted as error:
            if isinstance(error.__cause__, MastodonNotFoundError):
                return None
            raise
        return found

    def write_privately(self, text: str, *, reply_to: str | None, key: str) -> None:
        """A message that only who is named in it can read; with the same `key` it is sent once. Raises SocialError."""
        self._ask(
            lambda: self._client.status_post(text, in_reply_to_id=reply_to, visibility="direct", idempotency_key=key)
        )

    def _ask(self, question: Callable[[], T]) -> T:
        try:
            return question()
        except MastodonRatelimitError as error:
            raise Paced(self._until()) from error
        except MastodonUnauthorizedError as error:
            raise Revoked(_said(error)) from error
        except (MastodonNetworkError, MastodonServerError) as error:
            raise Away(_said(error)) from error
        except MastodonAPIError as error:
            raise (Revoked if _is_forbidden(error) else Unwanted)(_said(error)) from error
        except MastodonError as error:
            raise Away(_said(error)) from error

    def _until(self) -> datetime:
        at = now()
        until = datetime.fromtimestamp(self._client.ratelimit_reset, UTC)
        return min(until, at + LONGEST_WAIT) if until > at else at + WAIT


class Timeline:
    """What is new for one account: a source."""

    def __init__(self, platform: Platform, database: Database) -> None:
        self.platform = platform
        self.database = database
        self._reached: dict[str, tuple[str, str]] = {}

    def fetch(self) -> Iterator[Arrival]:
        """Mentions, then posts under the hashtag. Raises SocialError."""
        me = self.platform.me()
        looks = {"mentions": self.platform.mentions}
        if self.platform.account.hashtag:
            looks[f"#{self.platform.account.hashtag}"] = self.platform.tagged
        for name, look in looks.items():
            stream = hashlib.sha256(f"{self.platform.account.url} {me} {name}".encode()).hexdigest()
            yield from self._read(stream, look, me)

    def stored(self, arrival: Arrival) -> None:
        """Move the cursor behind the post."""
        stream, id = self._reached.pop(arrival.message)
        self._keep(stream, id)

    def _read(
        self, stream: str, look: Callable[[str], list[tuple[str, Mapping[str, Any] | None]]], me: str
    ) -> Iterator[Arrival]:
        with self.database.reading() as connection:
            after = social_cursor.of(connection, stream)
        for _ in range(PAGES):
            page = look(after)
            for id, status in page:
                arrival = arrival_of(status, host=self.platform.account.host, me=me) if status else None
                if arrival is not None:
                    self._reached[arrival.message] = (stream, id)
                    yield arrival
            if not page or page[-1][0] == after:
                return  # a page that comes again brings nothing new
            first, after = not after, page[-1][0]
            self._keep(stream, after)
            if first or len(page) < AT_ONCE:
                return

    def _keep(self, stream: str, id: str) -> None:
        with self.database.transaction() as connection:
            social_cursor.keep(connection, stream, id)


def arrival_of(status: Mapping[str, Any], *, host: str, me: str) -> Arrival | None:
    """A post as an arrival; None for our own and for what somebody only passed on."""
    account = status["account"]
    if str(account["id"]) == me or status.get("reblog"):
        return None
    address, text = address_of(account, host), text_of(status)
    return Arrival(
        channel=Channel.MASTODON,
        message=key_of(status),
        asked_at=_time(status["created_at"]),
        text=text,
        original_text=text,
        author=name_of(account),
        language=language.of(text) or str(status.get("language") or "")[:2],
        contact=Contact(name=name_of(account), address=address),
        unreadable=not text,
        set_aside=_set_aside(status, account),
        post=str(status["id"]),
        edited_at=_time(status["edited_at"]) if status.get("edited_at") else None,
    )


def key_of(status: Mapping[str, Any]) -> str:
    """A post's own address, the same whichever way and however often it comes."""
    return hashlib.sha256(str(status.get("uri") or status["id"]).encode()).hexdigest()


def address_of(account: Mapping[str, Any], host: str) -> str:
    """`@name@server`, also for those of our own server."""
    acct = one_line(plain(str(account.get("acct") or account.get("username") or "")), 200)
    return f"@{acct}" if "@" in acct else f"@{acct}@{host}"


def name_of(account: Mapping[str, Any]) -> str:
    """The name they show, in one line."""
    return one_line(plain(str(account.get("display_name") or account.get("username") or "")), LONGEST_NAME)


def text_of(status: Mapping[str, Any]) -> str:
    """The words of a post without the names at its beginning that it is addressed to."""
    words = plain(markup.text_of(str(status.get("content") or "")))
    warning = plain(str(status.get("spoiler_text") or ""))
    lines = words.split(" ")
    while lines and lines[0].startswith("@"):
        lines.pop(0)
    text = " ".join(lines).strip()
    return f"{warning}\n{text}".strip()[:LONGEST_TEXT]


def _set_aside(status: Mapping[str, Any], account: Mapping[str, Any]) -> Reason | None:
    if status.get("visibility") not in PUBLIC:
        return Reason.PRIVATE_MESSAGE
    return Reason.AUTO_REPLY if account.get("bot") else None


def _time(value: Any) -> datetime:
    found = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)


def _said(error: Exception) -> str:
    return one_line(plain(" ".join(str(each) for each in error.args if each)), 300)


def _is_forbidden(error: MastodonAPIError) -> bool:
    return 403 in error.args
