"""Once on YouTube, complete and visible last, whatever breaks on the way."""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from ingest import steps, store
from ingest.archive import Archive
from ingest.database import Database
from ingest.secrets import Safe
from ingest.steps import State as StepState
from ingest.work import Work
from publish import pipeline, withdrawal
from publish import store as publications
from publish import tasks as publish_tasks
from publish.publication import Publication, State, TargetName
from publish.settings import Settings
from publish.targets import refusals, youtube
from publish.targets.youtube import YouTube, discovery_document
from tests.publish.conftest import House, Past
from tests.publish.targets import channel as channels
from tests.publish.targets.channel import Channel

CHUNK = 256 * 1024
FILM = bytes(range(256)) * 2600  # 665,600 bytes: two whole chunks and a part
Wish = Callable[[], str]


class KilledHere(BaseException):
    """The worker dies at this line."""


@pytest.fixture
def channel() -> Iterator[Channel]:
    with channels.serving() as channel:
        yield channel


@pytest.fixture
def house(database: Database, archive: Archive, safe: Safe, channel: Channel, monkeypatch: pytest.MonkeyPatch) -> House:
    def target(settings: Settings, safe: Safe) -> YouTube:
        return YouTube(settings, safe, wait=lambda seconds: None)

    monkeypatch.setattr(publish_tasks, "YouTube", target)
    with database.transaction() as connection:
        sealed = safe.seal(json.dumps({"token": "t"}))
        publications.set_credentials(connection, TargetName.YOUTUBE, sealed)
    return House(database, archive, safe, Settings(youtube_api=channel.address, youtube_chunk_bytes=CHUNK))


@pytest.fixture
def wish(database: Database, past: Past) -> Wish:
    past.room.download.parent.mkdir(parents=True)
    past.room.download.write_bytes(FILM)

    def wish() -> str:
        with database.transaction() as connection:
            return pipeline.to_youtube(connection, past.hour, past.edition)

    return wish


def publication(database: Database, past: Past) -> Publication:
    with database.reading() as connection:
        found = publications.of_office_hour(connection, past.hour.id)
    (publication,) = [each for each in found if each.target is TargetName.YOUTUBE]
    return publication


def test_uploaded_private_then_visible(
    database: Database, past: Past, house: House, channel: Channel, wish: Wish
) -> None:
    past.room.poster.parent.mkdir(parents=True)
    past.room.poster.write_bytes(b"jpeg")
    past.room.captions("de").parent.mkdir(parents=True)
    past.room.captions("de").write_text("WEBVTT\n", encoding="utf-8")
    id = wish()
    house.run_all()
    assert house.step(id).state is StepState.DONE, house.step(id).error
    assert channel.films == {"v1": FILM}
    assert channel.sessions["s1"]["body"]["status"]["privacyStatus"] == "private"
    assert channel.videos["v1"]["status"] == {
        "privacyStatus": "public",
        "selfDeclaredMadeForKids": False,
        "embeddable": True,
        "license": "youtube",
    }
    assert channel.asked == [
        "POST /upload/youtube/v3/videos",
        "PUT bytes 0-262143/665600",
        "PUT bytes 262144-524287/665600",
        "PUT bytes 524288-665599/665600",
        "POST /upload/youtube/v3/thumbnails/set",
        "POST /upload/youtube/v3/captions",
        "GET videos",
        "PUT public",
    ]
    done = publication(database, past)
    assert (done.state, done.remote, done.address, done.session) == (State.PUBLIC, "v1", "https://youtu.be/v1", "")


def test_what_is_told_about_the_film(past: Past, house: House, channel: Channel, wish: Wish) -> None:
    wish()
    house.run_all()
    snippet = channel.videos["v1"]["snippet"]
    assert snippet["title"] == "Sprechstunde"
    assert snippet["description"] == (
        "Ada · 2026-11-23\n\n0:00 Sprechstunde\n0:10 Wann kommt die Tram?\n0:25 Was wird aus dem Freibad & dem ‹Park›?"
    )


def test_a_killed_worker_is_followed_by_one_that_goes_on(
    database: Database,
    past: Past,
    house: House,
    archive: Archive,
    safe: Safe,
    channel: Channel,
    wish: Wish,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    id = wish()
    die_before_chunk(2, monkeypatch)
    with pytest.raises(KilledHere):
        house.run_all()
    monkeypatch.undo()
    left = publication(database, past)
    assert left.state is State.UPLOADING
    assert "session" not in left.session
    channel.asked.clear()
    another = House(database, archive, safe, Settings(youtube_api=channel.address))
    another.at = house.at
    another.later(minutes=2)
    another.run_all()
    assert house.step(id).state is StepState.DONE, house.step(id).error
    assert channel.asked[:2] == ["PUT bytes */665600", "PUT bytes 262144-665599/665600"]
    assert channel.films == {"v1": FILM}


@pytest.mark.parametrize(
    ("trouble", "asked"),
    [
        (["503"], ["0-262143", "*", "0-262143", "262144-524287", "524288-665599"]),
        (["half"], ["0-262143", "*", "131072-393215", "393216-655359", "655360-665599"]),
        (["503", "503"], ["0-262143", "*", "0-262143", "*", "0-262143", "262144-524287", "524288-665599"]),
        (["lost answer"], ["0-262143", "262144-524287", "524288-665599", "*"]),
    ],
)
def test_what_breaks_is_asked_for_and_sent_again(
    trouble: list[str], asked: list[str], house: House, channel: Channel, wish: Wish
) -> None:
    channel.trouble = trouble
    id = wish()
    house.run_all()
    assert house.step(id).state is StepState.DONE, house.step(id).error
    assert channel.films == {"v1": FILM}
    assert channel.asked[1:-2] == [f"PUT bytes {stretch}/665600" for stretch in asked]


def test_a_lost_answer_and_a_dead_worker_make_no_second_film(
    database: Database, past: Past, house: House, channel: Channel, wish: Wish, monkeypatch: pytest.MonkeyPatch
) -> None:
    id = wish()
    channel.trouble = ["lost answer"]
    die_before_chunk(4, monkeypatch)
    with pytest.raises(KilledHere):
        house.run_all()
    monkeypatch.undo()
    assert list(channel.films) == ["v1"]
    house.later(minutes=2)
    house.run_all()
    assert house.step(id).state is StepState.DONE, house.step(id).error
    assert list(channel.films) == ["v1"]
    assert publication(database, past).remote == "v1"


def test_a_forgotten_session_begins_again(house: House, channel: Channel, wish: Wish) -> None:
    channel.trouble = ["503", "gone"]
    id = wish()
    house.run_all()
    assert house.step(id).state is StepState.DONE, house.step(id).error
    assert list(channel.sessions) == ["s1"]  # the name is free again, as the first one is forgotten
    assert channel.asked.count("POST /upload/youtube/v3/videos") == 2


def test_failures_in_a_row_are_tried_again_later_in_the_same_session(
    house: House, channel: Channel, wish: Wish
) -> None:
    channel.trouble = ["503"] * 5
    id = wish()
    house.run_all()
    parked = house.step(id)
    assert (parked.state, parked.error_class) == (StepState.PARKED, "transient")
    house.later(minutes=10)
    house.run_all()
    assert house.step(id).state is StepState.DONE, house.step(id).error
    assert channel.asked.count("POST /upload/youtube/v3/videos") == 1


def test_a_used_up_quota_waits_for_midnight_in_california(house: House, channel: Channel, wish: Wish) -> None:
    channel.trouble = ["quota"]
    id = wish()
    house.run_all()
    parked = house.step(id)
    assert (parked.state, parked.error_class, parked.attempt) == (StepState.PARKED, "resource", parked.attempt)
    assert parked.not_before == datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
    house.later(hours=20)
    house.run_all()
    assert house.step(id).state is StepState.DONE, house.step(id).error


@pytest.mark.parametrize(
    ("at", "midnight"),
    [
        (datetime(2026, 7, 1, 12, tzinfo=UTC), datetime(2026, 7, 2, 7, tzinfo=UTC)),
        (datetime(2026, 11, 24, 7, 59, tzinfo=UTC), datetime(2026, 11, 24, 8, tzinfo=UTC)),
        (datetime(2026, 10, 31, 12, tzinfo=UTC), datetime(2026, 11, 1, 7, tzinfo=UTC)),
    ],
)
def test_midnight_in_california_knows_summer_time(at: datetime, midnight: datetime) -> None:
    assert refusals.midnight_pacific(at) == midnight


def test_a_refused_film_is_shown_to_a_person(
    database: Database, past: Past, house: House, channel: Channel, wish: Wish
) -> None:
    channel.upload_status = "failed"
    id = wish()
    house.run_all()
    failed = house.step(id)
    assert (failed.state, failed.error) == (StepState.FAILED, "YouTube does not take the film: codec")
    assert channel.videos["v1"]["status"]["privacyStatus"] == "private"
    assert publication(database, past).state is State.UPLOADED


def test_captions_that_are_there_already_are_replaced(past: Past, house: House, channel: Channel, wish: Wish) -> None:
    past.room.captions("de").parent.mkdir(parents=True)
    past.room.captions("de").write_text("WEBVTT\n", encoding="utf-8")
    channel.trouble = ["captions twice"]
    id = wish()
    house.run_all()
    assert house.step(id).state is StepState.DONE, house.step(id).error
    assert channel.asked[-4:] == ["GET captions", "PUT captions c1", "GET videos", "PUT public"]


@pytest.mark.parametrize("lacking", ["film", "account"])
def test_what_lacks_is_told(lacking: str, database: Database, past: Past, house: House, wish: Wish) -> None:
    id = wish()
    if lacking == "film":
        past.room.download.unlink()
    else:
        with database.transaction() as connection:
            publications.set_credentials(connection, TargetName.YOUTUBE, "")
    house.run_all()
    assert house.step(id).state is StepState.FAILED
    assert lacking in house.step(id).error


def test_a_permission_that_is_gone_is_told(database: Database, safe: Safe, house: House, wish: Wish) -> None:
    with database.transaction() as connection:
        publications.set_credentials(connection, TargetName.YOUTUBE, safe.seal("{}"))
    id = wish()
    house.run_all()
    assert house.step(id).state is StepState.FAILED
    assert "connect the account again" in house.step(id).error


def test_wishing_twice_uploads_once(house: House, channel: Channel, wish: Wish) -> None:
    assert wish() == wish()
    house.run_all()
    again = wish()
    house.run_all()
    assert house.step(again).state is StepState.DONE
    assert list(channel.films) == ["v1"]


def test_withdrawn_means_private_and_can_be_public_again(
    database: Database, past: Past, house: House, channel: Channel, wish: Wish
) -> None:
    wish()
    house.run_all()
    with database.transaction() as connection:
        (id,) = withdrawal.withdraw(connection, past.hour.id)
        assert store.office_hour(connection, past.hour.id).visibility.value == "held"
    house.run_all()
    assert house.step(id).state is StepState.DONE, house.step(id).error
    assert channel.videos["v1"]["status"]["privacyStatus"] == "private"
    assert publication(database, past).state is State.WITHDRAWN
    wish()
    house.run_all()
    assert channel.videos["v1"]["status"]["privacyStatus"] == "public"
    assert list(channel.films) == ["v1"]


def test_what_is_withdrawn_before_its_step_stays_so(
    database: Database, past: Past, house: House, channel: Channel, wish: Wish
) -> None:
    id = wish()
    with database.transaction() as connection:
        withdrawal.withdraw(connection, past.hour.id)
    house.run_all()
    assert house.step(id).state is StepState.CANCELLED
    assert channel.films == {}
    again = wish()
    house.run_all()
    assert house.step(again).state is StepState.DONE
    assert channel.videos["v1"]["status"]["privacyStatus"] == "public"


def test_nothing_more_is_sent_of_what_is_withdrawn_meanwhile(
    database: Database, past: Past, house: House, channel: Channel, wish: Wish, monkeypatch: pytest.MonkeyPatch
) -> None:
    id = wish()

    def withdraw_it() -> None:
        with database.transaction() as connection:
            withdrawal.withdraw_one(connection, publication(database, past))

    before_chunk(2, monkeypatch, withdraw_it)
    house.run_all()
    assert house.step(id).state is StepState.DONE
    assert [each for each in channel.asked if each.startswith("PUT")] == ["PUT bytes 0-262143/665600"]
    assert (publication(database, past).state, channel.films) == (State.WITHDRAWN, {})


def test_a_worker_that_dies_after_making_it_visible_leaves_nothing_visible_that_was_withdrawn(
    database: Database, past: Past, house: House, channel: Channel, wish: Wish, monkeypatch: pytest.MonkeyPatch
) -> None:
    id = wish()

    def visible_and_dead(work: Work, published: Publication, goal: State, **values: Any) -> Publication:
        if goal is not State.PUBLIC:
            return moved(work, published, goal, **values)
        with database.transaction() as connection:
            done = withdrawal.withdraw_one(connection, published)
            steps.cancel(connection, done)  # as if it had run just before the video was made visible
        raise KilledHere

    moved = youtube._move
    monkeypatch.setattr(youtube, "_move", visible_and_dead)
    with pytest.raises(KilledHere):
        house.run_all()
    assert channel.videos["v1"]["status"]["privacyStatus"] == "public"
    house.later(minutes=2)
    house.run_all()
    assert house.step(id).state is StepState.DONE
    assert channel.videos["v1"]["status"]["privacyStatus"] == "private"


def test_a_video_that_is_gone_is_withdrawn(
    database: Database, past: Past, house: House, channel: Channel, wish: Wish
) -> None:
    wish()
    house.run_all()
    channel.videos.clear()
    with database.transaction() as connection:
        (id,) = withdrawal.withdraw(connection, past.hour.id)
    house.run_all()
    assert house.step(id).state is StepState.DONE, house.step(id).error


def test_the_description_of_the_api_needs_no_network() -> None:
    assert discovery_document()["rootUrl"] == "https://youtube.googleapis.com/"
    assert discovery_document("http://127.0.0.1:1")["rootUrl"] == "http://127.0.0.1:1/"


def die_before_chunk(number: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """The next worker dies before it sends chunk `number` (from 1)."""

    def die() -> None:
        raise KilledHere

    before_chunk(number, monkeypatch, die)


def before_chunk(number: int, monkeypatch: pytest.MonkeyPatch, happens: Callable[[], None]) -> None:
    """Something happens before chunk `number` (from 1) is sent: the 1st confirm is before the session."""
    seen = 0
    confirm = Work.confirm

    def counted(work: Work) -> None:
        nonlocal seen
        if work.step.kind == pipeline.YOUTUBE:
            seen += 1
            if seen == number + 2:  # one when the step begins, one before the session, one before each chunk
                happens()
        confirm(work)

    monkeypatch.setattr(Work, "confirm", counted)
