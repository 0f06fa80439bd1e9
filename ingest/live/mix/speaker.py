"""How loud everybody is comes in, moment after moment; who speaks goes out. Pure.

A cough changes nothing: who takes over has spoken for a second, more than the one before, who was large for a few.
Short pauses between words count as speech, and while nobody speaks the last one stays.
"""

from collections.abc import Mapping, Set
from dataclasses import dataclass, field

FLOOR = 0.01  # root mean square, -40 dBFS: quieter than anybody who speaks into their own microphone
BELOW_LOUDEST = 0.25  # 12 dB under the loudest: what a microphone hears of a loudspeaker in the same room
TAKES_S = 1.0  # longer than a cough, a laugh or "yes"
AHEAD_S = 0.5  # by which somebody must have spoken more than the one who is large
HOLD_S = 4.0  # a picture that changes more often makes people dizzy
MOST_S = 2.0  # of speech remembered, so that who stops after a long answer is not large for another minute
FORGETS = 0.5  # seconds of speech forgotten in a second of silence: pauses between words are shorter than words
LONGEST_STEP_S = 0.5  # between two looks; a room that stood still has heard nothing in between


@dataclass(frozen=True)
class Talk:
    """Who speaks, since when, and for how many seconds each person has spoken of late."""

    speaker: str | None = None
    since: float = float("-inf")
    at: float | None = None
    spoken: Mapping[str, float] = field(default_factory=dict)


def heard(talk: Talk, levels: Mapping[str, float], now: float, apart: Set[str] = frozenset()) -> Talk:
    """Who speaks after a look at everybody's level (root mean square, 0 to 1) at `now` (seconds).

    `levels` holds who may become large, and those `apart` (interpreters, who always speak at the same time).
    """
    step = 0.0 if talk.at is None else min(max(0.0, now - talk.at), LONGEST_STEP_S)
    candidates = {person: level for person, level in levels.items() if person not in apart}
    enough = max(FLOOR, BELOW_LOUDEST * max(candidates.values(), default=0.0))
    spoken = {
        person: min(MOST_S, talk.spoken.get(person, 0.0) + step)
        if level >= enough
        else max(0.0, talk.spoken.get(person, 0.0) - FORGETS * step)
        for person, level in candidates.items()
    }
    before = talk.speaker if talk.speaker in candidates else None
    speaker = _next(before, spoken, held=now - talk.since < HOLD_S)
    since = talk.since if speaker == talk.speaker else now
    return Talk(speaker, since, now, spoken)


def _next(before: str | None, spoken: Mapping[str, float], *, held: bool) -> str | None:
    if not spoken or (before is not None and held):
        return before
    most = max(spoken, key=lambda person: spoken[person])
    ahead = spoken[most] - (0.0 if before is None else spoken[before])
    return most if spoken[most] >= TAKES_S and (before is None or ahead >= AHEAD_S) else before
