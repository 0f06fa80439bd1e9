"""Cues come in, every way in which one is outside the rules goes out, for staff and for the bench."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from transcode.cues import FASTEST, GAP_S, LINE_LENGTH, LONGEST_S, SHORTEST_S, Cue

LINES = 2
# Times are written in milliseconds; half of one is rounding, not a fault.
ROUNDING_S = 0.0005


class Rule(StrEnum):
    """The rules a cue can break."""

    EMPTY = "empty"
    LINES = "lines"
    LENGTH = "length"
    FAST = "fast"
    SHORT = "short"
    LONG = "long"
    GAP = "gap"


@dataclass(frozen=True, kw_only=True)
class Fault:
    """One rule that one cue breaks; `number` counts cues from 1, as the files do."""

    number: int
    start_s: float
    rule: Rule
    found: str

    def __str__(self) -> str:
        return f"cue {self.number} at {self.start_s:.3f} s: {self.rule}: {self.found}"


def faults(shown: Sequence[Cue]) -> list[Fault]:
    """All faults of all cues, in order."""
    found: list[Fault] = []
    for number, cue in enumerate(shown, 1):
        after = shown[number] if number < len(shown) else None
        for rule, what in _broken(cue, after).items():
            found.append(Fault(number=number, start_s=cue.start_s, rule=rule, found=what))
    return found


def _broken(cue: Cue, after: Cue | None) -> dict[Rule, str]:
    length_s = cue.end_s - cue.start_s
    longest = max((len(line) for line in cue.lines), default=0)
    broken: dict[Rule, str] = {}
    if not cue.text.strip() or not all(cue.lines):
        broken[Rule.EMPTY] = "an empty line or no text"
    if len(cue.lines) > LINES:
        broken[Rule.LINES] = f"{len(cue.lines)} lines, at most {LINES}"
    if longest > LINE_LENGTH:
        broken[Rule.LENGTH] = f"{longest} characters in a line, at most {LINE_LENGTH}"
    if round(cue.characters_a_second, 2) > FASTEST:
        broken[Rule.FAST] = f"{cue.characters_a_second:.1f} characters a second, at most {FASTEST:g}"
    if length_s < SHORTEST_S - ROUNDING_S:
        broken[Rule.SHORT] = f"{length_s:.3f} s, at least {SHORTEST_S:g}"
    if length_s > LONGEST_S + ROUNDING_S:
        broken[Rule.LONG] = f"{length_s:.3f} s, at most {LONGEST_S:g}"
    if after is not None and after.start_s - cue.end_s < GAP_S - ROUNDING_S:
        broken[Rule.GAP] = f"{after.start_s - cue.end_s:.3f} s before the next cue, at least {GAP_S:g}"
    return broken


def within_percent(shown: Sequence[Cue]) -> float:
    """How many of a hundred cues break no rule; 100 for none at all."""
    outside = {fault.number for fault in faults(shown)}
    return 100.0 * (len(shown) - len(outside)) / len(shown) if shown else 100.0
