"""A name comes in, whether it may act once more goes out: so many times in so many seconds.

Kept in memory per process: a restart forgives, which is fine for a limit that keeps guessing slow.
"""

import threading
import time
from collections import OrderedDict, deque
from collections.abc import Callable

NAMES = 10_000
"""Names remembered at once; the one unheard of for longest is forgotten first."""


class Throttle:
    """Lets each name act `times` in any `window_s` seconds."""

    def __init__(self, times: int, window_s: float, clock: Callable[[], float] = time.monotonic) -> None:
        self.times = times
        self.window_s = window_s
        self.clock = clock
        self._acts: OrderedDict[str, deque[float]] = OrderedDict()
        self._lock = threading.Lock()

    def allows(self, name: str) -> bool:
        """Count one more act of `name`; False when it is one too many."""
        at = self.clock()
        with self._lock:
            acts = self._acts.setdefault(name, deque(maxlen=self.times))
            self._acts.move_to_end(name)
            while len(self._acts) > NAMES:
                self._acts.popitem(last=False)
            while acts and acts[0] <= at - self.window_s:
                acts.popleft()
            if len(acts) >= self.times:
                return False
            acts.append(at)
            return True
