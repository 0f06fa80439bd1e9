"""Arrivals of the sources come in, questions go into the database, each once."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy.engine import Connection

from ingest import store as ingest_store
from ingest.accounts import Account
from ingest.database import Database, now, random_id
from ingest.officehours import TAKING_QUESTIONS, OfficeHour, questions_are_over, takes_questions
from ingest.officehours import State as HourState
from ingest.secrets import Safe
from questions import bounces, envelope, mail, mine, origin, reach, store
from questions.forwarded import Forwarded
from questions.question import BY_THEMSELVES, Channel, Contact, MoveRefused, Question, Reason, State, shown_name
from questions.sources import Arrival, Source

EXPECTING = TAKING_QUESTIONS | {HourState.PLANNED}
"""States in which a mail to an office hour's own address belongs to it."""


PER_SENDER = 20
"""Mails of one sender a day: more than a person asks, and where two programs that answer each other come to rest."""


def fetch_all(
    source: Source,
    database: Database,
    safe: Safe,
    *,
    alive: Callable[[], None] = lambda: None,
    per_sender: int = PER_SENDER,
    checks_by: str = "",
) -> int:
    """Store everything a source brings, one short transaction each. Returns how many were new.

    `alive` is called before each, so that a full mailbox does not outlast the lease of a step. `checks_by`: see `take`.
    """
    new = 0
    for arrival in source.fetch():
        alive()
        with database.transaction() as connection:
            new += take(connection, arrival, safe, per_sender=per_sender, checks_by=checks_by) is not None
        source.stored(arrival)
    return new


def take(
    connection: Connection, arrival: Arrival, safe: Safe, *, per_sender: int = PER_SENDER, checks_by: str = ""
) -> Question | None:
    """Make an arrival a question; None when it came in before. Mails beyond `per_sender` a day are set aside.

    What staff forward is the question of whom they forward it for, if the mail server `checks_by` found that it comes
    from them; anything else stays with whoever sent it, until staff say so by hand (`take_for`).
    """
    if store.known(connection, arrival.channel, arrival.message):
        return None
    by = arrival.channel.value
    if arrival.forwarded is not None and (colleague := _colleague(connection, arrival, checks_by)):
        arrival, by = mail.of_person(arrival, arrival.forwarded), colleague.id
    hours = ingest_store.office_hours_in(connection, EXPECTING)
    hour = meant(arrival, hours, now())
    sender = _sender(arrival, safe)
    if sender and store.count_of_sender(connection, sender, now() - timedelta(days=1)) >= per_sender:
        arrival = replace(arrival, set_aside=arrival.set_aside or Reason.TOO_MANY)
    question = replace(_question(arrival, hour), sender=sender)
    stored = store.add(
        connection,
        question,
        by=by,
        contact=seal_contact(safe, arrival.contact) if arrival.contact else "",
        original=safe.seal_bytes(arrival.original) if arrival.original else b"",
    )
    if stored and arrival.set_aside is Reason.BOUNCE:
        bounces.take(connection, arrival.original, now())
    rehearsed = hour is not None and hour.rehearsal_of is not None  # nobody gets letters about a rehearsal
    if stored and arrival.contact and arrival.contact.address and arrival.set_aside is None and not rehearsed:
        reach.begin(connection, question, arrival.contact.address, safe, now())
    if stored and arrival.post:
        origin.note(connection, question.id, arrival.post, arrival.edited_at, now())
    if stored and arrival.link:
        mine.link(connection, question.id, arrival.link)
    return question if stored else None


def _colleague(connection: Connection, arrival: Arrival, checks_by: str) -> Account | None:
    """Who of staff forwards this, when it is certain that they do."""
    if arrival.contact is None or arrival.set_aside is not None:
        return None
    account = ingest_store.account_by_email(connection, arrival.contact.address)
    return account if account and envelope.of(arrival.original, checks_by).proven else None


def forwarded_in(connection: Connection, question: Question, safe: Safe) -> Forwarded | None:
    """The mail within the mail of a question, while its original is kept and it stands under the sender's name."""
    if question.channel is not Channel.MAIL or (raw := original_of(connection, question.id, safe)) is None:
        return None
    inner = mail.read(raw, received_at=question.asked_at).forwarded
    return inner if inner is not None and not _is_theirs(connection, question, inner, safe) else None


def _is_theirs(connection: Connection, question: Question, inner: Forwarded, safe: Safe) -> bool:
    known = contact_of(connection, question.id, safe)
    return (
        (known.name, known.address) == (inner.name, inner.address)
        if known
        else question.author == shown_name(inner.name)
    )


def take_for(connection: Connection, question: Question, safe: Safe, *, by: str) -> Question:
    """A member of staff says that a forwarded mail is the question of who wrote it. Raises MoveRefused, Overtaken.

    Whoever says so looks after it from now on. The address in it may be anybody's: it is asked for a yes before it gets
    any other letter.
    """
    inner = forwarded_in(connection, question, safe)
    if inner is None or question.state is not State.NEW:
        raise MoveRefused("nothing was forwarded with this question, or it was decided about already")
    raw = original_of(connection, question.id, safe) or b""
    arrival = mail.of_person(mail.read(raw, received_at=question.asked_at), inner)
    contact = arrival.contact
    fresh = store.change(
        connection,
        question,
        subject=arrival.subject,
        text=arrival.text,
        original_text=arrival.original_text,
        language=arrival.language or question.language,
        author=arrival.author,
        sender=_sender(arrival, safe),
        reworded=False,
        owner=by,
    )
    reach.forget(connection, question.id)
    store.keep(
        connection,
        question.id,
        contact=seal_contact(safe, contact) if contact else "",
        original=safe.seal_bytes(raw),
    )
    if contact:
        reach.begin(connection, fresh, contact.address, safe, now(), proven=False)
    return fresh


def meant(arrival: Arrival, hours: list[OfficeHour], at: datetime) -> OfficeHour | None:
    """The office hour a message is for: as chosen, else by its address, else the only one taking questions.

    `hours` come in the order of their start; of several with the same address the next one is meant. One whose time
    for questions is over is passed by: a mail that comes too late is for the next, or for staff to assign.
    """
    if arrival.office_hour is not None:
        return next((hour for hour in hours if hour.id == arrival.office_hour), None)
    addresses = {address.casefold() for address in arrival.recipients}
    hours = [hour for hour in hours if hour.rehearsal_of is None]
    taking = [hour for hour in hours if takes_questions(hour, at)]
    for hour in taking + [hour for hour in hours if not questions_are_over(hour, at)]:
        if hour.question_mail and hour.question_mail.strip().casefold() in addresses:
            return hour
    return taking[0] if len(taking) == 1 else None


def seal_contact(safe: Safe, contact: Contact) -> str:
    """Encrypt name and address."""
    return safe.seal(json.dumps({"name": contact.name, "address": contact.address}, ensure_ascii=False))


def contact_of(connection: Connection, question: str, safe: Safe) -> Contact | None:
    """Who asked, or None when nothing was given or it is erased. Raises SecretError."""
    sealed = store.sealed_contact(connection, question)
    return Contact(**json.loads(safe.open(sealed))) if sealed else None


def original_of(connection: Connection, question: str, safe: Safe) -> bytes | None:
    """The message as it came in. Raises SecretError."""
    sealed = store.sealed_original(connection, question)
    return safe.open_bytes(sealed) if sealed else None


def _sender(arrival: Arrival, safe: Safe) -> str | None:
    """Only what people send themselves is counted; into the form, which has limits, anybody writes any address."""
    if arrival.channel not in BY_THEMSELVES or arrival.contact is None:
        return None
    return safe.fingerprint(arrival.contact.address.casefold())


def _question(arrival: Arrival, hour: OfficeHour | None) -> Question:
    return Question(
        id=random_id(),
        office_hour=hour.id if hour else None,
        state=State.SET_ASIDE if arrival.set_aside else State.NEW,
        channel=arrival.channel,
        message=arrival.message,
        subject=arrival.subject,
        text=arrival.text,
        original_text=arrival.original_text,
        background=arrival.background,
        author=arrival.author,
        language=arrival.language or (hour.language if hour else "de"),
        unreadable=arrival.unreadable,
        reason=arrival.set_aside,
        position=None,
        asked_at=arrival.asked_at,
        changed_at=now(),
    )
