"""A text comes in, the language it is written in goes out, or nothing when it does not say enough.

Small words decide, and the script where only one of our languages uses it. This is enough to choose between the
languages people write to a town hall in; a text of one or two words ("Kita?") is not judged.
"""

import re
import unicodedata
from collections import Counter

ENOUGH_CHARACTERS = 2000
FEWEST_HITS = 2
"""Small words that must be found; one alone ("in", "die") is a word of several languages."""
SMALL_WORDS = {
    "de": "der die das und ist nicht ich wir sie ein eine einen den dem des zu mit für auf von wann warum wie wird "
    "werden kann bei uns im am es wer hat haben gibt noch auch oder man sind was welche kommt",
    "en": "the and is are not i we you a an of to in with for on when why how will can at us it who has have there "
    "still also or that this do does be your what which our",
    "fr": "le la les et est pas je nous vous un une des du de à avec pour sur quand pourquoi comment sera au il qui a "
    "ont que ce dans cette",
    "es": "el la los las y es no yo nosotros un una de del a con para en cuándo por qué cómo se al quién ha hay que "
    "este esta",
    "it": "il lo la i gli le e è non io noi un una di del della a con per su quando perché come sarà al chi ha che "
    "questo questa",
    "nl": "de het een en is niet ik wij we van te met voor op wanneer waarom hoe wordt kan bij ons er wie heeft nog "
    "ook dat dit",
    "pl": "i jest nie ja my w z na do kiedy dlaczego jak będzie się to kto ma czy są o że ten ta dla od",
    "tr": "ve bir bu ne zaman neden nasıl için ile mi mı mu mü değil var yok ben biz da de çok kadar kim olacak",
    "ro": "și este nu eu noi un o de la cu pentru pe când ce cum va în se cine are că acest această sunt",
    "hr": "i je nije ja mi u s na za kada zašto kako će se to tko ima li da su od koji ova ovo",
}
LETTERS_OF = {"GREEK": "el", "ARABIC": "ar", "HEBREW": "he"}
UKRAINIAN = set("іїєґ")
_WORDS = {language: frozenset(words.split()) for language, words in SMALL_WORDS.items()}
_WORD = re.compile(r"[^\W\d_]+")


def of(text: str) -> str:
    """The code of the language ("de"), or "" when it cannot be told."""
    words = [word.casefold() for word in _WORD.findall(text[:ENOUGH_CHARACTERS])]
    if not words:
        return ""
    script = _script("".join(words))
    if script == "CYRILLIC":
        return "uk" if UKRAINIAN & set("".join(words)) else "ru"
    if script in LETTERS_OF:
        return LETTERS_OF[script]
    hits = {language: sum(word in known for word in words) for language, known in _WORDS.items()}
    (first, most), (_, next_most) = sorted(hits.items(), key=lambda each: -each[1])[:2]
    return first if most >= FEWEST_HITS and most > next_most else ""


def _script(letters: str) -> str:
    names = Counter(unicodedata.name(letter, "").split(" ")[0] for letter in letters)
    return names.most_common(1)[0][0]
