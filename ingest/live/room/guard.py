"""A room comes in; once a second it is looked at, what staff should know is kept, and a host who is gone left out.

The room acts by itself, since nobody may be there to do it: it wishes `lost` of its own orders. What is undone by
itself as well is all it does; a deputy, a pause or the end is for people to choose.
"""

import asyncio
import logging
import time
import uuid
from collections.abc import Callable
from typing import Any

from ingest import wishes
from ingest.faults import Fault
from ingest.live.attention import absence
from ingest.live.attention.absence import Absence
from ingest.live.attention.alarms import LOOK_S
from ingest.live.attention.diskleft import DiskLeft
from ingest.live.mix.ears import Ears
from ingest.live.room.house import House
from ingest.live.room.lookout import Lookout
from ingest.live.room.orders import Orders
from ingest.live.room.programme import Programme

log = logging.getLogger(__name__)
DISK_S = 10.0  # between two looks at the disk


class Guard:
    """See the module. Belongs to the event loop. `staff`: whether any are there, as far as is known."""

    def __init__(
        self, orders: Orders, house: House, programme: Programme, free: Callable[[], int], bits_per_s: int
    ) -> None:
        """`free`: bytes that the room's disk has left; `bits_per_s`: what the recording writes at least."""
        self.staff = True
        self._free, self._least_rate = free, bits_per_s / 8
        self._disk = DiskLeft()
        self._orders, self._house = orders, house
        self._lookout = Lookout(ears := Ears())
        self._absence = Absence()
        self._looked_at_disk = float("-inf")
        programme.set_ears(ears)

    def alarms(self) -> list[dict[str, Any]]:
        """What staff should know of, the urgent first: which fault, of whom, for how many seconds."""
        now = time.monotonic()
        found: list[dict[str, Any]] = [
            {"fault": each.fault.value, "person": each.person, "for_s": round(now - each.since)}
            for each in self._lookout.alarms
        ]
        if self._disk.minutes is not None:
            found.append({"fault": Fault.DISK.value, "person": "", "for_s": 0, "minutes": self._disk.minutes})
        return found

    async def run(self) -> None:
        """Look once a second, until cancelled."""
        while True:
            await asyncio.sleep(LOOK_S)
            await self.look(time.monotonic())

    async def look(self, now: float) -> None:
        """One look, and what follows from it."""
        standing = self._orders.standing
        people = () if standing.ending else standing.people
        await asyncio.to_thread(
            self._lookout.look,
            [self._house.presence(person) for person in people],
            muted=standing.silent | standing.away | standing.signs,  # who signs has nothing to say aloud
            unseen=standing.unseen | standing.away,
            hosts=self._house.hosts,
            on_air=standing.outside,
            now=now,
        )
        await self._look_at_disk(now, writes=standing.begun and not standing.over)
        if standing.begun and not (standing.paused or standing.closing or standing.ending):
            gone = {each.person for each in self._lookout.alarms if each.fault is Fault.GONE}
            await self._leave_out(people, gone, now)

    async def _look_at_disk(self, now: float, *, writes: bool) -> None:
        if not writes:
            self._disk = DiskLeft()
        elif now - self._looked_at_disk >= DISK_S:
            self._looked_at_disk = now
            self._disk = self._disk.after(await asyncio.to_thread(self._free), now, self._least_rate)

    async def _leave_out(self, people: tuple[str, ...], gone: set[str], now: float) -> None:
        faces = [person for person in people if not self._house.presence(person).screen]
        self._absence = absence.after(
            self._absence, faces, hosts=self._house.hosts, gone=gone, staff=self.staff, now=now
        )
        wanted, standing = self._absence, self._orders.standing
        if (wanted.lost, wanted.waits) == (standing.lost, standing.waits):
            return
        log.info("hosts of whom nothing comes: %s; everybody waits: %s", list(wanted.lost), wanted.waits)
        payload = {"people": list(wanted.lost), "waits": wanted.waits}
        await self._orders.apply(f"lost {uuid.uuid4().hex}", wishes.Kind.LOST.value, payload)
