"""Commands come in, one after the other; the programme changes at a tick, the timeline says so, a reply goes out.

What a command means is decided in `decisions`; here it is done: first the programme, which says at which tick it took
effect (`showing`), then the timeline with the command's id (`chronicle`), then the reply. A command whose id the
timeline holds is only replied to. Start and end have a life of their own (`airtime`).

Cut and go on do not wait for commands before them: the programme is told at once, in the order in which they came.
"""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from fractions import Fraction
from typing import Any

from ingest import wishes
from ingest.live.output.broadcast import Sealing
from ingest.live.output.hiding import Hiding
from ingest.live.output.recorder import Recorder
from ingest.live.room.airtime import Airtime, Recording, Tell
from ingest.live.room.binding import Binding
from ingest.live.room.chronicle import Chronicle
from ingest.live.room.count import Count
from ingest.live.room.cutting import Cutting, cut_event
from ingest.live.room.decisions import CUTTING, Refused, decide
from ingest.live.room.house import House
from ingest.live.room.programme import Programme
from ingest.live.room.scribe import Scribe
from ingest.live.room.showing import Showing
from ingest.live.room.standing import Change, Standing, fold
from ingest.timeline import Kind

log = logging.getLogger(__name__)


class Orders:
    """See the module. `tell` sends a message to the studio. Belongs to the event loop."""

    def __init__(
        self,
        *,
        scribe: Scribe,
        programme: Programme,
        house: House,
        recorder: Callable[[], Recorder],
        tick_duration: Fraction,
        picture: dict[str, Any],
        died: datetime,
        tell: Tell,
        sealing: Callable[[], Sealing | None] | None = None,
        count: Count | None = None,
        hiding: Hiding | None = None,
    ) -> None:
        """`recorder` opens the recording; `died` is the last sign of life of a process before this one.

        `sealing` makes what keeps the next cut stretch; `count` counts down to the start and to the end; `hiding`
        covers what may not be kept.
        """
        self.chronicle = Chronicle(scribe, programme, house)
        self._cutting = Cutting(programme, house, sealing)
        self.binding = Binding(house, self._cutting, hiding)
        self.showing = Showing(
            programme, house, self.binding, float(self.chronicle.values(Kind.BEGIN).get("delay_s", 0))
        )
        self._lock = asyncio.Lock()
        self.airtime = Airtime(
            Recording(open=recorder, begun={"tick_duration": str(tick_duration), **picture}, died=died),
            self.chronicle,
            self.showing,
            programme=programme,
            house=house,
            cutting=self._cutting,
            binding=self.binding,
            count=count or Count(),
            turn=self._lock,
            tell=tell,
            done=self._done,
        )
        self._programme, self._house, self._tell = programme, house, tell
        self._applied: dict[str, int | None] = {event.command: event.tick for event in scribe.events if event.command}
        programme.set_gains({e.values["person"]: e.values["db"] for e in scribe.events if e.kind is Kind.GAIN})

    @property
    def standing(self) -> Standing:
        """How things stand now."""
        return self.chronicle.standing

    def brief(
        self, title: str, host: str, known: list[dict[str, Any]], slide_words: dict[str, str] | None = None
    ) -> None:
        """What rows say and the timeline does not: words, who was let in, and what was done before media time began.

        `slide_words`: what viewers read, by the kind of slide (`Standing.slide`).
        """
        self.showing.brief(title, host, slide_words or {})
        self.binding.brief(host)
        for command in known:
            self._learn(command["payload"])
            if command.get("done"):
                self._house.knows(command["kind"], command["payload"])
            if command.get("done") and not self.standing.begun and command["id"] not in self._applied:
                try:
                    changes = decide(self.standing, wishes.Kind(command["kind"]), command["payload"])
                except Refused:
                    continue  # it was refused the first time as well, or needs a programme that has begun
                self.chronicle.standing = fold(self.standing, changes)
                self._applied[command["id"]] = 0

    async def apply(self, id: str, kind: str, payload: dict[str, Any]) -> None:
        """Do a command and reply, one at a time."""
        if id == self.airtime.count.of and id not in self._applied:
            return  # it is answered when the count has come to its end
        if kind in ("cut", "go_on") and self.standing.begun and not self.standing.over and id not in self._applied:
            self._cutting.at_once(id, on=kind == "cut")
        async with self._lock:
            if id in self._applied:
                self._tell({"tell": "done", "id": id, "tick": self._applied[id]})
                return
            try:
                tick = await self._do(id, wishes.Kind(kind), payload)
            except Refused as refusal:
                self._tell({"tell": "refused", "id": id, "reason": str(refusal)})
                return
            except (ValueError, OSError, RuntimeError) as error:  # a TimeoutError of a stuck programme is an OSError
                log.exception("the command %s %s could not be applied", kind, id)
                self._tell({"tell": "refused", "id": id, "reason": f"the room could not do it: {error}"})
                return
            if id != self.airtime.count.of:  # the start is answered at zero
                self._done(id, tick)

    def _done(self, id: str, tick: int | None) -> None:
        self._applied[id] = tick
        self._tell({"tell": "done", "id": id, "tick": tick})

    async def _do(self, id: str, kind: wishes.Kind, payload: dict[str, Any]) -> int | None:
        changes = decide(self.standing, kind, payload)
        self._learn(payload)
        if kind is wishes.Kind.CONSENT:
            return await self._agreed(id, payload["person"], changes)
        if kind is wishes.Kind.START:
            return await self.airtime.start(id, payload)
        if kind is wishes.Kind.CALL_OFF:
            self.airtime.call_off()
            return None
        if kind is wishes.Kind.UNDO_END:
            return await self.airtime.undo_end(id, str(payload.get("by") or ""))
        if kind in CUTTING:
            return await self._was_cut(id, str(payload.get("by") or ""), on=kind is wishes.Kind.CUT)
        if kind is wishes.Kind.END:
            return await self.airtime.end(id, float(payload.get("undo_s") or 0))
        goal = fold(self.standing, changes)
        tick = await self.showing.show(goal, recorded=goal.begun)
        self.chronicle.standing = goal
        await self._move(kind, payload)
        if goal.begun and not goal.ending:
            await self.chronicle.write_all(changes, tick, id)
        if kind in (wishes.Kind.PAUSE, wishes.Kind.RESUME):
            self._tell({"tell": "paused", "paused": self.standing.paused})
        return tick

    async def _move(self, kind: wishes.Kind, payload: dict[str, Any]) -> None:
        """Open and close the doors that a command is about."""
        self._house.talks(kind, payload)
        if kind is wishes.Kind.HOLD:
            await self._house.send_out(payload["person"])
        elif kind in (wishes.Kind.ADMIT, wishes.Kind.SHOW):
            await self._house.let_in(payload["person"])
        elif kind is wishes.Kind.HIDE:
            await self._house.take_screen(payload["person"], lent_only=True)
        elif kind is wishes.Kind.UNSHARE:
            await self._house.take_screen(payload["person"])

    async def _agreed(self, id: str, person: str, changes: list[Change]) -> int:
        """Somebody agrees to less, or more: from the next tick on it binds every output."""
        changes, tick = await self.binding.changed(
            person, self.standing, changes, self.showing.delay_s,
            lambda goal: self.showing.show(goal, recorded=goal.begun and not goal.ending),
        )  # fmt: skip
        self.chronicle.standing = fold(self.standing, changes)
        if self.standing.begun and not self.standing.over:
            await self.chronicle.write_all(changes, tick, id)
        await self.binding.forget(person, self.standing)
        return tick

    def _learn(self, payload: dict[str, Any]) -> None:
        self.binding.learn(payload)
        self.showing.learn(payload)
        if "person" in payload and ("name" in payload or "role" in payload):
            self._house.introduce(payload["person"], payload.get("name"), payload.get("role"))
            if payload.get("apart"):
                self._house.apart.add(payload["person"])
            if payload.get("host"):
                self._house.hosts.add(payload["person"])

    async def _was_cut(self, id: str, by: str, *, on: bool) -> int:
        effect = await self._cutting.effect(id, on=on)
        tick = self.chronicle.last
        tick = tick if self.standing.ending else max(tick, effect.tick or 0)
        values = cut_event(effect, self.standing.cut_from, by, on=on)
        if values is not None:
            await self.chronicle.write(Kind.CUT, tick, id, **values)
            self.chronicle.standing = fold(self.standing, [(Kind.CUT, values)])
        if on:
            self.chronicle.shows_card(tick, "slide", "cut", self._cutting.card)
        return tick

    async def speaks(self, person: str | None) -> None:
        """Somebody else speaks: show it where the scene follows, and write it down."""
        async with self._lock:
            goal = replace(self.standing, speaker=person)
            if goal == self.standing or goal.ending:
                return
            seen = goal.large != self.standing.large and self.showing.slide(goal) is None
            tick = await self.showing.show(goal, recorded=goal.begun) if seen else self._programme.tick
            self.chronicle.standing = goal
            if goal.begun and tick is not None:
                await self.chronicle.write(Kind.SPEAKER, tick, person=person)

    def card(self, tick: int | None, kind: str, of: str, digest: str) -> None:
        """The programme drew a card (event loop)."""
        self.chronicle.card(tick, kind, self.showing.question or of if kind == "question" else of, digest)

    def hide(self, newest: int) -> None:
        """Cover what may no longer be kept, up to the whole segment `newest`. Blocks: not for the event loop."""
        if self.standing.begun and (tick := self._programme.tick) is not None:
            self.binding.look(self.chronicle.events, tick, newest)
