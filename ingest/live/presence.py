"""Offers of people come in; who is connected, and their frames into tracks while on air, is kept here.

A `Presence` is one person of the room, with a connection or without: the tile and the seat stay when the network
goes. The newest connection of a person wins. Whoever sends is in the room, on air or backstage; who only watches may
also wait before it, and then gets what a viewer gets, undelayed, from a fan-out that never holds anything else.
"""

import asyncio
import logging
import secrets
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from ingest.archive import Room
from ingest.live.belated import Belated
from ingest.live.fanout import Fanout
from ingest.live.greenroom import Greenroom
from ingest.live.hiding import drop_tracks
from ingest.live.jitter import EncodedFrame
from ingest.live.offers import BadOffer
from ingest.live.programme import Place, Programme
from ingest.live.receive import Peer, PersonSource
from ingest.live.relay import Relay
from ingest.live.scene import Box
from ingest.live.shedding import SPEAKS, kept
from ingest.live.source import Absent
from ingest.live.tracks import RATES, Track, next_part
from ingest.live.wanted import Wanted, wanted
from ingest.people import SCREEN

log = logging.getLogger(__name__)
BOTH_S = 3.0  # A camera that has sent nothing for so long beside a microphone is not going to.
TILELESS_S = 2.0  # Who has had no tile for so long is not decoded: scenes come and go faster in a lively talk.
DOORS = {"admit": True, "show": True, "hold": False}
"""Commands after which somebody hears the room, or waits before it."""
READY_S, LOOK_S = 0.3, 0.02  # A scene waits for pictures that were not decoded, and never for longer than its fade.


@dataclass
class Presence:
    """One person. `gap` is what the timeline last said about them; `recorded` that a track is wanted, `seen` that the
    picture is decoded unless it is `spared` for now; `returning` that it has only now begun to be
    decoded again; `came` that they were let in once."""

    person: str
    source: PersonSource
    name: str = ""
    role: str = ""
    relay: Relay | None = None
    inside: bool | None = None  # let in, or sent back to wait; None while no command said so
    away: bool = False
    silent: bool = False
    lent: bool = False  # a screen that a guest shares for this turn
    track: Belated | None = None
    parts: int = 0  # of their tracks; a file is there only when something of it has left the delay
    on_air: bool = False
    seen: bool = False
    spared: bool = False
    returning: bool = False
    tileless_since: float | None = None
    recorded: bool = False
    wanted_at: float = 0.0  # since when a track is wanted of the connection that is there
    gap: bool = False
    came: bool = False
    spoke_at: float = -1.0
    wanted: Wanted = field(default_factory=lambda: wanted(None, 30))
    resources: dict[str, Peer | Relay] = field(default_factory=dict)

    @property
    def screen(self) -> bool:
        """Whether this is not the person but what they share."""
        return self.person.endswith(SCREEN)

    @property
    def connected(self) -> bool:
        return self.source.peer is not None and self.source.peer.connected

    @property
    def listens(self) -> bool:
        """Whether they hear the room and not what a viewer does."""
        return self.relay is not None and self.relay.line.own_sound

    def place(self) -> Place:
        """The person as the mixer takes them."""
        return Place(
            person=self.person,
            name=self.name,
            role=self.role,
            source=Absent(self.source) if self.away else self.source,
            muted=self.silent,
            screen=self.screen,
        )


class RoomFull(RuntimeError):
    """One more person would be one too many for this machine; the text says so."""


class House:
    """Everybody in the room. Belongs to the event loop. `on_gap(person, on)` is called for people on air."""

    def __init__(
        self,
        room: Room,
        programme: Programme,
        *,
        frame_rate: int,
        ice_servers: Sequence[str],
        on_gap: Callable[[str, bool], None],
    ) -> None:
        self.people: dict[str, Presence] = {}
        self.apart: set[str] = set()  # who never becomes large by speaking
        self.hosts: set[str] = set()  # who leads the talk, among them who stands in for the host
        self.untracked: frozenset[str] = frozenset()  # who refused to be recorded
        self.tracked = True  # an office hour that is live only has no tracks
        self._room = room
        self._programme = programme
        self._frame_rate = frame_rate
        self._inside = Fanout(frame_rate, lambda: self.greenroom.want_keyframe())
        self.greenroom = Greenroom(
            self._inside.picture, frame_rate=frame_rate, want_programme=programme.request_keyframe
        )
        self._waiting = Fanout(frame_rate, programme.request_keyframe)
        for fanout, picture in ((self._inside, self.greenroom.picture), (self._waiting, self._waiting.picture)):
            programme.add_packet_sink(picture)
            programme.add_sound_sink(fanout.sound)
        self._ice_servers = ice_servers
        self._on_gap = on_gap
        self._ending: list[Belated] = []
        self._delay_s, self._cut = 0.0, False
        self._slide = True

    def presence(self, person: str) -> Presence:
        """The person, made when they are new."""
        return self.people.setdefault(person, Presence(person, PersonSource(person)))

    def introduce(self, person: str, name: str | None, role: str | None) -> None:
        """The words of a person's lower third."""
        presence = self.presence(person)
        presence.name = name if name is not None else presence.name
        presence.role = role if role is not None else presence.role

    async def whip(self, person: str, sdp: str, *, always: bool = True, name: str = "") -> tuple[str, str]:
        """Connect somebody's camera and microphone: (resource, answer). Raises BadOffer, then the old one stays.

        Raises RoomFull for who has not been here yet, while the machine has no room for them; `always`: the host.
        `name`: what they are called unless a command says otherwise.
        """
        if self._programme.shedding.full and not always and not self.presence(person).came:
            raise RoomFull("the room has no place for another picture just now")
        peer = Peer(
            person, ice_servers=self._ice_servers, on_frame=self._frame, on_gap=self._gap, on_gone=self._peer_gone
        )
        answer = await peer.answer(sdp)
        presence = self.presence(person)
        old, presence.source.peer, presence.came = presence.source.peer, peer, True
        presence.lent = presence.screen and not always
        presence.name = presence.name or name
        if old is not None:
            await old.close()
        self._end_track(presence)
        presence.wanted_at = time.monotonic()
        self._look()
        peer.watch(presence.seen and not presence.spared)
        return self._resource(presence, peer), answer

    async def whep(self, person: str, sdp: str, *, inside: bool = True) -> tuple[str, str]:
        """Send somebody the room, or the programme while they wait: (resource, answer). Raises BadOffer.

        `inside`: what rows said before the room heard of it; a command that the room knows says more.
        """
        presence = self.presence(person)
        inside = inside if presence.inside is None else presence.inside
        fanout = self._inside if inside else self._waiting
        relay = Relay(fanout, person=person, own_sound=inside, on_gone=self._relay_gone, ice_servers=self._ice_servers)
        answer = await relay.answer(sdp)
        if inside and presence.inside is False:  # sent back while it was answered
            await relay.close()
            raise BadOffer("this person is back in the waiting room")
        old, presence.relay = presence.relay, relay
        self._tell_listeners()
        if old is not None:
            await old.close()
        return self._resource(presence, relay), answer

    async def delete(self, resource: str) -> bool:
        """Close the connection with this address; False when there is none."""
        for presence in self.people.values():
            if (connection := presence.resources.get(resource)) is not None:
                await connection.close()
                return True
        return False

    def knows(self, kind: str, payload: Mapping[str, Any]) -> None:
        """What was done before this process began: who was let in, who was sent back to wait."""
        if kind in DOORS:
            self.presence(payload["person"]).inside = DOORS[kind]

    async def let_in(self, person: str) -> None:
        """From now on they hear the room; who watched while waiting connects anew, their page does so by itself."""
        presence = self.presence(person)
        presence.inside = True
        if presence.relay is not None and not presence.listens:
            await presence.relay.close()

    async def send_out(self, person: str) -> None:
        """Close all connections of a person, and of the screen they share; they wait from now on."""
        self.presence(person).inside = False
        for presence in [self.people[each] for each in (person, person + SCREEN) if each in self.people]:
            for connection in list(presence.resources.values()):
                await connection.close()

    async def take_screen(self, person: str, *, lent_only: bool = False) -> None:
        """Close the screen somebody shares; `lent_only` when it was handed to them for this turn."""
        screen = self.people.get(person + SCREEN)
        if screen is not None and (screen.lent or not lent_only):
            for connection in list(screen.resources.values()):
                await connection.close()

    def screens(self) -> dict[str, str]:
        """The screens that are being shared at this moment, with the names of who shares them."""
        shared = [each for each in self.people.values() if each.screen and each.connected]
        return {each.person: self.presence(each.person.removesuffix(SCREEN)).name for each in shared}

    def levels(self, people: Sequence[str]) -> dict[str, float]:
        """How loud those of them are who may become large by speaking."""
        faces = [self.presence(each) for each in people if each not in self.apart]
        return {each.person: each.source.level for each in faces if not each.screen}

    def set_quiet(self, *, silent: frozenset[str], away: frozenset[str]) -> None:
        """Who is muted, and who asked to be hidden: on air and backstage."""
        for person in silent | away:
            self.presence(person)
        for presence in self.people.values():
            presence.silent, presence.away = presence.person in silent, presence.person in away

    def places(self, people: Sequence[str]) -> list[Place]:
        """These people as the mixer takes them."""
        return [self.presence(person).place() for person in people]

    def set_on_air(self, people: Sequence[str], *, seen: bool = True) -> None:
        """Decode who is seen: those on air, or under a slide all who are in the room while one of them watches."""
        for person in people:
            self.presence(person)
        self._slide = not seen
        for presence in self.people.values():
            presence.on_air = presence.person in people
            presence.returning = presence.on_air and seen and presence.spared
            presence.spared, presence.tileless_since = False, None
        self._look(anew=True)

    def record(self, people: Collection[str]) -> None:
        """Write the tracks of these people from now on, and nobody else's."""
        self.stop_recording(but=people)
        for presence in self.people.values():
            if presence.person in people and self._tracks_of(presence) and not presence.recorded:
                presence.recorded, presence.wanted_at = True, time.monotonic()

    def stop_recording(self, *, but: Collection[str]) -> None:
        """End the tracks of all others, and of who may not be recorded any more."""
        for presence in self.people.values():
            if presence.recorded and not (presence.person in but and self._tracks_of(presence)):
                presence.recorded = False
                self._end_track(presence)

    def _look(self, *, anew: bool = False) -> None:
        """See who is in the room: the desk mixes them, and the greenroom shows them under a slide.

        Cameras are told whether they are watched when that has changed, all of them `anew`.
        """
        places = [each.place() for each in self.people.values() if each.source.peer is not None]
        self._programme.set_backstage(places)
        room = self._slide and any(each.listens for each in self.people.values())
        if room:
            self.greenroom.show(places)
        else:
            self.greenroom.leave()
        for presence in self.people.values():
            seen = (room and presence.source.peer is not None) if self._slide else presence.on_air
            changed, presence.seen = seen != presence.seen, seen
            if (changed or anew) and presence.source.peer is not None:
                presence.source.peer.watch(seen and not presence.spared)

    def _tracks_of(self, presence: Presence) -> bool:
        """Whether a track may be written; of a screen the programme has it."""
        return self.tracked and not presence.screen and presence.person not in self.untracked

    async def drop_tracks(self, person: str) -> None:
        """Erase what was kept of somebody's own sound and picture."""
        for track in [each for each in self._ending if each.person == person]:
            track.close(time.monotonic(), all_has_left=False)
            await asyncio.to_thread(track.wait, 5.0)
        await asyncio.to_thread(drop_tracks, self._room, {person})

    async def pictures(self) -> None:
        """Wait for the pictures of those who were not decoded until now, so that no name card flashes up."""
        until = time.monotonic() + READY_S
        coming = [each for each in self.people.values() if each.returning]
        while time.monotonic() < until and any(each.source.late for each in coming):  # noqa: ASYNC110 - a decoder's thread
            await asyncio.sleep(LOOK_S)

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
        for presence in self.people.values():
            if presence.track is not None:
                presence.track.go_on()
                if presence.source.peer is not None:
                    presence.source.peer.ask_keyframe()

    def release(self) -> None:
        """Write to tracks what has left the delay meanwhile; called once a second."""
        for track in self._tracks():
            track.release(time.monotonic())

    def _tracks(self) -> list[Belated]:
        return self._ending + [each.track for each in self.people.values() if each.track is not None]

    def clock_events(self) -> list[dict[str, Any]]:
        """For every track being written: where in it the sound and picture lie that are played now."""
        events = []
        for presence in self.people.values():
            track, peer = presence.track, presence.source.peer
            if track is None or peer is None:
                continue
            for kind, origin in track.origin.items():
                rtp = peer.clock.rtp_at(kind, time.monotonic())
                if rtp is not None:
                    at = {"rtp": round(rtp) - origin, "clock_rate": RATES[kind], "part": track.part}
                    events.append({"person": presence.person, "track": kind, **at})
        return events

    def fit(self) -> None:
        """See what everybody's tile needs at this moment, and allow their lines that much."""
        boxes = self.greenroom.boxes | self._programme.boxes
        self._spare(time.monotonic(), boxes)
        for presence in self.people.values():
            box = boxes.get(presence.person)
            presence.wanted = wanted(box, self._frame_rate, screen=presence.screen)
            if presence.source.peer is not None:
                presence.source.peer.allowed_bits_per_s = presence.wanted.allowed

    def _spare(self, now: float, boxes: Mapping[str, Box]) -> None:
        """Decode no picture that the scene does not show, and fewer while the machine is too slow for all of them."""
        shown = [each for each in self.people.values() if each.seen]
        for presence in shown:
            if presence.source.level > SPEAKS:
                presence.spoke_at = now
        stay = kept({each.person: each.spoke_at for each in shown}, self._programme.shedding.ease)
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

    def state(self) -> list[dict[str, Any]]:
        """Everybody for the pages; a screen belongs to who shares it."""
        screens = self.screens()
        return [
            {
                "person": each.person,
                "name": each.name,
                "connected": each.connected,
                "screen": each.person + SCREEN in screens,
                "hears": each.relay is not None,
                "inside": each.connected or each.listens,
                "on_air": each.on_air,
                "gap": each.gap,
                "muted": each.silent,
                "away": each.away,
                "level": round(each.source.level, 4),
                "send": asdict(each.wanted),
                "connection": {} if each.source.peer is None else each.source.peer.figures(),
            }
            for each in self.people.values()
            if not each.screen
        ]

    async def close_tracks(self, *, all_has_left: bool) -> None:
        """End all tracks and wait until their files are whole; `all_has_left`: nothing waits in the delay any more."""
        for presence in self.people.values():
            presence.recorded = False
            self._end_track(presence)
        for track in self._ending:
            track.close(time.monotonic(), all_has_left=all_has_left)
            if not await asyncio.to_thread(track.wait, 5.0):
                log.error("the track %s-%d is not finished after 5 s", track.person, track.part)
        self._ending.clear()

    async def close(self) -> None:
        """Close every connection."""
        self.greenroom.close()
        for person in list(self.people):
            await self.send_out(person)

    def _resource(self, presence: Presence, connection: Peer | Relay) -> str:
        resource = secrets.token_hex(16)
        presence.resources[resource] = connection
        return resource

    def _frame(self, peer: Peer, frame: EncodedFrame) -> None:
        presence = self.people.get(peer.person)
        if presence is None or presence.source.peer is not peer:
            return
        if presence.gap:
            self._set_gap(presence, False)
        if presence.recorded and presence.track is None:
            self._open_track(presence, peer)
        if presence.track is not None:
            presence.track.add(frame, time.monotonic())

    def _open_track(self, presence: Presence, peer: Peer) -> None:
        now = time.monotonic()
        origins = {kind: peer.clock.rtp_at(kind, now) for kind in peer.kinds}
        origin = {kind: round(at) for kind, at in origins.items() if at is not None}
        if len(origin) < len(origins) and now - presence.wanted_at < BOTH_S:
            return
        part = presence.parts = max(next_part(self._room, presence.person), presence.parts + 1)
        track = Track(self._room.track(presence.person, part), person=presence.person, part=part, origin=origin)
        presence.track = Belated(track, self._delay_s, cut=self._cut)
        peer.ask_keyframe()

    def _end_track(self, presence: Presence) -> None:
        if presence.track is not None:
            presence.track.end(self._played(presence))
            self._ending = [track for track in self._ending if not track.wait(0)] + [presence.track]
            presence.track = None

    def _played(self, presence: Presence) -> dict[str, float]:
        """The RTP times that are played now, by kind; what has come beyond them was on no air."""
        peer, now = presence.source.peer, time.monotonic()
        times = {} if peer is None else {kind: peer.clock.rtp_at(kind, now) for kind in peer.kinds}
        return {kind: at for kind, at in times.items() if at is not None}

    def _gap(self, peer: Peer, on: bool) -> None:
        presence = self.people.get(peer.person)
        if presence is not None and presence.source.peer is peer:
            self._set_gap(presence, on)

    def _set_gap(self, presence: Presence, on: bool) -> None:
        if presence.gap != on:
            presence.gap = on
            if presence.on_air and not presence.screen:
                self._on_gap(presence.person, on)

    def _peer_gone(self, peer: Peer) -> None:
        presence = self.people.get(peer.person)
        if presence is None:
            return
        self._forget(presence, peer)
        if presence.source.peer is peer:
            self._end_track(presence)
            presence.source.peer = None
            self._set_gap(presence, True)
            self._look()

    def _relay_gone(self, relay: Relay) -> None:
        presence = self.people.get(relay.person)
        if presence is not None:
            self._forget(presence, relay)
            if presence.relay is relay:
                presence.relay = None
        self._tell_listeners()

    def _forget(self, presence: Presence, connection: Peer | Relay) -> None:
        presence.resources = {name: each for name, each in presence.resources.items() if each is not connection}

    def _tell_listeners(self) -> None:
        self._programme.set_listeners(
            {each.person: each.relay.hear for each in self.people.values() if each.relay is not None and each.listens}
        )
        self._look()
