"""A form comes in with a proof that a computer has worked for it, or without: who sends thousands has to pay.

The work (ALTCHA, PBKDF2) is done by the browser while somebody types, half a second of it. Nobody is asked to read
twisted letters, and nobody else hears of it. Without JavaScript there is no proof; such forms are taken as well, only
fewer an hour.
"""

import threading
from collections import OrderedDict
from datetime import datetime, timedelta
from typing import Any

import altcha

from ingest.secrets import Safe

ALGORITHM = "PBKDF2/SHA-256"
COST = 5_000
"""Rounds of one try; 256 tries are needed on average. Checking a proof takes one, two milliseconds."""
GOOD_FOR = timedelta(hours=2)
"""Somebody may think over what to ask."""
USED = 50_000
"""Proofs remembered, so that none is used twice; per process, which is fine as it only makes cheating dear."""
LONGEST = 4_000


class Proofs:
    """Makes puzzles and checks what was found."""

    def __init__(self, safe: Safe) -> None:
        self._secret = safe.derived("proof of work")[0].hex()
        self._used: OrderedDict[str, None] = OrderedDict()
        self._lock = threading.Lock()

    def puzzle(self, at: datetime) -> dict[str, Any]:
        """A new one, as the browser takes it."""
        made = altcha.create_challenge(
            algorithm=ALGORITHM, cost=COST, hmac_secret=self._secret, expires_at=int((at + GOOD_FOR).timestamp())
        )
        found: dict[str, Any] = made.to_dict()
        return found

    def holds(self, payload: str) -> bool:
        """Whether a form's proof is one of ours, solved, in time and new."""
        if not payload or len(payload) > LONGEST:
            return False
        try:
            known = altcha.Payload.from_base64(payload)
            result = altcha.verify_solution(payload, hmac_secret=self._secret)
            signature = str(known.challenge.signature)
        except (ValueError, KeyError, TypeError, AttributeError):
            return False
        if not result.verified or not signature:
            return False
        with self._lock:
            if signature in self._used:
                return False
            self._used[signature] = None
            while len(self._used) > USED:
                self._used.popitem(last=False)
        return True
