"""The step of a mail to a department comes in: asked, reminded or asked anew, each sent once.

As with letters to askers (`delivery.py`) the row says `sending` just before the text is handed over; who finds it so
does not send it again by itself.
"""

from collections.abc import Callable
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP, SMTPUTF8
from email.utils import format_datetime

from babel.dates import format_date

from ingest import store as ingest_store
from ingest.officehours import OfficeHour
from ingest.steps import Permanent
from ingest.work import Work
from questions import errands, once, store
from questions.delivery import UNKNOWN, Office
from questions.errand import WAITING, Errand, Notice, Purpose
from questions.letter import LetterState
from questions.question import Question, one_line, plain, shown_text
from questions.wording import N_

SUBJECTS = {
    Purpose.BRIEFING: N_("Please: a note on a citizen's question"),
    Purpose.ANSWER: N_("Please: a draft answer to a citizen's question"),
}
BODIES = {
    (Notice.ASKED, Purpose.BRIEFING): N_(
        "a citizen has asked the question below for a public office hour. Please note on this page what the host should"
        " know about it; only host and staff read it:"
    ),
    (Notice.ASKED, Purpose.ANSWER): N_(
        "a citizen has asked the question below for a public office hour. Please write a draft of the answer on this"
        " page; the host looks at it, then it goes to all who asked:"
    ),
    (Notice.REMINDER, Purpose.BRIEFING): N_("we still wait for your note on the question below. You write it here:"),
    (Notice.REMINDER, Purpose.ANSWER): N_("we still wait for your draft on the question below. You write it here:"),
    (Notice.RETURNED, Purpose.ANSWER): N_("the host would like to have the draft changed. What is wished stands here:"),
}


def deliver(work: Work, office: Office) -> None:
    """Send the mail of a step. Raises Resource (later) and Permanent (a person should look)."""
    with work.database.transaction() as connection:
        try:
            errand = errands.get(connection, str(work.parameters["errand"]))
        except LookupError:
            return  # erased meanwhile
        if errand.step != work.step.id:
            return  # another mail has taken its place
        if errand.told is LetterState.SENDING:
            errands.moved(connection, errand, (LetterState.SENDING,), LetterState.DOUBTFUL, error=UNKNOWN)
        holds = errand.state in WAITING
        if errand.told is LetterState.WAITING and not holds:
            errands.moved(connection, errand, (LetterState.WAITING,), LetterState.DROPPED)
        question = store.get(connection, errand.question)
        hour = ingest_store.office_hour(connection, question.office_hour) if question.office_hour else None
        name = ingest_store.office_setting(connection, "name") or office.sender
    if errand.told is LetterState.SENDING:
        raise Permanent(UNKNOWN)
    if errand.told is LetterState.WAITING and holds:
        recipient = office.safe.open(errand.sealed)
        mail = compose(errand, question, hour, recipient, name, office, work.clock())
        move = lambda connection, *to, **values: errands.moved(connection, errand, *to, **values)  # noqa: E731
        once.send(work, office, recipient, mail, tries=errand.tries, move=move)


def compose(
    errand: Errand, question: Question, hour: OfficeHour | None, recipient: str, name: str, office: Office, at: datetime
) -> EmailMessage:
    """The whole mail, in the language of the office hour."""
    language = hour.language if hour is not None else "de"
    speaks: Callable[..., str] = lambda message, **values: office.say(language, message, **values)  # noqa: E731
    mail = EmailMessage(policy=SMTP if recipient.isascii() else SMTPUTF8)
    mail["Subject"] = speaks(SUBJECTS[errand.purpose])
    mail["From"] = Address(display_name=one_line(plain(name), 70), addr_spec=office.sender)
    mail["To"] = recipient
    mail["Date"] = format_datetime(at)
    mail["Message-ID"] = f"<{errand.step}@{office.sender.rpartition('@')[2]}>"
    mail["Auto-Submitted"] = "auto-generated"
    mail["X-Auto-Response-Suppress"] = "All"
    mail["Content-Language"] = language
    known = language if language in ("de", "en") else "en"
    day = format_date(errand.due_on, "full", locale=known)
    parts = [
        speaks("Good day,"),
        speaks(BODIES[errand.notice or Notice.ASKED, errand.purpose]),
        office.address(f"/department/{office.safe.open(errand.sealed_link)}"),
        "\n".join(f"> {line}" for line in plain(shown_text(question)).splitlines()),
        plain(errand.remark if errand.notice is Notice.RETURNED else errand.note),
        speaks("Please by %(day)s. You need no account; whoever has the address can write.", day=day),
        name,
    ]
    mail.set_content("\n\n".join(part for part in parts if part) + "\n")
    return mail
