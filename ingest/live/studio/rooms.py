"""Rows and offers come in, one process per room in use does the work; what rooms report goes to the given functions.

The studio's side. Every office hour backstage, on air or paused has a `Tenancy`: a child process that is started,
attached to when one is running already, and started again when it dies. Commands are looked for every 250 ms and
when somebody rings; the database is only touched in threads, and while it is away the rooms go on.
"""

import asyncio
import contextlib
import logging
import os
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from ingest import attention, commands, store
from ingest.archive import Archive
from ingest.commands import Command
from ingest.database import Database, now
from ingest.live.cmaf.segments import Edge
from ingest.live.room.wire import CallFailed, WireBroken
from ingest.live.studio import briefing
from ingest.live.studio.attending import Attending
from ingest.live.studio.briefing import Words
from ingest.live.studio.reports import Ended, Paused, Reports, Started, Vacant
from ingest.live.studio.tenancy import Tenancy
from ingest.live.webrtc.errands import Errands
from ingest.officehours import AFTERWARDS, WITH_ROOM, OfficeHour
from ingest.settings import Settings

log = logging.getLogger(__name__)
LOOK_EVERY_S = 0.5  # when nobody rings; pages do
LINGER_S = 10.0  # After the end people still see that it is over; whoever stays to talk keeps the room open.
REMEMBERED = 100  # last states of rooms that have closed, for pages that are still open


class OfferRefused(ValueError):
    """The offer is no SDP we can answer; the text is for its sender."""


class RoomFull(RuntimeError):
    """One more picture would be one too many for the machine; later there may be room."""


class NotOffered(RuntimeError):
    """The room serves no (further) viewer like this; the text says why."""


class RoomGone(ConnectionError):
    """The room is not there at this moment; it is being started, or the office hour has none."""


@dataclass(frozen=True)
class Wanted:
    """An office hour that has a room, and what is wished of it."""

    hour: OfficeHour
    waiting: tuple[Command, ...]
    staff: bool  # whether any are there


class Rooms:
    """See the module. Callbacks are called in threads, again and again until they return, so each may run twice.

    But for `on_edge`, which hears at once, on the event loop, how far a recording on the disk has come.
    """

    def __init__(
        self,
        *,
        settings: Settings,
        database: Database,
        archive: Archive,
        on_started: Started,
        on_paused: Paused,
        on_ended: Ended,
        on_vacant: Vacant = lambda office_hour: None,
        on_edge: Callable[[str, Edge], None] = lambda office_hour, edge: None,
        sealing_key: str = "",
        words: Words | None = None,
    ) -> None:
        """`sealing_key`: what rooms seal cut stretches with; without one these are lost."""
        self._sealing_key, self._words = sealing_key, words or Words()
        self._settings, self._database, self._archive = settings, database, archive
        self._on_edge = on_edge
        self._reports = Reports(
            database, self._thread, on_started=on_started, on_paused=on_paused, on_ended=on_ended, on_vacant=on_vacant
        )
        self._rooms: dict[str, Tenancy] = {}
        self._attending = Attending(database)
        self._last: dict[str, dict[str, Any]] = {}
        self._bell = asyncio.Event()
        self._errands = Errands()
        # Threads of our own: rooms must not wait behind the pages' work.
        self._threads = ThreadPoolExecutor(4, "rooms")
        self._looking: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begin to look after rooms."""
        self._looking = asyncio.create_task(self._look())

    async def stop(self) -> None:
        """Close all rooms; recordings stay open, and go on when a studio starts again."""
        if self._looking is not None:
            self._looking.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._looking
        await asyncio.gather(*(room.close() for room in self._rooms.values()))
        self._errands.call_back()
        self._threads.shutdown(wait=False)

    def ring(self) -> None:
        """There are new commands: look now."""
        self._bell.set()

    @property
    def count(self) -> int:
        """How many rooms there are."""
        return len(self._rooms)

    def state(self, office_hour: str) -> dict[str, Any]:
        """What a room said last, at most 250 ms ago; of a closed one how it ended."""
        room = self._rooms.get(office_hour)
        if room is not None:
            return room.state
        return self._last.get(office_hour, {"open": False, "on_air": False, "over": False, "people": []})

    async def whip(
        self, office_hour: str, person: str, offer: str, *, always: bool = True, name: str = ""
    ) -> tuple[str, str]:
        """Connect somebody's camera: (resource, answer). Raises OfferRefused, RoomGone.

        `name`: for who has come without having been let in, such as the host.

        Raises RoomFull while the machine has no room for one more; who comes `always` (the host) is let in.
        """
        return await self._connect(
            office_hour, {"whip": {"person": person, "sdp": offer, "always": always, "name": name}}
        )

    async def whep(self, office_hour: str, person: str, offer: str, *, inside: bool = True) -> tuple[str, str]:
        """Send somebody the room, who is not `inside` the programme: (resource, answer). Raises OfferRefused, RoomGone.

        Neither is delayed.
        """
        return await self._connect(office_hour, {"whep": {"person": person, "sdp": offer, "inside": inside}})

    async def watch(self, office_hour: str, offer: str) -> tuple[str, str]:
        """Send the programme to a viewer: (resource, answer). Raises OfferRefused, NotOffered, RoomGone."""
        return await self._connect(office_hour, {"watch": offer})

    async def delete(self, resource: str) -> bool:
        """End a connection; False when there is none at this address."""
        room = self._rooms.get(resource.partition("-")[0])
        if room is None:
            return False
        try:
            return bool(await room.call({"delete": resource.partition("-")[2]}))
        except (CallFailed, WireBroken):
            return False  # the room has gone and the connection with it

    async def _connect(self, office_hour: str, message: dict[str, Any]) -> tuple[str, str]:
        room = self._rooms.get(office_hour)
        if room is None:
            raise RoomGone("this office hour has no room at this moment")
        try:
            resource, answer = await room.call(message)
        except CallFailed as failure:
            if failure.error == "bad_offer":
                raise OfferRefused(str(failure)) from failure
            if failure.error == "full":
                raise RoomFull(str(failure)) from failure
            if failure.error == "not_offered":
                raise NotOffered(str(failure)) from failure
            raise RoomGone(str(failure)) from failure
        except WireBroken as broken:
            raise RoomGone(str(broken)) from broken
        return f"{office_hour}-{resource}", answer

    async def _look(self) -> None:
        while True:
            try:
                wanted = await self._thread(self._wanted)
            except sa.exc.SQLAlchemyError as error:
                log.error("the database is away, the rooms go on: %s", error)
            else:
                self._arrange(wanted)
                await self._attend(wanted)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._bell.wait(), LOOK_EVERY_S)
            self._bell.clear()

    def _wanted(self) -> list[Wanted]:
        with self._database.reading() as connection:
            hours = store.office_hours_in(connection, WITH_ROOM)
            at = now()
            return [
                Wanted(
                    hour,
                    tuple(commands.waiting(connection, hour.id)),
                    attention.staff_there(connection, hour.id, at),
                )
                for hour in hours
            ]

    def _arrange(self, wanted: list[Wanted]) -> None:
        for each in wanted:
            if each.hour.id not in self._rooms:
                self._rooms[each.hour.id] = self._tenancy(each.hour)
            self._rooms[each.hour.id].forward([commands.as_message(command) for command in each.waiting])
        hours = {each.hour.id for each in wanted}
        for id, room in self._rooms.items():
            if id not in hours and not room.leaving:
                room.leaving = True
                self._errands.begin(self._leave(id, room))

    async def _attend(self, wanted: list[Wanted]) -> None:
        """Tell rooms whether staff are there, and staff what is wrong in rooms."""
        for each in wanted:
            id, room = each.hour.id, self._rooms[each.hour.id]
            room.set_staff(each.staff)
            found = room.state.get("alarms", [])
            if self._attending.changed(id, found, each.staff):
                try:
                    await self._thread(partial(self._attending.keep, id, found, each.staff))
                except sa.exc.SQLAlchemyError as error:
                    log.error("what is wrong in a room cannot be told yet: %s", error)

    async def _leave(self, id: str, room: Tenancy) -> None:
        if room.state.get("over"):
            await asyncio.sleep(LINGER_S)
            until = time.monotonic() + AFTERWARDS.total_seconds()
            while time.monotonic() < until and any(each["inside"] for each in room.state["people"]):  # noqa: ASYNC110
                await asyncio.sleep(LOOK_EVERY_S)
        await room.close()
        with contextlib.suppress(sa.exc.SQLAlchemyError):
            await self._thread(lambda: self._attending.forget(id))
        while len(self._last) >= REMEMBERED:
            del self._last[next(iter(self._last))]
        self._last[id] = room.state | {"open": False, "people": []}
        del self._rooms[id]

    def _tenancy(self, hour: OfficeHour) -> Tenancy:
        room = self._archive.room(hour.id)
        tenancy = Tenancy(
            room.root,
            socket_for(room.root),
            briefing.options(hour, self._settings, self._words, self._sealing_key),
            brief=lambda: self._thread(lambda: self._brief(hour)),
            report=lambda message: self._reports.keep(hour.id, message),
            on_edge=lambda edge: self._on_edge(hour.id, edge),
        )
        tenancy.start()
        return tenancy

    def _brief(self, hour: OfficeHour) -> dict[str, Any]:
        with self._database.reading() as connection:
            return briefing.brief(connection, hour, self._words)

    async def _thread(self, work: Callable[[], Any]) -> Any:
        return await asyncio.get_running_loop().run_in_executor(self._threads, work)


def socket_for(folder: Path) -> Path:
    """Where a room listens: the same for every studio, and shorter than the 107 bytes a Unix socket's path may have."""
    home = Path(tempfile.gettempdir()) / f"officehours-{sha256(str(Path.home()).encode()).hexdigest()[:8]}"
    home.mkdir(mode=0o700, exist_ok=True)
    if home.stat().st_uid != os.getuid():
        raise PermissionError(f"{home} belongs to somebody else: a room's socket there would be theirs to read")
    return home / f"{sha256(str(folder.resolve()).encode()).hexdigest()[:24]}.sock"
