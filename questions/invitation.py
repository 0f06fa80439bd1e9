"""An office hour comes in, its entry for a calendar goes out (iCalendar, RFC 5545)."""

from datetime import UTC, datetime, timedelta

from ingest.officehours import OfficeHour

LINE_BYTES = 74


def invitation(hour: OfficeHour, address: str, at: datetime) -> str:
    """The text of an .ics file; `address` is where the office hour is seen, `at` when the entry was made."""
    until = hour.starts_at + timedelta(minutes=hour.planned_minutes)
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Officehours//EN",
        "METHOD:PUBLISH",
        "BEGIN:VEVENT",
        f"UID:{hour.id}@officehours",
        f"DTSTAMP:{_time(at)}",
        f"DTSTART:{_time(hour.starts_at)}",
        f"DTEND:{_time(until)}",
        f"SUMMARY:{_text(hour.title)}",
        f"DESCRIPTION:{_text(address)}",
        f"URL:{address}",
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
