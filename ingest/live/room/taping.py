"""Whoever is on air and may be recorded comes in; their frames go to a track of their own, one for each time on air.

A track ends with the turn, in a slide, and when somebody hides or takes their word back. Behind a broadcast delay it
has what has left the delay, and never what was cut.
"""

import asyncio
import logging
import time
from collections.abc import Collection
from typing import Any

from ingest.archive import Room
from ingest.live.output.hiding import drop_tracks
from ingest.live.output.tracks import RATES, Track, next_part
from ingest.live.room.presence import People, Presence
from ingest.live.webrtc.belated import Belated
from ingest.live.webrtc.receive import Peer

log = logging.getLogger(__name__)
BOTH_S = 3.0  # A camera that has sent nothing for so long beside a microphone is not going to.


class Taping:
    """See the module. Belongs to the event loop. `untracked`: who refused to be recorded."""

    def __init__(self, people: People, room: Room) -> None:
        self.untracked: frozenset[str] = frozenset()
        self.tracked = True  # an office hour that is live only has no tracks
        self._people, self._room = people, room
        self._ending: list[Belated] = []
        self._delay_s, self._cut = 0.0, False

    def record(self, people: Collection[str]) -> None:
        """Write the tracks of these people from now on, and nobody else's."""
        self.stop(but=people)
        for presence in self._people.values():
            if presence.person in people and self._may(presence) and not presence.recorded:
                presence.recorded, presence.wanted_at = True, time.monotonic()

    def stop(self, *, but: Collection[str]) -> None:
        """End the tracks of all others, and of who may not be recorded any more."""
        for presence in self._people.values():
            if presence.recorded and not (presence.person in but and self._may(presence)):
                presence.recorded = False
                self.end(presence)

    def open(self, presence: Presence, peer: Peer) -> None:
        """Begin a track, unless one of sound and picture has yet to come."""
        now = time.monotonic()
        origins = {kind: peer.clock.rtp_at(kind, now) for kind in peer.kinds}
        origin = {kind: round(at) for kind, at in origins.items() if at is not None}
        if len(origin) < len(origins) and now - presence.wanted_at < BOTH_S:
            return
        part = presence.parts = max(next_part(self._room, presence.person), presence.parts + 1)
        track = Track(self._room.track(presence.person, part), person=presence.person, part=part, origin=origin)
        presence.track = Belated(track, self._delay_s, cut=self._cut)
        peer.ask_keyframe()

    def end(self, presence: Presence) -> None:
        """Write what has been played by now, and nothing more."""
        if presence.track is not None:
            presence.track.end(self._played(presence))
            self._ending = [track for track in self._ending if not track.wait(0)] + [presence.track]
            presence.track = None

    def set_delay(self, seconds: float) -> None:
        """How much later than they come frames may be written; for tracks that are opened from now on."""
        self._delay_s = seconds

    def cut(self) -> None:
        """Keep in no track what has not left the delay, nor what comes until `go_on`."""
        self._cut = True
        for track in self._tracks():
            track.cut()

    def go_on(self) -> None:
        """Write tracks again, from the next keyframes on."""
        self._cut = False
        for presence in self._people.values():
            if presence.track is not None:
                presence.track.go_on()
                if presence.source.peer is not None:
                    presence.source.peer.ask_keyframe()

    def release(self) -> None:
        """Write to tracks what has left the delay meanwhile; called once a second."""
        for track in self._tracks():
            track.release(time.monotonic())

    def clock_events(self) -> list[dict[str, Any]]:
        """For every track being written: where in it the sound and picture lie that are played now."""
        events = []
        for presence in self._people.values():
            track, peer = presence.track, presence.source.peer
            if track is None or peer is None:
                continue
            for kind, origin in track.origin.items():
                rtp = peer.clock.rtp_at(kind, time.monotonic())
                if rtp is not None:
                    at = {"rtp": round(rtp) - origin, "clock_rate": RATES[kind], "part": track.part}
                    events.append({"person": presence.person, "track": kind, **at})
        return events

    async def drop(self, person: str) -> None:
        """Erase what was kept of somebody's own sound and picture."""
        for track in [each for each in self._ending if each.person == person]:
            track.close(time.monotonic(), all_has_left=False)
            await asyncio.to_thread(track.wait, 5.0)
        await asyncio.to_thread(drop_tracks, self._room, {person})

    async def close(self, *, all_has_left: bool) -> None:
        """End all tracks and wait until their files are whole; `all_has_left`: nothing waits in the delay any more."""
        for presence in self._people.values():
            presence.recorded = False
            self.end(presence)
        for track in self._ending:
            track.close(time.monotonic(), all_has_left=all_has_left)
            if not await asyncio.to_thread(track.wait, 5.0):
                log.error("the track %s-%d is not finished after 5 s", track.person, track.part)
        self._ending.clear()

    def _may(self, presence: Presence) -> bool:
        """Whether a track may be written; of a screen the programme has it."""
        return self.tracked and not presence.screen and presence.person not in self.untracked

    def _tracks(self) -> list[Belated]:
        return self._ending + [each.track for each in self._people.values() if each.track is not None]

    def _played(self, presence: Presence) -> dict[str, float]:
        """The RTP times that are played now, by kind; what has come beyond them was on no air."""
        peer, now = presence.source.peer, time.monotonic()
        times = {} if peer is None else {kind: peer.clock.rtp_at(kind, now) for kind in peer.kinds}
        return {kind: at for kind, at in times.items() if at is not None}
