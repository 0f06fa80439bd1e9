"""A recording that is being written and what people refuse come in; segments that may not be kept go dark, or go.

Live they were seen as everything else. When a segment leaves the time that viewers can rewind, and at the latest at
the end, whoever refused to be recorded is covered by slide and silence; whoever takes back being live is covered at
once. An office hour that is live only keeps no segment beyond that time. What is on the disk is the truth: doing it
twice gives the same bytes, so nothing has to be remembered over a crash.
"""

import logging
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence

from ingest import archive
from ingest.consent import Output
from ingest.live.cmaf.segments import KINDS
from ingest.live.mix.cards import Slide
from ingest.live.output.dark import Curtain, cover, ticks_of
from ingest.live.output.withheld import Appearance, Refused, Stretch, appearances, dark, unnamed, within
from ingest.timeline import Event, Kind

log = logging.getLogger(__name__)
TELLING = frozenset({Kind.VISIBLE, Kind.CONSENT})


class Hiding:
    """See the module. `window`: how many segments viewers can go back. Blocks: not for the event loop."""

    def __init__(
        self, room: archive.Room, make_curtain: Callable[[], Curtain], *, frame_rate: int, window: int, kept: bool
    ) -> None:
        """`kept`: whether there is a recording at all."""
        self.title, self.footer = "", ""
        self.topics: Mapping[str, str] = {}
        self._room, self._programme = room, room.programme()
        self._make_curtain, self._frame_rate = make_curtain, frame_rate
        self._window, self._kept = window, kept
        self._curtain: Curtain | None = None
        self._telling = Telling()
        self._ticks: dict[int, Stretch] = {}
        self._done: set[tuple[str, int]] = set()
        self._lock = threading.Lock()

    def look(self, events: Sequence[Event], tick: int, newest: int) -> None:
        """Cover what has to be by now; `newest` is the number of the newest whole segment."""
        with self._lock:
            found = appearances(self._telling.of(events), tick)
            if not self._kept:
                self._let_go(newest - self._window)
            old = newest - self._window if self._kept else 0
            self._cover(dark(found, Output.LIVE), found, newest)
            self._cover(dark(found, Output.RECORDING), found, old)
            self._cover(unnamed(found), found, old, ("video",))

    def finish(self, events: Iterable[Event], end: int, also: Refused | None = None) -> set[int]:
        """The recording has ended: cover all of it that may not be kept, and erase the tracks of who refused.

        `also`: what rows say and the timeline does not. The numbers of the segments that are dark now.
        """
        with self._lock:
            found = appearances([event for event in events if event.kind in TELLING], end, also)
            last = max((int(path.stem) for path in self._programme.segments("video")), default=0)
            self._cover(dark(found, Output.RECORDING), found, last)
            self._cover(unnamed(found), found, last, ("video",))
            drop_tracks(self._room, untracked(found))
            return {number for _, number in self._done}

    def _cover(
        self, stretches: Sequence[Stretch], found: Sequence[Appearance], last: int, kinds: Sequence[str] = KINDS
    ) -> None:
        for number in range(1, last + 1) if stretches else ():
            for kind in kinds:
                ticks = self._ticks_of(number) if (kind, number) not in self._done else None
                if ticks is not None and within(stretches, ticks.start, ticks.end):
                    self._cover_segment(kind, number, self._slide(found, ticks))

    def _cover_segment(self, kind: str, number: int, slide: Slide) -> None:
        if self._curtain is None:
            self._curtain = self._make_curtain()
        self._done.add((kind, number))
        path = self._programme.segment(kind, number)
        try:
            cover(path, self._curtain.of(kind, path, slide))
        except OSError as error:
            log.error("%s may not be kept and cannot be covered, so it is removed: %s", path, error)

    def _slide(self, found: Sequence[Appearance], ticks: Stretch) -> Slide:
        """With what the first of those asked who may not be seen there."""
        hidden = [each for each in found if within(dark([each], Output.RECORDING), ticks.start, ticks.end)]
        topics = [self.topics.get(each.person, "") for each in hidden]
        return Slide("dark", self.title, next(filter(None, topics), ""), self.footer)

    def _ticks_of(self, number: int) -> Stretch | None:
        if number not in self._ticks:
            try:
                self._ticks[number] = ticks_of(self._programme.segment("video", number), self._frame_rate)
            except (OSError, ValueError):
                return None  # it is not there: erased, or never whole
        return self._ticks[number]

    def _let_go(self, last: int) -> None:
        """Erase the segments up to `last`; those before it went the last time."""
        for kind in KINDS:
            for path in self._programme.segments(kind):
                if int(path.stem) > last:
                    break
                path.unlink(missing_ok=True)


class Telling:
    """The few events of a timeline that say who is on air and what they agree to, read on from where it was."""

    def __init__(self) -> None:
        self._found: list[Event] = []
        self._read = 0
        self._list: Sequence[Event] = ()

    def of(self, events: Sequence[Event]) -> list[Event]:
        """A timeline that was settled after a crash is another list, and read anew."""
        if events is not self._list or len(events) < self._read:
            self._list, self._read, self._found = events, 0, []
        until = len(events)
        self._found += [event for event in events[self._read : until] if event.kind in TELLING]
        self._read = until
        return self._found


def untracked(found: Iterable[Appearance]) -> set[str]:
    """Of whom nothing of their own may be kept."""
    return {each.person for each in found if dark([each], Output.TRACK)}


def drop_tracks(room: archive.Room, people: Iterable[str]) -> None:
    """Erase what was kept of their own sound and picture."""
    for person in people:
        for path in [room.track(person), *room.tracks.glob(f"{person}-*.mkv")]:
            path.unlink(missing_ok=True)
