"""What people corrected and what the machine heard anew come in; one text with both goes out. Pure.

Where a person has worked, their words stay, at the times at which they put them; everywhere else the machine's new ones
are taken. What lies in a stretch that may not be in captions any more is lost, and counted.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from ingest.pseudonyms import Masks, mask
from transcode.editing import SHORTEST_MS, Doubt, Passage, tidy

HALF = 0.5  # a new passage of which more than this was corrected before gives way to the correction
SEAM = "seam"
"""The doubt on what is left of a passage beside a correction: a word may stand there twice, or be missing."""
READABLE_MS = 300  # less of a passage beside a correction is no passage

Bounds = Sequence[tuple[int, int]]
"""From and until, in milliseconds."""


@dataclass(frozen=True, kw_only=True)
class Carried:
    """The text with both; how many corrections are in it, and how many could not be kept."""

    passages: tuple[Passage, ...]
    kept: int
    lost: int


def is_dark(passage: Passage, dark: Bounds) -> bool:
    """Whether the middle of it lies where nothing may be in captions."""
    middle = (passage.start_ms + passage.end_ms) / 2
    return any(start <= middle < end for start, end in dark)


def allowed(passages: Iterable[Passage], dark: Bounds, masks: Masks) -> list[Passage]:
    """What may be kept and shown of these, names that may not be shown replaced."""
    return [masked(each, masks) for each in passages if not is_dark(each, dark)]


def masked(passage: Passage, masks: Masks) -> Passage:
    """The passage without these names, in text, speaker and doubts."""
    if not masks:
        return passage
    text, speaker = tidy(mask(passage.text, masks)), mask(passage.speaker, masks)
    doubts = tuple(replace(each, word=mask(each.word, masks), heard=mask(each.heard, masks)) for each in passage.doubts)
    return replace(passage, text=text or passage.text, speaker=speaker, doubts=doubts)


def carried(before: Iterable[Passage], anew: Sequence[Passage], dark: Bounds, masks: Masks) -> Carried:
    """The corrections of `before` over the machine's words of now."""
    worked_on = [each for each in before if each.hand or each.checked]
    mine = allowed(worked_on, dark, masks)
    texts = [each for each in mine if each.hand and not each.out]
    left_out = [each for each in mine if each.hand and each.out]
    right = {(each.text, each.speaker) for each in mine if each.checked and not each.hand}
    found: list[Passage] = []
    for each in anew:
        left = _beside(each, texts)
        if left is None:
            continue
        if not left.out and _covered(left, left_out) > HALF:
            left = replace(left, out=True, checked=True, hand=True)
        if (left.text, left.speaker) in right:
            left = replace(left, checked=True)
        found.append(left)
    # What was taken out stays in the list when the machine did not say it again.
    gone = [each for each in left_out if not any(_covered(each, [one]) > HALF for one in found if one.out)]
    return Carried(passages=(*found, *texts, *gone), kept=len(mine), lost=len(worked_on) - len(mine))


def _beside(passage: Passage, texts: Sequence[Passage]) -> Passage | None:
    """What is left of a new passage beside the corrections; None when a correction stands in its place."""
    if passage.out:
        return None if _covered(passage, texts) > HALF else passage
    if _covered(passage, texts) > HALF:
        return None
    start, end = passage.start_ms, passage.end_ms
    for each in texts:
        if each.start_ms < end and start < each.end_ms:
            if each.start_ms - start >= end - each.end_ms:
                end = each.start_ms
            else:
                start = each.end_ms
    if (start, end) == (passage.start_ms, passage.end_ms):
        return passage
    if end - start < max(READABLE_MS, SHORTEST_MS):
        return None
    return replace(passage, start_ms=start, end_ms=end, doubts=(*passage.doubts, Doubt(kind=SEAM, word="")))


def _covered(passage: Passage, others: Iterable[Passage]) -> float:
    """How much of its time others take, from 0 to 1."""
    taken = sum(max(0, min(passage.end_ms, each.end_ms) - max(passage.start_ms, each.start_ms)) for each in others)
    return taken / max(passage.end_ms - passage.start_ms, 1)
