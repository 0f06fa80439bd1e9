"""Commands come in, one after the other; the programme changes at a tick, the timeline says so, a reply goes out.

What a command means is decided in `standing`; here it is done: first the programme, which says at which tick it took
effect, then the timeline with the command's id, then the reply. A command whose id the timeline holds is only
replied to. Before media time begins nothing is written: the events stand at tick 0 when it does.

Cut and go on do not wait for commands before them: the programme is told at once, in the order in which they came.
Going on air may be counted down and called off; the end may be taken back for some seconds, in which the slide is
recorded. With a broadcast delay the end comes in two steps: what is delayed still goes out, and may still be cut.
"""

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import replace
from datetime import UTC, datetime
from fractions import Fraction
from typing import Any

from ingest import wishes
from ingest.live.binding import Binding
from ingest.live.broadcast import Sealing
from ingest.live.cards import Slide
from ingest.live.count import Count
from ingest.live.cutting import EFFECT_S, Cutting, cut_event
from ingest.live.hiding import Hiding
from ingest.live.house import House
from ingest.live.programme import Programme
from ingest.live.recorder import Recorder
from ingest.live.scene import Scene
from ingest.live.scribe import Scribe as Scribe
from ingest.live.segments import DiskStopped
from ingest.live.standing import CUTTING, Change, Refused, Standing, decide, fold
from ingest.timeline import Kind

log = logging.getLogger(__name__)
GAINS_EACH = 10  # seconds: a render that starts anywhere finds each voice's gain close before
Tell = Callable[[dict[str, Any]], None]


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
        self.count = count or Count()
        self.standing = fold(Standing(), ((event.kind, event.values) for event in scribe.events))
        self.ended_ticks = scribe.events[-1].tick + 1 if self.standing.over else None
        begin = next((event.values for event in scribe.events if event.kind is Kind.BEGIN), {})
        self.began_at = begin.get("wall")
        self.delay_s = float(begin.get("delay_s", 0))
        self.title, self.host = "", ""
        self.slide_words: dict[str, str] = {}
        self._applied: dict[str, int | None] = {event.command: event.tick for event in scribe.events if event.command}
        self._scribe, self._programme, self._house = scribe, programme, house
        self._recorder, self._tick_duration, self._picture = recorder, tick_duration, picture
        self._died, self._tell = died, tell
        self._questions: dict[str, tuple[str, str]] = {}
        self._cards: dict[tuple[str, str], str] = {}
        self._shown = Standing()
        self._closing = next((event.values for event in scribe.events[::-1] if event.kind is Kind.CLOSING), {})
        self._beats = 0
        programme.set_gains({e.values["person"]: e.values["db"] for e in scribe.events if e.kind is Kind.GAIN})
        self._cutting = Cutting(programme, house, sealing)
        self.binding = Binding(house, self._cutting, hiding)
        self._cut_words = ""
        self._draining: asyncio.Task[None] | None = None
        self._lock = asyncio.Lock()

    def brief(
        self, title: str, host: str, known: list[dict[str, Any]], slide_words: dict[str, str] | None = None
    ) -> None:
        """What rows say and the timeline does not: words, who was let in, and what was done before media time began.

        `slide_words`: what viewers read, by the kind of slide (`Standing.slide`).
        """
        self.title, self.host, self.slide_words = title, host, slide_words or {}
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
                self.standing = fold(self.standing, changes)
                self._applied[command["id"]] = 0

    async def resume(self) -> None:
        """Show how things stand; when media time had begun, go on at the next tick."""
        await self._show(self.standing, recorded=False)
        if not self.standing.begun or self.standing.cut_from is not None:
            await self._prepare_cut()
        if not self.standing.begun or self.standing.over:
            return
        recorder = await asyncio.to_thread(self._recorder)
        if recorder.ended:  # the process died between the end of the recording and its line in the timeline
            await self._over(recorder.next_tick - 1, None)
            return
        if self.standing.ending:  # what the delay held then is lost
            await self._end_at_once(recorder)
            return
        self._hold()
        if self.standing.cut_from is not None:
            await self._cutting.begin_again()
        tick = await self._record(recorder)
        await self._scribe.write(
            Kind.RESUMED, tick, died=self._died.isoformat(), wall=datetime.now(UTC).isoformat(), next=tick
        )
        self._house.taping.record(self._on_air(self.standing))
        await self._prepare_cut()  # only now, because nobody shall wait for it
        if self.standing.closing:
            since = datetime.fromisoformat(self._closing["wall"])
            left_s = float(self._closing["undo_s"]) - (datetime.now(UTC) - since).total_seconds()
            self.count.begin("", max(0.0, left_s), self._undone_no_more)

    async def apply(self, id: str, kind: str, payload: dict[str, Any]) -> None:
        """Do a command and reply, one at a time."""
        if id == self.count.of and id not in self._applied:
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
            if id != self.count.of:  # the start is answered at zero
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
            return await self._start_or_count(id, payload)
        if kind is wishes.Kind.CALL_OFF:
            self._call_off()
            return None
        if kind is wishes.Kind.UNDO_END:
            return await self._undo_end(id, str(payload.get("by") or ""))
        if kind in CUTTING:
            return await self._was_cut(id, str(payload.get("by") or ""), on=kind is wishes.Kind.CUT)
        if kind is wishes.Kind.END:
            undo_s = float(payload.get("undo_s") or 0)
            return await self._close(id, undo_s) if undo_s else await self._end(id)
        goal = fold(self.standing, changes)
        tick = await self._show(goal, recorded=goal.begun)
        self.standing = goal
        await self._move(kind, payload)
        if goal.begun and not goal.ending:
            await self._write(changes, tick, id)
        if kind in (wishes.Kind.PAUSE, wishes.Kind.RESUME):
            self._tell({"tell": "paused", "paused": self.standing.paused})
        return tick

    async def _move(self, kind: wishes.Kind, payload: dict[str, Any]) -> None:
        """Open and close the doors that a command is about."""
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
            person, self.standing, changes, self.delay_s,
            lambda goal: self._show(goal, recorded=goal.begun and not goal.ending),
        )  # fmt: skip
        self.standing = fold(self.standing, changes)
        if self.standing.begun and not self.standing.over:
            await self._write(changes, tick, id)
        await self.binding.forget(person, self.standing)
        return tick

    def _learn(self, payload: dict[str, Any]) -> None:
        self.binding.learn(payload)
        if "person" in payload and ("name" in payload or "role" in payload):
            self._house.introduce(payload["person"], payload.get("name"), payload.get("role"))
            if payload.get("apart"):
                self._house.apart.add(payload["person"])
            if payload.get("host"):
                self._house.hosts.add(payload["person"])
        if "question" in payload and "text" in payload:
            self._questions[payload["question"]] = (str(payload["text"]), str(payload.get("author") or ""))
        if payload.get("cut_words"):
            self._cut_words = str(payload["cut_words"])

    async def _prepare_cut(self) -> None:
        await self._cutting.prepare(Slide("cut", self.title, self._cut_words, self.host))

    def _hold(self) -> None:
        self._programme.set_delay(self.delay_s)
        self._house.taping.set_delay(self.delay_s)

    async def _was_cut(self, id: str, by: str, *, on: bool) -> int:
        effect = await self._cutting.effect(id, on=on)
        tick = self._scribe.events[-1].tick
        tick = tick if self.standing.ending else max(tick, effect.tick or 0)
        values = cut_event(effect, self.standing.cut_from, by, on=on)
        if values is not None:
            await self._write([(Kind.CUT, values)], tick, id)
            self.standing = fold(self.standing, [(Kind.CUT, values)])
        if on:
            self._write_card(tick, "slide", "cut", self._cutting.card)
        return tick

    async def _start_or_count(self, id: str, payload: dict[str, Any]) -> int | None:
        if self.count.left_s is not None:
            raise Refused("it is being counted already")
        self.delay_s = float(payload.get("delay_s") or 0)
        self._hold()
        await self._prepare_cut()
        if count_s := float(payload.get("count_s") or 0):
            self.count.begin(id, count_s, lambda: self._counted(id))
            return None
        return await self._start(id)

    async def _counted(self, id: str) -> None:
        """Zero: the programme begins."""
        async with self._lock:
            try:
                self._done(id, await self._start(id))
            except (ValueError, OSError, RuntimeError) as error:
                log.exception("the programme could not begin")
                self._tell({"tell": "refused", "id": id, "reason": f"the room could not do it: {error}"})

    def _call_off(self) -> None:
        start = self.count.of
        if self.standing.begun or not self.count.take_back():
            raise Refused("nothing is being counted, so there is nothing to call off")
        self._done(start, None)

    async def _close(self, id: str, undo_s: float) -> int:
        """The slide goes out at once; the programme ends when nobody took that back.

        So it does when the recording has stopped by itself and there is no tick any more.
        """
        goal = replace(self.standing, closing=True)
        tick = max(await self._show(goal, recorded=True), self._scribe.events[-1].tick)
        self.standing = goal
        await self._scribe.write(Kind.CLOSING, tick, id, wall=datetime.now(UTC).isoformat(), undo_s=undo_s)
        self.count.begin("", undo_s, self._undone_no_more)
        return tick

    async def _undone_no_more(self) -> None:
        async with self._lock:
            if self.standing.closing:
                await self._end(None)

    async def _undo_end(self, id: str, by: str) -> int:
        self.count.take_back()
        goal = replace(self.standing, closing=False)
        tick = max(await self._show(goal, recorded=True), self._scribe.events[-1].tick)
        self.standing = goal
        await self._scribe.write(Kind.REOPENED, tick, id, by=by)
        return tick

    async def _start(self, id: str) -> int:
        goal = replace(self.standing, begun=True)
        await self._show(goal, recorded=False)
        first = await self._record(await asyncio.to_thread(self._recorder))
        self.standing = goal
        self.began_at = datetime.now(UTC).isoformat()
        self._house.taping.record(self._on_air(goal))
        begin: dict[str, Any] = {"tick_duration": str(self._tick_duration), **self._picture, "wall": self.began_at}
        begin |= {"delay_s": self.delay_s} if self.delay_s else {}
        await self._scribe.write(Kind.BEGIN, 0, **begin)
        for (kind, of), digest in list(self._cards.items()):
            self._write_card(first, kind, of, digest)
        await self._write(goal.as_events(), first, id)
        self._tell({"tell": "started", "wall": self.began_at, "tick_duration": str(self._tick_duration)})
        return first

    async def _record(self, recorder: Recorder) -> int:
        return int(await _effect(self._programme.start_recording(recorder, lambda tick: None)))

    async def _end(self, id: str | None) -> int:
        if self.delay_s:
            return await self._end_after_delay(id)
        last = self._scribe.events[-1].tick
        try:
            last = await asyncio.to_thread(self._programme.stop_recording)
        except (RuntimeError, TimeoutError, DiskStopped) as error:
            log.error("the recording had stopped before its end: %s", error)
        return await self._over(last, id)

    async def _end_after_delay(self, id: str | None) -> int:
        """Nothing more is recorded; the office hour is over when what the delay holds has gone out."""
        last = max((self._programme.tick or 1) - 1, self._scribe.events[-1].tick)
        try:
            ended = self._programme.end_recording()
        except RuntimeError as error:
            log.error("the recording had stopped before its end: %s", error)
            return await self._over(last, id)
        await self._scribe.write(Kind.ENDING, last, id, wall=datetime.now(UTC).isoformat())
        self.standing = replace(self.standing, closing=False, ending=True)
        await self._show(self.standing, recorded=False)
        self._draining = asyncio.create_task(self._drain(ended, last))
        return last

    async def _drain(self, ended: "Future[int]", last: int) -> None:
        try:
            last = await asyncio.wait_for(asyncio.wrap_future(ended), self.delay_s + EFFECT_S)
        except (RuntimeError, TimeoutError, DiskStopped) as error:
            log.error("the recording had stopped before its end: %s", error)
        async with self._lock:
            await self._over(last, None)

    async def _end_at_once(self, recorder: Recorder) -> None:
        await asyncio.wrap_future(recorder.finish())
        last = max(recorder.next_tick - 1, 0)
        now = datetime.now(UTC).isoformat()
        await self._scribe.write(Kind.RESUMED, last, died=self._died.isoformat(), wall=now, next=last)
        await self._over(last, None)

    async def _over(self, last: int, id: str | None) -> int:
        await self._house.taping.close(all_has_left=True)
        await self.binding.finish(self._scribe.events, last + 1)
        if self.standing.cut_from is not None:
            self._cutting.over()
            values: dict[str, Any] = {"on": False, "from": self.standing.cut_from, "until": last + 1, "by": ""}
            await self._scribe.write(Kind.CUT, last, **values)
            self.standing = fold(self.standing, [(Kind.CUT, values)])
        event = await self._scribe.write(Kind.END, last, id, wall=datetime.now(UTC).isoformat())
        self.standing = replace(self.standing, closing=False, ending=True, over=True)
        self.ended_ticks = last + 1
        await self._show(self.standing, recorded=False)
        self._tell({"tell": "ended", "ticks": self.ended_ticks})
        return event.tick

    async def _show(self, goal: Standing, *, recorded: bool) -> int:
        """Make the programme look like `goal`; the tick at which the last of it took effect (0 before media time)."""
        before, self._shown = self._shown, goal
        people = () if goal.ending else goal.people
        slide, recorded_now = self._slide(goal), self._on_air(goal) if recorded else ()
        self._house.set_quiet(silent=goal.silent, away=goal.away)
        places = self._house.places([person for person in people if person not in goal.lost])
        self.binding.shows(before, goal, self.delay_s)
        self._house.taping.stop(but=recorded_now)
        self._house.pictures.set_on_air(people, seen=slide is None)
        await self._house.pictures.ready()
        # Letters are drawn by the thread that asks for them, which takes some ten milliseconds.
        effects = [await asyncio.to_thread(self._programme.set_scene, places, Scene(goal.scene), goal.large)]
        if goal.question != before.question or goal.ending:
            question = None if goal.ending else goal.question
            effects.append(await asyncio.to_thread(self._show_question, question))
        if before == Standing() or slide != self._slide(before):
            effects.append(await asyncio.to_thread(self._programme.set_slide, slide))
        tick = max([await _effect(effect) or 0 for effect in effects])
        self._house.taping.record(recorded_now)  # only now: nothing is kept of what was said before the tick
        return tick

    def _on_air(self, standing: Standing) -> tuple[str, ...]:
        """Of whom a track is written: nobody under a slide, nor who is lost or asked to be hidden."""
        if standing.slide is not None:
            return ()
        return tuple(person for person in standing.visible if person not in standing.away)

    def _show_question(self, question: str | None) -> "Future[int | None]":
        if question is None:
            return self._programme.clear_question()
        return self._programme.set_question(*self._questions.get(question, ("", "")))

    def _slide(self, standing: Standing) -> Slide | None:
        if standing.slide is None:
            return None
        words = self.slide_words.get(standing.slide, "")
        return Slide(standing.slide, self.title, words or self.host, self.host if words else "")

    async def _write(self, changes: list[Change], tick: int, command: str) -> None:
        """All events of a command; the last one carries its id, so that half of them count as none."""
        for number, (kind, values) in enumerate(changes, 1):
            await self._scribe.write(kind, tick, command if number == len(changes) else None, **values)

    def card(self, tick: int | None, kind: str, of: str, digest: str) -> None:
        """The programme drew a card (event loop)."""
        of = self._shown.question or of if kind == "question" else of
        self._cards[kind, of] = digest
        if tick is not None and self.standing.begun and not self.standing.over:
            self._write_card(tick, kind, of, digest)

    def _write_card(self, tick: int, kind: str, of: str, digest: str) -> None:
        self._scribe.write(Kind.CARD, tick, **{kind: of}, digest=digest)

    async def speaks(self, person: str | None) -> None:
        """Somebody else speaks: show it where the scene follows, and write it down."""
        async with self._lock:
            goal = replace(self.standing, speaker=person)
            if goal == self.standing or goal.ending:
                return
            seen = goal.large != self.standing.large and self._slide(goal) is None
            tick = await self._show(goal, recorded=goal.begun) if seen else self._programme.tick
            self.standing = goal
            if goal.begun and tick is not None:
                await self._scribe.write(Kind.SPEAKER, tick, person=person)

    def gap(self, person: str, on: bool) -> None:
        """Somebody on air went silent, or came back (event loop)."""
        if self.standing.begun and not self.standing.over and (tick := self._programme.tick) is not None:
            self._scribe.write(Kind.GAP, tick, person=person, on=on)

    def hide(self, newest: int) -> None:
        """Cover what may no longer be kept, up to the whole segment `newest`. Blocks: not for the event loop."""
        if self.standing.begun and (tick := self._programme.tick) is not None:
            self.binding.look(self._scribe.events, tick, newest)

    def clock(self) -> None:
        """Write where the tracks are, and each tenth time how loud everybody is made; called once a second."""
        if (tick := self._programme.tick) is not None and self.standing.begun:
            for values in self._house.taping.clock_events():
                self._scribe.write(Kind.CLOCK, tick, **values)
            self._beats += 1
            if self._beats % GAINS_EACH == 0:
                for person, db in self._programme.gains.items():
                    self._scribe.write(Kind.GAIN, tick, person=person, db=round(db, 2))


async def _effect(future: "Future[Any]") -> Any:
    """The tick at which a change took effect. Raises TimeoutError when the programme stands still."""
    return await asyncio.wait_for(asyncio.wrap_future(future), EFFECT_S)
