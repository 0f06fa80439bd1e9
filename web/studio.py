"""The studio's door: WHIP, WHEP, one WebSocket per person, and the live programme's files, all below /live/.

It wires the rooms (child processes, `ingest/live/studio`) to rows: tickets open doors (`admission`), what a room
reports moves the office hour and begins the pipeline (`milestones`). Database work runs in threads; while the database
is away the rooms go on and the doors answer 503.
"""

import asyncio
import contextlib
import logging
import re
import time
from collections.abc import AsyncIterator, Callable
from typing import Any, TypeVar

import sqlalchemy as sa
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from ingest import sealing
from ingest.conduct import WORDS
from ingest.live.lobby.signs import sign_of
from ingest.live.mix.countdown import TIME
from ingest.live.studio.briefing import Words
from ingest.live.studio.echo_room import EchoRoom
from ingest.live.studio.rooms import NotOffered, OfferRefused, RoomFull, RoomGone, Rooms
from ingest.people import IN_ROOM, SCREEN, Role
from ingest.tickets import Audience
from web import line_test
from web.admission import Admitted, admit, bearer
from web.door import client
from web.house import House
from web.limits import Throttle
from web.live_addresses import LiveAddresses
from web.live_files import LiveFiles, ShortWay
from web.milestones import Milestones
from web.sdp import connected, offer_of
from web.words import say

log = logging.getLogger(__name__)
T = TypeVar("T")

STATE_EVERY_S = 0.5
SILENCE_S = 10.0
"""Seconds without a heartbeat after which a person's socket is closed; pages send one each 2 s."""
ROOM_STARTS_S = 6.0
"""How long the door waits for a room that is being started, before it says: try again."""
ROOM_LOOK_S = 0.2
FULL_AGAIN_S = "10"
"""When somebody for whom the machine had no room may ask again; our page does so by itself."""
ROOM_FACTS = ("open", "on_air", "over", "tick", "seconds", "ticks", "late", "ease", "trouble", "ends_empty_in_s")
VIDEO = re.compile(r"^m=video (?!0 )", re.MULTILINE)
"""A picture in an offer; port 0 is one that was turned down."""
WATCHES_A_MINUTE = 30
"""Offers to watch that one address may send: a town hall behind one of them, but nobody who takes all places again
and again."""


class Studio:
    """State of the studio's process: the rooms, and which live addresses are good."""

    def __init__(self, house: House) -> None:
        self.house = house
        milestones = Milestones(house)
        self.rooms = Rooms(
            settings=house.ingest,
            database=house.database,
            archive=house.archive,
            on_started=milestones.started,
            on_paused=milestones.paused,
            on_ended=milestones.ended,
            on_vacant=milestones.vacant,
            on_edge=lambda office_hour, edge: self.files.told(office_hour, edge),
            sealing_key=sealing.public_key(house.safe),
            words=Words(
                begins_in=lambda language: say(language, "Begins in %(time)s", time=TIME),
                slides=lambda language: {each.value: say(language, words) for each, words in WORDS.items()},
                rehearsal=lambda language: say(language, "Rehearsal"),
                dark=lambda language: say(language, "This part is not shown"),
            ),
        )
        self._addresses = LiveAddresses(house.database, self._database)
        self.files = LiveFiles(
            house.archive, self._addresses.on_air, house.ingest.rewind_minutes, self._addresses.ending
        )
        self.line = line_test.LineTest(EchoRoom(house.ingest.ice_servers))
        self._watching = Throttle(WATCHES_A_MINUTE, 60.0)

    @contextlib.asynccontextmanager
    async def lifespan(self, app: Starlette) -> AsyncIterator[None]:
        """Rooms run as long as the process does."""
        await self.rooms.start()
        try:
            yield
        finally:
            await self.line.close()
            await self.rooms.stop()
            self.house.close()

    # Doors

    async def whip(self, request: Request) -> Response:
        """Sound and picture of one person in (RFC 9725)."""
        return await self._connect(request, Audience.WHIP)

    async def screen(self, request: Request) -> Response:
        """A shared screen in, beside the person's own camera; for who may share one."""
        return await self._connect(request, Audience.SCREEN)

    async def whep(self, request: Request) -> Response:
        """The undelayed programme with one's own N-1 sound out (draft-ietf-wish-whep-03)."""
        return await self._connect(request, Audience.WHEP)

    async def _connect(self, request: Request, audience: Audience) -> Response:
        offer = await offer_of(request)
        token = bearer(request)
        admitted = await self._database(lambda: admit(self.house.database, token, audience))
        person = admitted.person
        if audience is Audience.WHIP and not admitted.seen and VIDEO.search(offer):
            raise HTTPException(403, "this person takes part with their voice alone; no picture is taken")
        try:
            resource, answer = await self._join(audience, admitted, offer)
        except OfferRefused as error:
            log.warning("%s of %s refused: %s", audience.value, person.id, error)
            raise HTTPException(400, f"this is not an offer the studio understands: {error}") from error
        except RoomFull as error:
            log.warning("%s has to wait: %s", person.id, error)
            raise HTTPException(503, str(error), {"Retry-After": FULL_AGAIN_S}) from error
        except RoomGone as error:
            raise HTTPException(503, "the room is opening; try again in a moment", {"Retry-After": "1"}) from error
        return connected(resource, answer)

    async def watch(self, request: Request) -> Response:
        """The programme as the public sees it (draft-ietf-wish-whep-03), for as many as the setting says.

        The live address is the ticket, as it is for the files: whoever knows it may watch.
        """
        if not self._watching.allows(client(request)):
            raise HTTPException(429, "too many offers from this address; watch by HLS", {"Retry-After": "60"})
        office_hour = await self._addresses.on_air(request.path_params["address"])
        if office_hour is None:
            raise HTTPException(410, "this broadcast is over")
        offer = await offer_of(request)
        try:
            return connected(*await self.rooms.watch(office_hour, offer))
        except OfferRefused as error:
            raise HTTPException(400, f"this is not an offer the studio understands: {error}") from error
        except (NotOffered, RoomGone) as error:
            raise HTTPException(503, str(error), {"Retry-After": "10"}) from error

    async def _join(self, audience: Audience, admitted: Admitted, offer: str) -> tuple[str, str]:
        """Resource and answer; a room that is being started is waited for, since the ticket has been used by now."""
        person, office_hour = admitted.person, admitted.hour.id
        until = time.monotonic() + ROOM_STARTS_S
        while True:
            try:
                if audience is Audience.WHEP:
                    inside = admitted.seat.state in IN_ROOM
                    return await self.rooms.whep(office_hour, person.id, offer, inside=inside)
                key = person.id + SCREEN if audience is Audience.SCREEN else person.id
                # A voice alone costs the machine next to nothing: only pictures have to wait for room.
                always = person.role is not Role.GUEST or not VIDEO.search(offer)
                return await self.rooms.whip(office_hour, key, offer, always=always, name=person.shown_name)
            except RoomGone:
                if time.monotonic() > until:
                    raise
            await asyncio.sleep(ROOM_LOOK_S)

    async def resource(self, request: Request) -> Response:
        """DELETE ends a connection; a PATCH (trickle, ICE restart) is not supported: connect anew.

        One that has gone already is as it should be: who is sent out of the room hangs up at the same moment.
        """
        if request.method == "DELETE":
            await self.rooms.delete(request.path_params["resource"])
            return Response(status_code=200)
        return PlainTextResponse("connect anew with a fresh ticket", 405, {"Allow": "DELETE"})

    async def socket(self, socket: WebSocket) -> None:
        """Twice a second what the person's page needs to show; the page answers with heartbeats."""
        token = socket.query_params.get("ticket", "")
        try:
            admitted = await self._database(lambda: admit(self.house.database, token, Audience.SOCKET))
        except HTTPException as error:
            await socket.close(4000 + error.status_code, error.detail)
            return
        await socket.accept()
        listening = asyncio.create_task(_heartbeats(socket))
        try:
            while not listening.done():
                await socket.send_json(self.state_for(admitted))
                await asyncio.wait({listening}, timeout=STATE_EVERY_S)
        except (WebSocketDisconnect, RuntimeError):
            log.debug("the page of %s went away", admitted.person.id)
        finally:
            listening.cancel()
            with contextlib.suppress(RuntimeError, WebSocketDisconnect):  # the page may have closed it already
                await socket.close()

    def state_for(self, admitted: Admitted) -> dict[str, Any]:
        """The room as one person may see it; `sign` is the one big word of their page, `send` what their tile needs."""
        state = self.rooms.state(admitted.hour.id)
        people = state.get("people", [])
        mine = next((each for each in people if each["person"] == admitted.person.id), None)
        if admitted.person.role is Role.GUEST:
            people = [each for each in people if each["on_air"] or each is mine]
        send, away = (mine["send"], mine["away"]) if mine else (None, False)
        sign = sign_of(state, admitted.person.id).value
        return {"type": "state", **state, "people": people, "sign": sign, "send": send, "away": away}

    async def hls(self, request: Request) -> Response:
        """Playlists, segments and parts of what is on air."""
        return await self.files.answer(request)

    async def ring(self, request: Request) -> Response:
        """The site has written a command: look now instead of within 250 ms."""
        self.rooms.ring()
        return Response(status_code=204)

    async def room(self, request: Request) -> Response:
        """A room's public state: is it on air, since when, does it keep up. For health checks, the demo, the bench."""
        state = self.rooms.state(request.path_params["office_hour"])
        facts = {key: state.get(key) for key in ROOM_FACTS}
        sending = sum(1 for each in state.get("people", []) if each["connected"])
        return JSONResponse(facts | {"sending": sending})

    async def health(self, request: Request) -> Response:
        return JSONResponse({"studio": "well", "rooms": self.rooms.count})

    async def _database(self, work: Callable[[], T]) -> T:
        try:
            return await run_in_threadpool(work)
        except sa.exc.OperationalError as error:
            log.error("the database is away: %s", error)
            raise HTTPException(503, "the database is away; try again in a moment", {"Retry-After": "5"}) from error


async def _heartbeats(socket: WebSocket) -> None:
    """Return when the page has been silent for too long or has gone."""
    with contextlib.suppress(TimeoutError, WebSocketDisconnect):
        while True:
            await asyncio.wait_for(socket.receive_text(), SILENCE_S)


async def _refusal(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    return PlainTextResponse(error.detail + "\n", error.status_code, error.headers)


def routes(studio: Studio) -> list[Route | WebSocketRoute]:
    """Everything the studio answers, top to bottom."""
    return [
        Route("/live/whip", studio.whip, methods=["POST"]),
        Route("/live/screen", studio.screen, methods=["POST"]),
        Route("/live/whep", studio.whep, methods=["POST"]),
        Route("/live/whep/{address}", studio.watch, methods=["POST"]),
        Route("/live/resource/{resource}", studio.resource, methods=["DELETE", "PATCH"]),
        WebSocketRoute("/live/socket", studio.socket),
        *line_test.routes(lambda: studio.line),
        Route("/live/hls/{address}/{path:path}", studio.hls),
        Route("/live/room/{office_hour}", studio.room),
        Route("/live/ring", studio.ring, methods=["POST"]),
        Route("/live/health", studio.health),
    ]


def studio(house: House) -> Starlette:
    """The ASGI application of the studio's process."""
    state = Studio(house)
    app = Starlette(routes=routes(state), lifespan=state.lifespan, exception_handlers={HTTPException: _refusal})
    app.add_middleware(ShortWay, files=state.files)
    return app
