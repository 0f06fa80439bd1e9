"""What happens in a room comes in with its tick; the timeline says so, and how things stand is known.

Before media time begins nothing is written: the events stand at tick 0 when it does. Cards, holes in somebody's
sending, clocks and gains belong to no command and are written as they come.
"""

from typing import Any

from ingest.live.room.house import House
from ingest.live.room.programme import Programme
from ingest.live.room.scribe import Scribe
from ingest.live.room.standing import Change, Standing, fold
from ingest.timeline import Event, Kind

GAINS_EACH = 10  # seconds: a render that starts anywhere finds each voice's gain close before


class Chronicle:
    """See the module. `standing` is how things stand now. Belongs to the event loop."""

    def __init__(self, scribe: Scribe, programme: Programme, house: House) -> None:
        self.standing = fold(Standing(), ((event.kind, event.values) for event in scribe.events))
        self._scribe, self._programme, self._house = scribe, programme, house
        self._cards: dict[tuple[str, str], str] = {}
        self._beats = 0

    @property
    def events(self) -> list[Event]:
        """All that is written, of processes before this one as well."""
        return self._scribe.events

    @property
    def last(self) -> int:
        """The newest tick that something is written at."""
        return self._scribe.events[-1].tick

    def values(self, kind: Kind) -> dict[str, Any]:
        """Those of the newest event of this kind; none where there is no such event."""
        return next((event.values for event in self._scribe.events[::-1] if event.kind is kind), {})

    async def write(self, kind: Kind, tick: int, command: str | None = None, **values: Any) -> Event:
        """One event, when it is on the disk."""
        return await self._scribe.write(kind, tick, command, **values)

    async def write_all(self, changes: list[Change], tick: int, command: str) -> None:
        """All events of a command; the last one carries its id, so that half of them count as none."""
        for number, (kind, values) in enumerate(changes, 1):
            await self._scribe.write(kind, tick, command if number == len(changes) else None, **values)

    def card(self, tick: int | None, kind: str, of: str, digest: str) -> None:
        """The programme drew a card."""
        self._cards[kind, of] = digest
        if tick is not None and self.standing.begun and not self.standing.over:
            self.shows_card(tick, kind, of, digest)

    def cards(self, tick: int) -> None:
        """All cards that were drawn before media time began."""
        for (kind, of), digest in list(self._cards.items()):
            self.shows_card(tick, kind, of, digest)

    def shows_card(self, tick: int, kind: str, of: str, digest: str) -> None:
        """A card that was drawn is seen from this tick on."""
        self._scribe.write(Kind.CARD, tick, **{kind: of}, digest=digest)

    def gap(self, person: str, on: bool) -> None:
        """Somebody on air went silent, or came back."""
        if self.standing.begun and not self.standing.over and (tick := self._programme.tick) is not None:
            self._scribe.write(Kind.GAP, tick, person=person, on=on)

    def clock(self) -> None:
        """Write where the tracks are, and each tenth time how loud everybody is made; called once a second."""
        if (tick := self._programme.tick) is not None and self.standing.begun:
            for values in self._house.taping.clock_events():
                self._scribe.write(Kind.CLOCK, tick, **values)
            self._beats += 1
            if self._beats % GAINS_EACH == 0:
                for person, db in self._programme.gains.items():
                    self._scribe.write(Kind.GAIN, tick, person=person, db=round(db, 2))
