"""Cues in one language come in, cues in another go out, by a translator in this house; without one nothing is offered.

A sentence is translated whole, and its words are shared out over the times of its cues: word for word they would stand
at the wrong moment, cue for cue they would make no sense.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from importlib import util
from itertools import pairwise
from typing import Protocol

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
    """argostranslate, where it is installed with models; they are never fetched, and no word leaves the house.

    Pages only read the list of its models (`argostranslate.package`): what translates brings half a gigabyte of other
    libraries (`argostranslate.translate`), and belongs into a step.
    """

    def targets(self, source: str) -> list[str]:
        """See Translator; also by way of a third language, as argostranslate does. None without the package."""
        if util.find_spec("argostranslate") is None:
            return []
        from argostranslate import package

        pairs = {
            (str(each.from_code), str(each.to_code))
            for each in package.get_installed_packages()
            if each.type == "translate"
        }
        found = {source}
        while further := {to for begin, to in pairs if begin in found} - found:
            found |= further
        return sorted(found - {source})

    def translation(self, source: str, target: str) -> Callable[[str], str]:
        """See Translator."""
        models = f"argospm install translate-{source}_{target}"
        if util.find_spec("argostranslate") is None:
            raise Permanent(f"argostranslate is not installed: uv pip install argostranslate, then {models}")
        from argostranslate import settings, translate

        provider = getattr(getattr(settings, "model_provider", None), "name", "OPENNMT")
        if provider != "OPENNMT":
            raise Permanent(f"argostranslate is set to ask {provider}, which is outside of this house: unset it")
        languages = {each.code: each for each in translate.get_installed_languages()}
        found = None
        if source in languages and target in languages:
            found = languages[source].get_translation(languages[target])
        if found is None:
            raise Permanent(f"no model translates {source} into {target}: {models}")
        translates: Callable[[str], str] = found.translate
        return translates


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
