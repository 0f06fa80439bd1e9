"""The start and the end of a programme come in as commands; media time begins, goes on after a crash, and ends.

Going on air may be counted down and called off; the end may be taken back for some seconds, in which the slide is
recorded. With a broadcast delay the end comes in two steps: what is delayed still goes out, and may still be cut.
"""

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from ingest.live.cmaf.segments import DiskStopped
from ingest.live.output.recorder import Recorder
from ingest.live.room.binding import Binding
from ingest.live.room.chronicle import Chronicle
from ingest.live.room.count import Count
from ingest.live.room.cutting import EFFECT_S, Cutting
from ingest.live.room.decisions import Refused
from ingest.live.room.house import House
from ingest.live.room.programme import Programme
from ingest.live.room.showing import Showing, effect, on_air
from ingest.live.room.standing import fold
from ingest.timeline import Kind

log = logging.getLogger(__name__)
Tell = Callable[[dict[str, Any]], None]


@dataclass(frozen=True, kw_only=True)
class Recording:
    """What media time is made of: `open` the recording, which is `begun` with these values in the timeline.

    `died` is the last sign of life of a process before this one.
    """

    open: Callable[[], Recorder]
    begun: dict[str, Any]
    died: datetime


class Airtime:
    """See the module. Belongs to the event loop.

    `count` counts down to the start and to the end; what happens at zero waits for its `turn` as commands do, and
    `done(id, tick)` answers the start.
    """

    def __init__(
        self,
        recording: Recording,
        chronicle: Chronicle,
        showing: Showing,
        *,
        programme: Programme,
        house: House,
        cutting: Cutting,
        binding: Binding,
        count: Count,
        turn: asyncio.Lock,
        tell: Tell,
        done: Callable[[str, int | None], None],
    ) -> None:
        self.count = count
        self.began_at: str | None = chronicle.values(Kind.BEGIN).get("wall")
        self.ended_ticks = chronicle.last + 1 if chronicle.standing.over else None
        self._recording, self._chronicle, self._showing = recording, chronicle, showing
        self._programme, self._house, self._cutting, self._binding = programme, house, cutting, binding
        self._turn, self._tell, self._done = turn, tell, done
        self._closing = chronicle.values(Kind.CLOSING)  # of a process before this one
        self._draining: asyncio.Task[None] | None = None

    async def resume(self) -> None:
        """Show how things stand; when media time had begun, go on at the next tick."""
        standing = self._chronicle.standing
        await self._showing.show(standing, recorded=False)
        if not standing.begun or standing.cut_from is not None:
            await self._prepare_cut()
        if not standing.begun or standing.over:
            return
        recorder = await asyncio.to_thread(self._recording.open)
        if recorder.ended:  # the process died between the end of the recording and its line in the timeline
            await self._over(recorder.next_tick - 1, None)
            return
        if standing.ending:  # what the delay held then is lost
            await self._end_at_once(recorder)
            return
        self._showing.hold(self._showing.delay_s)
        if standing.cut_from is not None:
            await self._cutting.begin_again()
        tick = await self._record(recorder)
        await self._resumed(tick)
        self._house.taping.record(on_air(self._chronicle.standing))
        await self._prepare_cut()  # only now, because nobody shall wait for it
        if self._chronicle.standing.closing:
            since = datetime.fromisoformat(self._closing["wall"])
            left_s = float(self._closing["undo_s"]) - (datetime.now(UTC) - since).total_seconds()
            self.count.begin("", max(0.0, left_s), self._undone_no_more)

    async def start(self, id: str, payload: dict[str, Any]) -> int | None:
        """Begin, or count before; the first tick."""
        if self.count.left_s is not None:
            raise Refused("it is being counted already")
        self._showing.hold(float(payload.get("delay_s") or 0))
        await self._prepare_cut()
        if count_s := float(payload.get("count_s") or 0):
            self.count.begin(id, count_s, lambda: self._counted(id))
            return None
        return await self._start(id)

    def call_off(self) -> None:
        """Count no more."""
        start = self.count.of
        if self._chronicle.standing.begun or not self.count.take_back():
            raise Refused("nothing is being counted, so there is nothing to call off")
        self._done(start, None)

    async def end(self, id: str, undo_s: float) -> int:
        """End, or show the slide for so long before; the tick from which it is seen."""
        return await self._close(id, undo_s) if undo_s else await self._end(id)

    async def undo_end(self, id: str, by: str) -> int:
        """Go on as before the end was asked for."""
        self.count.take_back()
        tick = await self._turned(closing=False)
        await self._chronicle.write(Kind.REOPENED, tick, id, by=by)
        return tick

    async def _prepare_cut(self) -> None:
        await self._cutting.prepare(self._showing.cut_slide)

    async def _counted(self, id: str) -> None:
        """Zero: the programme begins."""
        async with self._turn:
            try:
                self._done(id, await self._start(id))
            except (ValueError, OSError, RuntimeError) as error:
                log.exception("the programme could not begin")
                self._tell({"tell": "refused", "id": id, "reason": f"the room could not do it: {error}"})

    async def _start(self, id: str) -> int:
        goal = replace(self._chronicle.standing, begun=True)
        await self._showing.show(goal, recorded=False)
        first = await self._record(await asyncio.to_thread(self._recording.open))
        self._chronicle.standing = goal
        self.began_at = datetime.now(UTC).isoformat()
        self._house.taping.record(on_air(goal))
        delay_s = self._showing.delay_s
        begun = {**self._recording.begun, "wall": self.began_at} | ({"delay_s": delay_s} if delay_s else {})
        await self._chronicle.write(Kind.BEGIN, 0, **begun)
        self._chronicle.cards(first)
        await self._chronicle.write_all(goal.as_events(), first, id)
        duration = self._recording.begun["tick_duration"]
        self._tell({"tell": "started", "wall": self.began_at, "tick_duration": duration})
        return first

    async def _record(self, recorder: Recorder) -> int:
        return int(await effect(self._programme.start_recording(recorder, lambda tick: None)))

    async def _resumed(self, tick: int) -> None:
        died, wall = self._recording.died.isoformat(), datetime.now(UTC).isoformat()
        await self._chronicle.write(Kind.RESUMED, tick, died=died, wall=wall, next=tick)

    async def _close(self, id: str, undo_s: float) -> int:
        """The slide goes out at once; the programme ends when nobody took that back."""
        tick = await self._turned(closing=True)
        await self._chronicle.write(Kind.CLOSING, tick, id, wall=datetime.now(UTC).isoformat(), undo_s=undo_s)
        self.count.begin("", undo_s, self._undone_no_more)
        return tick

    async def _turned(self, *, closing: bool) -> int:
        """The slide of the end is there, or gone; also when the recording stopped by itself and there is no tick."""
        goal = replace(self._chronicle.standing, closing=closing)
        tick = max(await self._showing.show(goal, recorded=True), self._chronicle.last)
        self._chronicle.standing = goal
        return tick

    async def _undone_no_more(self) -> None:
        async with self._turn:
            if self._chronicle.standing.closing:
                await self._end(None)

    async def _end(self, id: str | None) -> int:
        if self._showing.delay_s:
            return await self._end_after_delay(id)
        last = self._chronicle.last
        try:
            last = await asyncio.to_thread(self._programme.stop_recording)
        except (RuntimeError, TimeoutError, DiskStopped) as error:
            log.error("the recording had stopped before its end: %s", error)
        return await self._over(last, id)

    async def _end_after_delay(self, id: str | None) -> int:
        """Nothing more is recorded; the office hour is over when what the delay holds has gone out."""
        last = max((self._programme.tick or 1) - 1, self._chronicle.last)
        try:
            ended = self._programme.end_recording()
        except RuntimeError as error:
            log.error("the recording had stopped before its end: %s", error)
            return await self._over(last, id)
        await self._chronicle.write(Kind.ENDING, last, id, wall=datetime.now(UTC).isoformat())
        self._chronicle.standing = replace(self._chronicle.standing, closing=False, ending=True)
        await self._showing.show(self._chronicle.standing, recorded=False)
        self._draining = asyncio.create_task(self._drain(ended, last))
        return last

    async def _drain(self, ended: "Future[int]", last: int) -> None:
        try:
            last = await asyncio.wait_for(asyncio.wrap_future(ended), self._showing.delay_s + EFFECT_S)
        except (RuntimeError, TimeoutError, DiskStopped) as error:
            log.error("the recording had stopped before its end: %s", error)
        async with self._turn:
            await self._over(last, None)

    async def _end_at_once(self, recorder: Recorder) -> None:
        await asyncio.wrap_future(recorder.finish())
        last = max(recorder.next_tick - 1, 0)
        await self._resumed(last)
        await self._over(last, None)

    async def _over(self, last: int, id: str | None) -> int:
        await self._house.taping.close(all_has_left=True)
        await self._binding.finish(self._chronicle.events, last + 1)
        chronicle = self._chronicle
        if chronicle.standing.cut_from is not None:
            self._cutting.over()
            values: dict[str, Any] = {"on": False, "from": chronicle.standing.cut_from, "until": last + 1, "by": ""}
            await chronicle.write(Kind.CUT, last, **values)
            chronicle.standing = fold(chronicle.standing, [(Kind.CUT, values)])
        event = await chronicle.write(Kind.END, last, id, wall=datetime.now(UTC).isoformat())
        chronicle.standing = replace(chronicle.standing, closing=False, ending=True, over=True)
        self.ended_ticks = last + 1
        await self._showing.show(chronicle.standing, recorded=False)
        self._tell({"tell": "ended", "ticks": self.ended_ticks})
        return event.tick
