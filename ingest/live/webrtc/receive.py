"""A WHIP offer comes in; out go the answer, the person's sound and picture for the mixer, and every encoded frame.

One `Peer` is one connection of one person, one camera and one microphone at most. A `PersonSource` is what the
mixer holds: it stays when the person reconnects, and speaks for whichever peer is the newest.
"""

import asyncio
import contextlib
import logging
import time
from collections.abc import Callable, Sequence

import av
import numpy as np
from aiortc import RTCPeerConnection
from aiortc.sdp import SessionDescription

from ingest.live.webrtc import hooks
from ingest.live.webrtc.answers import answer_to
from ingest.live.webrtc.camera import CODECS, Camera
from ingest.live.webrtc.clock import PersonClock, Unwrapper
from ingest.live.webrtc.closing import Closing
from ingest.live.webrtc.darkroom import Darkroom
from ingest.live.webrtc.errands import Errands
from ingest.live.webrtc.jitter import EncodedFrame, Outcome, Piece, VideoBuffer, begins_picture
from ingest.live.webrtc.levels import Levels
from ingest.live.webrtc.losses import Losses
from ingest.live.webrtc.offers import BadOffer, configuration, expecting_loss, preferred
from ingest.live.webrtc.opus import Sound
from ingest.live.webrtc.packet import AnyPacket
from ingest.live.webrtc.shortcut import shorten
from ingest.live.webrtc.voice import Voice

log = logging.getLogger(__name__)
ALLOWED_BITS_PER_S = 2_000_000  # until it is known what the tile is worth (`wanted`)
GAP_S = 2.0  # Two seconds of frozen face are noticed; shorter holes are common when a network changes.
GONE_S = 12.0  # Longer than a browser's own recovery from a changed network, then the seat is free for a new one.
CHECK_S = 0.025  # Half of the shortest interval something is due at (NACK).
CALM_S = 0.1  # while no packet is missing


class Peer:
    """See the module. All methods belong to the event loop; `voice` and `camera` are read by the mixer's threads."""

    def __init__(
        self,
        person: str,
        *,
        ice_servers: Sequence[str] = (),
        on_frame: Callable[["Peer", EncodedFrame], None],
        on_gap: Callable[["Peer", bool], None],
        on_gone: Callable[["Peer"], None],
        now: Callable[[], float] = time.monotonic,
        darkroom: Darkroom | None = None,
    ) -> None:
        self.person = person
        self.clock = PersonClock()
        self.voice = Voice(self.clock, now)
        self._loop = asyncio.get_running_loop()
        self.camera = Camera(self.clock, now, self._soon_trouble, darkroom)
        self.allowed_bits_per_s = ALLOWED_BITS_PER_S
        self.seen = {"audio": -1e9, "video": -1e9}
        self._now = now
        self._on_frame, self._on_gap, self._on_gone = on_frame, on_gap, on_gone
        self._connection = RTCPeerConnection(configuration(ice_servers))
        self._ending = Closing(self._connection)
        self._buffer = VideoBuffer()
        self._times = {"audio": Unwrapper(32), "video": Unwrapper(32)}
        self._taps: dict[str, hooks.Tap] = {}
        self._levels = Levels()
        self.losses = Losses()
        self._reports: dict[str, tuple[float, int]] = {}
        self._gap = False
        self._closed = False
        self._made = now()
        self._allowed = -1e9
        self._errands = Errands()
        self._checking: asyncio.TimerHandle | None = None
        self._hurried = False

    async def answer(self, sdp: str) -> str:
        """Negotiate; the media starts to flow when ICE and DTLS are done. Raises BadOffer."""
        try:
            answer = await answer_to(sdp, self._connection, ("sendonly", "sendrecv"), self._prepare)
        except BadOffer:
            await self.close()
            raise
        self._check()
        return expecting_loss(answer)

    def _prepare(self, offer: SessionDescription) -> None:
        for media in offer.media:
            if media.kind not in ("audio", "video"):
                continue
            transceiver = self._connection.addTransceiver(media.kind, direction="recvonly")
            transceiver.setCodecPreferences(preferred(media.kind))
            take = self._sound_packet if media.kind == "audio" else self._picture_packet
            self._taps[media.kind] = hooks.Tap(transceiver.receiver, take, self._reporter(media.kind))
        self._connection.on("connectionstatechange", self._state_changed)

    @property
    def kinds(self) -> tuple[str, ...]:
        """Which of "audio" and "video" the person sends."""
        return tuple(self._taps)

    @property
    def connected(self) -> bool:
        """Whether media may flow at this moment."""
        return not self._closed and self._connection.connectionState == "connected"

    @property
    def level(self) -> float:
        """How loud the person is, root mean square, 0 to 1: what the sender writes, or else what was mixed last."""
        written = self._levels.at(self._now())
        return self.voice.level if written is None else written

    def figures(self) -> dict[str, int]:
        """What the connection costs and suffers: milliseconds of delay and of sound made up, jumps, packets lost."""
        return {
            "delay_ms": round(1000 * self.clock.delay),
            "made_up_ms": self.voice.concealed // 48,
            "recovered_ms": self.voice.recovered // 48,
            "jumps": self.voice.jumps,
            "late": self.voice.late,
            "lost": self._buffer.lost,
            "dropped": self._buffer.dropped,
        }

    def ask_keyframe(self) -> None:
        """Ask the camera for a keyframe; the answer takes a round trip and more."""
        if "video" in self._taps and not self._closed:
            self._errands.begin(self._taps["video"].keyframe())

    def watch(self, on: bool) -> None:
        """Decode the picture, or spare it."""
        if self.camera.watch(on):
            self.ask_keyframe()

    async def close(self) -> None:
        """End the connection. It is fine to call it twice."""
        if self._closed:
            return
        self._closed = True
        self.camera.stop()
        if self._checking is not None:
            self._checking.cancel()
        self._on_gone(self)
        await self._ending.close()

    def _state_changed(self) -> None:
        state = self._connection.connectionState
        if state == "connected":
            hooks.keep_without_consent(self._connection)
            shorten(self._taps.values())
            self.ask_keyframe()
        elif state in ("failed", "closed"):
            self._errands.begin(self.close())

    def _reporter(self, kind: str) -> Callable[[float, int], None]:
        def reported(ntp_s: float, rtp: int) -> None:
            self._reports[kind] = ntp_s, rtp
            if kind in self.clock.tracks:
                self.clock.tracks[kind].reported(ntp_s, self._times[kind].near(rtp))

        return reported

    def _sound_packet(self, codec: str, rate: int, packet: AnyPacket, payload: bytes) -> None:
        now, rtp = self._arrived("audio", rate, packet)
        self._levels.add(packet.extensions.audio_level, now)
        self.losses.add(packet.sequence_number)
        if payload:
            frame = EncodedFrame(kind="audio", codec=codec, data=payload, rtp=rtp, keyframe=True, arrived=now)
            self.voice.add(frame)
            self._on_frame(self, frame)

    def _picture_packet(self, codec: str, rate: int, packet: AnyPacket, payload: bytes) -> None:
        now, rtp = self._arrived("video", rate, packet)
        if codec not in CODECS:
            return
        first = begins_picture(codec, packet.payload)
        piece = Piece(rtp=rtp, marker=bool(packet.marker), data=payload, codec=codec, first=first)
        self._follow(self._buffer.add(packet.sequence_number, piece, now))

    def _arrived(self, kind: str, rate: int, packet: AnyPacket) -> tuple[float, int]:
        now = self._now()
        rtp = self._times[kind].extend(packet.timestamp)
        if kind not in self.clock.tracks and kind in self._reports:  # the report came before the first packet
            ntp_s, reported = self._reports[kind]
            self.clock.track(kind, rate).reported(ntp_s, self._times[kind].near(reported))
        self.clock.track(kind, rate).arrived(rtp, now)
        self.seen[kind] = now
        return now, rtp

    def _follow(self, outcome: Outcome) -> None:
        for frame in outcome.frames:
            self.camera.add(frame)
            self._on_frame(self, frame)
        if outcome.nack:
            self._errands.begin(self._taps["video"].again(outcome.nack))
            if not self._hurried and self._checking is not None:
                self._hurried = True
                self._checking.cancel()
                self._checking = self._loop.call_later(CHECK_S, self._check)
        if outcome.pli:
            self.ask_keyframe()

    def _soon_trouble(self) -> None:
        with contextlib.suppress(RuntimeError):  # the loop is closed: the process ends
            self._loop.call_soon_threadsafe(self._trouble)

    def _trouble(self) -> None:
        self._buffer.want_keyframe()
        self._follow(self._buffer.poll(self._now()))

    def _check(self) -> None:
        """What is due without a packet: holes, bandwidth, the watchdog. Calls itself again until the peer is closed."""
        if self._closed:
            return
        now = self._now()
        self._hurried = True  # nobody else shall set the timer meanwhile
        self._follow(self._buffer.poll(now))
        if now - self._allowed >= 0.5 and "video" in self._taps:
            self._allowed = now
            self._errands.begin(self._taps["video"].allow(self.allowed_bits_per_s))
        self._watchdog(now)
        self._hurried = self._buffer.waits
        self._checking = self._loop.call_later(CHECK_S if self._hurried else CALM_S, self._check)

    def _watchdog(self, now: float) -> None:
        last = max(self.seen.values())
        quiet = now - max(self._made, last)
        gap = quiet >= GAP_S
        if gap != self._gap and last > self._made:
            self._gap = gap
            self._on_gap(self, gap)
        if quiet >= GONE_S:
            log.info("no media of %s for %.0f s: the connection is closed", self.person, quiet)
            self._errands.begin(self.close())


class PersonSource:
    """A person for the mixer (`source.Source`), whichever peer brings them; silence and no picture without one."""

    def __init__(self, person: str, now: Callable[[], float] = time.monotonic) -> None:
        self.person = person
        self.peer: Peer | None = None
        self._now = now

    def picture(self) -> av.VideoFrame | None:
        """The picture to show now; None when no camera sends (a name card is drawn)."""
        peer = self.peer
        if peer is None or self._now() - peer.seen["video"] >= GAP_S:
            return None
        return peer.camera.picture()

    def fitted(self, width: int, height: int) -> av.VideoFrame:
        """The picture that `picture` gave last, in this size. Raises LookupError when there is none."""
        if self.peer is None:
            raise LookupError("there is no camera")
        return self.peer.camera.fitted(width, height)

    @property
    def late(self) -> bool:
        """Whether a camera sends and nothing of it has been decoded yet."""
        peer = self.peer
        return peer is not None and self._now() - peer.seen["video"] < GAP_S and peer.camera.picture() is None

    def sound(self, samples: int) -> Sound:
        """Exactly `samples` of sound, float32 mono 48 kHz."""
        peer = self.peer
        return np.zeros(samples, np.float32) if peer is None else peer.voice.pull(samples)

    @property
    def level(self) -> float:
        """How loud the person is: root mean square, 0 to 1; known without decoding where the sender writes it."""
        return 0.0 if self.peer is None else self.peer.level
