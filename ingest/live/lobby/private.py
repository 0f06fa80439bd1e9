"""What is done in a room comes in, command by command; who speaks with whom alone goes out. Pure.

Staff talk with a guest before anybody else does: only these two hear each other. Rows and the room work it out from the
same commands, so a room that was started again keeps what was said in private.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from ingest import wishes

Pairs = Mapping[str, str]
"""Each of two people who hear each other alone, by the other."""
ENDS = frozenset({wishes.Kind.SHOW, wishes.Kind.HOLD})
"""Going on air or back to the waiting room ends it."""


def after(pairs: Pairs, kind: wishes.Kind, payload: Mapping[str, Any]) -> Pairs:
    """Who speaks with whom alone once this was done."""
    if kind is wishes.Kind.ASIDE:
        one, other = payload["person"], payload.get("whom")
        left = _without(pairs, {one, other})
        return {**left, one: other, other: one} if other else left
    return _without(pairs, {payload["person"]}) if kind in ENDS else pairs


def of(done: Iterable[tuple[wishes.Kind, Mapping[str, Any]]]) -> Pairs:
    """The same after all of this, in its order."""
    pairs: Pairs = {}
    for kind, payload in done:
        pairs = after(pairs, kind, payload)
    return pairs


def _without(pairs: Pairs, people: set[Any]) -> Pairs:
    return {one: other for one, other in pairs.items() if one not in people and other not in people}
