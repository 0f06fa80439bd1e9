"""RTP packets of a camera come in, in any order and with holes; whole encoded pictures go out, in order.

A picture is given on as soon as its last packet is there. Each lost packet is asked for again (NACK) on a timer of its
own. When the first one is `patience_s` late, a keyframe is asked for as well (PLI), and whichever comes first ends the
freeze: the packet, or a keyframe behind it. After `GIVE_UP_S` everything up to the next keyframe is dropped, because
what refers to a lost picture decodes to rubble. Pure: the clock is passed in, and what to send is returned.
"""

from dataclasses import dataclass, field
from typing import NamedTuple

from ingest.live.webrtc.clock import Unwrapper

PATIENCE_S = 0.2  # Two to three round trips within a country: a retransmission later than that is seen.
GIVE_UP_S = 0.6  # ten tries; by then senders have forgotten the packet, or a keyframe has come
NACK_EVERY_S = 0.05  # About one round trip: asking more often only doubles the answers.
PLI_EVERY_S = 0.5  # An encoder needs about that to deliver one; asking faster makes it deliver several.
NACK_MOST = 128  # One RTCP packet's worth; a longer hole is better mended by a keyframe.
RESTART = 3000  # A jump by more sequence numbers is a new stream: about 10 s of video at 2.5 Mbit/s.
CAPACITY = 4096  # About 5 MB of waiting packets, more than `PATIENCE_S` at any rate a browser sends.


@dataclass(frozen=True)
class EncodedFrame:
    """A whole encoded picture (H264 as Annex B, VP8) or one Opus packet. `rtp` is extended, `arrived` local seconds."""

    kind: str
    codec: str
    data: bytes
    rtp: int
    keyframe: bool
    arrived: float


class Piece(NamedTuple):
    """One packet without its RTP framing; `data` is empty for padding. `first`: a picture may begin with it."""

    rtp: int
    marker: bool
    data: bytes
    codec: str
    first: bool = True


@dataclass
class Outcome:
    """What followed: pictures to give on, sequence numbers (16 bit) to ask for again, whether to ask for a keyframe."""

    frames: list[EncodedFrame] = field(default_factory=list)
    nack: list[int] = field(default_factory=list)
    pli: bool = False


@dataclass
class Hole:
    """A packet that is missing: since when, and when it was last asked for."""

    since: float
    nacked: float = -1e9


class VideoBuffer:
    """See the module. `lost` counts packets given up, `dropped` pictures thrown away for want of a reference."""

    def __init__(self, patience_s: float = PATIENCE_S) -> None:
        self.patience_s = patience_s
        self.lost = 0
        self.dropped = 0
        self._numbers = Unwrapper(16)
        self._waiting: dict[int, Piece] = {}
        self._next: int | None = None
        self._highest = 0
        self._holes: dict[int, Hole] = {}
        self._plied = -1e9
        self._need_keyframe = True

    def add(self, number: int, piece: Piece, now: float) -> Outcome:
        """Take a packet with its 16-bit sequence number."""
        extended = self._place(number)
        if self._next is not None and extended >= self._next:
            if self._goes_on(extended, piece):
                self._waiting[extended], self._highest = piece, extended
                return Outcome()
            self._waiting[extended] = piece
            self._highest = max(self._highest, extended)
        return self.poll(now)

    def _goes_on(self, number: int, piece: Piece) -> bool:
        """Whether a packet only adds to a picture that goes on after it: most do, and nothing is due then."""
        if self._holes or self._need_keyframe or piece.marker or not piece.data or number != self._highest + 1:
            return False
        before = self._waiting.get(number - 1)
        return number == self._next if before is None else before.rtp == piece.rtp

    def poll(self, now: float) -> Outcome:
        """What is due at `now`; call it at least every 50 ms, because a hole has no packet of its own."""
        outcome = Outcome()
        self._assemble(outcome, now)
        self._mend(outcome, now)
        wanted = self._need_keyframe or self._overdue(now) is not None
        if wanted and self._next is not None and now - self._plied >= PLI_EVERY_S:
            self._plied, outcome.pli = now, True
        return outcome

    @property
    def waits(self) -> bool:
        """Whether something is missing, so that `poll` may have something to say soon."""
        return bool(self._holes) or self._need_keyframe

    def want_keyframe(self) -> None:
        """The decoder met rubble: nothing is given on before the next keyframe."""
        self._need_keyframe = True

    def _place(self, number: int) -> int:
        extended = self._numbers.extend(number)
        if self._next is not None and abs(extended - self._next) > RESTART:
            self._numbers.reset()
            self._waiting.clear()
            self._next, self._need_keyframe = None, True
            extended = self._numbers.extend(number)
        if self._next is None:
            self._next = self._highest = extended
        return extended

    def _assemble(self, outcome: Outcome, now: float) -> None:
        while (pieces := self._whole()) is not None:
            assert self._next is not None
            for number in range(self._next, self._next + len(pieces)):
                del self._waiting[number]
            self._next += len(pieces)
            self._give(pieces, outcome, now)

    def _whole(self) -> list[Piece] | None:
        """The packets of the next picture, if all are there; a lone padding packet counts as one without content."""
        pieces: list[Piece] = []
        number = self._next
        while number is not None and (piece := self._waiting.get(number)) is not None:
            if pieces and piece.rtp != pieces[0].rtp:
                return pieces  # its marker bit was not set, but the next picture has begun
            pieces.append(piece)
            if piece.marker or not any(each.data for each in pieces):
                return pieces
            number += 1
        return None

    def _give(self, pieces: list[Piece], outcome: Outcome, now: float) -> None:
        data = b"".join(piece.data for piece in pieces)
        if not data:
            return
        keyframe = is_keyframe(pieces[0].codec, data)
        if self._need_keyframe and not keyframe:
            self.dropped += 1
            return
        self._need_keyframe = False
        outcome.frames.append(
            EncodedFrame(
                kind="video", codec=pieces[0].codec, data=data, rtp=pieces[0].rtp, keyframe=keyframe, arrived=now
            )
        )

    def _mend(self, outcome: Outcome, now: float) -> None:
        if not self._holes and self._nothing_missing():
            return
        missing = self._missing()
        self._holes = {number: self._holes.get(number, Hole(now)) for number in missing}
        overdue = self._overdue(now)
        if overdue is None and len(missing) <= NACK_MOST and len(self._waiting) <= CAPACITY:
            self._ask_again(outcome, now)
        elif (keyframe := self._whole_keyframe()) is not None:
            self._go_on_at(keyframe, outcome, now)
        elif overdue is None or now - overdue >= GIVE_UP_S:
            self._give_up([n for n, hole in self._holes.items() if now - hole.since >= self.patience_s] or missing)
            self._assemble(outcome, now)
        else:
            self._ask_again(outcome, now)

    def _overdue(self, now: float) -> float | None:
        """Since when the packet that holds everything up has been missing, if that is too long."""
        first = next(iter(self._holes.values()), None)
        return first.since if first is not None and now - first.since >= self.patience_s else None

    def _ask_again(self, outcome: Outcome, now: float) -> None:
        for number, hole in self._holes.items():
            if now - hole.nacked >= NACK_EVERY_S:
                hole.nacked = now
                outcome.nack.append(number & 0xFFFF)

    def _nothing_missing(self) -> bool:
        """Whether all that waits is one row without holes: nearly always so, and much faster than looking for them."""
        return self._next is None or self._highest - self._next + 1 == len(self._waiting) <= CAPACITY

    def _missing(self) -> list[int]:
        if self._next is None or not self._waiting:
            return []
        return [number for number in range(self._next, self._highest) if number not in self._waiting]

    def _whole_keyframe(self) -> int | None:
        """Where a keyframe begins of which all packets are there."""
        for number in sorted(self._waiting):
            if _starts(self._waiting[number]):
                end = number
                while (piece := self._waiting.get(end)) is not None and piece.rtp == self._waiting[number].rtp:
                    if piece.marker:
                        return number
                    end += 1
        return None

    def _go_on_at(self, number: int, outcome: Outcome, now: float) -> None:
        self.lost += sum(1 for hole in self._holes if hole < number)
        self._waiting = {each: piece for each, piece in self._waiting.items() if each >= number}
        self._next = number
        self._holes = {each: hole for each, hole in self._holes.items() if each > number}
        self._assemble(outcome, now)

    def _give_up(self, expired: list[int]) -> None:
        last = expired[-1]
        while last + 1 in self._holes:
            last += 1
        self.lost += sum(1 for hole in self._holes if hole <= last)
        self._need_keyframe = True
        kept = {number: piece for number, piece in self._waiting.items() if number > last}
        torn = kept.get(last + 1)
        if torn is not None and not _starts(torn):
            # What is left of the picture in which the hole ends is of no use either.
            kept = {number: piece for number, piece in kept.items() if piece.rtp != torn.rtp}
        self._waiting = kept
        self._next = min(kept, default=self._highest + 1)
        self._holes = {number: hole for number, hole in self._holes.items() if number > self._next}


def _starts(piece: Piece) -> bool:
    return piece.first and bool(piece.data) and is_keyframe(piece.codec, piece.data)


def is_keyframe(codec: str, data: bytes) -> bool:
    """Whether decoding can begin with this picture: H264 with an IDR and its parameter sets, VP8 with frame type 0."""
    if codec == "VP8":
        return not data[0] & 1  # RFC 6386, 9.1
    kinds = {data[place] & 0x1F for place in _units(data)}
    return 5 in kinds or 7 in kinds


def _units(data: bytes) -> list[int]:
    """Where the NAL units of an Annex B stream begin (ITU-T H.264, B.1)."""
    places, at = [], data.find(b"\0\0\1")
    while at >= 0 and at + 3 < len(data):
        places.append(at + 3)
        at = data.find(b"\0\0\1", at + 3)
    return places


def begins_picture(codec: str, payload: bytes) -> bool:
    """Whether a packet may be the first of a picture (RFC 6184, 5.8: FU start bit; RFC 7741, 4.2: S bit, PID 0)."""
    if not payload:
        return False
    if codec == "VP8":
        return bool(payload[0] & 0x10) and not payload[0] & 0x07
    return payload[0] & 0x1F != 28 or (len(payload) > 1 and bool(payload[1] & 0x80))
