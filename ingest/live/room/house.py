"""Offers of people come in, and who is let in or sent back; who is connected and what they hear is kept here.

The newest connection of a person wins. Whoever sends is in the room, on air or backstage; who only watches may also
wait before it, and then gets what a viewer gets, undelayed, from a fan-out that never holds anything else.
"""

import secrets
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ingest import wishes
from ingest.archive import Room
from ingest.live.lobby import private
from ingest.live.mix.greenroom import Greenroom
from ingest.live.mix.interpreting import credited
from ingest.live.room.pictures import Pictures
from ingest.live.room.presence import People, Presence
from ingest.live.room.programme import Place, Programme
from ingest.live.room.taping import Taping
from ingest.live.webrtc.darkroom import Beat, Darkroom
from ingest.live.webrtc.fanout import Fanout
from ingest.live.webrtc.jitter import EncodedFrame
from ingest.live.webrtc.offers import BadOffer
from ingest.live.webrtc.receive import Peer
from ingest.live.webrtc.relay import Relay
from ingest.people import SCREEN

DOORS = {"admit": True, "show": True, "hold": False}
"""Commands after which somebody hears the room, or waits before it."""


class RoomFull(RuntimeError):
    """One more person would be one too many for this machine; the text says so."""


class House:
    """Everybody in the room, what of them is decoded and what is written. Belongs to the event loop.

    `on_gap(person, on)` is called for people on air.
    """

    def __init__(
        self,
        room: Room,
        programme: Programme,
        *,
        frame_rate: int,
        ice_servers: Sequence[str],
        on_gap: Callable[[str, bool], None],
    ) -> None:
        self.people = People()
        self.apart: set[str] = set()  # who never becomes large by speaking
        self.hosts: set[str] = set()  # who leads the talk, among them who stands in for the host
        self._programme = programme
        self._darkroom = Darkroom(Beat(programme.until_tick, 1 / frame_rate))
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
        self._private: private.Pairs = {}
        self.pictures = Pictures(self.people, programme, self.greenroom, frame_rate)
        self.taping = Taping(self.people, room)

    def presence(self, person: str) -> Presence:
        """The person, made when they are new."""
        return self.people.of(person)

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
            person,
            ice_servers=self._ice_servers,
            on_frame=self._frame,
            on_gap=self._gap,
            on_gone=self._peer_gone,
            darkroom=self._darkroom,
        )
        presence = self.presence(person)
        waited = presence.inside is False
        answer = await peer.answer(sdp)
        if presence.inside is False and not waited:  # sent back while it was answered
            await peer.close()
            raise BadOffer("this person is back in the waiting room")
        resource = self._resource(presence, peer)
        old, presence.source.peer, presence.came = presence.source.peer, peer, True
        presence.lent = presence.screen and not always
        presence.name = presence.name or name
        if old is not None:
            await old.close()
        self.taping.end(presence)
        presence.wanted_at = time.monotonic()
        self.pictures.look()
        peer.watch(presence.seen and not presence.spared)
        return resource, answer

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
        resource = self._resource(presence, relay)
        old, presence.relay = presence.relay, relay
        self._tell_listeners()
        if old is not None:
            await old.close()
        return resource, answer

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
        self.talks(wishes.Kind(kind), payload)

    def talks(self, kind: wishes.Kind, payload: Mapping[str, Any]) -> None:
        """A command was done: who speaks with whom alone from now on."""
        pairs = private.after(self._private, kind, payload)
        if pairs != self._private:
            self._private = pairs
            self._programme.set_private(pairs)

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

    def levels(self, people: Sequence[str], voices: Mapping[str, str | None] | None = None) -> dict[str, float]:
        """How loud those of them are who may become large by speaking; `voices`: for whom each interpreter speaks."""
        faces = [self.presence(each) for each in people]
        own = {each.person: each.source.level for each in faces if not each.screen and each.person not in self.apart}
        apart = {each.person: each.source.level for each in faces if each.person in self.apart}
        return credited(own, apart, voices or {})

    def set_quiet(self, *, silent: frozenset[str], away: frozenset[str], unseen: frozenset[str] = frozenset()) -> None:
        """Who is muted, who asked to be hidden, and whose camera is off: on air and backstage."""
        for person in silent | away | unseen:
            self.presence(person)
        for presence in self.people.values():
            presence.silent, presence.away = presence.person in silent, presence.person in away
            presence.unseen = presence.person in unseen

    def set_pinned(self, people: frozenset[str]) -> None:
        """Who has a large tile in every scene, and is never spared."""
        for person in people:
            self.presence(person)
        for presence in self.people.values():
            presence.pinned = presence.person in people

    def places(self, people: Sequence[str]) -> list[Place]:
        """These people as the mixer takes them."""
        return [self.presence(person).place() for person in people]

    def state(self) -> list[dict[str, Any]]:
        """Everybody for the pages; a screen belongs to who shares it."""
        screens = self.screens()
        return [each.told(shares=each.person + SCREEN in screens) for each in self.people.values() if not each.screen]

    async def close(self) -> None:
        """Close every connection."""
        self.greenroom.close()
        for person in list(self.people):
            await self.send_out(person)

    def _resource(self, presence: Presence, connection: Peer | Relay) -> str:
        """Its address; known before anything is waited for, so that nobody can end without being forgotten."""
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
            self.taping.open(presence, peer)
        if presence.track is not None:
            presence.track.add(frame, time.monotonic())

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
            self.taping.end(presence)
            presence.source.peer = None
            self._set_gap(presence, True)
            self.pictures.look()

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
        self.pictures.look()
