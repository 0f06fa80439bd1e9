"""The levels that senders write into the header of each packet come in (RFC 6464); how loud somebody is goes out.

So it is known of everybody in the room, also of those whose sound is not decoded. Pure: the clock is passed in.
"""

import math

SMOOTH_S = 0.1  # About a syllable: shorter and the level trembles, longer and it comes after the word.
FRESH_S = 0.6  # Opus sends a packet each 0.4 s through silence (DTX); without one for longer nobody speaks.
SILENCE_DB = 127  # by the RFC: digital silence, or a microphone that is off


class Levels:
    """The level of one sender, who may also write none (ffmpeg)."""

    def __init__(self) -> None:
        self._power = 0.0
        self._heard: float | None = None

    def add(self, level: tuple[bool, int] | None, now: float) -> None:
        """A packet came at `now` with this level: whether it is voice, and decibels below the loudest there is."""
        if level is None:
            return
        decibels = min(max(level[1], 0), SILENCE_DB)
        power = 0.0 if decibels == SILENCE_DB else 10 ** (-decibels / 10)
        share = 1.0 if self._heard is None else 1 - math.exp(-max(0.0, now - self._heard) / SMOOTH_S)
        self._power += (power - self._power) * share
        self._heard = now

    def at(self, now: float) -> float | None:
        """Root mean square of the sound, 0 to 1; 0 when nothing comes any more. None: the sender says nothing."""
        if self._heard is None:
            return None
        return math.sqrt(self._power) if now - self._heard < FRESH_S else 0.0
