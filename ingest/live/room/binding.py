"""What people agree to comes in with commands; the room's own outputs are bound to it.

Somebody who takes back being live is off air at the next tick, out of what the broadcast delay still holds, and their
connection closes. Tracks of who is not to be recorded are erased; the recording is covered by `hiding`. Belongs to the
event loop.
"""

import asyncio
import math
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from ingest.live.output.hiding import Hiding
from ingest.live.room.cutting import EFFECT_S, Cutting, cut_event
from ingest.live.room.house import House
from ingest.live.room.standing import Change, Standing, fold
from ingest.people import Scope
from ingest.timeline import Event, Kind

Show = Callable[[Standing], Awaitable[int]]


class Binding:
    """See the module. `hiding`: None in a room that keeps nothing to be covered."""

    def __init__(self, house: House, cutting: Cutting, hiding: Hiding | None) -> None:
        self._house, self._cutting, self._hiding = house, cutting, hiding
        self._topics: dict[str, str] = {}
        self._unkept_until = 0.0

    def brief(self, host: str) -> None:
        """Who stands at the foot of dark segments."""
        if self._hiding is not None:
            self._hiding.topics, self._hiding.footer = self._topics, host

    def learn(self, payload: Mapping[str, Any]) -> None:
        """What a person asked, for the segments in which they are dark."""
        if payload.get("topic"):
            self._topics[payload["person"]] = str(payload["topic"])

    def shows(self, before: Standing, goal: Standing, delay_s: float) -> None:
        """The room is about to look like `goal`."""
        self._house.taping.untracked = goal.untracked
        if goal.untracked.intersection(goal.people):
            self._unkept_until = math.inf
        elif goal.untracked.intersection(before.people) or self._unkept_until == math.inf:
            self._unkept_until = time.monotonic() + delay_s + EFFECT_S

    @property
    def unkept(self) -> bool:
        """Whether what a cut takes out now holds somebody who refused to be recorded: then it is sealed nowhere."""
        return time.monotonic() < self._unkept_until

    async def changed(
        self, person: str, standing: Standing, changes: list[Change], delay_s: float, show: Show
    ) -> tuple[list[Change], int]:
        """Somebody agrees to less, or more: what the timeline has to say of it, and from which tick."""
        goal = fold(standing, changes)
        leaves, running = Scope.LIVE.value not in goal.scopes[person], goal.begun and not goal.over
        torn = leaves and running and delay_s > 0 and standing.cut_from is None
        cut = cut_event(await self._cutting.without_delay(), None, person, on=True) if torn else None
        tick = 0 if goal.over else await show(goal)
        if cut is not None:
            changes = [(Kind.CUT, cut), *changes]
            again = await self._cutting.with_delay_again()
            values = cut_event(again, cut["from"], person, on=False) if again is not None else None
            changes += [] if values is None else [(Kind.CUT, values)]
        if leaves:
            await self._house.send_out(person)
        return changes, tick

    async def forget(self, person: str, standing: Standing) -> None:
        """Erase what was kept of somebody's own sound and picture, if they are not to be recorded."""
        if person in standing.untracked:
            await self._house.taping.drop(person)

    def look(self, events: Sequence[Event], tick: int, newest: int) -> None:
        """Cover what may no longer be kept, up to the whole segment `newest`. Blocks: not for the event loop."""
        if self._hiding is not None:
            self._hiding.look(events, tick, newest)

    async def finish(self, events: Sequence[Event], end: int) -> None:
        """The recording has ended at tick `end`: all of it that may not be kept is covered when this returns."""
        if self._hiding is not None:
            await asyncio.to_thread(self._hiding.finish, list(events), end)
