"""The form that announces an office hour comes in as posted, its values or its mistakes go out; and last time's facts,
moved to the next date, as a form. Times in forms are those on the wall of the town hall.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from ingest.officehours import LONGEST_DELAY_S, OfficeHour, Release
from questions.question import plain
from questions.sources.form import is_address
from web import words
from web.rendering import N_

LONGEST_MINUTES = 480
OPENING_LENGTH = 400
"""Characters that fit on the opening card in letters one can read."""
LIMITS = {
    "title": 120, "host_name": 80, "host_role": 80, "question_mail": 254, "help_phone": 40, "consent_text": 2000,
    "opening_text": OPENING_LENGTH,
}  # fmt: skip
TIMES = ("starts_at", "questions_from", "questions_until")
TICKED = ("recorded", "captioned", "signed")
FIELDS = (*LIMITS, *TIMES, *TICKED, "needs_until", "planned_minutes", "language", "release", "delay_s")
MINUTES = "%Y-%m-%dT%H:%M"
USUAL_STEP = timedelta(weeks=4)
LONGEST_STEP = timedelta(weeks=13)
"""Two dates further apart are no rhythm."""
CONSENT = N_(
    "I agree that everybody can see and hear me while the sign says “on air”. If the office hour is recorded, my part"
    " is published on this site under the name that I gave. I can take this back at any time; from then on what I said"
    " and my picture are taken out of the recording."
)
MISSING = N_("This is needed.")
TOO_LONG = N_("This is too long.")


@dataclass
class Announcement:
    """A form as understood: the values of the office hour, and what is wrong with which field."""

    values: dict[str, Any] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)


def blank(delay_s: int, last: OfficeHour | None) -> dict[str, str]:
    """The form before anything is typed: what is the same for all office hours of a place is taken from the last."""
    return dict.fromkeys(FIELDS, "") | {
        "planned_minutes": str(last.planned_minutes if last else 60),
        "language": last.language if last else words.DEFAULT,
        "question_mail": last.question_mail if last else "",
        "help_phone": last.help_phone if last else "",
        "consent_text": (last.consent_text if last else "") or words.say(words.DEFAULT, CONSENT),
        "opening_text": last.opening_text if last else "",
        "recorded": "yes",
        "release": Release.BY_HAND.value,
        "delay_s": str(delay_s),
    }


def kept(form: Mapping[str, str]) -> dict[str, str]:
    """What was typed, to be shown again beside what is wrong with it."""
    return dict.fromkeys(FIELDS, "") | dict(form)


def as_form(hour: OfficeHour, zone: ZoneInfo, days: timedelta = timedelta(0)) -> dict[str, str]:
    """An announced office hour as a form, all its times later by so many days, at the same hour on the wall."""

    def local(at: datetime | None) -> datetime | None:
        return at.astimezone(zone).replace(tzinfo=None) + days if at else None

    times = {name: local(getattr(hour, name)) for name in TIMES}
    last_day = local(hour.needs_until - timedelta(seconds=1)) if hour.needs_until else None
    return {
        **{name: str(getattr(hour, name)) for name in (*LIMITS, "planned_minutes", "language", "delay_s")},
        **{name: at.strftime(MINUTES) if at else "" for name, at in times.items()},
        **{name: "yes" if getattr(hour, name) else "" for name in TICKED},
        "needs_until": last_day.date().isoformat() if last_day else "",
        "release": hour.release.value,
    }


def days_on(hour: OfficeHour, others: list[OfficeHour], zone: ZoneInfo, at: datetime) -> timedelta:
    """How many days after `hour` the next one would be: the same weekday, as far as it was from the one before.

    Whole weeks, four if there is no rhythm to be seen, and as often as it takes to lie in the future.
    """
    day = hour.starts_at.astimezone(zone).date()
    before = [
        day - each.starts_at.astimezone(zone).date()
        for each in others
        if each.host_name == hour.host_name and each.starts_at < hour.starts_at
    ]
    rhythm = min((gap for gap in before if gap >= timedelta(weeks=1)), default=USUAL_STEP)
    step = rhythm if rhythm <= LONGEST_STEP and rhythm.days % 7 == 0 else USUAL_STEP
    days = step
    while hour.starts_at + days <= at:
        days += step
    return days


def read(form: Mapping[str, str], zone: ZoneInfo, *, not_before: datetime | None) -> Announcement:
    """Understand the form; all mistakes at once. `not_before`: an earlier start is a mistake."""
    found = Announcement()
    _read_texts(form, found)
    found.values["language"] = form.get("language") if form.get("language") in words.LANGUAGES else words.DEFAULT
    found.values |= {name: bool(form.get(name)) for name in TICKED}
    found.values["release"] = Release.AT_END if form.get("release") == "at_end" else Release.BY_HAND
    _read_numbers(form, found)
    for name in TIMES:
        _read_time(form, zone, found, name)
    if "starts_at" not in found.errors:
        _check_order(found, not_before)
        _read_last_day(form, zone, found)
    return found


def _read_texts(form: Mapping[str, str], found: Announcement) -> None:
    for name, limit in LIMITS.items():
        found.values[name] = plain(form.get(name, ""))
        if len(found.values[name]) > limit:
            found.errors[name] = TOO_LONG
    for name in ("title", "host_name"):
        if not found.values[name]:
            found.errors[name] = MISSING
    if found.values["question_mail"] and not is_address(found.values["question_mail"]):
        found.errors["question_mail"] = N_("This is not a mail address. Example: name@example.org")
    if found.values["help_phone"] and not is_phone(found.values["help_phone"]):
        found.errors.setdefault("help_phone", N_("This is not a telephone number. Example: 0345 123 456"))


def is_phone(text: str) -> bool:
    """True for what can be dialled: digits, and what people put between them."""
    return sum(char.isdigit() for char in text) >= 3 and not set(text) - set("0123456789 +()/-–.")


def _read_numbers(form: Mapping[str, str], found: Announcement) -> None:
    delay = form.get("delay_s") or "0"
    found.values["delay_s"] = int(delay) if delay.isascii() and delay.isdigit() else LONGEST_DELAY_S + 1
    if found.values["delay_s"] > LONGEST_DELAY_S:
        found.errors["delay_s"] = N_("Please give a delay between 0 and 60 seconds.")
    minutes = form.get("planned_minutes", "")
    found.values["planned_minutes"] = int(minutes) if minutes.isascii() and minutes.isdigit() else 0
    if not 1 <= found.values["planned_minutes"] <= LONGEST_MINUTES:
        found.errors["planned_minutes"] = N_("Please give a length between 1 and 480 minutes.")


def _read_time(form: Mapping[str, str], zone: ZoneInfo, found: Announcement, name: str) -> None:
    text = form.get(name, "").strip()
    found.values[name] = None
    if not text and name != "starts_at":
        return
    try:
        found.values[name] = datetime.fromisoformat(text).replace(tzinfo=zone).astimezone(UTC)
    except (ValueError, OverflowError):
        found.errors[name] = N_("Please give day and time.")


def _check_order(found: Announcement, not_before: datetime | None) -> None:
    starts_at, begin, end = (found.values[name] for name in TIMES)
    if not_before is not None and starts_at < not_before:
        found.errors["starts_at"] = N_("This time has passed. Please look at day and year.")
    over = starts_at + timedelta(minutes=found.values["planned_minutes"])
    if begin is not None and begin >= over:
        found.errors["questions_from"] = N_("The office hour is over by then. Please give an earlier time.")
    if begin is not None and end is not None and end <= begin:
        found.errors["questions_until"] = N_("The end lies before the beginning. Please give a later time.")


def _read_last_day(form: Mapping[str, str], zone: ZoneInfo, found: Announcement) -> None:
    """Needs can be said until the end of a day, which is at the latest that of the office hour."""
    text = form.get("needs_until", "").strip()
    found.values["needs_until"] = None
    if not text:
        return
    try:
        day = datetime.fromisoformat(text).date()
    except ValueError:
        found.errors["needs_until"] = N_("Please give a day.")
        return
    if day > found.values["starts_at"].astimezone(zone).date():
        found.errors["needs_until"] = N_("This day lies after the office hour. Please give an earlier one.")
        return
    found.values["needs_until"] = datetime.combine(day + timedelta(days=1), time(), zone).astimezone(UTC)
