"""Words as heard and names that may not be shown come in; words without these names go out.

A name said in several words ("Frau Erika Neumann") becomes one word. What was recognised in its place is forgotten
as well, since it stands in the file for the editor.
"""

from collections.abc import Sequence
from dataclasses import replace

from ingest.pseudonyms import Masks, mask
from transcode.speech import Word


def masked(words: Sequence[Word], masks: Masks) -> list[Word]:
    """The words, in media time as before; neighbours that are the same pseudonym are one."""
    kept: list[Word] = []
    before = False
    for word in words:
        text = mask(word.word, masks)
        hidden = text != word.word or (bool(word.heard) and mask(word.heard, masks) != word.heard)
        if not hidden:
            kept.append(replace(word, speaker=mask(word.speaker, masks)) if word.speaker else word)
        elif before and text.strip(" .,;:!?") == kept[-1].word.strip(" .,;:!?"):
            kept[-1] = replace(kept[-1], word=text, end_s=word.end_s)
        else:
            kept.append(replace(word, word=text, heard="", speaker=mask(word.speaker, masks)))
        before = hidden
    return kept
