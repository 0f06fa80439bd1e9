"""Captions are read for people."""

from web.vtt import Cue, cues, paragraphs

FILE = """WEBVTT - made by a machine

NOTE nothing to read here

opening
00:00.500 --> 00:02.000
<v Ada>Guten Abend &amp; willkommen</v>
zur <i>Sprechstunde</i>.

01:00:02.100 --> 01:00:03.000 line:0
Frage
"""


def test_cues_are_read_with_id_speaker_and_times() -> None:
    assert cues(FILE) == [
        Cue(id="opening", start_s=0.5, end_s=2.0, text="Guten Abend & willkommen zur Sprechstunde.", speaker="Ada"),
        Cue(id="", start_s=3602.1, end_s=3603.0, text="Frage"),
    ]


def test_what_is_no_caption_file_has_no_cues() -> None:
    assert cues("") == cues("WEBVTT\n\nno times here\n") == []


def said(speaker: str, start_s: float, text: str = "Ja.") -> Cue:
    return Cue(id="", start_s=start_s, end_s=start_s + 1, text=text, speaker=speaker)


def test_a_paragraph_ends_at_another_speaker_at_a_pause_and_when_long() -> None:
    long = "x" * 400 + "."
    spoken = [said("A", 0), said("A", 1), said("B", 2), said("B", 10), said("B", 11, long), said("B", 12)]
    assert [len(each.cues) for each in paragraphs(spoken)] == [2, 1, 2, 1]
