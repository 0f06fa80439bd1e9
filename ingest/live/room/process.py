"""One office hour's room in its process: made of its parts, briefed by the studio, closed when its time is over.

Messages in: `brief`, `command`, `staff` (whether any are there), and with an answer `whip`, `whep`, `watch`,
`delete`; `close`. What goes out is said in `report`.
"""

import asyncio
import contextlib
import logging
import os
import shutil
from dataclasses import dataclass
from datetime import UTC, datetime
from fractions import Fraction
from functools import partial
from pathlib import Path
from typing import Any

from ingest import archive
from ingest.live.cmaf.segments import Edge
from ingest.live.mix.cards import Cards
from ingest.live.mix.countdown import Countdown
from ingest.live.mix.video import Encoder
from ingest.live.output.dark import Curtain
from ingest.live.output.hiding import Hiding
from ingest.live.output.keeping import Keeping, next_number
from ingest.live.output.recorder import Recorder
from ingest.live.room.guard import Guard
from ingest.live.room.house import House, RoomFull
from ingest.live.room.orders import Orders
from ingest.live.room.programme import Programme
from ingest.live.room.report import Report
from ingest.live.room.scribe import Scribe
from ingest.live.room.steward import Steward
from ingest.live.room.viewers import NotOffered, Viewers
from ingest.live.room.wire import LINE_BYTES, Message, Wire
from ingest.live.webrtc.offers import BadOffer
from ingest.timeline import Writer

log = logging.getLogger(__name__)
GRACE_S = 30.0  # The studio's supervisor starts a new one within seconds; nobody should wait for an orphan for longer.
STATE_S = 0.25
COUNTS_S = 0.1


@dataclass(frozen=True, kw_only=True)
class Options:
    """What the room needs of the settings, so that it reads none itself."""

    width: int
    height: int
    frame_rate: int
    bitrate: int
    preset: str
    ice_servers: tuple[str, ...] = ()
    logo: str = ""
    grace_s: float = GRACE_S
    sealing_key: str = ""  # the public half: the room can seal what is cut, and not read it
    whep_viewers: int = 0
    mark: str = ""  # a word that lies on every picture: of a rehearsal
    window: int = 150  # segments that viewers can go back while it is live
    recorded: bool = True  # else nothing is kept beyond the window

    @property
    def encoding(self) -> dict[str, int]:
        """What recorder and programme agree on."""
        return {"width": self.width, "height": self.height, "frame_rate": self.frame_rate, "bitrate": self.bitrate}


class Process:
    """The room: made from its folder, run until the studio closes it or has been away for too long."""

    def __init__(self, room: archive.Room, options: Options) -> None:
        self._room, self._options = room, options
        self._wire: Wire | None = None
        self._closing = asyncio.Event()
        self._briefed, self._briefing = asyncio.Event(), asyncio.Lock()
        self._countdown = Countdown()
        self._sealed = 0
        self._loop = asyncio.get_running_loop()
        died = _last_sign(room)
        self._scribe = Scribe(Writer(room.timeline))
        self._programme = Programme(
            width=options.width,
            height=options.height,
            frame_rate=options.frame_rate,
            bitrate=options.bitrate,
            preset=options.preset,
            cards=room.cards,
            logo=Path(options.logo) if options.logo else None,
            mark=options.mark,
            on_card=lambda *card: self._soon(lambda: self._orders.card(*card)),
            on_failure=lambda error: self._soon(lambda: self._report.failed(error)),
        )
        self._house = House(
            room,
            self._programme,
            frame_rate=options.frame_rate,
            ice_servers=options.ice_servers,
            on_gap=lambda person, on: self._orders.chronicle.gap(person, on),
        )
        self._house.taping.tracked = options.recorded
        self._hiding = Hiding(
            room, self._curtain, frame_rate=options.frame_rate, window=options.window, kept=options.recorded
        )
        self._viewers = Viewers(
            self._programme,
            picture=(options.width, options.height, options.frame_rate),
            most=options.whep_viewers,
            ice_servers=options.ice_servers,
        )
        self._orders = Orders(
            scribe=self._scribe,
            programme=self._programme,
            house=self._house,
            recorder=lambda: Recorder.reopen(room.programme(), **options.encoding, on_edge=self._on_disk),
            tick_duration=Fraction(1, options.frame_rate),
            # What a worker needs to make segments that fit: exactly the broadcast's encoder.
            picture={name: getattr(options, name) for name in ("width", "height", "bitrate", "preset")},
            died=died,
            tell=self._tell,
            sealing=self._keeping if options.sealing_key and options.recorded else None,
            hiding=self._hiding,
        )
        self._guard = Guard(
            self._orders, self._house, self._programme, lambda: shutil.disk_usage(room.root).free, options.bitrate
        )
        self._steward = Steward(self._orders, self._house, self._loop.time, self._tell)
        self._report = Report(
            orders=self._orders,
            house=self._house,
            programme=self._programme,
            guard=self._guard,
            viewers=self._viewers,
            steward=self._steward,
            frame_rate=options.frame_rate,
            tell=self._tell,
        )

    def _curtain(self) -> Curtain:
        encoder = partial(Encoder, **self._options.encoding, preset=self._options.preset)
        size = {name: self._options.encoding[name] for name in ("width", "height", "frame_rate")}
        return Curtain(encoder, Cards(self._room.cards), **size)

    def _keeping(self) -> Keeping | None:
        if self._orders.binding.unkept:
            return None
        self._sealed = max(self._sealed + 1, next_number(self._room))
        return Keeping(self._room, self._sealed, self._options.sealing_key, self._options.frame_rate)

    async def run(self, socket: Path) -> None:
        """Serve the studio until the end."""
        self._programme.start()
        server = await asyncio.start_unix_server(self._studio_came, path=socket, limit=LINE_BYTES)
        beats = [
            asyncio.create_task(work)
            for work in (self._states(), self._clocks(), self._listens(), self._guards(), self._counts(), self._grace())
        ]
        try:
            await self._closing.wait()
        finally:
            for beat in beats:
                beat.cancel()
            server.close()
            if self._wire is not None:
                self._wire.close()
            await self._house.taping.close(all_has_left=False)
            await self._viewers.close()
            await self._house.close()
            await asyncio.to_thread(self._scribe.close)

    def close(self) -> None:
        """End the process; a recording stays open, so that media time can go on in another one."""
        self._closing.set()

    async def _studio_came(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        wire = Wire(reader, writer)
        if self._wire is not None:
            self._wire.close()
        self._wire = wire
        wire.tell({"tell": "hello", "pid": os.getpid()})
        try:
            await wire.listen(lambda message: self._handle(wire, message))
        except asyncio.CancelledError:
            log.debug("the process ends while the studio is still there")
        if self._wire is wire:
            self._wire = None

    async def _handle(self, wire: Wire, message: Message) -> None:
        match message:
            case {"brief": brief}:
                await self._brief(brief)
            case {"command": command}:
                await self._briefed.wait()
                await self._orders.apply(command["id"], command["kind"], command["payload"])
            case {"call": call}:
                wire.tell({"call": call} | await self._call(message))
            case {"staff": staff}:
                self._guard.staff = bool(staff)
            case {"close": _}:
                self.close()
            case _:
                log.error("an unknown message: %.200r", message)

    async def _brief(self, brief: dict[str, Any]) -> None:
        async with self._briefing:
            if not self._briefed.is_set():
                try:
                    self._orders.brief(brief["title"], brief["host"], brief["commands"], brief.get("slides", {}))
                    self._countdown = _countdown(brief)
                    self._steward.begins = self._countdown.begins
                    self._hiding.title = brief.get("dark_words", "")
                    await self._orders.airtime.resume()
                except BaseException:
                    self.close()  # a room that cannot go on where it was makes place for another try
                    raise
                self._briefed.set()
        self._report.everything()

    async def _call(self, message: Message) -> Message:
        try:
            match message:
                case {"whip": {"person": person, "sdp": sdp, "always": always, "name": name}}:
                    return {"result": await self._house.whip(person, sdp, always=always, name=name)}
                case {"whep": {"person": person, "sdp": sdp, "inside": inside}}:
                    return {"result": await self._house.whep(person, sdp, inside=inside)}
                case {"watch": sdp}:
                    return {"result": await self._viewers.watch(sdp)}
                case {"delete": resource}:
                    gone = await self._house.delete(resource) or await self._viewers.delete(resource)
                    return {"result": gone}
        except BadOffer as error:
            return {"error": "bad_offer", "message": str(error)}
        except RoomFull as error:
            return {"error": "full", "message": str(error)}
        except NotOffered as error:
            return {"error": "not_offered", "message": str(error)}
        return {"error": "unknown", "message": "the room does not know this call"}

    def _on_disk(self, edge: Edge) -> None:
        self._soon(lambda: self._report.on_disk(edge))

    def _tell(self, message: Message) -> None:
        if self._wire is not None:
            self._wire.tell(message)

    def _soon(self, work: Any) -> None:
        with contextlib.suppress(RuntimeError):  # the loop is closed: the process ends
            self._loop.call_soon_threadsafe(work)

    async def _states(self) -> None:
        while True:
            self._house.pictures.fit()
            if self._briefed.is_set():
                self._steward.show_screens()
            self._steward.end_when_empty()
            self._tell({"tell": "state", "state": self._report.state()})
            await asyncio.sleep(STATE_S)
            if not self._programme.is_alive():
                log.error("the programme has ended by a fault of its own: the room makes place for another process")
                self.close()

    async def _clocks(self) -> None:
        while True:
            await asyncio.sleep(1)
            self._orders.chronicle.clock()
            self._house.taping.release()
            if (edge := self._report.edge) is not None:
                await asyncio.to_thread(self._orders.hide, edge.number - 1)

    async def _listens(self) -> None:
        await self._briefed.wait()
        await self._steward.listen()

    async def _guards(self) -> None:
        await self._briefed.wait()
        await self._guard.run()

    async def _counts(self) -> None:
        """Say on the holding slide how long it takes until the beginning."""
        shown = ""
        while True:
            await asyncio.sleep(COUNTS_S)
            words = "" if self._orders.standing.begun else self._countdown.at(datetime.now(UTC))
            if words != shown:
                shown = words
                await asyncio.to_thread(self._programme.set_count, words)

    async def _grace(self) -> None:
        alone = 0.0
        while alone < self._options.grace_s:
            await asyncio.sleep(0.5)
            alone = 0.0 if self._wire is not None else alone + 0.5
        log.warning("the studio has been away for %.0f s: the room closes", alone)
        self.close()


def _countdown(brief: dict[str, Any]) -> Countdown:
    begins = brief.get("begins")
    late = brief.get("slides", {}).get("late", "")
    return Countdown(datetime.fromisoformat(begins) if begins else None, brief.get("begins_in", ""), late)


def _last_sign(room: archive.Room) -> datetime:
    newest = [room.timeline, *room.programme().segments("video")[-1:]]
    return datetime.fromtimestamp(max([path.stat().st_mtime for path in newest if path.exists()], default=0), UTC)
