"""The last picture of a scene comes in; pictures between it and those of the next one go out, for a few ticks.

About 0.3 ms for each picture of 720 lines, only while it lasts.
"""

import av
import numpy as np
from numpy.typing import NDArray

from ingest.live.mix.video import Canvas, planes_of

FADE_S = 0.3  # shorter looks like a fault, longer makes people wait
WHOLE = 128  # parts of the old picture; 255 times that just fits into 16 bits


class Fade:
    """One room's cross-fade. `ticks` 0: none."""

    def __init__(self, width: int, height: int, ticks: int) -> None:
        self._ticks = ticks
        self._left = 0
        self._mixed = Canvas(width, height).frame
        self._old: list[NDArray[np.int16]] = [plane.astype(np.int16) for plane in planes_of(self._mixed)]
        self._work = [np.empty_like(plane) for plane in self._old]

    @property
    def running(self) -> bool:
        return self._left > 0

    def begin(self, picture: av.VideoFrame) -> None:
        """Fade from this picture, which may be drawn on afterwards."""
        self._left = self._ticks
        if self._ticks:
            for old, plane in zip(self._old, planes_of(picture), strict=True):
                old[:] = plane

    def stop(self) -> None:
        """Show no more of the old picture."""
        self._left = 0

    def of(self, picture: av.VideoFrame) -> av.VideoFrame:
        """What goes out at this tick in place of the new picture."""
        if not self._left:
            return picture
        share = np.int16(WHOLE * self._left // (self._ticks + 1))
        self._left -= 1
        for old, new, work, out in zip(self._old, planes_of(picture), self._work, planes_of(self._mixed), strict=True):
            np.subtract(old, new, out=work)
            np.multiply(work, share, out=work)
            np.right_shift(work, 7, out=work)
            np.add(work, new, out=work)
            out[:] = work
        return self._mixed
