"""`ingest/live/room/vacancy.py`: half an hour of an empty room, in no time."""

from ingest.live.room.vacancy import Vacancy

MINUTE = 60.0


def empty_for(minutes: int, vacancy: Vacancy | None = None) -> Vacancy:
    vacancy = vacancy or Vacancy(None, 0.0)
    for second in range(int(minutes * MINUTE) + 1):
        vacancy = vacancy.after(vacancy.looked if second == 0 else vacancy.looked + 1, present=False)
    return vacancy


def test_nobody_is_warned_before_25_minutes() -> None:
    assert empty_for(24).ends_in_s is None


def test_the_warning_says_how_long_it_takes_still() -> None:
    assert empty_for(25).ends_in_s == 5 * MINUTE
    assert empty_for(28).ends_in_s == 2 * MINUTE
    assert empty_for(30).ends_in_s == 0
    assert empty_for(31).ends_in_s == 0


def test_whoever_comes_in_begins_it_anew() -> None:
    came = empty_for(29).after(30 * MINUTE, present=True)
    assert came.ends_in_s is None
    assert empty_for(24, came).ends_in_s is None
