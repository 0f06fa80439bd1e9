"""Who is on air and who is in the room come in; whose picture is decoded goes out, and how large cameras send.

Decoding is what pictures cost most. So nobody is decoded who is not shown: on air whom the scene leaves out, under a
slide everybody, unless somebody in the room watches; and fewer while the machine is too slow for all of them.
"""

import asyncio
import time
from collections.abc import Mapping, Sequence

from ingest.live.mix.greenroom import Greenroom
from ingest.live.mix.scene import Box
from ingest.live.mix.shedding import SPEAKS, kept
from ingest.live.mix.wanted import wanted
from ingest.live.room.presence import People
from ingest.live.room.programme import Programme

TILELESS_S = 2.0  # Who has had no tile for so long is not decoded: scenes come and go faster in a lively talk.
READY_S, LOOK_S = 0.3, 0.02  # A scene waits for pictures that were not decoded, and never for longer than its fade.


class Pictures:
    """See the module. Belongs to the event loop."""

    def __init__(self, people: People, programme: Programme, greenroom: Greenroom, frame_rate: int) -> None:
        self._people, self._programme, self._greenroom, self._frame_rate = people, programme, greenroom, frame_rate
        self._slide = True

    def set_on_air(self, people: Sequence[str], *, seen: bool = True) -> None:
        """Decode who is seen: those on air, or under a slide all who are in the room while one of them watches."""
        for person in people:
            self._people.of(person)
        self._slide = not seen
        for presence in self._people.values():
            presence.on_air = presence.person in people
            presence.returning = presence.on_air and seen and presence.spared
            presence.spared, presence.tileless_since = False, None
        self.look(anew=True)

    def look(self, *, anew: bool = False) -> None:
        """See who is in the room: the desk mixes them, and the greenroom shows them under a slide.

        Cameras are told whether they are watched when that has changed, all of them `anew`.
        """
        places = [each.place() for each in self._people.values() if each.source.peer is not None]
        self._programme.set_backstage(places)
        room = self._slide and any(each.listens for each in self._people.values())
        if room:
            self._greenroom.show(places)
        else:
            self._greenroom.leave()
        for presence in self._people.values():
            seen = (room and presence.source.peer is not None) if self._slide else presence.on_air
            changed, presence.seen = seen != presence.seen, seen
            if (changed or anew) and presence.source.peer is not None:
                presence.source.peer.watch(seen and not presence.spared)

    async def ready(self) -> None:
        """Wait for the pictures of those who were not decoded until now, so that no name card flashes up."""
        until = time.monotonic() + READY_S
        coming = [each for each in self._people.values() if each.returning]
        while time.monotonic() < until and any(each.source.late for each in coming):  # noqa: ASYNC110 - a decoder's thread
            await asyncio.sleep(LOOK_S)

    def fit(self) -> None:
        """See what everybody's tile needs at this moment, and allow their lines that much."""
        boxes = self._greenroom.boxes | self._programme.boxes
        self._spare(time.monotonic(), boxes)
        for presence in self._people.values():
            box = boxes.get(presence.person)
            presence.wanted = wanted(box, self._frame_rate, screen=presence.screen)
            if presence.source.peer is not None:
                presence.source.peer.allowed_bits_per_s = presence.wanted.allowed

    def _spare(self, now: float, boxes: Mapping[str, Box]) -> None:
        """Decode no picture that the scene does not show, and fewer while the machine is too slow for all of them."""
        shown = [each for each in self._people.values() if each.seen]
        for presence in shown:
            if presence.source.level > SPEAKS:
                presence.spoke_at = now
        pinned = {each.person for each in shown if each.pinned}
        stay = kept({each.person: each.spoke_at for each in shown}, self._programme.shedding.ease, pinned)
        for presence in shown:
            if presence.person in boxes or not boxes:
                presence.tileless_since = None
            elif presence.tileless_since is None:
                presence.tileless_since = now
            unseen = presence.tileless_since is not None and now - presence.tileless_since >= TILELESS_S
            spared = unseen or presence.person not in stay
            if spared != presence.spared:
                presence.spared = spared
                if presence.source.peer is not None:
                    presence.source.peer.watch(not spared)
