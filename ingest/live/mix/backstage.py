"""Sounds of those on air and of those who are not come in; what each person in the room hears goes out.

| who listens | while the programme shows people | while it shows a slide |
|---|---|---|
| on air | the programme without themselves | everybody in the room without themselves |
| backstage (host, staff, who was let in) | that and those backstage, without themselves | the same |
| waiting, the public | the programme | silence |
| two who speak alone, both backstage | that, softer, and each other | each other |

What is said backstage is in no mix of the first line and of those outside; what two people say to each other alone is
in no mix but theirs. While somebody backstage speaks, those who listen there hear the programme softer. Belongs to the
sound thread; `people` and `private` may be set from any other.
"""

from collections.abc import Callable, Collection, Mapping

import numpy as np

from ingest.live.mix import audio
from ingest.live.mix.source import BLOCK_SAMPLES, Samples
from ingest.live.mix.stage import Place

SPEAKS = 0.02  # of the sum backstage, where voices have been brought to one loudness (about 0.1): no fan is as loud
SOFT = 0.25  # the programme under somebody who speaks to us: still followed, easily spoken over
SOFT_BLOCKS = 40  # 0.8 s: longer than the pauses within a sentence


class Backstage:
    """Who can be heard backstage, and how loud the programme is beside it."""

    def __init__(self) -> None:
        self.people: tuple[Place, ...] = ()
        """Everybody who is connected with the room, on air or not."""
        self.private: Mapping[str, str] = {}
        """Who speaks with whom alone; it holds while neither of them is on air."""
        self._soft_for = 0
        self._level = 1.0

    def asked(self, on_air: Collection[str], listeners: Collection[str], held: bool) -> list[Place]:
        """Whose sound is needed beside that of those on air: nobody's while nobody could hear them."""
        if not any(held or each not in on_air for each in listeners):
            return []
        return [place for place in self.people if place.person not in on_air and not place.screen]

    def mix(
        self, programme: Samples, on_air: Mapping[str, Samples], aside: Mapping[str, Samples], held: bool
    ) -> Callable[[str], Samples]:
        """What is heard in this block, by listener. `programme`: the sum of those on air; `aside`: the others."""
        if not aside:
            self._soft_for, self._level = 0, 1.0
            return lambda person: audio.without(programme, on_air.get(person))
        private = {one: other for one, other in self.private.items() if one in aside and other in aside}
        others = audio.total({each: sound for each, sound in aside.items() if each not in private}, BLOCK_SAMPLES)
        before, self._level = self._level, 1.0 if held else self._beside(others)
        softer = audio.ramp(programme, before, self._level)

        def heard(person: str) -> Samples:
            if person in private:
                return aside[private[person]] if held else programme * np.float32(SOFT) + aside[private[person]]
            if person in on_air:
                return audio.without(programme + others if held else programme, on_air[person])
            return audio.without(softer + others, aside.get(person))

        return heard

    def _beside(self, others: Samples) -> float:
        loud = float(others @ others) > SPEAKS * SPEAKS * len(others)
        self._soft_for = SOFT_BLOCKS if loud else max(0, self._soft_for - 1)
        return SOFT if self._soft_for else 1.0
