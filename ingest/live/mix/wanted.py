"""The box of a person's tile comes in; what their camera should send goes out. Pure.

Small pictures for small tiles save the sender's line and most of our decoding: there is no simulcast. Our page obeys
(`setParameters`); other senders hear of the bits alone (REMB).
"""

from dataclasses import dataclass

from ingest.live.mix.scene import Box

# Bits a second by the height of a tile, for faces in H264 from a browser at 30 a second: more is not seen.
STEPS = ((180, 250_000), (270, 450_000), (360, 800_000), (540, 1_400_000), (720, 2_000_000), (1080, 3_500_000))
HEADROOM = 1.25  # repeated packets and a keyframe; also what lets a sender rise at once when its tile grows
LEAST_ALLOWED = 1_000_000  # Chromium needs some ten seconds to rise from less to what a large tile is worth.

FOR_SCREENS = 1_500_000  # letters stay sharp at fifteen pictures a second


@dataclass(frozen=True)
class Wanted:
    """What a camera should send: at most this many pixels, pictures a second and bits a second."""

    width: int
    height: int
    frame_rate: int
    bits_per_s: int

    @property
    def allowed(self) -> int:
        """Bits a second for REMB, which counts everything that is sent."""
        return max(round(HEADROOM * self.bits_per_s), LEAST_ALLOWED)


def wanted(box: Box | None, frame_rate: int, *, screen: bool = False) -> Wanted:
    """What the tile `box` needs; without one the person is not shown, and need only be there at once.

    A shared `screen` moves little and is read, so it is sent large and slow.
    """
    if screen:
        return Wanted(max(box.width, 1280) if box else 1280, max(box.height, 720) if box else 720, 15, FOR_SCREENS)
    if box is None:
        return Wanted(640, 360, min(frame_rate, 15), 400_000)
    bits = next((bits for height, bits in STEPS if box.height <= height), STEPS[-1][1])
    return Wanted(box.width, box.height, frame_rate, bits)
