"""The text of a mail comes in, what its sender wrote goes out: without quotes, signature and mailers' lines.

The wordings of attribution lines ("Am … schrieb …:") and closings in thirteen languages are those of
mail-parser-reply. It cuts at the first one, which loses answers below a quote and takes a question for a quote
when it sounds like one; so what is done with its finds is decided here, line by line.
"""

import re
from dataclasses import dataclass
from functools import cache

from mailparser_reply.constants import MAIL_LANGUAGES

LANGUAGES = ("de", "en", "fr", "es", "it", "nl", "pl", "cs", "da", "sv")
LONGEST_ATTRIBUTION = 3
"""Lines over which mailers spread "On … somebody wrote:"."""
LONGEST_LINE = 500
"""Characters of a line that patterns look at; an attribution is shorter, and a longer one costs time."""

SEPARATOR = re.compile(
    r"^[>\s]*[-_*]{3,}\s*(Original Message|Original-Nachricht|Urspr(ü|ue)ngliche (Nachricht|Mail|E-?Mail)"
    r"|Weitergeleitete Nachricht|Anfang der weitergeleiteten.*|Forwarded message|Message d'origine)\s*[-_*]*\s*$",
    re.IGNORECASE,
)
HEADER = re.compile(
    r"^[*\s]*(?P<name>Von|From|De|Gesendet|Sent|Date|Datum|Envoyé|An|To|À|Cc|Kopie|Betreff|Subject|Objet|Antwort an"
    r"|Reply-To)\s*\*?:\s*\*?\s*\S",
    re.IGNORECASE,
)
SENDER = frozenset({"von", "from", "de"})
RULE = re.compile(r"\s*[_*-]{5,}\s*")
BEGINS = re.compile(r"^(Am|On|Le|El|Il|Em|Op|Den|Dne|Dnia|W dniu|\d{1,4}[./-]\d{1,2}[./-])(?=\W|\d).*\d", re.IGNORECASE)
"""How an attribution begins, to find its first line once its last is known."""
WROTE = re.compile(
    r"\b(schrieb|wrote|a écrit|escribió|scrisse|ha scritto|schreef|napisał|napsal|skrev|написал)\b", re.I
)
SIGNATURE = re.compile(r"^(--|—|__)\s*$|^-- \S|^~\s?[A-ZÄÖÜ][\w-]+\s*$")
MOBILE = re.compile(
    r"^(Von (meinem|meiner|unterwegs)\b.{0,60}gesendet\b|Gesendet (von|mit|aus|über)\b"
    r"|Diese Nachricht wurde\b.{0,60}gesendet\b|Sent (from|with|via)\b|Get \[?Outlook for"
    r"|Outlook für\b.{0,20}herunterladen"
    r"|Envoyé de(puis)? mon\b|Holen Sie sich Outlook\b|This (message|email) was sent from (my|a|an)\b"
    r"|Verzonden met\b|Inviato da\b|Enviado desde\b|Wysłane z\b|[(<]+sent from\b|<<sent by\b|從我的.{0,20}傳送"
    r"|(\w+ )?from (my )?(mobile|iphone|phone|handy)\b).{0,100}$",
    re.IGNORECASE,
)
ADVERTISEMENT = re.compile(
    r"^(Envoyé par\b.{0,60}\bservice de messagerie\b|Sent via\b.{0,60}\bservice\b"
    r"|(This e-?mail( message)?|Diese (E-?Mail|Nachricht)) (has been|was|wurde)\b.{0,60}"
    r"\b(scanned|checked|geprüft|untersucht|gescannt)\b|Virenfrei\b|Virus-free\b).{0,100}$",
    re.IGNORECASE,
)
"""What providers and scanners write into people's mails, often between two rules."""
CLOSING = re.compile(
    r"^(mit )?((besten|freundlichen|herzlichen|lieben|vielen|sonnigen) gr(ü|ue)(ß|ss)en"
    r"|(beste|freundliche|herzliche|liebe|viele|sch(ö|oe)ne) gr(ü|ue)(ß|ss)e|gr(ü|ue)(ß|ss)e|gru(ß|ss)|hochachtungsvoll"
    r"|mfg|lg|vg|bg|glg|kind regards|best regards|regards|best wishes|sincerely|yours( sincerely| faithfully)?|thanks"
    r"|cordialement)\b.{0,60}$",
    re.IGNORECASE,
)
SALUTATION = re.compile(
    r"^(sehr geehrte|liebe|lieber|hallo|guten (tag|morgen|abend)|hi|hey|dear|hello|gr(ü|ue)(ß|ss) gott|moin|servus)\b"
    r"[^?]{0,80}[,!]?$",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class _Line:
    text: str

    @property
    def quoted(self) -> bool:
        return self.text.lstrip().startswith(">")

    @property
    def empty(self) -> bool:
        return not self.text.strip()


def own_words(text: str, *, answers: bool = False) -> str:
    """What the sender wrote: greeting and name stay, quotes and technical signatures go.

    `answers`: the mail says that it answers another (In-Reply-To), so that an attribution line without an address
    is believed. When nothing would be left, the text stays as it came: a forwarded mail is read by a person.
    """
    lines = [_Line(line.rstrip()) for line in text.splitlines()]
    kept = _without_signature(_without_marked_quotes(_before_unmarked_quote(lines, answers)))
    own = "\n".join(line.text for line in kept).strip()
    return own or _without_marks(lines)


def public_words(own: str) -> str:
    """What may be shown: without salutation, closing and all that stands below it (name, address, numbers)."""
    lines = own.splitlines()
    ends = [number for number, line in enumerate(lines) if _closes(line)]
    if ends and "".join(lines[: ends[0]]).strip():
        lines = lines[: ends[0]]
    if len(lines) > 1 and SALUTATION.match(lines[0].strip()):
        lines = lines[1:]
    return "\n".join(lines).strip()


# Quotes without a mark in front of each line: all below is somebody else's


def _before_unmarked_quote(lines: list[_Line], answers: bool) -> list[_Line]:
    for start in range(len(lines)):
        length = _unmarked_quote(lines, start, answers)
        if length:
            before = lines[:start]
            while before and (before[-1].empty or RULE.fullmatch(before[-1].text)):
                before = before[:-1]
            return before if any(not line.empty for line in before) else lines[start + length :]
    return lines


def _unmarked_quote(lines: list[_Line], start: int, answers: bool) -> int:
    """How many lines the head of an unmarked quote takes at `start`; 0 when none begins there."""
    if lines[start].quoted or lines[start].empty:
        return 0
    if SEPARATOR.match(lines[start].text[:LONGEST_LINE]):
        following = next((at for at in range(start + 1, len(lines)) if not lines[at].empty), None)
        if following is not None and lines[following].quoted:
            return 0  # the quote below has its marks and goes by them; an answer may follow it
        return 1 + (_headers(lines, start + 1) if start + 1 < len(lines) else 0)
    headers = _headers(lines, start)
    return headers or _attribution_of_unmarked(lines, start, answers)


def _headers(lines: list[_Line], start: int) -> int:
    """Lines of a block like "Von: … Gesendet: … An: … Betreff: …": three of them, one naming the sender."""
    names = []
    for line in lines[start : start + 8]:
        found = HEADER.match(line.text[:LONGEST_LINE])
        if not found:
            break
        names.append(found["name"].casefold())
    return len(names) if len(names) >= 3 and SENDER & set(names) else 0


def _attribution_of_unmarked(lines: list[_Line], start: int, answers: bool) -> int:
    for length in range(1, LONGEST_ATTRIBUTION + 1):
        if start + length >= len(lines) or lines[start + length - 1].empty:
            return 0
        head = _joined(lines[start : start + length])
        if not head.endswith(":") or (length > 1 and not BEGINS.match(head)):
            continue
        proven = re.search(r"<[^<>\s]+@[^<>\s]+>", head) or (answers and re.search(r"\d\d?:\d\d", head))
        if proven and _is_attribution(head):
            following = next((line for line in lines[start + length :] if not line.empty), None)
            return 0 if following is None or following.quoted else length
    return 0


# Quotes with ">" in front of each line: only they and the line above them go


def _without_marked_quotes(lines: list[_Line]) -> list[_Line]:
    kept: list[_Line] = []
    for number, line in enumerate(lines):
        if not line.quoted:
            kept.append(line)
        elif number == 0 or not lines[number - 1].quoted:
            kept = _without_attribution(kept)
    return kept


def _without_attribution(lines: list[_Line]) -> list[_Line]:
    end = len(lines)
    while end and lines[end - 1].empty:
        end -= 1
    found = 0
    for length in range(1, LONGEST_ATTRIBUTION + 1):
        if length > end or lines[end - length].empty:
            break
        head = _joined(lines[end - length : end])
        if (found and BEGINS.match(head)) or (not found and (_is_attribution(head) or SEPARATOR.match(head))):
            found = length
        if found and BEGINS.match(head):
            break
    return lines[: end - found] if found else lines


def _joined(lines: list[_Line]) -> str:
    return " ".join(line.text.strip() for line in lines)[:LONGEST_LINE]


def _is_attribution(head: str) -> bool:
    """True for "Am … schrieb …:" in any of the languages, and for what only has the form of it."""
    if not head.endswith(":"):
        return False
    if any(pattern.search(head) for pattern in _wrote_patterns()):
        return True
    return bool(WROTE.search(head)) or ("@" in head and bool(re.search(r"\d", head)))


@cache
def _wrote_patterns() -> tuple[re.Pattern[str], ...]:
    known = [MAIL_LANGUAGES[language] for language in LANGUAGES if language in MAIL_LANGUAGES]
    return tuple(re.compile(each["wrote_header"], re.IGNORECASE) for each in known if each.get("wrote_header"))


def _without_marks(lines: list[_Line]) -> str:
    return "\n".join(re.sub(r"^[>\s]+", "", line.text) for line in lines).strip()


# Signatures and closings


def _without_signature(lines: list[_Line]) -> list[_Line]:
    for number, line in enumerate(lines):
        if SIGNATURE.match(line.text) and any(not before.empty for before in lines[:number]):
            lines = lines[:number]
            break
    kept = [line for line in lines if not _is_mailers(line.text.strip()[:LONGEST_LINE])]
    if len(kept) < len(lines):
        while kept and (kept[-1].empty or RULE.fullmatch(kept[-1].text)):
            kept = kept[:-1]
    return kept


def _is_mailers(line: str) -> bool:
    return bool(MOBILE.match(line) or ADVERTISEMENT.match(line))


def _closes(line: str) -> bool:
    return bool(CLOSING.match(line.strip()[:LONGEST_LINE])) or any(
        pattern.fullmatch(line.strip(" ,.!")) for pattern in _closing_patterns()
    )


@cache
def _closing_patterns() -> tuple[re.Pattern[str], ...]:
    known = [MAIL_LANGUAGES[language].get("signatures", []) for language in LANGUAGES if language in MAIL_LANGUAGES]
    return tuple(re.compile(each.rstrip(","), re.IGNORECASE) for group in known for each in group)
