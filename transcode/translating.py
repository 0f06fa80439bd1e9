"""Cues in one language come in, cues in another go out, by a translator in this house; without one nothing is offered.

A sentence is translated whole, and its words are shared out over the times of its cues: word for word they would stand
at the wrong moment, cue for cue they would make no sense.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from importlib import util
from itertools import pairwise
from typing import Any, Protocol

from ingest.steps import Permanent
from transcode import clauses
from transcode.cues import LINE_LENGTH, Cue

MOST_CUES = 5  # of one sentence; somebody who talks without a stop is translated in parts
PAUSE_S = 1.5  # after which a sentence is taken as over, whatever stands at its end


class Translator(Protocol):
    """Something that translates in this house."""

    def targets(self, source: str) -> Sequence[str]:
        """Languages into which it can translate from `source`."""

    def translation(self, source: str, target: str) -> Callable[[str], str]:
        """What translates a sentence. Raises Permanent when it cannot."""


class Argos:
    """argostranslate, where it is installed with models (`argospm install translate-de_en`); nothing is fetched."""

    def targets(self, source: str) -> list[str]:
        """See Translator; none without the package."""
        if util.find_spec("argostranslate") is None:
            return []
        languages = self._languages()
        return sorted(code for code in languages if code != source and self._between(languages, source, code))

    def translation(self, source: str, target: str) -> Callable[[str], str]:
        """See Translator."""
        found = self._between(self._languages(), source, target) if self.targets(source) else None
        if found is None:
            raise Permanent(f"no model translates {source} into {target}: argospm install translate-{source}_{target}")
        translate: Callable[[str], str] = found.translate
        return translate

    def _languages(self) -> dict[str, Any]:
        from argostranslate import translate

        return {each.code: each for each in translate.get_installed_languages()}

    def _between(self, languages: dict[str, Any], source: str, target: str) -> Any:
        if source not in languages or target not in languages:
            return None
        return languages[source].get_translation(languages[target])


def translated(
    shown: Sequence[Cue], translate: Callable[[str], str], target: str, progress: Callable[[float], None]
) -> list[Cue]:
    """The cues in another language; a sentence that became shorter than its cues has fewer of them."""
    found: list[Cue] = []
    for sentence in sentences(shown):
        progress(len(found) / max(len(shown), 1))
        found += _shared(sentence, translate(" ".join(cue.text.replace("\n", " ") for cue in sentence)), target)
    return found


def sentences(shown: Sequence[Cue]) -> Iterator[list[Cue]]:
    """Cues of one speaker until a sentence is over."""
    group: list[Cue] = []
    for cue, after in pairwise([*shown, None]):
        assert cue is not None
        group.append(cue)
        ends = clauses.ends_sentence(cue.text.split()[-1]) if cue.text.split() else True
        if (
            after is None
            or ends
            or len(group) == MOST_CUES
            or after.speaker != cue.speaker
            or after.start_s - cue.end_s > PAUSE_S
        ):
            yield group
            group = []


def _shared(sentence: Sequence[Cue], text: str, target: str) -> list[Cue]:
    """Words over the cues of their sentence, by how much stood in each."""
    words = text.split()
    total = sum(len(cue.text) for cue in sentence)
    found: list[Cue] = []
    said, taken = 0, 0
    for cue in sentence:
        said += len(cue.text)
        until = len(words) if cue is sentence[-1] else round(len(words) * said / total)
        if until > taken:
            found.append(replace(cue, lines=_lines(words[taken:until], target), flags=frozenset()))
            taken = until
    return found


def _lines(words: Sequence[str], target: str) -> tuple[str, ...]:
    """In two lines where they fit, else in as many as it takes: the linter marks them."""
    laid = clauses.laid_out(words, target, LINE_LENGTH)
    if laid is not None:
        return laid[0]
    lines = [words[0]]
    for word in words[1:]:
        if len(lines[-1]) + 1 + len(word) <= LINE_LENGTH:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return tuple(lines)
