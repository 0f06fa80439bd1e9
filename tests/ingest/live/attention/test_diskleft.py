"""`ingest/live/attention/diskleft.py`: minutes of disk at the present rate."""

from ingest.live.attention.diskleft import DiskLeft

MB = 1_000_000


def watched(*frees: int, rate: float = 0.5 * MB, each_s: float = 10.0) -> list[int | None]:
    left, told = DiskLeft(), []
    for number, free in enumerate(frees):
        left = left.after(free, number * each_s, rate)
        told.append(left.minutes)
    return told


def test_enough_for_an_hour_is_not_told() -> None:
    assert watched(40 * 60 * MB, 40 * 60 * MB - 5 * MB) == [None, None]


def test_the_recording_alone_says_it_before_anything_was_measured() -> None:
    assert watched(int(40.5 * 60 * 0.5 * MB)) == [40]


def test_who_else_writes_counts_once_it_was_measured() -> None:
    frees = [100 * 60 * MB - number * 30 * MB for number in range(6)]
    assert watched(*frees) == [None, None, None, None, 30, 30]


def test_it_is_taken_back_only_when_there_is_clearly_more() -> None:
    minute = 30 * MB
    assert watched(59 * minute, 62 * minute, 80 * minute, 62 * minute) == [55, 60, None, None]


def test_the_last_minutes_are_told_one_by_one() -> None:
    minute = 30 * MB
    assert watched(9 * minute + MB, 8 * minute + MB) == [9, 8]
