"""The step of a notice comes in: who said what they need is told, once, that the office hour does not take place.

As with letters to askers (`delivery.py`) the row says `sending` just before the text is handed over; who finds it so
does not send it again by itself. A notice is not worth waiting for longer than until the office hour would be over.
"""

from collections.abc import Callable
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP, SMTPUTF8
from email.utils import format_datetime

from ingest import store as ingest_store
from ingest.officehours import OfficeHour, State
from ingest.steps import Permanent, Resource, Work
from questions import needs, post
from questions.delivery import SETUP_AGAIN, UNKNOWN, Office
from questions.invitation import invitation
from questions.letter import Kind, LetterState, pause
from questions.needs import Need
from questions.question import one_line, plain
from questions.wording import N_, SUBJECTS, when

BODY = N_(
    "you told us what you need to take part in an office hour. It does not take place. What you wrote to us is erased"
    " a week after its day. The next dates stand here:"
)


def deliver(work: Work, office: Office) -> None:
    """Send the notice of a step. Raises Resource (later) and Permanent (a person should look)."""
    with work.database.transaction() as connection:
        need = needs.get(connection, str(work.parameters["need"]))
        if need is None:
            return
        hour = ingest_store.office_hour(connection, need.office_hour)
        if need.told is LetterState.SENDING:
            needs.move(connection, need, [LetterState.SENDING], LetterState.DOUBTFUL, error=UNKNOWN)
        elif hour.state is not State.CANCELLED or work.clock() >= hour.ends_at:
            needs.move(connection, need, [LetterState.WAITING], LetterState.DROPPED)
        name = ingest_store.office_setting(connection, "name") or office.sender
    if need.told is LetterState.SENDING:
        raise Permanent(UNKNOWN)
    if need.told is LetterState.WAITING and hour.state is State.CANCELLED and work.clock() < hour.ends_at:
        recipient = needs.what_was_said(need, office.safe).contact
        _send(work, need, recipient, compose(need, hour, recipient, name, office, work.clock()), office)


def compose(need: Need, hour: OfficeHour, recipient: str, name: str, office: Office, at: datetime) -> EmailMessage:
    """The whole mail, in the language of whoever wrote; the entry attached takes the date out of calendars."""
    mail = EmailMessage(policy=SMTP if recipient.isascii() else SMTPUTF8)
    speaks: Callable[[str], str] = lambda message: office.say(need.language, message)  # noqa: E731
    mail["Subject"] = f"{speaks(SUBJECTS[Kind.CANCELLED])} – {one_line(plain(hour.title), 60)}"
    mail["From"] = Address(display_name=one_line(plain(name), 70), addr_spec=office.sender)
    mail["To"] = recipient
    mail["Date"] = format_datetime(at)
    mail["Message-ID"] = f"<{need.step}@{office.sender.rpartition('@')[2]}>"
    mail["Auto-Submitted"] = "auto-generated"
    mail["X-Auto-Response-Suppress"] = "All"
    mail["Content-Language"] = need.language
    parts = [speaks("Good day,"), speaks(BODY), office.address("/"), when(hour, need.language, office.say, office.zone)]
    parts += [one_line(plain(hour.cancelled_note), 200), name]
    mail.set_content("\n\n".join(part for part in parts if part) + "\n")
    entry = invitation(hour, office.address(f"/office-hours/{hour.id}"), at)
    mail.add_attachment(entry, subtype="calendar", filename="office-hour.ics", params={"method": "CANCEL"})
    return mail


def _send(work: Work, need: Need, recipient: str, mail: EmailMessage, office: Office) -> None:
    def last_look() -> None:
        work.confirm()
        with work.database.transaction() as connection:
            if not needs.move(connection, need, [LetterState.WAITING], LetterState.SENDING):
                raise Permanent("the notice was taken by somebody else")

    try:
        work.confirm()
        post.hand_over(office.server, office.sender, recipient, mail.as_bytes(), last_look=last_look)
    except post.PostError as error:
        _failed(work, need, error)
    else:
        _note(work, need, LetterState.SENT, "", need.tries)


def _failed(work: Work, need: Need, error: post.PostError) -> None:
    """Raises Resource for what may get better by itself, Permanent for the rest."""
    if isinstance(error, post.Setup | post.Later):
        later = isinstance(error, post.Later)
        _note(work, need, LetterState.WAITING, str(error), need.tries + later)
        raise Resource(f"not now: {error}", work.clock() + (pause(need.tries) if later else SETUP_AGAIN)) from error
    state = LetterState.DOUBTFUL if isinstance(error, post.Doubtful) else LetterState.REFUSED
    _note(work, need, state, str(error), need.tries)
    raise Permanent(str(error)) from error


def _note(work: Work, need: Need, goal: LetterState, error: str, tries: int) -> None:
    with work.database.transaction() as connection:
        needs.move(connection, need, [LetterState.WAITING, LetterState.SENDING], goal, error=error[:500], tries=tries)
