"""Names and what is to be done with each come in; they are done several at once, with signs of life meanwhile."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from threading import Event
from typing import TypeVar

from ingest.archive import Alive

T = TypeVar("T")
PLACES = 8
"""Objects on their way at once: segments are small, and the line is waited for more than used."""
LOOK_S = 1.0


class BrokenOff(Exception):
    """A transfer whose step is not ours any more."""


def each(names: Sequence[str], do: Callable[[str, Event], T], alive: Alive) -> Iterator[tuple[str, T]]:
    """Do something with each, with a sign of life each second; broken off, by the event, when that raises."""
    stop = Event()
    with ThreadPoolExecutor(PLACES) as pool:
        running: dict[Future[T], str] = {pool.submit(do, name, stop): name for name in names}
        try:
            left = set(running)
            while left:
                done, left = wait(left, timeout=LOOK_S)
                alive()
                yield from ((running[each], each.result()) for each in done)
        except BaseException:
            stop.set()
            for each in running:
                each.cancel()
            raise


def go_on(stop: Event) -> None:
    """Raises BrokenOff when it shall not."""
    if stop.is_set():
        raise BrokenOff
