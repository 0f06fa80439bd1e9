"""One office hour's room as a process: messages of the studio come in over a Unix socket, the programme goes to disk.

    python -m ingest.live.room --folder data/archive/<id> --socket /tmp/….sock --options '{"width": 1280, …}'

It needs nothing but its folder: no database, no site. It locks the folder, so that there is one at a time; goes on
where a dead one stopped; and outlives the studio by `GRACE_S`, in which a new studio may take over.

Messages in: `brief`, `command`, `staff` (whether any are there), and with an answer `whip`, `whep`, `watch`,
`delete`; `close`.
Messages out: `hello`, `state` four times a second, `done`, `refused`, `started`, `paused`, `ended`, `part` (on the
disk), `trouble`.
"""

import argparse
import asyncio
import contextlib
import fcntl
import gc
import json
import logging
import os
import shutil
import signal
import sys
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from fractions import Fraction
from functools import partial
from pathlib import Path
from typing import Any, TextIO

from ingest import archive
from ingest.live import closing, hooks, outlet, shortcut
from ingest.live.cards import Cards
from ingest.live.countdown import Countdown
from ingest.live.dark import Curtain
from ingest.live.guard import Guard
from ingest.live.hiding import Hiding
from ingest.live.keeping import Keeping, next_number
from ingest.live.offers import BadOffer
from ingest.live.orders import Orders, Scribe
from ingest.live.presence import House, RoomFull
from ingest.live.programme import Programme
from ingest.live.recorder import Recorder
from ingest.live.segments import Edge
from ingest.live.speaker import Talk, heard
from ingest.live.vacancy import Vacancy
from ingest.live.video import Encoder
from ingest.live.viewers import NotOffered, Viewers
from ingest.live.wire import LINE_BYTES, Message, Wire
from ingest.people import SCREEN
from ingest.timeline import Writer

log = logging.getLogger(__name__)
GRACE_S = 30.0  # The studio's supervisor starts a new one within seconds; nobody should wait for an orphan for longer.
STATE_S = 0.25
LISTENS_S = 0.1
COUNTS_S = 0.1
LOCKED = 3  # exit status when another process has the room


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
        self._trouble = ""
        self._countdown = Countdown()
        self._screens: tuple[set[str], set[str]] = (set(), set())  # shared and shown, when last looked at
        self._vacancy = Vacancy()
        self._tasks: set[asyncio.Task[None]] = set()
        self._edge: Edge | None = None
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
            on_failure=lambda error: self._soon(lambda: self._failed(error)),
        )
        self._house = House(
            room,
            self._programme,
            frame_rate=options.frame_rate,
            ice_servers=options.ice_servers,
            on_gap=lambda person, on: self._orders.gap(person, on),
        )
        self._house.tracked = options.recorded
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
            await self._house.close_tracks(all_has_left=False)
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
                    self._hiding.title = brief.get("dark_words", "")
                    await self._orders.resume()
                except BaseException:
                    self.close()  # a room that cannot go on where it was makes place for another try
                    raise
                self._briefed.set()
        self._report()

    def _report(self) -> None:
        """Tell a studio that has just come what it may have missed; it does each once."""
        standing, orders = self._orders.standing, self._orders
        if standing.begun:
            duration = str(Fraction(1, self._options.frame_rate))
            self._tell({"tell": "started", "wall": orders.began_at, "tick_duration": duration})
        if standing.paused:
            self._tell({"tell": "paused", "paused": True})
        self._tell_edge()
        if standing.over:
            self._tell({"tell": "ended", "ticks": orders.ended_ticks})

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

    def state(self) -> dict[str, Any]:
        """The room as pages show it."""
        standing, tick, figures = self._orders.standing, self._programme.tick, self._programme.figures
        return {
            "open": True,
            "on_air": standing.slide is None,
            "outside": standing.outside,
            "paused": standing.paused,
            "count_s": None if standing.begun else self._orders.count.left_s,
            "undo_s": self._orders.count.left_s if standing.closing else None,
            "ends_empty_in_s": self._vacancy.ends_in_s,
            "room_picture": self._house.greenroom.shown,
            "over": standing.over,
            "tick": tick,
            "seconds": None if tick is None else round(tick / self._options.frame_rate, 2),
            "question": standing.question,
            "scene": standing.scene,
            "speaker": standing.speaker,
            "cut": standing.cut_from is not None,
            "delay_s": self._orders.delay_s,
            "ending": standing.ending,
            "trouble": self._trouble,
            "alarms": self._guard.alarms(),
            "viewers": len(self._viewers),
            "ticks": figures.ticks,
            "late": figures.late,
            "ease": self._programme.shedding.ease.name.lower(),
            "load": round(self._programme.shedding.load, 2),
            "people": self._house.state(),
        }

    def _on_disk(self, edge: Edge) -> None:
        self._edge = edge
        self._soon(self._tell_edge)

    def _tell_edge(self) -> None:
        if (edge := self._edge) is not None:
            wall = edge.wall.isoformat()
            self._tell({"tell": "part", "number": edge.number, "parts": edge.parts, "wall": wall})

    def _tell(self, message: Message) -> None:
        if self._wire is not None:
            self._wire.tell(message)

    def _soon(self, work: Any) -> None:
        with contextlib.suppress(RuntimeError):  # the loop is closed: the process ends
            self._loop.call_soon_threadsafe(work)

    def _failed(self, error: Exception) -> None:
        self._trouble = f"recording has stopped: {error}"
        log.error(self._trouble)
        self._tell({"tell": "trouble", "message": self._trouble})

    async def _states(self) -> None:
        while True:
            self._house.fit()
            self._show_screens()
            self._end_when_empty()
            self._tell({"tell": "state", "state": self.state()})
            await asyncio.sleep(STATE_S)
            if not self._programme.is_alive():
                log.error("the programme has ended by a fault of its own: the room makes place for another process")
                self.close()

    def _show_screens(self) -> None:
        """A screen is on air as long as it is shared by somebody on air; nobody has to put it there."""
        screens, people = self._house.screens(), self._orders.standing.people
        wanted = {screen for screen in screens if screen.removesuffix(SCREEN) in people}
        shown = {person for person in people if person.endswith(SCREEN)}
        if wanted == shown or (wanted, shown) == self._screens or not self._briefed.is_set():
            return
        self._screens = wanted, shown
        for screen in sorted(wanted ^ shown):
            kind = "show" if screen in wanted else "hide"
            words = {"person": screen, "name": screens.get(screen, ""), "role": ""}
            self._apply(kind, words)

    def _end_when_empty(self) -> None:
        """A programme that shows an empty room ends by itself, after staff were warned."""
        standing = self._orders.standing
        present = not standing.begun or standing.ending or any(each["inside"] for each in self._house.state())
        self._vacancy = self._vacancy.after(self._loop.time(), present=present)
        if self._vacancy.ends_in_s == 0:
            self._vacancy = Vacancy()
            log.warning("nobody has been in the room for half an hour: the office hour ends")
            self._apply("end", {})

    def _apply(self, kind: str, payload: dict[str, Any]) -> None:
        """A command of the room's own."""
        task = self._loop.create_task(self._orders.apply(f"{kind} {uuid.uuid4().hex}", kind, payload))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _clocks(self) -> None:
        while True:
            await asyncio.sleep(1)
            self._orders.clock()
            self._house.release()
            if (edge := self._edge) is not None:
                await asyncio.to_thread(self._orders.hide, edge.number - 1)

    async def _listens(self) -> None:
        """Ten times a second, see who speaks."""
        await self._briefed.wait()
        talk = Talk(self._orders.standing.speaker)
        while True:
            await asyncio.sleep(LISTENS_S)
            standing = self._orders.standing
            levels = self._house.levels([each for each in standing.people if each not in standing.muted])
            talk = heard(talk, levels, self._loop.time())
            if talk.speaker != standing.speaker and not standing.ending:
                try:
                    await self._orders.speaks(talk.speaker)
                except TimeoutError:
                    log.error("the programme stands still: who speaks is not shown")

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


def lock(room: archive.Room) -> TextIO:
    """Take the room's folder for this process, for as long as the file is open. Raises BlockingIOError."""
    room.root.mkdir(parents=True, exist_ok=True)
    file = room.lock.open("a")
    fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    return file


def _last_sign(room: archive.Room) -> datetime:
    newest = [room.timeline, *room.programme().segments("video")[-1:]]
    return datetime.fromtimestamp(max([path.stat().st_mtime for path in newest if path.exists()], default=0), UTC)


async def serve(room: archive.Room, socket: Path, options: Options) -> None:
    """The whole life of the process."""
    hooks.check(outlet.HOOKS, shortcut.HOOKS, closing.HOOKS)
    hooks.silence_decoders()
    process = Process(room, options)
    # What has been made by now stays: left out, the collector finds gone connections soon and never stops a tick.
    gc.collect()
    gc.freeze()
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGTERM, process.close)
    loop.add_signal_handler(signal.SIGINT, lambda: None)  # Ctrl-C is for the studio, which closes its rooms
    await process.run(socket)


def main() -> int:
    """The command line."""
    parser = argparse.ArgumentParser(description="One office hour's live room.")
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--socket", type=Path, required=True)
    parser.add_argument("--options", type=json.loads, required=True)
    arguments = parser.parse_args()
    logging.basicConfig(
        level=logging.INFO, format=f"room {arguments.folder.name[:6]} %(levelname)s %(name)s %(message)s"
    )
    logging.getLogger("aioice").setLevel(logging.WARNING)  # it tells of every check of every candidate pair
    room = archive.Room(arguments.folder)
    try:
        held = lock(room)
    except BlockingIOError:
        log.error("another process has the room %s", arguments.folder)
        return LOCKED
    arguments.socket.unlink(missing_ok=True)
    options = Options(**{**arguments.options, "ice_servers": tuple(arguments.options.get("ice_servers", ()))})
    with held:
        _run(serve(room, arguments.socket, options))
        arguments.socket.unlink(missing_ok=True)
    return 0


def _run(life: Any) -> None:
    try:
        import uvloop
    except ImportError:  # it exists on Linux and macOS only
        asyncio.run(life)
    else:
        uvloop.run(life)


if __name__ == "__main__":
    status = main()
    logging.shutdown()
    sys.stdout.flush()
    os._exit(status)  # the programme's threads are daemons inside C code; interpreter shutdown would race with them
