"""Who is on air, who signs and what staff said come in; for whom each interpreter speaks goes out. Pure.

An interpreter's voice is somebody else's words: it makes that person the one who speaks, and captions carry their name.
What staff press holds as long as who was named is on air. Else it is who signs, the last who came; else the one guest
who is on air, since a single guest with an interpreter has brought them; else nobody, and they are named as themselves.
"""

from collections.abc import Collection, Mapping, Sequence

RULE = "rule"
STAFF = "staff"
Chosen = Mapping[str, str | None]
"""By interpreter: for whom staff said that they speak, None for nobody. Without an entry the rule decides."""


def by_rule(people: Sequence[str], signs: Collection[str], guests: Collection[str]) -> str | None:
    """For whom an interpreter speaks among `people` on air, in the order in which they came."""
    if signing := [person for person in people if person in signs]:
        return signing[-1]
    asking = [person for person in people if person in guests]
    return asking[0] if len(asking) == 1 else None


def spoken_for(
    people: Sequence[str],
    *,
    interpreters: Collection[str],
    signs: Collection[str],
    guests: Collection[str],
    chosen: Chosen,
) -> dict[str, tuple[str | None, str]]:
    """For each interpreter on air: for whom they speak, and who says so (STAFF or RULE)."""
    others = [person for person in people if person not in interpreters]
    ruled = by_rule(others, signs, guests)
    found: dict[str, tuple[str | None, str]] = {}
    for interpreter in [person for person in people if person in interpreters]:
        held = interpreter in chosen and (chosen[interpreter] is None or chosen[interpreter] in others)
        found[interpreter] = (chosen[interpreter], STAFF) if held else (ruled, RULE)
    return found


def credited(
    levels: Mapping[str, float], interpreters: Mapping[str, float], voices: Mapping[str, str | None]
) -> dict[str, float]:
    """How loud everybody is when an interpreter's voice counts as that of the person they speak for.

    `voices`: for whom each speaks. They need not be among `levels`: who signs may be muted.
    """
    loud = dict(levels)
    for interpreter, level in interpreters.items():
        whom = voices.get(interpreter)
        if whom is not None:
            loud[whom] = max(loud.get(whom, 0.0), level)
    return loud
