"""The entry for a calendar."""

from dataclasses import replace

from ingest.officehours import OfficeHour, State
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
        "SEQUENCE:0",
        "STATUS:CONFIRMED",
        "DTSTAMP:20261123T120000Z",
        "DTSTART:20261123T120000Z",
        "DTEND:20261123T130000Z",
        r"SUMMARY:Frage\; Antwort",
        "LOCATION:https://x.example/office-hours/1",
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


def test_a_change_raises_the_sequence_and_a_cancelled_one_is_taken_out(hour: OfficeHour) -> None:
    off = replace(hour, state=State.CANCELLED, revision=3, question_mail="fragen@stadt.example")
    lines = invitation(off, "https://x.example/s/apfel47", NOON).split("\r\n")
    assert {"METHOD:CANCEL", "SEQUENCE:3", "STATUS:CANCELLED", "ORGANIZER:mailto:fragen@stadt.example"} <= set(lines)


def test_what_is_said_besides_stands_line_by_line(hour: OfficeHour) -> None:
    text = invitation(hour, "https://x.example/s/apfel47", NOON, "Hilfe am Telefon: 0345\nBEGIN:VEVENT; und, mehr")
    unfolded = text.replace("\r\n ", "")
    assert r"DESCRIPTION:https://x.example/s/apfel47\nHilfe am Telefon: 0345\nBEGIN:VEVENT\; und\, mehr" in unfolded
    assert unfolded.count("\r\nBEGIN:VEVENT\r\n") == 1
