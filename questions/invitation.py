"""An office hour comes in, its entry for a calendar goes out (iCalendar, RFC 5545)."""

from datetime import UTC, datetime
from urllib.parse import quote

from ingest.officehours import OfficeHour, State

LINE_BYTES = 74


def invitation(hour: OfficeHour, address: str, at: datetime, more: str = "") -> str:
    """The text of an .ics file; `address` is where the office hour is seen, `at` when the entry was made.

    `more` is said after the address, line by line. The id stays and the sequence grows with every change, so that
    calendars replace what they hold; an office hour that was cancelled is taken out (RFC 5546, 3.2.5).
    """
    off = hour.state is State.CANCELLED
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Officehours//EN",
        f"METHOD:{'CANCEL' if off else 'PUBLISH'}",
        "BEGIN:VEVENT",
        f"UID:{hour.id}@officehours",
        f"SEQUENCE:{hour.revision}",
        f"STATUS:{'CANCELLED' if off else 'CONFIRMED'}",
        f"DTSTAMP:{_time(at)}",
        f"DTSTART:{_time(hour.starts_at)}",
        f"DTEND:{_time(hour.announced_end)}",
        f"SUMMARY:{_text(hour.title)}",
        f"LOCATION:{_text(address)}",
        f"DESCRIPTION:{_lines(address, more)}",
        f"URL:{address}",
        *([f"ORGANIZER:mailto:{quote(hour.question_mail, safe='@')}"] if hour.question_mail else ()),
        "END:VEVENT",
        "END:VCALENDAR",
    ]
    return "".join(f"{folded(line)}\r\n" for line in lines)


def folded(line: str) -> str:
    """Long lines are broken between characters, at the latest after 75 bytes; the rest begins with a space."""
    parts, part = [], ""
    for char in line:
        if len((part + char).encode()) > LINE_BYTES:
            parts.append(part)
            part = " "
        part += char
    return "\r\n".join([*parts, part])


def _time(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")


def _text(text: str) -> str:
    escaped = " ".join(text.split())
    for char in "\\;,":
        escaped = escaped.replace(char, f"\\{char}")
    return escaped


def _lines(*texts: str) -> str:
    return "\\n".join(_text(line) for text in texts for line in text.splitlines())
