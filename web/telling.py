"""An office hour comes in; who hears that it is off or moved goes out, and the words with which it is made known."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_time
from sqlalchemy.engine import Connection

from ingest import store
from ingest.live.lobby import waiting
from ingest.officehours import OfficeHour
from questions import needs, reach
from questions import store as questions
from questions.letter import COMING_UP, Kind, may_write
from web.rendering import N_
from web.words import say


@dataclass(frozen=True, kw_only=True)
class Told:
    """How many people hear of it by mail, on their own page, and how many staff have to call."""

    by_mail: int
    on_their_page: int
    to_be_called: int


def told(connection: Connection, office_hour: str, *, letters_are_sent: bool, kind: Kind = Kind.CANCELLED) -> Told:
    """Every asker has a private page, and everybody in the line a place that says it; mail reaches who confirmed."""
    asked = questions.of_office_hour(connection, office_hour, COMING_UP)
    known = [reach.of(connection, question.id) for question in asked]
    mailed = {each.address for each in known if each is not None and may_write(each, kind)}
    wanted = needs.of_office_hour(connection, office_hour)
    mailed |= {need.address for need in wanted if need.address}
    return Told(
        by_mail=len(mailed) if letters_are_sent else 0,
        on_their_page=len(asked) + len(waiting.line(store.seats_of(connection, office_hour))),
        to_be_called=len(wanted) if not letters_are_sent else sum(not need.address for need in wanted),
    )


POST = N_(
    "%(office)s invites you to an office hour: “%(title)s” with %(name)s, on %(day)s, from %(start)s to %(end)s."
    " Ask beforehand in writing, or take part with camera or voice only. No account, nothing to install: %(address)s"
)
MAIL = N_(
    "Good day,\n\n%(office)s invites you to an office hour on the internet.\n\n%(title)s\nwith %(name)s\n"
    "%(day)s, %(start)s to %(end)s\n\nYou can send your question beforehand, speak yourself or just watch. You need no"
    " account and install nothing:\n%(address)s"
)
TRY = N_("Try beforehand whether your camera, microphone and line will do: %(address)s")
PHONE_HELP = N_("Help by telephone: %(phone)s")
QUESTIONS_BY_MAIL = N_("Questions by mail: %(mail)s")
NEEDS = N_("Tell us by %(day)s if you need something to follow it, for example a sign-language interpreter.")


def short_text(hour: OfficeHour, office: str, address: str, zone: ZoneInfo) -> str:
    """For social media and the local paper: one paragraph."""
    return say(hour.language, POST, **_facts(hour, office, address, zone))


def long_text(hour: OfficeHour, office: str, address: str, zone: ZoneInfo) -> str:
    """For a mail or the town's own site, with all ways in."""
    parts = [say(hour.language, MAIL, **_facts(hour, office, address, zone))]
    services = services_of(hour)
    if services:
        parts.append(" ".join(f"{say(hour.language, each)}." for each in services))
    if hour.needs_until is not None:
        day = format_date(last_day(hour.needs_until, zone), "long", locale=hour.language)
        parts.append(say(hour.language, NEEDS, day=day))
    ways = [
        say(hour.language, QUESTIONS_BY_MAIL, mail=hour.question_mail) if hour.question_mail else "",
        say(hour.language, PHONE_HELP, phone=hour.help_phone) if hour.help_phone else "",
    ]
    ways.append(say(hour.language, TRY, address=f"{address.partition('/s/')[0]}/test"))
    parts.append("\n".join(way for way in ways if way))
    return "\n\n".join(part for part in parts if part) + "\n"


def services_of(hour: OfficeHour) -> list[str]:
    """What the office provides so that everybody can follow it, to be translated."""
    offered = ((hour.captioned, N_("With live captions")), (hour.signed, N_("With sign-language interpreting")))
    return [words for there, words in offered if there]


def last_day(until: datetime, zone: ZoneInfo) -> date:
    """The day whose end `until` is."""
    return (until - timedelta(seconds=1)).astimezone(zone).date()


def _facts(hour: OfficeHour, office: str, address: str, zone: ZoneInfo) -> dict[str, str]:
    start, end = hour.starts_at.astimezone(zone), hour.announced_end.astimezone(zone)
    return {
        "office": office,
        "title": hour.title,
        "name": f"{hour.host_name}, {hour.host_role}" if hour.host_role else hour.host_name,
        "day": format_date(start, "full", locale=hour.language),
        "start": format_time(start, "short", locale=hour.language),
        "end": format_time(end, "short", locale=hour.language),
        "address": address,
    }
