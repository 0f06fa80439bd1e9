"""Cut and go on come in as commands; they are done at once, and written into the timeline when their turn comes.

A cut does not wait for commands before it, some of which draw letters: the programme and the tracks are told in the
moment it arrives, in the order in which cuts and goings-on arrive. Belongs to the event loop.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any

from ingest.live.mix.cards import Slide
from ingest.live.output.broadcast import Sealing
from ingest.live.output.cuts import Effect
from ingest.live.room.house import House
from ingest.live.room.programme import Programme

EFFECT_S = 15.0  # A change takes one tick; drawing its letters on a busy machine has taken 3 s.


class Cutting:
    """See the module. `make_sealing(from_what)` makes what keeps the next cut stretch."""

    def __init__(self, programme: Programme, house: House, make_sealing: Callable[[], Sealing | None] | None) -> None:
        self._programme, self._house, self._make_sealing = programme, house, make_sealing
        self._slide: Slide | None = None
        self._told: dict[str, Future[Effect]] = {}
        self._wished = False

    async def prepare(self, slide: Slide) -> None:
        """Draw what a cut shows, unless it is there already."""
        if slide != self._slide:
            await asyncio.to_thread(self._programme.prepare_cut, slide, self._make_sealing)
            self._slide = slide

    @property
    def card(self) -> str:
        """The digest of what a cut shows."""
        return self._programme.cut_card

    def at_once(self, id: str, *, on: bool) -> None:
        """Do what the command says, once."""
        if id in self._told:
            return
        self._wished = on
        if on:
            self._told[id] = self._programme.cut()
            self._house.taping.cut()
        else:
            self._told[id] = self._programme.go_on()
            self._house.taping.go_on()

    async def effect(self, id: str, *, on: bool) -> Effect:
        """When it took effect. Raises TimeoutError when the programme stands still."""
        self.at_once(id, on=on)
        return await asyncio.wait_for(asyncio.wrap_future(self._told[id]), EFFECT_S)

    async def without_delay(self) -> Effect:
        """Whatever has not gone out never does, and is sealed nowhere; then `with_delay_again`."""
        told = self._programme.cut(keep=False)
        self._house.taping.cut()
        return await asyncio.wait_for(asyncio.wrap_future(told), EFFECT_S)

    async def with_delay_again(self) -> Effect | None:
        """Broadcast again; None when somebody pressed cut meanwhile, which then holds."""
        if self._wished:
            return None
        told = self._programme.go_on()
        self._house.taping.go_on()
        return await asyncio.wait_for(asyncio.wrap_future(told), EFFECT_S)

    async def begin_again(self) -> None:
        """After a crash in a cut: nothing goes out before it holds again."""
        self._wished = True
        self._house.taping.cut()
        await asyncio.wait_for(asyncio.wrap_future(self._programme.cut()), EFFECT_S)

    def over(self) -> None:
        """The office hour is over: the slide that says so may be seen."""
        self._programme.go_on()


def cut_event(effect: Effect, since: int | None, by: str, *, on: bool) -> dict[str, Any] | None:
    """The values of the timeline's event; None when nothing was cut. Pressed twice, it is the same stretch."""
    at = effect.cut_tick or 0
    if on:
        kept = {} if effect.sealed is None else {"sealed": effect.sealed}
        return {"on": True, "from": at if since is None else min(since, at), "by": by, **kept}
    return None if since is None else {"on": False, "from": since, "until": at, "by": by}
