"""How likely each language is comes in; in which one something was said goes out. Pure.

The language is the person's, given and not guessed. But whoever changes to another one is not to be written in words
of the first that merely sound alike. The model says of half a minute how likely each language is; where the given one
is not the clear winner, its stretches of voice are asked one by one. A single one says something only when it is long
enough and very sure: dialects and names sound like much.
"""

from collections.abc import Mapping, Sequence

from transcode.voice import Stretch

Probable = Mapping[str, float]
GIVEN = 0.8  # of a window: a speaker of the given language has more than this, nearly always
SURE = 0.75  # of another language in one stretch
SHORT_S = 1.2  # a shorter stretch is in the language of what stands before it
TOGETHER_S = 29.0  # what one window of the model holds
APART_S = 2.0


def doubtful(given: str, probable: Probable) -> bool:
    """Whether a window may hold another language; one that was not asked does not."""
    return bool(probable) and probable.get(given, 0.0) < GIVEN


def chosen(given: str, probable: Probable, length_s: float) -> str:
    """The language of one stretch of voice; "" where it is too short to tell."""
    if length_s < SHORT_S:
        return ""
    best = max(probable, key=lambda language: probable[language], default=given)
    return best if probable.get(best, 0.0) >= SURE else given


def joined(stretches: Sequence[tuple[str, Stretch]], given: str) -> list[tuple[str, Stretch]]:
    """Neighbours in one language made one; a stretch that is too short to tell goes with the one before, or after."""
    known = _known(stretches, given)
    found: list[tuple[str, Stretch]] = []
    for language, stretch in known:
        if found and found[-1][0] == language and _near(found[-1][1], stretch):
            found[-1] = language, Stretch(start_s=found[-1][1].start_s, end_s=stretch.end_s)
        else:
            found.append((language, stretch))
    return found


def _known(stretches: Sequence[tuple[str, Stretch]], given: str) -> list[tuple[str, Stretch]]:
    first = next((language for language, _ in stretches if language), given)
    found: list[tuple[str, Stretch]] = []
    for language, stretch in stretches:
        found.append((language or (found[-1][0] if found else first), stretch))
    return found


def _near(before: Stretch, after: Stretch) -> bool:
    return after.start_s - before.end_s <= APART_S and after.end_s - before.start_s <= TOGETHER_S
