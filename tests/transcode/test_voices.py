"""Jana interprets for Chris, who signs, and for Dana; Chris has typed a line. Ticks of a 25th of a second."""

from fractions import Fraction
from typing import Any

import pytest

from ingest.people import Scope
from ingest.timeline import Event, Kind
from tests.transcode.test_cues import said
from transcode.cues import cues
from transcode.speech import Word
from transcode.voices import Labels, Voices, typed_words, voices
from transcode.webvtt import subrip, transcript, webvtt
from web import vtt

NAMES = {"ada": "Ada", "jana": "Jana Wolf", "chris": "Chris Beispiel", "dana": "Gast 2"}
LABELS = Labels(interpreted="{} (gedolmetscht)", typed="{} (schriftlich)")
TEXT = "Ich habe es Ihnen schon geschrieben."
BOTH = ("live", "recording")


def event(tick: int, kind: Kind, **values: Any) -> Event:
    return Event(tick=tick, kind=kind, values=values)


BEGIN = event(0, Kind.BEGIN, tick_duration=str(Fraction(1, 25)))
HERE = [event(0, Kind.VISIBLE, person=each, on=True) for each in ("ada", "jana", "chris", "dana")]


def found(*events: Event, texts: dict[str, str] | None = None, refuse: dict[str, set[Scope]] | None = None) -> Voices:
    given = {"l1": TEXT} if texts is None else texts
    return voices([BEGIN, *HERE, *events], names=NAMES, texts=given, labels=LABELS, end=5000, refuse=refuse)


SPOKEN = (
    event(0, Kind.SPEAKS_FOR, person="jana", whom="chris", by="rule"),
    event(250, Kind.SPEAKS_FOR, person="jana", whom="dana", by="staff"),
    event(500, Kind.SPEAKS_FOR, person="jana", whom=None, by="staff"),
)


@pytest.mark.parametrize(
    ("at_s", "name"),
    [
        (0.0, "Chris Beispiel (gedolmetscht)"),
        (9.9, "Chris Beispiel (gedolmetscht)"),
        (10.0, "Gast 2 (gedolmetscht)"),
        (19.9, "Gast 2 (gedolmetscht)"),
        (20.0, "Jana Wolf"),
    ],
)
def test_interpreted_words_are_those_of_the_person_spoken_for(at_s: float, name: str) -> None:
    said_by = found(*SPOKEN)
    assert said_by.name("jana", at_s) == name
    assert (said_by.name("chris", at_s), said_by.name("nobody", at_s)) == ("Chris Beispiel", "")


def test_an_interpreter_who_comes_back_speaks_for_nobody_until_it_is_said() -> None:
    gone = found(*SPOKEN[:1], event(100, Kind.VISIBLE, person="jana", on=False))
    assert (gone.name("jana", 3.9), gone.name("jana", 4.0)) == ("Chris Beispiel (gedolmetscht)", "Jana Wolf")


def test_captions_show_it_in_every_form_that_has_names() -> None:
    heard = [Word(**{**word.values(), "speaker": "jana"}) for word in said("Guten Abend.")]
    words = found(*SPOKEN).spoken(heard)
    written = webvtt(cues(words))
    assert "<v Chris Beispiel (gedolmetscht)>Guten Abend." in written
    (cue,) = vtt.cues(written)
    assert cue.speaker == "Chris Beispiel (gedolmetscht)"
    assert transcript(words).startswith("[0:00:00] Chris Beispiel (gedolmetscht): Guten Abend.")
    assert "Guten Abend." in subrip(cues(words))


def test_words_of_a_mix_without_tracks_stay_without_a_name() -> None:
    assert found(*SPOKEN).spoken(said("Guten Abend.")) == said("Guten Abend.")


def test_a_typed_line_is_a_turn_of_its_own_from_when_it_was_shown() -> None:
    words = found(event(100, Kind.TYPED, person="chris", line="l1")).spoken(said("Guten Abend."))
    shown = cues(words)
    assert [(cue.speaker, cue.text.replace("\n", " ")) for cue in shown] == [
        ("", "Guten Abend."),
        ("Chris Beispiel (schriftlich)", TEXT),
    ]
    assert shown[1].start_s == 4.0
    assert not shown[1].flags


def test_a_typed_line_takes_as_long_as_it_takes_to_read() -> None:
    words = typed_words("a" * 50 + " " + "b" * 149, "Chris", 7.0)
    assert words[0].start_s == 7.0
    assert words[-1].end_s == pytest.approx(7.0 + 201 / 15, abs=0.01)
    assert words[0].end_s == words[1].start_s


def cut(start: int, until: int | None) -> list[Event]:
    on = event(300, Kind.CUT, on=True, **{"from": start}, by="bo")
    off = [] if until is None else [event(until, Kind.CUT, on=False, **{"from": start}, until=until, by="bo")]
    return [on, *off]


@pytest.mark.parametrize(
    ("events", "starts"),
    [
        ([event(200, Kind.TYPED, person="chris", line="l1")], [8.0]),
        ([event(200, Kind.TYPED, person="chris", line="l1"), *cut(150, 400)], [16.0]),
        (
            [
                event(200, Kind.TYPED, person="chris", line="l1"),
                event(250, Kind.TYPED, person="chris", line=None),
                *cut(150, 400),
            ],
            [],
        ),
        (
            [
                event(200, Kind.TYPED, person="chris", line="l1"),
                event(250, Kind.VISIBLE, person="chris", on=False),
                *cut(150, 400),
            ],
            [],
        ),
        ([event(200, Kind.TYPED, person="chris", line="l1"), *cut(150, None)], []),
        ([event(200, Kind.TYPED, person="chris", line="erased")], []),
    ],
)
def test_nothing_typed_comes_out_of_a_cut(events: list[Event], starts: list[float]) -> None:
    typed = found(*events).typed
    assert [word.start_s for word in typed if word.word == "Ich"] == starts
    assert {word.speaker for word in typed} <= {"Chris Beispiel (schriftlich)"}


def test_nothing_typed_is_kept_of_who_refuses_to_be_recorded() -> None:
    shown = event(200, Kind.TYPED, person="chris", line="l1")
    assert found(shown, refuse={"chris": {Scope.RECORDING}}).typed == []
    assert found(shown, refuse={"dana": {Scope.RECORDING}}).typed != []
    assert found(shown, refuse={"chris": {Scope.NAME}}).typed != []
    said_so = event(10, Kind.CONSENT, person="chris", scopes=["live", "name"])
    assert found(said_so, shown).typed == []


def test_a_key_knows_of_it_only_where_there_is_something() -> None:
    assert found().values() == {}
    assert set(found(*SPOKEN).values()) == {"voices", "names"}
    assert set(found(event(100, Kind.TYPED, person="chris", line="l1")).values()) == {"typed"}
