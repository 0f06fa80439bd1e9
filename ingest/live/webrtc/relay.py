"""A WHEP offer comes in; the programme's packets go out, with everybody's sound or with one's own.

A viewer sees and hears the programme. A participant hears the room without their own voice (N-1), encoded for them
alone; who waits before the room hears what a viewer does. All are one more line of a fan-out, which sends from the
moment the connection is there.
"""

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence

from aiortc import RTCPeerConnection
from aiortc.sdp import SessionDescription

from ingest.live.mix.source import Samples
from ingest.live.webrtc import outlet
from ingest.live.webrtc.answers import answer_to
from ingest.live.webrtc.closing import Closing
from ingest.live.webrtc.errands import Errands
from ingest.live.webrtc.fanout import Fanout, Line
from ingest.live.webrtc.offers import BadOffer, configuration, preferred

log = logging.getLogger(__name__)
OPENS_S = 15.0  # Who has not come by then has found no way; ICE gives up after as long.
SHOWN = ("42e01f", "42001f")  # Constrained Baseline at level 3.1 before what only calls itself Baseline.


class Relay:
    """One connection out. `person` is "" for a viewer whom nobody knows."""

    def __init__(
        self,
        fanout: Fanout,
        *,
        person: str = "",
        own_sound: bool | None = None,
        on_gone: Callable[["Relay"], None],
        ice_servers: Sequence[str] = (),
    ) -> None:
        """`own_sound`: another mix than everybody's, by `hear`; unless it is said, for whom we know."""
        self.person = person
        self.line = Line(own_sound=bool(person) if own_sound is None else own_sound)
        self._fanout, self._on_gone = fanout, on_gone
        self._connection = RTCPeerConnection(configuration(ice_servers))
        self._ending = Closing(self._connection)
        self._closed = False
        self._errands = Errands()

    async def answer(self, sdp: str) -> str:
        """Negotiate. Raises BadOffer."""
        try:
            answer = await answer_to(sdp, self._connection, ("recvonly", "sendrecv"), self._prepare, self._agree)
        except BadOffer:
            await self.close()
            raise
        self._errands.begin(self._give_up())
        return answer

    def hear(self, block: Samples) -> None:
        """960 samples for this person alone (the sound thread)."""
        if self.line.way is not None:
            self._fanout.sound_for(self.line, block)

    def _prepare(self, offer: SessionDescription) -> None:
        # Preferences have no effect once the offer is set: the viewer would get H264 under VP8's number.
        line, fanout, kinds = self.line, self._fanout, [media.kind for media in offer.media]
        if "video" in kinds:
            transceiver = self._connection.addTransceiver(outlet.Silence("video"), direction="sendonly")
            wanted = [each for each in preferred("video") if each.mimeType != "video/VP8"]
            transceiver.setCodecPreferences(sorted(wanted, key=lambda each: _shown(each.parameters)))
            outlet.attend(
                transceiver,
                line.seen,
                on_keyframe=fanout.wants_keyframe,
                on_lost=lambda number: fanout.lost(line, number),
                ssrcs=fanout.ssrcs,
            )
        if "audio" in kinds:
            transceiver = self._connection.addTransceiver(outlet.Silence("audio"), direction="sendonly")
            transceiver.setCodecPreferences(preferred("audio"))
            outlet.attend(transceiver, line.heard, ssrcs=(fanout.sound_ssrc, None))
        self._connection.on("connectionstatechange", self._state_changed)

    def _agree(self) -> None:
        for transceiver in self._connection.getTransceivers():
            codec = outlet.agreed(transceiver)
            if transceiver.kind == "video":
                self.line.video = codec
            else:
                self.line.audio = codec

    def _state_changed(self) -> None:
        state = self._connection.connectionState
        if state == "connected" and self.line.way is None and not self._closed:
            self.line.way = outlet.Way(self._connection)
            self._fanout.add(self.line)
        elif state in ("failed", "closed"):
            self._errands.begin(self.close())

    async def _give_up(self) -> None:
        await asyncio.sleep(OPENS_S)
        if self.line.way is None:
            log.info("a viewer has found no way to us in %.0f s", OPENS_S)
            await self.close()

    async def close(self) -> None:
        """End the connection. It is fine to call it twice."""
        if self._closed:
            return
        self._closed = True
        self._fanout.remove(self.line)
        if self.line.way is not None:
            self.line.way.close()
        self._errands.call_back()
        self._on_gone(self)
        await self._ending.close()


def _shown(parameters: Mapping[str, object]) -> int:
    """The place of a codec among those we answer with; retransmissions come last."""
    profile = parameters.get("profile-level-id")
    return SHOWN.index(str(profile)) if profile in SHOWN else len(SHOWN)
