"""What is fetched and what is put, by what lies here, there, and was known of both."""

from datetime import UTC, datetime, timedelta

from ingest.mirror import (
    Bringing,
    Known,
    Local,
    Putting,
    closed,
    everything,
    is_shared,
    is_small,
    nothing,
    to_bring,
    to_put,
)
from ingest.objects import Object

NOON = datetime(2026, 11, 26, 12, tzinfo=UTC)
NAME = "captions/de.vtt"


def there(etag: str = "a", modified: datetime = NOON) -> dict[str, Object]:
    return {NAME: Object(size=3, etag=etag, modified=modified)}


def here(at: datetime = NOON) -> dict[str, Local]:
    return {NAME: Local(size=3, mtime_ns=round(at.timestamp() * 1e9))}


def known(etag: str = "a", at: datetime = NOON) -> dict[str, Known]:
    return {NAME: Known(size=3, mtime_ns=here(at)[NAME].mtime_ns, etag=etag)}


FETCHED, LEFT, DROPPED = Bringing(fetch=(NAME,), drop=()), Bringing(fetch=(), drop=()), Bringing(fetch=(), drop=(NAME,))


def test_what_is_only_there_is_fetched_when_it_is_wanted() -> None:
    assert to_bring({}, there(), {}, everything) == FETCHED
    assert to_bring({}, there(), {}, nothing) == LEFT


def test_what_is_the_same_is_left_and_what_others_changed_comes_or_goes() -> None:
    assert to_bring(here(), there(), known(), everything) == LEFT
    assert to_bring(here(), there("b"), known(), everything) == FETCHED
    assert to_bring(here(), there("b"), known(), nothing) == DROPPED


def test_what_others_erased_goes_here_too() -> None:
    assert to_bring(here(), {}, known(), everything) == DROPPED


def test_what_was_made_here_and_not_yet_put_stays_unless_somebody_was_faster() -> None:
    later = NOON + timedelta(seconds=5)
    assert to_bring(here(later), there(), known(), everything) == LEFT
    assert to_bring(here(later), {}, known(), everything) == LEFT
    assert to_bring(here(), there("b", later), {}, everything) == FETCHED
    assert to_bring(here(later), there("b"), known(), everything) == LEFT


def test_what_a_step_removed_here_is_not_fetched_again() -> None:
    assert to_bring({}, there(), known(), everything) == LEFT
    assert to_put({}, known()) == Putting(put=(), erase=(NAME,))


def test_nothing_is_named_before_it_is_there() -> None:
    names = ["timeline.jsonl", "renditions/index.m3u8", "renditions/480p/index.m3u8", "renditions/a.mp4.made.json"]
    names += ["captions/de.vtt", "programme/1/video/00000001.m4s"]
    plan = to_put({name: Local(size=1, mtime_ns=1) for name in names}, {})
    assert plan == Putting(put=tuple((name,) for name in reversed(names)), erase=())


def test_only_what_changed_is_put() -> None:
    assert to_put(here(), known()).put == ()
    assert to_put(here(NOON + timedelta(seconds=1)), known()).put == ((NAME,),)


def test_of_a_room_on_air_only_what_grows_no_more() -> None:
    video = [f"programme/1/video/0000000{number}.m4s" for number in (1, 2, 3)]
    names = [*video, "programme/1/video/init.mp4", "programme/1/video/index.m3u8", "timeline.jsonl", "tracks/a.mkv"]
    assert closed([*names, "cards/1f.png"]) == {*video[:2], "programme/1/video/init.mp4", "cards/1f.png"}


def test_what_was_cut_and_half_made_files_never_leave_the_machine() -> None:
    assert [is_shared(name) for name in ("sealed/1.sealed", "room.lock", "renditions/.12-ab-480p/x.m4s")] == [False] * 3
    assert is_shared(NAME)
    assert [is_small(name) for name in (NAME, "renditions/index.m3u8", "a/1.m4s")] == [True, True, False]
