"""What a tick costs comes in, what is left out for a while goes out: first pictures a second, then tiles. Pure.

A machine that is too slow must still keep time: sound never waits, and no tick is late. So before the cost of drawing
and encoding fills the tick, every second picture is sent again instead of a new one, then two of three, and at last
only those who spoke last are seen; the others' pictures are not even decoded, and their name card stands in. It comes
back step by step, and only when there is room for it.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from enum import IntEnum

MEAN_S = 2.0  # a keyframe or a drawn card is no load
FULL = 0.85  # of a tick, above which something is left out: a third of a second of headroom in two
ROOM = 0.6  # of a tick, below which it would be after coming back; the space between keeps it from swinging
WORSE_S, BETTER_S = 3.0, 10.0  # how long a step is given to show what it does
GUEST = 0.75  # of a tick, above which nobody new may come: one more tile costs about a tenth
SEEN = 4  # tiles that stay when there is no more to be left out
SPEAKS = 0.01  # -40 dBFS


class Ease(IntEnum):
    """What is left out; each includes what is before it."""

    NOTHING = 0
    HALF = 1
    THIRD = 2
    TILES = 3


EACH = {Ease.NOTHING: 1, Ease.HALF: 2, Ease.THIRD: 3, Ease.TILES: 3}
"""Every how-manieth picture is drawn anew."""


@dataclass(frozen=True, kw_only=True)
class Shedding:
    """`load`: the mean share of a tick that pictures take; `since_s`: when the step was changed, on the clock."""

    ease: Ease = Ease.NOTHING
    load: float = 0.0
    since_s: float = 0.0

    def draws(self, frame: int) -> bool:
        """Whether this frame is drawn anew."""
        return frame % EACH[self.ease] == 0

    @property
    def full(self) -> bool:
        """Whether one more person would be one too many."""
        return self.ease is not Ease.NOTHING or self.load > GUEST

    def after(self, share: float, ticks_a_second: int, now_s: float) -> "Shedding":
        """After a tick that took this share of its time."""
        # A tick that stood still for a while (a suspended machine) is one bad tick, not a load of many.
        load = self.load + (min(share, 2.0) - self.load) / (MEAN_S * ticks_a_second)
        here = replace(self, load=load)
        lasted = now_s - self.since_s
        if load > FULL and lasted >= WORSE_S and self.ease < Ease.TILES:
            return replace(here, ease=Ease(self.ease + 1), since_s=now_s)
        if self.ease > Ease.NOTHING and lasted >= BETTER_S and load * _dearer(self.ease) < ROOM:
            return replace(here, ease=Ease(self.ease - 1), since_s=now_s)
        return here


def _dearer(ease: Ease) -> float:
    """By how much the step before costs more."""
    return EACH[ease] / EACH[Ease(ease - 1)] if ease is not Ease.TILES else 1.25


def kept(spoke_at: Mapping[str, float], ease: Ease, pinned: Collection[str] = ()) -> set[str]:
    """Whose pictures are shown: everybody's, or of those who spoke last. `spoke_at`: when, in the order of tiles.

    Who is `pinned` stays, for their picture is their voice; of the others at least one does.
    """
    if ease is not Ease.TILES:
        return set(spoke_at)
    others = sorted((person for person in spoke_at if person not in pinned), key=lambda person: -spoke_at[person])
    stay = {person for person in spoke_at if person in pinned}
    return stay | set(others[: max(1, SEEN - len(stay))])
