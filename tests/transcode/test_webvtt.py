"""Cues become files that players can read."""

from hypothesis import given
from hypothesis import strategies as st

from tests.transcode.test_cues import said
from transcode import webvtt
from transcode.cues import Cue, Flag
from transcode.speech import Word


def test_markup_is_escaped() -> None:
    cue = Cue(start_s=3661.5, end_s=3662.5, lines=("<b>Müller & Söhne --> 2",))
    assert webvtt.webvtt([cue]) == (
        "WEBVTT\n\n1\n01:01:01.500 --> 01:01:02.500\n&lt;b&gt;Müller &amp; Söhne --&gt; 2\n"
    )


def test_speaker_is_a_voice() -> None:
    cue = Cue(start_s=0, end_s=1, lines=("Guten", "Abend."), speaker="Ada <b> & Söhne")
    assert "\n<v Ada &lt;b&gt; &amp; Söhne>Guten\nAbend.\n" in webvtt.webvtt([cue])


def test_left_out_and_changed_words_are_noted() -> None:
    words = [
        Word(word="Amara", start_s=5.0, end_s=6.0, probability=0.2, doubt="phrase"),
        Word(word="Gütschow", start_s=7.0, end_s=8.0, probability=0.2, heard="Gütscho"),
    ]
    text = webvtt.webvtt([], words)
    assert "NOTE left out at 00:00:05.000 (phrase): Amara" in text
    assert "NOTE written at 00:00:07.000: Gütschow (heard: Gütscho)" in text


def test_cue_outside_the_rules_is_noted() -> None:
    cue = Cue(start_s=0, end_s=1, lines=("x" * 30,), flags=frozenset({Flag.FAST}))
    assert "NOTE cue 1: fast\n\n1\n" in webvtt.webvtt([cue])


def test_subrip_marks_a_new_speaker() -> None:
    shown = [
        Cue(start_s=0, end_s=1.5, lines=("Ja?",), speaker="Ada"),
        Cue(start_s=2, end_s=3, lines=("Nein.",), speaker="Chris"),
    ]
    assert webvtt.subrip(shown) == (
        "1\n00:00:00,000 --> 00:00:01,500\nJa?\n\n2\n00:00:02,000 --> 00:00:03,000\n– Nein.\n"
    )


def test_transcript_has_a_paragraph_for_each_speaker() -> None:
    words = said("Guten Abend.", speaker="Ada") + said("Danke.", start_s=61.0, speaker="Chris")
    assert webvtt.transcript(words) == "[0:00:00] Ada: Guten Abend.\n\n[0:01:01] Chris: Danke.\n"
    assert webvtt.transcript([]) == ""


@given(st.text(max_size=60), st.text(max_size=20))
def test_no_text_breaks_the_file(text: str, name: str) -> None:
    line = " ".join(text.split())
    cue = Cue(start_s=0, end_s=1, lines=(line or "x",), speaker=" ".join(name.split()))
    blocks = webvtt.webvtt([cue, cue]).split("\n\n")
    assert len(blocks) == 3
    assert all(block.count("-->") == 1 for block in blocks[1:])
