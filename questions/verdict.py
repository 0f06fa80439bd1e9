"""A mail comes in, what intake would make of it goes out as one flat record, for the command `read-mail`."""

from datetime import datetime
from pathlib import Path

from questions import mail
from questions.question import Reason
from questions.sources import Arrival

KINDS = {
    Reason.AUTO_REPLY: "automatic",
    Reason.RECEIPT: "automatic",
    Reason.BOUNCE: "bounce",
    Reason.BULK: "list",
}


def of_file(path: Path, *, at: datetime) -> dict[str, str | None]:
    """Keys: file, kind, text (all that the person wrote), reason, language, sender_name. Raises OSError."""
    return {"file": str(path)} | of_arrival(mail.read(path.read_bytes(), received_at=at))


def of_arrival(arrival: Arrival) -> dict[str, str | None]:
    """`kind` is question, automatic, bounce, list or unreadable; `reason` says why it is no question."""
    return {
        "kind": kind(arrival),
        "text": arrival.original_text or arrival.text,
        "reason": arrival.set_aside.value if arrival.set_aside else "unreadable" if arrival.unreadable else None,
        "language": arrival.language or None,
        "sender_name": (arrival.contact.name if arrival.contact else "") or None,
    }


def kind(arrival: Arrival) -> str:
    """What sort of mail it is, in one word."""
    if arrival.set_aside is not None:
        return KINDS[arrival.set_aside]
    return "unreadable" if arrival.unreadable else "question"
