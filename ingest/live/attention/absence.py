"""Who is on air, who leads and who is gone come in; how the programme goes on without the host goes out. Pure.

| who is left | what the public sees |
|---|---|
| a host, or who stands in for one | the scene without who is gone |
| others | the same, for 30 s without a host if no staff are there either; then "back in a moment" |
| nobody | "back in a moment" |

Whoever comes back has the place they had. Guests who are gone keep their tile with a name card.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

ALONE_S = 24.0  # After 5 s somebody counts as gone, and a second may pass until the next look: 30 s in all.


@dataclass(frozen=True)
class Absence:
    """Which hosts are left out of the picture, whether everybody waits for them, and since when nobody leads."""

    lost: tuple[str, ...] = ()
    waits: bool = False
    alone_since: float | None = None


def after(
    absence: Absence,
    people: Sequence[str],
    *,
    hosts: Collection[str],
    gone: Collection[str],
    staff: bool,
    now: float,
) -> Absence:
    """How it stands at `now`. `people`: on air; `staff`: whether anybody of them is there to decide."""
    leading = [each for each in people if each in hosts and each not in gone]
    others = [each for each in people if each not in hosts and each not in gone]
    lost = tuple(each for each in people if each in hosts and each in gone)
    if leading or not people:
        return Absence(lost)
    since = now if absence.alone_since is None else absence.alone_since
    forsaken = bool(others) and not staff and now - since >= ALONE_S
    return Absence(lost, forsaken or (bool(lost) and not others), since)
