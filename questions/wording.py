"""A letter and what it is about come in, the mail goes out: words in the asker's language, marked as automatic.

Nothing a stranger wrote stands in a letter until staff have approved it: with a false sender, or somebody else's
address in the form, the first letters would carry advertising for others.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP, SMTPUTF8
from email.utils import format_datetime
from typing import Protocol
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_time

from ingest.officehours import OfficeHour
from questions.invitation import invitation
from questions.letter import FIRST, Kind
from questions.question import Question, Reason, one_line, plain, shown_text
from questions.sources.form import is_address


class Say(Protocol):
    """Speaks a sentence in a language."""

    def __call__(self, language: str, message: str, **values: object) -> str: ...


def N_(message: str) -> str:
    """Mark a message for translation where it is not yet spoken."""
    return message


SUBJECTS: dict[Kind, str] = {
    Kind.CONFIRM: N_("Please confirm your mail address"),
    Kind.RECEIPT: N_("Your question has arrived"),
    Kind.APPROVED: N_("Your question may come up"),
    Kind.REJECTED: N_("About your question"),
    Kind.MERGED: N_("Others ask the same as you"),
    Kind.TODAY: N_("The office hour is today"),
    Kind.MOVED: N_("The office hour is at another time"),
    Kind.CANCELLED: N_("The office hour does not take place"),
    Kind.NOT_REACHED: N_("There was no time for your question"),
    Kind.ANSWERED: N_("The answer to your question"),
    Kind.WRITTEN: N_("The answer to your question"),
}
BODIES: dict[Kind, str] = {
    Kind.CONFIRM: N_(
        "somebody has asked a question for a public office hour and gave this mail address. If it was you, please"
        " confirm it on this page; you then hear what becomes of the question:"
    ),
    Kind.RECEIPT: N_(
        "your question has arrived. The office reads it and decides by the same rules for everybody whether it is put"
        " on the list. On your private page you see what becomes of it:"
    ),
    Kind.APPROVED: N_("your question was read and may come up in the office hour. On your private page you see more:"),
    Kind.REJECTED: N_("your question was read and not put on the list. The reason, and the question, on your page:"),
    Kind.MERGED: N_(
        "others ask the same as you. The questions were put together and are answered as one. More on your page:"
    ),
    Kind.TODAY: N_("the office hour that you sent a question to is today. The date for your calendar is attached."),
    Kind.MOVED: N_(
        "the office hour that you sent a question to has a new time. Your question stays as it is. The new date for"
        " your calendar is attached; it replaces the old one."
    ),
    Kind.CANCELLED: N_(
        "the office hour that you sent a question to does not take place. Your question stays with the office until you"
        " take it back, here:"
    ),
    Kind.NOT_REACHED: N_("there was no time for your question in this office hour. More on your private page:"),
    Kind.ANSWERED: N_("your question was answered. Here the recording begins at the answer:"),
    Kind.WRITTEN: N_("your question was answered in writing. The answer stands here:"),
}
REASONS: dict[Reason, str] = {
    Reason.OFF_TOPIC: N_("Reason: it is not about what the office is responsible for."),
    Reason.DUPLICATE: N_("Reason: it was asked before."),
    Reason.INSULT: N_("Reason: it insults or threatens somebody."),
    Reason.PRIVATE_MATTER: N_("Reason: it is about a private matter that does not belong in public."),
    Reason.ADVERTISEMENT: N_("Reason: it advertises something."),
    Reason.NO_QUESTION: N_("Reason: it holds no question."),
    Reason.TOO_MANY: N_("Reason: very many messages came from the same sender."),
    Reason.UNREADABLE: N_("Reason: it could not be read."),
}
DATED = frozenset({Kind.TODAY, Kind.MOVED, Kind.CANCELLED})
"""Letters with an entry that puts the date into a calendar, or takes it out."""
INVITING = frozenset({Kind.RECEIPT, Kind.TODAY})
"""Letters after which somebody may still decide to speak."""
TRY = N_(
    "Would you like to speak yourself, with or without a camera? Beforehand you can try whether camera, microphone and"
    " line will do: %(address)s"
)
QUOTING = frozenset({Kind.APPROVED, Kind.ANSWERED, Kind.WRITTEN, Kind.NOT_REACHED})
ANSWERING = frozenset({Kind.ANSWERED, Kind.WRITTEN})


class CannotWrite(ValueError):
    """There is no letter that could be sent to this contact; the message says why."""


@dataclass(frozen=True, kw_only=True)
class Subject:
    """All that a letter is made of. `page` is the asker's private page, `link` where the answer is."""

    kind: Kind
    question: Question
    hour: OfficeHour | None
    page: str
    link: str
    hour_page: str
    office: str
    sender: str
    recipient: str
    message_id: str


def compose(about: Subject, say: Say, zone: ZoneInfo, at: datetime) -> EmailMessage:
    """The whole mail. Raises CannotWrite when the recipient is no single address."""
    language = about.question.language
    if not is_address(about.recipient) or plain(about.recipient) != about.recipient:
        raise CannotWrite("the contact holds no single mail address")
    mail = EmailMessage(policy=SMTP if about.recipient.isascii() else SMTPUTF8)
    title = f" – {one_line(plain(about.hour.title), 60)}" if about.hour else ""
    mail["Subject"] = f"{say(language, SUBJECTS[about.kind])}{title}"
    mail["From"] = Address(display_name=one_line(plain(about.office), 70), addr_spec=about.sender)
    mail["To"] = about.recipient
    mail["Date"] = format_datetime(at)
    mail["Message-ID"] = about.message_id
    mail["Auto-Submitted"] = "auto-replied" if about.kind in FIRST else "auto-generated"
    mail["X-Auto-Response-Suppress"] = "All"
    mail["Precedence"] = "bulk"
    mail["Content-Language"] = language
    mail["List-Unsubscribe"] = f"<{about.page}>"
    mail.set_content(text_of(about, say, zone))
    if about.kind in DATED and about.hour is not None:
        entry = invitation(about.hour, about.hour_page, at)
        method = "CANCEL" if about.kind is Kind.CANCELLED else "PUBLISH"
        mail.add_attachment(entry, subtype="calendar", filename="office-hour.ics", params={"method": method})
    return mail


def text_of(about: Subject, say: Say, zone: ZoneInfo) -> str:
    """The words of the letter."""
    language = about.question.language
    speaks: Callable[[str], str] = lambda message: say(language, message)  # noqa: E731
    parts = [say(language, "Good day,"), speaks(BODIES[about.kind])]
    if about.kind is Kind.REJECTED and about.question.reason in REASONS:
        parts.append(speaks(REASONS[about.question.reason]))
    if about.kind in ANSWERING:
        parts.append(about.link)
    elif about.kind in (Kind.TODAY, Kind.MOVED):
        parts.append(about.hour_page)
    else:
        parts.append(about.page)
    if about.kind is Kind.CANCELLED and about.hour is not None:
        parts.append(one_line(plain(about.hour.cancelled_note), 200))
    if about.kind in QUOTING:
        parts.append("\n".join(f"> {line}" for line in plain(shown_text(about.question)).splitlines()))
    if about.kind in INVITING and about.hour is not None:
        parts.append(say(language, TRY, address=f"{about.page.partition('/mine/')[0]}/test"))
    if about.hour is not None:
        parts.append(when(about.hour, language, say, zone))
    if about.kind is Kind.MOVED and about.hour is not None:
        parts.append(before(about.hour, language, say, zone))
    parts.append(f"{about.office}\n-- \n{_ways_out(about, language, say)}")
    return "\n\n".join(part for part in parts if part) + "\n"


MESSAGE_LENGTH = 480
"""Characters of a private message: Mastodon takes 500 unless a server allows more."""


def message_of(about: Subject, say: Say) -> str:
    """The letter as a private message to whoever is named at its beginning."""
    language = about.question.language
    link = about.link if about.kind in ANSWERING else about.page
    if about.kind in (Kind.TODAY, Kind.MOVED):
        link = about.hour_page
    head, tail = about.recipient, f"{link}\n\n{about.office}"
    words = [say(language, BODIES[about.kind])]
    if about.kind is Kind.REJECTED and about.question.reason in REASONS:
        words.append(say(language, REASONS[about.question.reason]))
    room = MESSAGE_LENGTH - len(head) - len(tail) - 4
    return f"{head} {one_line(' '.join(words), max(room, 40))}\n\n{tail}"


def when(hour: OfficeHour, language: str, say: Say, zone: ZoneInfo) -> str:
    """One line that says which office hour is meant."""
    title, name = one_line(plain(hour.title), 120), one_line(plain(hour.host_name), 80)
    moment = _moment(hour.starts_at, language, zone)
    return say(language, "%(title)s with %(name)s, %(day)s, %(time)s", title=title, name=name, **moment)


def before(hour: OfficeHour, language: str, say: Say, zone: ZoneInfo) -> str:
    """One line that says which date does not hold any more; empty for an office hour that was not moved."""
    if hour.moved_from is None:
        return ""
    return say(language, "No longer on %(day)s, %(time)s", **_moment(hour.moved_from, language, zone))


def _moment(at: datetime, language: str, zone: ZoneInfo) -> dict[str, str]:
    known, local = language if language in ("de", "en") else "en", at.astimezone(zone)
    return {"day": format_date(local, "full", locale=known), "time": format_time(local, "short", locale=known)}


def _ways_out(about: Subject, language: str, say: Say) -> str:
    if about.kind is Kind.CONFIRM:
        known = say(language, "It was not you? Then do nothing, or forbid us to write to you on the same page.")
    else:
        known = say(language, "On your private page you can stop these letters or have everything erased:")
    return f"{known}\n{about.page}" if about.kind is not Kind.CONFIRM else known
