"""Decoded pictures come in, one a second; whether they stand still or are black goes out. Pure.

Only each sixteenth point of each sixteenth line is looked at: a camera's noise and a face that breathes move those
as well.
"""

from dataclasses import dataclass

import av
import numpy as np
from numpy.typing import NDArray

from ingest.live.mix.video import planes_of

_STEP = 16
STILL = 0.15  # levels of difference on average: what an encoder still mends in a picture that stands
DARK = 30.0  # brightness; 16 is black, and a lens behind a cover is not quite
PLAIN = 8.0  # levels between the dark and the bright of it: a night scene with a lamp is a picture


@dataclass(frozen=True, kw_only=True)
class Seen:
    """One look at a person's picture."""

    still: bool
    dark: bool


class Eye:
    """Remembers the last look at one person."""

    def __init__(self) -> None:
        self._last: NDArray[np.int16] | None = None

    def look(self, picture: av.VideoFrame) -> Seen:
        """Compare with the last look."""
        points = planes_of(picture)[0][::_STEP, ::_STEP].astype(np.int16)
        before, self._last = self._last, points
        same = before is not None and before.shape == points.shape
        still = same and float(np.abs(points - before).mean()) < STILL  # type: ignore[operator]
        low, high = np.percentile(points, (1, 99))
        dark = float(points.mean()) < DARK and float(high - low) < PLAIN
        return Seen(still=still, dark=dark)

    def forget(self) -> None:
        """The next look is a first one: what was not looked at for a while may have moved."""
        self._last = None
