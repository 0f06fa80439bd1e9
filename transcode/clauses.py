"""Two neighbouring words and their language come in, how badly they stand apart goes out.

A subtitle is easier to read when it breaks where the sentence breaks: after punctuation, before a conjunction or a
preposition; never between an article and its noun or inside a name (Netflix's and BBC's published subtitle rules;
ARD, ORF, SRF and ZDF ask for units of meaning). The same cost serves the end of a cue and the end of a line.
"""

import re
from collections.abc import Sequence


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


SENTENCE, CLAUSE, CONJUNCTION, PREPOSITION, ANYWHERE, TOGETHER = 0.0, 2.0, 5.0, 7.0, 10.0, 40.0
"""Costs of a break; what belongs together may part only where nothing else fits."""
SENTENCE_END = re.compile(r"[.!?…][\"'»“”)\]]*$")
CLAUSE_END = re.compile(r"[,;:–][\"'»“”)\]]*$")
# "12." and "z.B." end no sentence; a single letter or digits before the stop say so.
ABBREVIATION = re.compile(r"^(\d+|\w|[\w.]+\.\w|Dr|Prof|Nr|St|Str|bzw|ca|usw|Mr|Mrs|Ms)\.$", re.IGNORECASE)
NUMBER = re.compile(r"^\d[\d.,]*$")
UNITS = _words(
    "prozent euro cent uhr jahre jahren monate monaten tage tagen stunden minuten meter kilometer km m kg grad percent"
    " dollars pounds years months days hours minutes metres miles million millionen milliarden"
)
TITLES = _words("herr herrn frau doktor dr. prof. professor mr. mrs. ms. sir lady")

CONJUNCTIONS = {
    "de": _words(
        "und oder aber denn sondern dass weil wenn als ob obwohl während bevor nachdem damit falls sobald solange indem"
        " sowie wie wobei wodurch womit weshalb"
    ),
    "en": _words(
        "and or but so because that when while although though if unless before after since until which who whose"
        " where whether than"
    ),
}
PREPOSITIONS = {
    "de": _words(
        "in im an am auf aus bei beim bis durch für gegen hinter mit nach neben ohne seit trotz über um unter von vom"
        " vor wegen während zu zum zur zwischen gegenüber innerhalb außerhalb laut je pro"
    ),
    "en": _words(
        "in on at by for from with without about against between into through during of to under over near after"
        " before behind beside within across towards per"
    ),
}
LEANING = {
    "de": _words(
        "der die das den dem des ein eine einen einem einer eines kein keine keinen keinem keiner mein meine meinen"
        " meinem meiner dein deine sein seine seinen seinem seiner ihr ihre ihren ihrem ihrer unser unsere unseren"
        " unserem unserer euer eure dieser diese dieses diesen diesem jeder jede jedes jeden jedem nicht sehr zu"
        " viele vielen alle allen"
    ),
    "en": _words("the a an my your his her its our their this that these those no not very every each some any to"),
}
"""Words that lean on the next one: articles, possessives, and the like."""


def cost(before: str, after: str, language: str) -> float:
    """How badly a break between these two words reads, from SENTENCE to TOGETHER."""
    if ends_sentence(before):
        return SENTENCE
    if CLAUSE_END.search(before):
        return CLAUSE
    first, second = before.lower(), plain(after)
    if _belongs(before, after, first, second, language):
        return TOGETHER
    if second in CONJUNCTIONS.get(language, ()):
        return CONJUNCTION
    return PREPOSITION if second in PREPOSITIONS.get(language, ()) else ANYWHERE


def _belongs(before: str, after: str, first: str, second: str, language: str) -> bool:
    if first in TITLES or first in LEANING.get(language, ()) or first in PREPOSITIONS.get(language, ()):
        return True
    if NUMBER.match(before) or ABBREVIATION.match(before):
        return second in UNITS or after[:1].isupper()
    # First and last name, or a noun with the name it carries; a noun alone begins with a capital letter too.
    return before[:1].isupper() and after[:1].isupper() and before[-1:].isalnum()


def ends_sentence(word: str) -> bool:
    return bool(SENTENCE_END.search(word)) and not ABBREVIATION.match(word)


def plain(word: str) -> str:
    """The word in lower case without punctuation around it."""
    return re.sub(r"^\W+|\W+$", "", word).lower()


def laid_out(words: Sequence[str], language: str, length: int) -> tuple[tuple[str, ...], float] | None:
    """One line if it fits, else the two that read best, with the cost of their break; None when neither fits."""
    whole = " ".join(words)
    if len(whole) <= length:
        return (whole,), 0.0
    if len(whole) > 2 * length + 1:
        return None
    best: tuple[tuple[str, ...], float] | None = None
    at = 0
    for number in range(1, len(words)):
        at += len(words[number - 1]) + (number > 1)
        first, second = whole[:at], whole[at + 1 :]
        if len(first) <= length and len(second) <= length:
            # Ten characters of unevenness weigh as much as the step from a clause to a preposition.
            price = cost(words[number - 1], words[number], language) + abs(len(first) - len(second)) / 2
            if best is None or price < best[1]:
                best = (first, second), price
    return best
