"""A mailbox comes in, `ring()` is called when mail arrives in it (IMAP IDLE, RFC 2177); nothing is read here.

Lines die without a word, so IDLE is renewed every nine minutes and the line after each failure. Looking again and
again, by the clock, goes on beside it: what is missed here is found then.
"""

import logging
from collections.abc import Callable
from contextlib import suppress
from io import BufferedReader
from threading import Event
from typing import cast

from imap_tools import BaseMailBox

from questions.sources.mailserver import BROKEN, Account, Away, MailboxError, opened

log = logging.getLogger(__name__)
RENEWED_S = 540.0
"""Some servers stop telling after ten minutes, none may before twenty-nine."""
LONGEST_PAUSE_S = 60.0
RINGS = 25
RING_PAUSE_S = 0.2
"""A ring finds the last look still going on: again, for five seconds."""


def listen(
    account: Account,
    ring: Callable[[], bool],
    stopped: Event,
    *,
    renewed_s: float = RENEWED_S,
    first_pause_s: float = 1.0,
) -> None:
    """Listen until `stopped`, or until the server cannot tell. `ring` is False when it could not be heard yet."""
    pause = first_pause_s
    while not stopped.is_set():
        try:
            if not _listen(account, ring, stopped, renewed_s):
                log.info("%s does not tell of new mail (IDLE): it is looked into by the clock alone", account.host)
                return
            pause = first_pause_s
        except MailboxError as error:
            log.warning("not listening to %s for %.0f s: %s", account.host, pause, error)
            stopped.wait(pause)
            pause = min(2 * pause, LONGEST_PAUSE_S)


def _listen(account: Account, ring: Callable[[], bool], stopped: Event, renewed_s: float) -> bool:
    """One line's life; True when it ended because of `stopped`. Raises MailboxError."""
    with opened(account) as box:
        if "IDLE" not in box.client.capabilities:
            return False
        heard(ring, stopped)  # what came while there was no line
        while not stopped.is_set():
            try:
                _wait_for_news(box, renewed_s)
            except BROKEN as error:
                raise Away(f"the line broke: {error}") from error
            # Also after a renewal: what is told while IDLE ends or begins is heard by nobody.
            heard(ring, stopped)
    return True


def _wait_for_news(box: BaseMailBox, limit_s: float) -> None:
    """IDLE until the server says something. What it said together with its consent has been read already."""
    with box.idle as idle:
        if not _read_ahead(box):
            idle.poll(timeout=limit_s)


def _read_ahead(box: BaseMailBox) -> bool:
    """Whether more of the server's words lie here than were asked for; `poll` looks at the line only."""
    sock, lines = box.client.sock, cast(BufferedReader, box.client.file)
    patience = sock.gettimeout()
    sock.settimeout(0)
    try:
        with suppress(OSError):
            return bool(lines.peek(1))
        return False
    finally:
        sock.settimeout(patience)


def heard(ring: Callable[[], bool], stopped: Event) -> bool:
    """Ring until it is heard; what is not heard is found by the clock."""
    for _ in range(RINGS):
        if ring():
            return True
        if stopped.wait(RING_PAUSE_S):
            return False
    return False
