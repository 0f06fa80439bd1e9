"""The values of the web form come in, an arrival goes out, or what is wrong with which field."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from email.utils import parseaddr
from enum import Enum

from ingest.database import random_id
from questions.question import BACKGROUND_LENGTH, QUESTION_LENGTH, Channel, Contact, plain
from questions.sources import Arrival

NAME_LENGTH = 80
ADDRESS_LENGTH = 254
"""The longest address a mail can be sent to (RFC 5321, 4.5.3.1.3 less the brackets)."""


FORM_LENGTH = len(random_id())
"""A shorter text of `form` could be guessed, and with it the private link that is made of it."""


class Problem(Enum):
    """What can be wrong with a field."""

    MISSING = "missing"
    TOO_LONG = "too_long"
    NOT_AN_ADDRESS = "not_an_address"
    NOT_AGREED = "not_agreed"


@dataclass(frozen=True, kw_only=True)
class FieldError:
    """One mistake of the sender, for the page to say beside the field; `limit` counts characters."""

    field: str
    problem: Problem
    limit: int | None = None


class FormError(ValueError):
    """The form cannot be taken as it is; `errors` say why, one per field."""

    def __init__(self, errors: list[FieldError]) -> None:
        super().__init__(", ".join(f"{error.field}: {error.problem.value}" for error in errors))
        self.errors = tuple(errors)


def read(values: Mapping[str, str], *, office_hour: str, language: str, at: datetime) -> Arrival:
    """Understand a posted form. Raises FormError with all its mistakes at once.

    Fields: `question`, `background`, `name` (shown as given, may be empty), `email` (optional), `consent` (to being
    read out, any text counts as yes), `form` (a random text made with the page: the same form posted twice is one
    question and one private link).
    """
    fields = {name: plain(values.get(name, "")) for name in ("question", "background", "name", "email", "consent")}
    errors = mistakes(fields)
    if errors:
        raise FormError(errors)
    form = values.get("form") or random_id()
    unguessed = form if len(form) >= FORM_LENGTH else random_id()
    return Arrival(
        channel=Channel.FORM,
        message=hashlib.sha256(f"{office_hour} {form}".encode()).hexdigest(),
        asked_at=at,
        office_hour=office_hour,
        text=fields["question"],
        original_text=fields["question"],
        background=fields["background"],
        author=fields["name"],
        language=language,
        link=hashlib.sha256(f"mine {office_hour} {unguessed}".encode()).hexdigest(),
        contact=Contact(name=fields["name"], address=fields["email"]) if fields["email"] else None,
    )


def mistakes(fields: Mapping[str, str]) -> list[FieldError]:
    """What is wrong with the cleaned fields, in the order of the page."""
    errors = []
    if not fields["question"]:
        errors.append(FieldError(field="question", problem=Problem.MISSING))
    limits = {
        "question": QUESTION_LENGTH,
        "background": BACKGROUND_LENGTH,
        "name": NAME_LENGTH,
        "email": ADDRESS_LENGTH,
    }
    for field, limit in limits.items():
        if len(fields[field]) > limit:
            errors.append(FieldError(field=field, problem=Problem.TOO_LONG, limit=limit))
    if fields["email"] and len(fields["email"]) <= ADDRESS_LENGTH and not is_address(fields["email"]):
        errors.append(FieldError(field="email", problem=Problem.NOT_AN_ADDRESS))
    if not fields["consent"]:
        errors.append(FieldError(field="consent", problem=Problem.NOT_AGREED))
    return errors


def is_address(text: str) -> bool:
    """True for one address like name@place.example; whether it exists only a mail can tell."""
    _, address = parseaddr(text)
    name, at, place = address.rpartition("@")
    return bool(address == text and name and at and "." in place.strip(".") and not set(text) & set(" ,;<>\n\t"))
