"""A mail that came back comes in; the address it was for is dead when it was a letter of ours.

Our letters are found by their Message-ID, 128 random bits that only the recipient and the servers on the way know:
nobody can declare somebody else's address dead by a made-up report.
"""

import re
from datetime import datetime

from sqlalchemy.engine import Connection

from questions import letters, reach

OURS = re.compile(rb"<([0-9a-f]{32})@[^<>\s]{1,253}>")
ACTION = re.compile(rb"^Action:\s*(\w+)", re.IGNORECASE | re.MULTILINE)
STATUS = re.compile(rb"^Status:\s*([245])\.", re.IGNORECASE | re.MULTILINE)
ENOUGH_BYTES = 200_000
MOST_LETTERS = 20


def is_final(raw: bytes) -> bool:
    """True unless the report says that it will be tried again (RFC 3464, 2.3.3); old reports say nothing."""
    actions = {found.lower() for found in ACTION.findall(raw)}
    codes = set(STATUS.findall(raw))
    return b"failed" in actions or b"5" in codes or not (actions or codes)


def take(connection: Connection, raw: bytes, at: datetime) -> int:
    """Mark the addresses dead whose letter came back for good. Returns how many letters that were."""
    raw = raw[:ENOUGH_BYTES]
    ids = list(dict.fromkeys(found.decode() for found in OURS.findall(raw)))[:MOST_LETTERS]
    if not ids or not is_final(raw):
        return 0
    came_back = letters.by_steps(connection, ids)
    for letter in came_back:
        known = reach.of(connection, letter.question)
        if known is not None:
            reach.mark_dead(connection, known.address, at)
    return len(came_back)
