"""The step of a notice comes in: who said what they need is told, once, that the office hour is moved or off.

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
from ingest.officehours import OfficeHour
from ingest.steps import Permanent
from ingest.work import Work
from questions import needs, once
from questions.delivery import UNKNOWN, Office
from questions.invitation import invitation
from questions.letter import Kind, LetterState
from questions.needs import Need
from questions.question import one_line, plain
from questions.wording import N_, SUBJECTS, before, when

BODIES = {
    Kind.CANCELLED: N_(
        "you told us what you need to take part in an office hour. It does not take place. What you wrote to us is"
        " erased a week after its day. The next dates stand here:"
    ),
    Kind.MOVED: N_(
        "you told us what you need to take part in an office hour. It has a new time; what you wrote to us holds for"
        " it. If you cannot come then, or need something else, please tell us here:"
    ),
}


def deliver(work: Work, office: Office) -> None:
    """Send the notice of a step. Raises Resource (later) and Permanent (a person should look)."""
    with work.database.transaction() as connection:
        need = needs.get(connection, str(work.parameters["need"]))
        if need is None or need.step != work.step.id:
            return  # erased, or another notice has taken its place
        hour = ingest_store.office_hour(connection, need.office_hour)
        holds = need.notice is not None and need.notice is needs.notice_for(hour, work.clock())
        if need.told is LetterState.SENDING:
            needs.move(connection, need, [LetterState.SENDING], LetterState.DOUBTFUL, error=UNKNOWN)
        elif not holds:
            needs.move(connection, need, [LetterState.WAITING], LetterState.DROPPED)
        name = ingest_store.office_setting(connection, "name") or office.sender
    if need.told is LetterState.SENDING:
        raise Permanent(UNKNOWN)
    if need.told is LetterState.WAITING and holds:
        recipient = needs.what_was_said(need, office.safe).contact
        mail = compose(need, hour, recipient, name, office, work.clock())
        move = lambda connection, *to, **values: needs.move(connection, need, *to, **values)  # noqa: E731
        once.send(work, office, recipient, mail, tries=need.tries, move=move)


def compose(need: Need, hour: OfficeHour, recipient: str, name: str, office: Office, at: datetime) -> EmailMessage:
    """The whole mail, in the language of whoever wrote; the entry attached changes calendars, or takes the date out."""
    kind = need.notice or Kind.CANCELLED
    off, page = kind is Kind.CANCELLED, office.address(f"/office-hours/{hour.id}")
    mail = EmailMessage(policy=SMTP if recipient.isascii() else SMTPUTF8)
    speaks: Callable[[str], str] = lambda message: office.say(need.language, message)  # noqa: E731
    mail["Subject"] = f"{speaks(SUBJECTS[kind])} – {one_line(plain(hour.title), 60)}"
    mail["From"] = Address(display_name=one_line(plain(name), 70), addr_spec=office.sender)
    mail["To"] = recipient
    mail["Date"] = format_datetime(at)
    mail["Message-ID"] = f"<{need.step}@{office.sender.rpartition('@')[2]}>"
    mail["Auto-Submitted"] = "auto-generated"
    mail["X-Auto-Response-Suppress"] = "All"
    mail["Content-Language"] = need.language
    where = office.address("/") if off else page
    parts = [speaks("Good day,"), speaks(BODIES[kind]), where, when(hour, need.language, office.say, office.zone)]
    more = one_line(plain(hour.cancelled_note), 200) if off else before(hour, need.language, office.say, office.zone)
    parts += [more, name]
    mail.set_content("\n\n".join(part for part in parts if part) + "\n")
    method = {"method": "CANCEL" if off else "PUBLISH"}
    mail.add_attachment(invitation(hour, page, at), subtype="calendar", filename="office-hour.ics", params=method)
    return mail
