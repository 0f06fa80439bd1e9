"""Blocks of everybody on the desk come in every 20 ms and are only laid down; a second of each person's sound goes out.

The desk's thread must not work for this: it appends to a short list, and whoever looks once a second does the sums.
"""

from collections import deque
from collections.abc import Mapping

import numpy as np

from ingest.live.mix.source import Samples

MOST = 150  # blocks that wait for the next look, 3 s: a look that comes later misses some, and nothing else happens


class Ears:
    """See the module. `heard` belongs to the desk's thread, `take` to whoever looks."""

    def __init__(self) -> None:
        self._blocks: deque[tuple[Mapping[str, Samples], Mapping[str, Samples]]] = deque(maxlen=MOST)

    def heard(self, raw: Mapping[str, Samples], sent: Mapping[str, Samples]) -> None:
        """A block: everybody as they sent it, and what they were sent. None of it may be changed later."""
        self._blocks.append((raw, sent))

    def take(self) -> dict[str, tuple[Samples, Samples | None]]:
        """Since the last time, by person: what came of them, and what they were sent, None when nothing was.

        Only of who was there all the time; empty when nothing was mixed.
        """
        blocks = [self._blocks.popleft() for _ in range(len(self._blocks))]
        if not blocks:
            return {}
        there = set.intersection(*(set(raw) for raw, _ in blocks))
        listened = there.intersection(*(set(sent) for _, sent in blocks))
        return {
            person: (
                np.concatenate([raw[person] for raw, _ in blocks]),
                np.concatenate([sent[person] for _, sent in blocks]) if person in listened else None,
            )
            for person in there
        }
