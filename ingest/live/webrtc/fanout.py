"""The programme's frames and blocks of sound come in, the same packets leave to everybody who watches.

A frame is cut into packets once. All viewers get the same SSRC, sequence numbers and times, so that per viewer only
protection and one call to the kernel remain. Sound is encoded once, on its own 20 ms. Everything is sent from the event
loop; `picture` and `sound` may be called from any thread. When the loop is behind by more than `LATE_S`, what waits is
left out: the same loop takes in what people say, and whoever watches wants to see now and not what was.
"""

import asyncio
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from ingest.live.mix import audio
from ingest.live.mix.source import BLOCK_SAMPLES, SAMPLE_RATE, Samples
from ingest.live.webrtc.opus import Encoder
from ingest.live.webrtc.outlet import Burst, Codec, Sent, Way
from ingest.live.webrtc.packetise import Piece, laid_out, payloads

VIDEO_CLOCK = 90_000
HISTORY = 1024  # packets that may be asked for again, about 3 s at 2.5 Mbit/s
AGAIN_A_SECOND = 300  # packets sent again to one viewer, at most: more than that is no line to watch by
LATE_S = 0.5
LAST_START, LAST_SOUND_START = 0x10000 - 1000, 0x10000 - 100
"""Nobody begins shortly before the numbers begin anew: who misses the first packets would count the rounds wrongly
and could decrypt nothing for good (RFC 3711, 3.3.1). In packets; two seconds and more."""
_NTP_EPOCH_S = 2_208_988_800  # from 1900 to 1970


@dataclass(eq=False)
class Line:
    """One viewer: what was agreed on for each kind, how far it is, and the way there, once it is open.

    `own_sound`: they hear another mix than everybody, by `Fanout.sound_for`.
    """

    video: Codec | None = None
    audio: Codec | None = None
    own_sound: bool = False
    way: Way | None = None
    seen: Sent = field(default_factory=Sent)
    heard: Sent = field(default_factory=Sent)
    at_keyframe: bool = False
    listens: bool = False
    number: int = field(default_factory=lambda: secrets.randbelow(0x8000))  # of the next packet of their own sound
    again: int = field(default_factory=lambda: secrets.randbelow(0x8000))  # of the next packet sent again
    allowed: float = AGAIN_A_SECOND
    encoder: Encoder | None = None


class Fanout:
    """See the module. Belongs to the event loop on which viewers are added."""

    def __init__(
        self, frame_rate: int, want_keyframe: Callable[[], None], wall: Callable[[], float] = time.time
    ) -> None:
        self.ssrcs = (1 + secrets.randbelow(0xFFFFFFFF), 1 + secrets.randbelow(0xFFFFFFFF))
        self.sound_ssrc = 1 + secrets.randbelow(0xFFFFFFFF)
        self._io: asyncio.AbstractEventLoop | None = None
        self._frame_rate, self._want_keyframe, self._wall = frame_rate, want_keyframe, wall
        self._lines: list[Line] = []
        self._sequence, self._sound_sequence = secrets.randbelow(0x8000), secrets.randbelow(0x8000)
        self._rtp_origin, self._sound_origin = secrets.randbelow(1 << 32), secrets.randbelow(1 << 32)
        self._history: list[Piece | None] = [None] * HISTORY
        self._base_s: float | None = None
        self._position = -audio.LOOK_AHEAD  # of the newest block, in samples of the programme
        self._next = self._position
        self._newest = 0  # frame that was handed over
        self._encoder = Encoder()

    def __len__(self) -> int:
        return len(self._lines)

    # From any thread

    def picture(self, data: bytes, pts: int, keyframe: bool) -> None:
        """A frame of the programme: Annex B, pts in frames."""
        self._newest = pts
        if self._lines:
            self._soon(self._show, data, pts, keyframe)

    def sound(self, block: Samples) -> None:
        """960 samples of the public mix; each one counts, whether somebody listens or not."""
        self._position, self._next = self._next, self._next + len(block)
        if any(not line.own_sound for line in self._lines):
            self._soon(self._play, self._position, block)

    def sound_for(self, line: Line, block: Samples) -> None:
        """960 samples for one person who hears the room without themselves; after `sound` of the same moment."""
        self._soon(self._play_own, line, self._position, block)

    def _soon(self, work: Callable[..., None], *arguments: object) -> None:
        if self._io is not None and not self._io.is_closed():
            self._io.call_soon_threadsafe(work, *arguments)

    # On the event loop

    def add(self, line: Line) -> None:
        """Send to a viewer from the next keyframe on; their way is open."""
        self._io = asyncio.get_running_loop()
        self._lines.append(line)
        if line.video is not None:
            self._want_keyframe()

    def remove(self, line: Line) -> None:
        """Leave a viewer out; it is fine if they are not there."""
        if line in self._lines:
            self._lines.remove(line)

    def _show(self, data: bytes, pts: int, keyframe: bool) -> None:
        if self._newest - pts > LATE_S * self._frame_rate:
            self._leave_out()
            return
        pieces = self._pieces(data, pts)
        ntp = self._ntp(pts / self._frame_rate)
        bursts: dict[tuple[int, int], Burst] = {}
        for line in self._lines:
            video, way = line.video, line.way
            if video is None or way is None:
                continue
            if not line.at_keyframe:
                if not keyframe or pieces[0].sequence & 0xFFFF > LAST_START:
                    continue
                line.at_keyframe = True
            kind = video.payload_type, way.tag
            if kind not in bursts:
                bursts[kind] = Burst(laid_out(pieces, ssrc=self.ssrcs[0], payload_type=kind[0], tag=kind[1]))
            burst = bursts[kind]
            way.send(burst)
            seen = line.seen
            seen.ntp, seen.rtp = ntp, pieces[0].rtp
            seen.packets += len(pieces)
            seen.octets += burst.layout.payload_bytes
            line.allowed = min(line.allowed + AGAIN_A_SECOND / self._frame_rate, AGAIN_A_SECOND)

    def _leave_out(self) -> None:
        """Nothing can be shown without the frame before it: everybody goes on with the next keyframe."""
        if any(line.at_keyframe for line in self._lines):
            self._want_keyframe()
        for line in self._lines:
            line.at_keyframe = False

    def _is_late(self, position: int) -> bool:
        return self._position - position > LATE_S * SAMPLE_RATE

    def _pieces(self, data: bytes, pts: int) -> list[Piece]:
        rtp = self._rtp_origin + pts * VIDEO_CLOCK // self._frame_rate
        cut = payloads(data)
        pieces = []
        for number, payload in enumerate(cut, 1):
            piece = Piece(self._sequence, rtp, payload, number == len(cut))
            self._history[self._sequence % HISTORY] = piece
            pieces.append(piece)
            self._sequence += 1
        return pieces

    def lost(self, line: Line, number: int) -> None:
        """A viewer asks again for the packet with these 16 bits; what is too old or too much is left out."""
        piece = self._history[number % HISTORY]
        if piece is None or piece.sequence & 0xFFFF != number or line.video is None or line.way is None:
            return
        if line.allowed < 1 or not line.at_keyframe:
            return
        line.allowed -= 1
        ssrc, kind = self.ssrcs[0], line.video.payload_type
        if line.video.again is not None:  # RFC 4588, 4: the number it had, then what it was
            ssrc, kind = self.ssrcs[1], line.video.again
            original = (piece.sequence & 0xFFFF).to_bytes(2, "big")
            piece = Piece(line.again, piece.rtp, original + piece.payload, piece.marker)
            line.again += 1
        line.way.send(Burst(laid_out([piece], ssrc=ssrc, payload_type=kind, tag=line.way.tag)))

    def wants_keyframe(self) -> None:
        """A viewer cannot show what came; the programme makes one keyframe a second at most, for all."""
        self._want_keyframe()

    def _play(self, position: int, block: Samples) -> None:
        if self._is_late(position):
            return
        piece = Piece(self._sound_sequence, self._sound_origin + position, self._encoder.encode(block), False)
        self._sound_sequence += 1
        bursts: dict[tuple[int, int], Burst] = {}
        for line in self._lines:
            line.listens = line.listens or piece.sequence & 0xFFFF <= LAST_SOUND_START
            if line.listens and not line.own_sound:
                self._send_sound(line, position, piece, bursts)

    def _play_own(self, line: Line, position: int, block: Samples) -> None:
        if self._is_late(position):
            return
        if line.encoder is None:
            line.encoder = Encoder()
        data = line.encoder.encode(block)
        self._send_sound(line, position, Piece(line.number, self._sound_origin + position, data, False), {})
        line.number += 1

    def _send_sound(self, line: Line, position: int, piece: Piece, bursts: dict[tuple[int, int], Burst]) -> None:
        if line.audio is None or line.way is None:
            return
        kind = line.audio.payload_type, line.way.tag
        if kind not in bursts:
            bursts[kind] = Burst(laid_out([piece], ssrc=self.sound_ssrc, payload_type=kind[0], tag=kind[1]))
        line.way.send(bursts[kind])
        heard = line.heard
        heard.ntp, heard.rtp = self._ntp(position / SAMPLE_RATE), piece.rtp
        heard.packets += 1
        heard.octets += len(piece.payload)

    def _ntp(self, seconds: float) -> int:
        """The moment of the programme's `seconds` in NTP's 64 bits: one mapping for both kinds, for lip sync."""
        if self._base_s is None:
            self._base_s = self._wall() - seconds
        return int((self._base_s + seconds + _NTP_EPOCH_S) * (1 << 32))


assert BLOCK_SAMPLES == 960, "Opus packets hold 20 ms"
