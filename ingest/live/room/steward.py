"""A room comes in; what nobody has to press goes out, as commands of the room's own.

A screen is shown as long as it is shared, whoever speaks is large, a programme that shows an empty room ends, and a
room that nobody came to closes.
"""

import asyncio
import logging
import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from ingest.live.mix.speaker import Talk, heard
from ingest.live.room.house import House
from ingest.live.room.orders import Orders
from ingest.live.room.vacancy import Vacancy
from ingest.live.webrtc.errands import Errands
from ingest.people import SCREEN

log = logging.getLogger(__name__)
LISTENS_S = 0.1


class Steward:
    """See the module. Belongs to the event loop; `now` is its time. `vacancy`: how long nobody has been there.

    `begins` is the planned beginning: before it nobody has to be there, however early the room was opened.
    """

    def __init__(
        self,
        orders: Orders,
        house: House,
        now: Callable[[], float],
        tell: Callable[[dict[str, Any]], None],
        wall: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self.vacancy = Vacancy()
        self.begins: datetime | None = None
        self._orders, self._house, self._now, self._tell, self._wall = orders, house, now, tell, wall
        self._screens: tuple[set[str], set[str]] = (set(), set())  # shared and shown, when last looked at
        self._errands = Errands()

    def show_screens(self) -> None:
        """A screen is on air as long as it is shared by somebody on air; nobody has to put it there."""
        screens, people = self._house.screens(), self._orders.standing.people
        wanted = {screen for screen in screens if screen.removesuffix(SCREEN) in people}
        shown = {person for person in people if person.endswith(SCREEN)}
        if wanted == shown or (wanted, shown) == self._screens:
            return
        self._screens = wanted, shown
        for screen in sorted(wanted ^ shown):
            kind = "show" if screen in wanted else "hide"
            words = {"person": screen, "name": screens.get(screen, ""), "role": ""}
            self._apply(kind, words)

    def end_when_empty(self) -> None:
        """A programme that shows an empty room ends by itself, a room that was never used closes; staff are warned."""
        standing = self._orders.standing
        early = not standing.begun and self.begins is not None and self._wall() < self.begins
        present = early or standing.ending or any(each["inside"] for each in self._house.state())
        self.vacancy = self.vacancy.after(self._now(), present=present)
        if self.vacancy.ends_in_s == 0:
            self.vacancy = Vacancy()
            if standing.begun:
                log.warning("nobody has been in the room for half an hour: the office hour ends")
                self._apply("end", {})
            else:
                log.warning("nobody has come into the room for half an hour: it closes")
                self._tell({"tell": "vacant"})

    async def listen(self) -> None:
        """Ten times a second, see who speaks; until cancelled."""
        talk = Talk(self._orders.standing.speaker)
        while True:
            await asyncio.sleep(LISTENS_S)
            standing = self._orders.standing
            open_ = [each for each in standing.people if each not in standing.muted]
            levels = self._house.levels(open_, standing.voices)
            talk = heard(talk, levels, self._now())
            if talk.speaker != standing.speaker and not standing.ending:
                try:
                    await self._orders.speaks(talk.speaker)
                except TimeoutError:
                    log.error("the programme stands still: who speaks is not shown")

    def _apply(self, kind: str, payload: dict[str, Any]) -> None:
        self._errands.begin(self._orders.apply(f"{kind} {uuid.uuid4().hex}", kind, payload))
