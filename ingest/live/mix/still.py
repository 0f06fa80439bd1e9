"""A slide comes in; encoded frames that show it go out, in whole groups of pictures, for as long as they are wanted.

Encoded once, by an encoder with the programme's settings, so that they decode under the same init segment. Nothing is
encoded when it is needed: a keyframe and what follows it are the same bytes each time.
"""

import logging

import av

from ingest.live.mix.cards import SLATE, Card
from ingest.live.mix.scene import Box
from ingest.live.mix.video import Canvas, Encoder, Keyframes, Overlay, colour

log = logging.getLogger(__name__)


class Still:
    """Frames of one picture. `following`: the keyframe, then what may follow it, each on the one before."""

    def __init__(self, following: list[bytes]) -> None:
        self._following = following
        self._at = len(following)

    @property
    def length(self) -> int:
        """How many frames there are from one keyframe to the next."""
        return len(self._following)

    def begin(self) -> None:
        """The next frame is a keyframe, whatever came before."""
        self._at = len(self._following)

    def frame(self, keyframe: bool) -> tuple[bytes, bool]:
        """The next frame in Annex B, and whether it is a keyframe: at least where the programme has one."""
        self._at = 0 if keyframe or self._at + 1 >= len(self._following) else self._at + 1
        return self._following[self._at], self._at == 0


def still(encoder: Encoder, picture: av.VideoFrame, frame_rate: int) -> Still:
    """Encode a picture as often as there are frames from one regular keyframe to the next. `encoder`: a fresh one."""
    return Still([encoder.encode(picture, number == 0) for number in range(Keyframes.EVERY_S * frame_rate)])


def drawn(card: Card | None, width: int, height: int) -> av.VideoFrame:
    """A card that fills the picture, or an empty slate."""
    canvas = Canvas(width, height)
    canvas.fill(Box(0, 0, width, height), colour(*SLATE))
    if card is not None:
        canvas.lay(0, 0, Overlay.of(card.pixels))
    return canvas.frame
