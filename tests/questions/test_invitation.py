"""The entry for a calendar."""

from dataclasses import replace

from ingest.officehours import OfficeHour
from questions.invitation import folded, invitation
from tests.ingest.conftest import NOON


def test_an_office_hour_as_an_entry(hour: OfficeHour) -> None:
    text = invitation(replace(hour, id="1", title="Frage; Antwort"), "https://x.example/office-hours/1", NOON)
    assert text.split("\r\n") == [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Officehours//EN",
        "METHOD:PUBLISH",
        "BEGIN:VEVENT",
        "UID:1@officehours",
        "DTSTAMP:20261123T120000Z",
        "DTSTART:20261123T120000Z",
        "DTEND:20261123T130000Z",
        r"SUMMARY:Frage\; Antwort",
        "DESCRIPTION:https://x.example/office-hours/1",
        "URL:https://x.example/office-hours/1",
        "END:VEVENT",
        "END:VCALENDAR",
        "",
    ]


def test_long_lines_are_folded_between_characters() -> None:
    lines = folded("SUMMARY:" + "ü" * 80).split("\r\n")
    assert [len(line.encode()) <= 75 for line in lines] == [True] * len(lines)
    assert lines[0] + "".join(line[1:] for line in lines[1:]) == "SUMMARY:" + "ü" * 80
