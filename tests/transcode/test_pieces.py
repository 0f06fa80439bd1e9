"""An hour in pieces of a minute: heard in any order, while it grows, and never under a key that says something else."""

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.archive import Room
from transcode import pieces
from transcode.pieces import Part
from transcode.sources import Source
from transcode.speech import Word
from transcode.voice import Stretch

ADA = Path("tracks/ada.mkv")


def stretch(start_s: float, end_s: float) -> Stretch:
    return Stretch(start_s=start_s, end_s=end_s)


def track(*heard: Stretch, points: tuple[tuple[float, float], ...] = ((0.5, 10.5), (600.5, 610.5))) -> Source:
    return Source(person="ada", part=1, heard=heard, who=tuple((each, "ada") for each in heard), points=points)


def parts(source: Source, until_s: float = float("inf"), language: str = "de") -> list[Part]:
    return pieces.parts(source, ADA, language, "scribe", until_s)


def test_a_track_is_heard_minute_by_minute_of_media_time() -> None:
    found = parts(track(stretch(10, 150)))
    assert [(each.piece.start_s, each.piece.end_s) for each in found] == [
        (float("-inf"), 50.0),
        (50.0, 110.0),
        (110.0, 170.0),
    ]
    assert found[0].piece.heard == (stretch(0, 53),)
    assert found[1].piece.heard == (stretch(47, 113),)


def test_minutes_in_which_somebody_is_not_on_air_have_no_piece() -> None:
    found = parts(track(stretch(10, 40), stretch(250, 260)))
    assert [each.piece.end_s for each in found] == [50.0, 290.0]


def test_on_air_only_what_is_whole_is_heard() -> None:
    source = track(stretch(10, 1000))
    assert [len(parts(source, until_s)) for until_s in (0, 65.9, 66.0, 125, 126)] == [0, 0, 1, 1, 2]


@given(st.floats(10, 600), st.lists(st.tuples(st.integers(0, 550), st.integers(1, 60)), max_size=5))
def test_what_was_heard_on_air_is_what_is_wanted_at_the_end(until_s: float, away: list[tuple[int, int]]) -> None:
    """A turn that still lasts ends beyond what has left the delay: no piece before that changes."""
    from transcode.sources import without

    gone = [stretch(start, start + length) for start, length in away]
    so_far = track(*without([stretch(10, until_s + 5)], gone))
    later = track(*without([stretch(10, 610)], gone))
    wanted = {part.key for part in parts(later)}
    assert {part.key for part in parts(so_far, until_s)} <= wanted


def test_another_key_for_whatever_changes_the_words() -> None:
    source = track(stretch(10, 50))
    (part,) = parts(source)
    others = [
        parts(replace(source, person="chris")),
        parts(replace(source, part=2)),
        parts(track(stretch(10, 49))),
        parts(track(stretch(10, 50), points=((0.5, 10.6), (600.5, 610.6)))),
        parts(source, language="en"),
        pieces.parts(source, ADA, "de", "another scribe"),
    ]
    assert part.key not in {other[0].key for other in others}
    assert parts(source) == [part]


def test_words_are_kept_in_media_time_with_the_person_and_another_language(tmp_path: Path) -> None:
    room, (part,) = Room(tmp_path), parts(track(stretch(10, 50)))
    word = Word(word="Yes.", start_s=1.0, end_s=1.5, probability=0.9)
    pieces.keep(room, "de", part, [word, replace(word, language="en")])
    named = replace(word, start_s=11.0, end_s=11.5, speaker="ada")
    assert pieces.kept(room, "de", part) == [named, replace(named, language="en")]
    pieces.keep(room, "en", part, [word, replace(word, language="en")])
    assert pieces.kept(room, "en", part) == [replace(named, language="de"), named]
    assert pieces.unheard(room, "de", parts(track(stretch(10, 130)))[1:]) != []


def test_what_may_not_be_heard_any_more_is_erased(tmp_path: Path) -> None:
    room, found = Room(tmp_path), parts(track(stretch(10, 130)))
    for part in found:
        pieces.keep(room, "de", part, [])
    pieces.forget(room, "de", found[1:])
    assert pieces.unheard(room, "de", found) == found[:1]
    pieces.forget(room, "de")
    assert not room.heard("de").exists()


def test_a_torn_file_is_heard_again(tmp_path: Path) -> None:
    room, (part,) = Room(tmp_path), parts(track(stretch(10, 50)))
    pieces.keep(room, "de", part, [])
    next(room.heard("de").iterdir()).write_text("[{", encoding="utf-8")
    assert pieces.unheard(room, "de", [part]) == [part]


@pytest.mark.parametrize("at_s", [0.0, 12.3, 59.9, 60.0, 300.5])
def test_every_second_lies_in_one_piece(at_s: float) -> None:
    source = Source(heard=(stretch(0, 400),), who=((stretch(0, 400), ""),))
    owners = [each for each in parts(source) if each.piece.start_s <= at_s < each.piece.end_s]
    assert len(owners) == 1
