"""A folder on a mail server comes in, arrivals go out: all mails above the cursor, whether somebody saw them or not.

The cursor moves when an arrival's row is committed. Killed between the two, the mail comes again and is known by its
key. Nothing in the mailbox is changed: it is read with EXAMINE and BODY.PEEK.
"""

import hashlib
import logging
import re
from collections.abc import Iterator, Sequence

from imap_tools import BaseMailBox

from ingest.database import Database, now
from questions import mail
from questions.sources import Arrival, cursor
from questions.sources.cursor import Cursor
from questions.sources.mailserver import BROKEN, Account, Away, opened

log = logging.getLogger(__name__)
AT_ONCE = 50
"""Mails asked for in one command: few enough to be held in memory, enough that the way there does not count."""
AT_ONCE_BYTES = 20_000_000
SIZES = re.compile(rb"UID (\d+) RFC822\.SIZE (\d+)|RFC822\.SIZE (\d+) UID (\d+)")
UID = re.compile(rb"\bUID (\d+)")
USED = re.compile(r"STORAGE (\d+) (\d+)")


class Mailbox:
    """One folder of one account; `mail_bytes` is the largest mail that is read whole."""

    def __init__(self, account: Account, database: Database, *, mail_bytes: int) -> None:
        self.account = account
        self.database = database
        self.mail_bytes = mail_bytes
        self.fullness: float | None = None
        name = f"{account.user} {account.host} {account.folder}"
        self.name = hashlib.sha256(name.encode()).hexdigest()
        self._reached: dict[str, Cursor] = {}

    def fetch(self) -> Iterator[Arrival]:
        """Mails that came since the cursor, the oldest first. Raises MailboxError."""
        with opened(self.account) as box:
            self.fullness = fullness(box)
            start = self._start(box)
            sizes = sizes_above(box, start.uid)
            for part in parts(sorted(sizes), sizes):
                for uid, raw in self._raw(box, part, sizes):
                    arrival = self._read(raw, whole=sizes[uid] <= self.mail_bytes)
                    self._reached[arrival.message] = Cursor(validity=start.validity, uid=uid)
                    yield arrival

    def stored(self, arrival: Arrival) -> None:
        """Move the cursor behind the mail."""
        with self.database.transaction() as connection:
            cursor.keep(connection, self.name, self._reached.pop(arrival.message))

    def _start(self, box: BaseMailBox) -> Cursor:
        validity = box.folder.status(self.account.folder, ["UIDVALIDITY"])["UIDVALIDITY"]
        with self.database.reading() as connection:
            known = cursor.of(connection, self.name)
        start = known.in_numbering(validity)
        if known.validity and start != known:
            log.warning("%s was renumbered and is read from its beginning", self.account.folder)
        return start

    def _raw(self, box: BaseMailBox, uids: Sequence[int], sizes: dict[int, int]) -> Iterator[tuple[int, bytes]]:
        """The mails' bytes; of one that is too large only its beginning. One deleted meanwhile is left out."""
        small = [uid for uid in uids if sizes[uid] <= self.mail_bytes]
        found = dict(bodies(box, small, "BODY.PEEK[]"))
        for uid in set(uids) - set(small):
            log.warning("mail %d is larger than %d bytes and was only marked", uid, self.mail_bytes)
            found |= dict(bodies(box, [uid], f"BODY.PEEK[]<0.{min(self.mail_bytes, 100_000)}>"))
        yield from sorted(found.items())

    def _read(self, raw: bytes, *, whole: bool) -> Arrival:
        return (mail.read if whole else mail.unreadable)(raw, received_at=now())


def sizes_above(box: BaseMailBox, uid: int) -> dict[int, int]:
    """Bytes of each mail with a higher number. `n:*` always holds the last mail, also below n (RFC 9051, 9)."""
    try:
        answer = box.client.uid("FETCH", f"{uid + 1}:*", "(UID RFC822.SIZE)")[1]
    except BROKEN as error:
        raise Away(f"the list of mails could not be read: {error}") from error
    found = {}
    for line in answer:
        if isinstance(line, bytes) and (match := SIZES.search(line)):
            number, size = (match[1], match[2]) if match[1] else (match[4], match[3])
            found[int(number)] = int(size)
    return {number: size for number, size in found.items() if number > uid}


def bodies(box: BaseMailBox, uids: Sequence[int], what: str) -> Iterator[tuple[int, bytes]]:
    """Number and bytes of each of these mails that is there."""
    if not uids:
        return
    answer = box.client.uid("FETCH", ",".join(map(str, uids)), f"(UID {what})")[1]
    for line in answer:
        if isinstance(line, tuple) and (match := UID.search(line[0])):
            yield int(match[1]), line[1]


def parts(uids: Sequence[int], sizes: dict[int, int]) -> Iterator[list[int]]:
    """Cut into parts of at most AT_ONCE mails and, unless one alone is larger, AT_ONCE_BYTES."""
    part: list[int] = []
    weight = 0
    for uid in uids:
        if part and (len(part) >= AT_ONCE or weight + sizes[uid] > AT_ONCE_BYTES):
            yield part
            part, weight = [], 0
        part.append(uid)
        weight += sizes[uid]
    if part:
        yield part


def fullness(box: BaseMailBox) -> float | None:
    """Which share of the mailbox's room is taken, or None where the server does not say (RFC 9208)."""
    if "QUOTA" not in box.client.capabilities:
        return None
    _, answer = box.client.getquotaroot("INBOX")
    found = USED.search(" ".join(line.decode() for lines in answer for line in lines if isinstance(line, bytes)))
    return int(found[1]) / int(found[2]) if found and int(found[2]) else None
