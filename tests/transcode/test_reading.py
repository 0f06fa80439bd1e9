"""Caption files that people bring: their cues, or what is wrong in which line."""

import pytest

from transcode.cues import Cue
from transcode.reading import Problem, Wrong, read

VTT = """\ufeffWEBVTT Kind: captions; Language: de

STYLE
::cue { color: red }

NOTE cue 1: fast

1
00:01.000 --> 00:02.500 line:90%
<v Ada Lorenz>Guten &amp; <i>schönen</i>
Abend!</v>

00:03.000 --> 00:04.000
<v Ada Lorenz><lang en>Good evening!</lang>

01:00:00.000 --> 01:00:01.000
-- Ende
"""
SRT = """1
00:00:01,000 --> 00:00:02,500
{\\an8}<i>Guten Abend!</i>

2
00:00:03,000 --> 00:00:04,000
Wie geht's?
3
00:00:05,000 --> 00:00:06,000
Gut.
"""


def test_webvtt_is_read_with_its_speakers() -> None:
    assert read(VTT).problems == ()
    assert read(VTT).cues == (
        Cue(start_s=1.0, end_s=2.5, lines=("Guten & schönen", "Abend!"), speaker="Ada Lorenz"),
        Cue(start_s=3.0, end_s=4.0, lines=("Good evening!",), speaker="Ada Lorenz", language="en"),
        Cue(start_s=3600.0, end_s=3601.0, lines=("-- Ende",)),
    )


@pytest.mark.parametrize("text", [SRT, SRT.replace("\n", "\r\n"), "\ufeff" + SRT.replace("\n", "\r")])
def test_subrip_is_read_also_without_empty_lines_and_from_other_systems(text: str) -> None:
    found = read(text)
    assert found.problems == ()
    assert [(cue.start_s, cue.text) for cue in found.cues] == [
        (1.0, "Guten Abend!"),
        (3.0, "Wie geht's?"),
        (5.0, "Gut."),
    ]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", Problem(line=1, wrong=Wrong.NO_CUES)),
        ("Sehr geehrte Damen und Herren", Problem(line=1, wrong=Wrong.NO_CUES)),
        ("WEBVTTX\n\n00:01.000 --> 00:02.000\nJa", Problem(line=1, wrong=Wrong.HEAD, found="WEBVTTX")),
        ("WEBVTT\n\n00:01 --> 00:02\nJa", Problem(line=3, wrong=Wrong.TIMES, found="00:01 --> 00:02")),
        ("WEBVTT\n\n0:02.000 --> 0:01.000\nJa", Problem(line=3, wrong=Wrong.BACKWARDS, found="0:02.000 --> 0:01.000")),
        ("WEBVTT\n\n0:01.000 --> 0:02.000\n<b></b>", Problem(line=3, wrong=Wrong.EMPTY, found="0:01.000 --> 0:02.000")),
        (f"1\n0:01.000 --> 0:02.000\n{'Ja ' * 200}", Problem(line=2, wrong=Wrong.LONG, found="0:01.000 --> 0:02.000")),
        ("WEBVTT\n\n01:30.000 --> 01:31.000\nJa", Problem(line=3, wrong=Wrong.BEYOND, found="01:30.000 --> 01:31.000")),
        (
            "WEBVTT\n\n00:01.000 --> 00:03.000\nJa\n\n00:02.000 --> 00:04.000\nNein",
            Problem(line=6, wrong=Wrong.ORDER, found="00:02.000 --> 00:04.000"),
        ),
    ],
)  # fmt: skip
def test_each_problem_says_in_which_line(text: str, problem: Problem) -> None:
    assert read(text, length_s=60).problems == (problem,)


def test_cues_that_touch_by_rounding_are_taken() -> None:
    found = read("WEBVTT\n\n00:01.000 --> 00:02.001\nJa\n\n00:02.000 --> 00:03.000\nNein")
    assert (found.problems, [cue.start_s for cue in found.cues]) == ((), [1.0, 2.001])
