"""Chapters from on-air events and questions."""

from fractions import Fraction

import pytest

from ingest.timeline import Event, Kind
from publish.chapters import Chapter, chapters, webvtt, youtube_lines

TEXTS = {"a": "Wann kommt\ndie Tram?", "b": "Was wird aus dem Freibad?"}


def events(*on_air: tuple[int, str]) -> list[Event]:
    begin = Event(tick=0, kind=Kind.BEGIN, values={"tick_duration": "1/30"})
    end = Event(tick=1500, kind=Kind.END)
    shown = [Event(tick=tick, kind=Kind.ON_AIR, values={"question": id}) for tick, id in on_air]
    return [begin, *shown, end]


def test_an_opening_and_one_chapter_per_question() -> None:
    assert chapters(events((301, "a"), (750, "b")), TEXTS, opening="Sprechstunde") == [
        Chapter(start_s=Fraction(0), end_s=Fraction(301, 30), title="Sprechstunde"),
        Chapter(start_s=Fraction(301, 30), end_s=Fraction(25), title="Wann kommt die Tram?", question="a"),
        Chapter(start_s=Fraction(25), end_s=Fraction(50), title="Was wird aus dem Freibad?", question="b"),
    ]


@pytest.mark.parametrize(
    ("on_air", "starts"),
    [
        ([], [None]),
        ([(0, "a")], ["a"]),
        ([(300, "erased")], [None]),
        ([(300, "a"), (300, "b")], [None, "b"]),
        ([(1500, "a")], [None]),
    ],
)
def test_edges(on_air: list[tuple[int, str]], starts: list[str | None]) -> None:
    assert [chapter.question for chapter in chapters(events(*on_air), TEXTS, opening="x")] == starts


def test_a_timeline_without_beginning_is_refused() -> None:
    with pytest.raises(ValueError, match="begin"):
        chapters([Event(tick=0, kind=Kind.END)], {}, opening="x")


def test_long_titles_become_one_line() -> None:
    (_, chapter) = chapters(events((300, "a")), {"a": "Warum " * 50}, opening="x")
    assert len(chapter.title) <= 70
    assert chapter.title.endswith("Warum…")


def test_webvtt_names_the_question_and_hides_markup() -> None:
    found = [
        Chapter(start_s=Fraction(0), end_s=Fraction(301, 30), title="Anfang"),
        Chapter(start_s=Fraction(301, 30), end_s=Fraction(3700), title="A & <b> --> c", question="a"),
    ]
    assert webvtt(found) == (
        "WEBVTT\n\nopening\n00:00:00.000 --> 00:00:10.033\nAnfang\n\n"
        "a\n00:00:10.033 --> 01:01:40.000\nA &amp; &lt;b&gt; --&gt; c\n"
    )


@pytest.mark.parametrize(
    ("starts", "end", "lines"),
    [
        ([0, 10, 25], 40, ["0:00 t0", "0:10 t10", "0:25 t25"]),
        ([0, 3700, 3800], 4000, ["0:00 t0", "1:01:40 t3700", "1:03:20 t3800"]),
        ([0, 10], 40, []),
        ([0, 4, 20, 30], 60, ["0:00 t4", "0:20 t20", "0:30 t30"]),
        ([0, 10, 15, 30], 60, ["0:00 t0", "0:15 t15", "0:30 t30"]),
        ([0, 10, 20, 35], 40, ["0:00 t0", "0:10 t10", "0:20 t20"]),
        ([0, 10, 25], 30, []),
        ([0, 2, 4, 6], 8, []),
    ],
)
def test_youtubes_rules_are_kept(starts: list[int], end: int, lines: list[str]) -> None:
    found = [
        Chapter(start_s=Fraction(start), end_s=Fraction(following), title=f"t{start}")
        for start, following in zip(starts, [*starts[1:], end], strict=True)
    ]
    assert youtube_lines(found) == lines


def test_a_question_on_air_by_mistake_makes_no_chapter_until_it_comes_again() -> None:
    taken = Event(tick=450, kind=Kind.TAKE_BACK, values={"question": "b", "again": "a"})
    found = events((300, "a"), (420, "b"), (900, "b"))
    told = [*found[:3], taken, *found[3:]]
    starts = [(chapter.question, float(chapter.start_s)) for chapter in chapters(told, TEXTS, opening="x")]
    assert starts == [(None, 0), ("a", 10), ("b", 30)]
