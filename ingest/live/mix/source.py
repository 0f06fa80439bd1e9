"""What the mixer asks of a person's connection: the newest picture and the next stretch of sound.

The receiving side implements `Source`; the programme only pulls, and never waits.
"""

from typing import Protocol

import av
import numpy as np
from numpy.typing import NDArray

SAMPLE_RATE = 48_000
BLOCK_SAMPLES = 960  # 20 ms, the frame length of Opus in every browser

Samples = NDArray[np.float32]


class Source(Protocol):
    """Picture and sound of one person, both at once and without waiting."""

    person: str

    def picture(self) -> av.VideoFrame | None:
        """The newest decoded frame as yuv420p of any size; the same object as before when nothing new came.

        None says that no RTP came for two seconds: the person's name card is drawn.
        """

    def fitted(self, width: int, height: int) -> av.VideoFrame:
        """The frame that `picture` gave last, in this size. Later ones are brought to it where they are decoded.

        Raises LookupError when the person has gone since then.
        """

    def sound(self, samples: int) -> Samples:
        """The next `samples` of mono sound at 48 kHz, -1 … 1, filled with silence where nothing came.

        Pulled every 20 ms by the mixer's clock while the person is on air.
        """


class Unseen:
    """Somebody who has switched their camera off: their name card instead of the black that a browser sends then."""

    def __init__(self, source: Source) -> None:
        self.person = source.person
        self._source = source

    def picture(self) -> av.VideoFrame | None:
        """None: the name card."""
        return None

    def fitted(self, width: int, height: int) -> av.VideoFrame:
        """Raises LookupError: there is no picture."""
        raise LookupError(f"the camera of {self.person} is off")

    def sound(self, samples: int) -> Samples:
        """As it comes."""
        return self._source.sound(samples)


class Absent(Unseen):
    """Somebody who asked to be hidden: no picture, so their name card is drawn, and no sound.

    They are listened to all the same and it is thrown away, so that they are in step when they come back.
    """

    def sound(self, samples: int) -> Samples:
        """Silence."""
        self._source.sound(samples)
        return np.zeros(samples, np.float32)
