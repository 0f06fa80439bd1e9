"""The subject and body of a mail come in, the mail that was forwarded in it goes out, or None.

quotequail finds head and body of the inner mail in the ways of the usual programs, in German and other languages; it
also takes the quote below an answer for one, so whether something is forwarded at all is decided here: by the prefix
that mail programs write, or by their line above it in a mail that answers none.
"""

import re
from dataclasses import dataclass
from email.utils import getaddresses

import quotequail

from questions.question import one_line, plain
from questions.quotes import SEPARATOR

PREFIX = re.compile(r"^\s*(wg|fwd?|fw|weitergeleitet|tr|i|rv|doorst|pd|vb|enc)\s*:\s*", re.IGNORECASE)
ANSWER = re.compile(r"^\s*(aw|re|antw|antwort|sv|odp|rif|res)\s*(\[\d+\])?\s*:", re.IGNORECASE)
ANNOUNCED = re.compile(
    r"^[>\s]*[-_*]*\s*(Weitergeleitete (Nachricht|E-?Mail)|Anfang der weitergeleiteten (Nachricht|E-?Mail)"
    r"|Forwarded message|Begin forwarded message|Message transféré|Mensaje reenviado|Doorgestuurd bericht)"
    r"\s*:?\s*[-_*]*\s*$",
    re.IGNORECASE | re.MULTILINE,
)
MAILTO = re.compile(r"\[mailto:([^\]\s]+)\]", re.IGNORECASE)
LOOKED_AT = 8000
"""Characters of a body in which a head is looked for, as the time grows with their square; it stands at the top."""


@dataclass(frozen=True, kw_only=True)
class Forwarded:
    """A mail within a mail, by its head: who wrote it, as `name` and `address` (either may be empty), about what, its
    whole body, and in `note` what stands above it."""

    name: str
    address: str
    subject: str
    body: str
    note: str


def looks_forwarded(subject: str, body: str, *, answers: bool) -> bool:
    """`answers`: the mail says that it answers another (In-Reply-To); some programs say so of forwarded ones, too."""
    if PREFIX.match(subject):
        return True
    return not answers and not ANSWER.match(subject) and bool(ANNOUNCED.search(body[:LOOKED_AT]))


def within(subject: str, body: str, *, answers: bool) -> Forwarded | None:
    """The mail that stands in the text of another."""
    if not looks_forwarded(subject, body, answers=answers):
        return None
    found = quotequail.unwrap(body[:LOOKED_AT])
    if not found or found["type"] != "forward" or "from" not in found or not found.get("text"):
        return None
    name, address = person(found["from"])
    return Forwarded(
        name=name,
        address=address,
        subject=one_line(found.get("subject", "") or PREFIX.sub("", subject), 200),
        body=found["text"] + body[LOOKED_AT:],
        note=_note(found.get("text_top", "")),
    )


def person(written: str) -> tuple[str, str]:
    """Name and address in a head as programs write it: "Erika <e@x.example>", "Erika [mailto:e@x.example]"."""
    text = plain(MAILTO.sub(r"<\1>", " ".join(written.split())))
    if text.count(",") == 1 and "<" in text and '"' not in text:  # "Mustermann, Erika <…>" without quotation marks
        name, _, rest = text.partition("<")
        text = f'"{name.strip()}" <{rest}'
    for name, address in getaddresses([text]):
        if "@" in address:
            return one_line(name.strip("'\" "), 100), address
    return one_line(text.strip("<>'\" "), 100), ""


def _note(above: str) -> str:
    lines = [line for line in above.splitlines() if not SEPARATOR.match(line) and not ANNOUNCED.match(line)]
    return "\n".join(lines).strip()
