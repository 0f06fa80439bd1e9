"""What many open pages ask for at the same moment is made once and given to all of them.

Each event makes every open page ask again, a hundred viewers within a tenth of a second for the same words. An answer
is good for one newest event, and no longer than `GOOD_S`: what changes without an event is not held back by it.
"""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field

from ingest import events
from web.parts import House

GOOD_S = 2.0
ANSWERS = 200
"""Different answers kept; the one not asked for longest goes first."""


@dataclass(eq=False)
class Answer:
    """One answer, and the lock behind which the others wait while it is made."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    version: int = -1
    made_at: float = float("-inf")
    text: str = ""


class Shared:
    """For one process."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self.clock = clock
        self.made = 0
        self._answers: OrderedDict[Hashable, Answer] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, house: House, key: Hashable, make: Callable[[], str]) -> str:
        """The answer `key`, made by `make` unless nothing has happened since."""
        with house.database.reading() as connection:
            version = events.newest(connection)
        with self._lock:
            answer = self._answers.setdefault(key, Answer())
            self._answers.move_to_end(key)
            while len(self._answers) > ANSWERS:
                self._answers.popitem(last=False)
        with answer.lock:
            if answer.version < version or self.clock() - answer.made_at > GOOD_S:
                answer.text = make()
                answer.version, answer.made_at = version, self.clock()
                self.made += 1
            return answer.text
