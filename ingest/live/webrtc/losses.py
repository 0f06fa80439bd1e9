"""Sequence numbers of one stream's packets come in; how many there should have been, and how many did not come. Pure.

What comes late or once more is counted as come, so that the share is that of RFC 3550 (6.4.1).
"""

_HALF = 0x8000


class Losses:
    """Counts from the first packet on; both counts only ever describe what lies behind the newest number."""

    def __init__(self) -> None:
        self._first: int | None = None
        self._newest: int | None = None
        self._come = 0

    def add(self, number: int) -> None:
        """A packet with this number (16 bits) came."""
        self._come += 1
        if self._newest is None:
            self._first = self._newest = number
            return
        step = (number - self._newest) & 0xFFFF
        if step < _HALF:
            self._newest += step

    @property
    def expected(self) -> int:
        """How many packets the sender has numbered so far."""
        return 0 if self._first is None or self._newest is None else self._newest - self._first + 1

    @property
    def lost(self) -> int:
        """How many of them are missing now."""
        return max(0, self.expected - self._come)
