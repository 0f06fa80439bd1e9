"""Things that are sent come in, everyone who asked for them is called; one that fails is left out, and said so."""

import logging
import threading
from collections.abc import Callable
from typing import Generic, ParamSpec

log = logging.getLogger(__name__)
P = ParamSpec("P")


class Sinks(Generic[P]):
    """Callables for one kind of thing; may be changed from any thread while things are sent."""

    def __init__(self, what: str) -> None:
        self._what = what
        self._lock = threading.Lock()
        self._sinks: tuple[Callable[P, object], ...] = ()

    def add(self, sink: Callable[P, object]) -> None:
        with self._lock:
            self._sinks = (*self._sinks, sink)

    def remove(self, sink: Callable[P, object]) -> None:
        """Leave a sink out; it is fine if it is not there."""
        with self._lock:
            self._sinks = tuple(each for each in self._sinks if each != sink)

    def send(self, *args: P.args, **kwargs: P.kwargs) -> None:
        for sink in self._sinks:
            try:
                sink(*args, **kwargs)
            except Exception:
                # One receiver's fault must not end the programme for all others.
                log.exception("a receiver of %s failed and is left out from now on", self._what)
                self.remove(sink)
