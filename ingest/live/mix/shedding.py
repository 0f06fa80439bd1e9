"""What a tick costs comes in, what is left out for a while goes out: first pictures a second, then tiles. Pure.

A machine that is too slow must still keep time: sound never waits, and no tick is late. So before the cost of drawing
and encoding fills the tick, every second picture is sent again instead of a new one, then two of three, and at last
only those who spoke last are seen; the others' pictures are not even decoded, and their name card stands in. While
somebody is pinned because they sign, tiles go first: hands need pictures, and a face that listens does not. Ticks that
come late again and again are load as well: then it is others who take the time, decoders or another program, and
pictures that are dear can make room for them; cheap ones cannot, and are all drawn. What was left out comes back step
by step, only when there is room for it, and later each time that it was too early.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from enum import Enum

MEAN_S = 2.0  # a keyframe or a drawn card is no load
FULL = 0.85  # of a tick, above which something is left out: a third of a second of headroom in two
ROOM = 0.6  # of a tick, below which it would be after coming back; the space between keeps it from swinging
WORSE_S, BETTER_S = 3.0, 10.0  # how long a step is given to show what it does
LATE_S, LATE = 20.0, 3  # late in so many different seconds of the last twenty is more than a hiccup
HELPS = 0.25  # of a tick, for all pictures; below it leaving some out frees too little to make a late tick come in time
LONGEST_S = 160.0  # a step that was taken back too early is tried half as often, down to this
GUEST = 0.75  # of a tick, above which nobody new may come: one more tile costs about a tenth
SEEN = 4  # tiles that stay when there is no more to be left out
SPEAKS = 0.01  # -40 dBFS


class Ease(Enum):
    """What is left out: every how-manieth picture is drawn anew, and whether only those who spoke last are seen."""

    NOTHING = (1, False)
    HALF = (2, False)
    THIRD = (3, False)
    FEWER = (1, True)
    FEWER_HALF = (2, True)
    TILES = (3, True)

    @property
    def each(self) -> int:
        return self.value[0]

    @property
    def tiles(self) -> bool:
        return self.value[1]


SPEECH = (Ease.NOTHING, Ease.HALF, Ease.THIRD, Ease.TILES)
SIGNS = (Ease.NOTHING, Ease.FEWER, Ease.FEWER_HALF, Ease.TILES)
"""The steps, each with less than the one before, while people only speak and while somebody signs."""


@dataclass(frozen=True, kw_only=True)
class Shedding:
    """`load`: the mean share of a tick that pictures take; `since_s`: when the step was changed, on the clock.

    `late`: when ticks were late, at most once a second; `patience_s`: how long a step is kept at least; `better`: the
    step was taken because there was room.
    """

    ease: Ease = Ease.NOTHING
    load: float = 0.0
    since_s: float = 0.0
    late: tuple[float, ...] = ()
    patience_s: float = BETTER_S
    better: bool = False

    def draws(self, frame: int) -> bool:
        """Whether this frame is drawn anew."""
        return frame % self.ease.each == 0

    @property
    def full(self) -> bool:
        """Whether one more person would be one too many: by what pictures would cost with nothing left out.

        Others who take the time for a moment keep nobody out, unless there is no more to be left out.
        """
        return self.ease is Ease.TILES or self.whole > GUEST

    @property
    def whole(self) -> float:
        """The share of a tick that pictures would take with nothing left out."""
        return self.load * _dearer(Ease.NOTHING, self.ease)

    def after(
        self, share: float, ticks_a_second: int, now_s: float, *, late: bool = False, signs: bool = False
    ) -> "Shedding":
        """After a tick that took this share of its time.

        `late`: it began late; `signs`: somebody is pinned because they sign.
        """
        # A tick that stood still for a while (a suspended machine) is one bad tick, not a load of many.
        load = self.load + (min(share, 2.0) - self.load) / (MEAN_S * ticks_a_second)
        steps, step = SIGNS if signs else SPEECH, (SPEECH if self.ease in SPEECH else SIGNS).index(self.ease)
        here = replace(self, load=load, ease=steps[step], late=self._late(now_s, late=late))
        lasted = now_s - self.since_s
        dear = here.whole > HELPS
        crowded = load > FULL or (dear and len(here.late) >= LATE)
        if crowded and lasted >= WORSE_S and step < len(steps) - 1:
            early = self.better and lasted < LONGEST_S
            patience_s = min(2 * self.patience_s, LONGEST_S) if early else BETTER_S
            return replace(here, ease=steps[step + 1], since_s=now_s, late=(), patience_s=patience_s, better=False)
        room = not (dear and here.late) and step > 0 and load * _dearer(steps[step - 1], steps[step]) < ROOM
        if room and lasted >= self.patience_s:
            return replace(here, ease=steps[step - 1], since_s=now_s, better=True)
        return here

    def _late(self, now_s: float, *, late: bool) -> tuple[float, ...]:
        known = tuple(when for when in self.late if now_s - when < LATE_S)
        return (*known, now_s) if late and (not known or now_s - known[-1] >= 1.0) else known


def _dearer(more: Ease, less: Ease) -> float:
    """By how much the step before costs more."""
    return less.each / more.each * (1.25 if less.tiles and not more.tiles else 1.0)


def kept(spoke_at: Mapping[str, float], ease: Ease, pinned: Collection[str] = ()) -> set[str]:
    """Whose pictures are shown: everybody's, or of those who spoke last. `spoke_at`: when, in the order of tiles.

    Who is `pinned` stays, for their picture is their voice; of the others at least one does.
    """
    if not ease.tiles:
        return set(spoke_at)
    others = sorted((person for person in spoke_at if person not in pinned), key=lambda person: -spoke_at[person])
    stay = {person for person in spoke_at if person in pinned}
    return stay | set(others[: max(1, SEEN - len(stay))])
