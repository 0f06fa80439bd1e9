"""What is sent to YouTube holds against its own discovery document, with faults as they come."""

import json
from collections.abc import Iterator

import pytest

from ingest.archive import Archive
from ingest.database import Database
from ingest.secrets import Safe
from ingest.steps import State
from publish import pipeline, tasks, withdrawal
from publish import store as publications
from publish.publication import TargetName
from publish.settings import Settings
from publish.targets.youtube import YouTube as Target
from tests.publish.conftest import House, Past
from tests.standins.resumable import CHUNK, Fault
from tests.standins.serving import serving
from tests.standins.youtube import YouTube

FILM = bytes(range(256)) * (2 * CHUNK // 256) + b"the end"


@pytest.fixture
def youtube() -> YouTube:
    return YouTube()


@pytest.fixture
def house(
    database: Database, archive: Archive, safe: Safe, youtube: YouTube, monkeypatch: pytest.MonkeyPatch
) -> Iterator[House]:
    def target(settings: Settings, safe: Safe) -> Target:
        return Target(settings, safe, wait=lambda seconds: None)

    monkeypatch.setattr(tasks, "YouTube", target)
    with database.transaction() as connection:
        publications.set_credentials(connection, TargetName.YOUTUBE, safe.seal(json.dumps({"token": "t"})))
    with serving(youtube.app) as address:
        yield House(database, archive, safe, Settings(youtube_api=address, youtube_chunk_bytes=CHUNK))


@pytest.fixture
def wished(database: Database, past: Past) -> str:
    for file, content in (
        (past.room.download, FILM),
        (past.room.poster, b"jpeg"),
        (past.room.captions("de"), b"WEBVTT\n\n00:00.000 --> 00:01.000\nGuten Tag\n"),
    ):
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
    with database.transaction() as connection:
        return pipeline.to_youtube(connection, past.hour, past.edition)


@pytest.mark.parametrize(
    "faults",
    [
        [],
        [Fault.error_after(CHUNK + 1000)],
        [Fault.dropped_after(CHUNK + 1000)],
        [Fault.answer_lost()],
        [Fault.error_after(1000), Fault.dropped_after(CHUNK + 7), Fault.answer_lost()],
    ],
    ids=["none", "503", "dropped", "answer lost", "all"],
)
def test_one_whole_film_becomes_public(faults: list[Fault], youtube: YouTube, house: House, wished: str) -> None:
    youtube.faults.extend(faults)
    house.run_all()
    assert house.step(wished).state is State.DONE, house.step(wished).error
    ((id, video),) = youtube.videos.items()
    assert youtube.files[id] == FILM
    assert video["status"]["privacyStatus"] == "public"
    assert youtube.thumbnails == {id: b"jpeg"}
    assert [each["snippet"]["language"] for each in youtube.captions.values()] == ["de"]
    assert youtube.uploads_used == 1


def caption_again(database: Database, past: Past) -> str:
    with database.transaction() as connection:
        (id,) = pipeline.captions_outside(connection, past.hour.id, [], again="second release")
    return id


def texts(youtube: YouTube) -> list[str]:
    return [youtube.files[id].decode().splitlines()[-1] for id in youtube.captions]


def test_captions_that_are_released_anew_take_the_place_of_the_first(
    database: Database, past: Past, youtube: YouTube, house: House, wished: str
) -> None:
    house.run_all()
    (video,) = youtube.videos
    own = {"videoId": video, "language": "de", "name": "", "trackKind": "ASR"}
    youtube.captions = {"heard": {"id": "heard", "snippet": own}} | youtube.captions
    youtube.files["heard"] = b"what YouTube heard"
    past.room.released_captions("de").write_text("WEBVTT\n\n00:00.000 --> 00:01.000\nGuten Abend\n", encoding="utf-8")
    before = youtube.units_used
    again = caption_again(database, past)
    house.run_all()
    assert house.step(again).state is State.DONE, house.step(again).error
    assert texts(youtube) == ["what YouTube heard", "Guten Abend"]
    assert youtube.units_used - before == 500
    assert youtube.uploads_used == 1
    assert youtube.videos[video]["status"]["privacyStatus"] == "public"


def test_captions_that_were_taken_away_there_are_brought_again(
    database: Database, past: Past, youtube: YouTube, house: House, wished: str
) -> None:
    house.run_all()
    youtube.captions.clear()
    again = caption_again(database, past)
    house.run_all()
    assert house.step(again).state is State.DONE, house.step(again).error
    assert texts(youtube) == ["Guten Tag"]


def test_captions_wait_for_a_day_with_quota(
    database: Database, past: Past, youtube: YouTube, house: House, wished: str
) -> None:
    house.run_all()
    youtube.units_a_day = youtube.units_used
    again = caption_again(database, past)
    house.run_all()
    assert house.step(again).state is State.PARKED
    youtube.midnight()
    house.later(hours=21)
    house.run_all()
    assert house.step(again).state is State.DONE, house.step(again).error


def test_what_was_taken_back_gets_no_captions(
    database: Database, past: Past, youtube: YouTube, house: House, wished: str
) -> None:
    house.run_all()
    again = caption_again(database, past)
    with database.transaction() as connection:
        withdrawal.withdraw(connection, past.hour.id)
    calls = youtube.calls.copy()
    house.run_all()
    assert house.step(again).state is State.DONE
    assert set(youtube.calls[len(calls) :]) == {"videos.update"}


def test_a_day_without_quota_is_waited_for(youtube: YouTube, house: House, wished: str) -> None:
    youtube.uploads_a_day = 0
    house.run_all()
    assert (house.step(wished).state, house.step(wished).error_class) == (State.PARKED, "resource")
    youtube.uploads_a_day = 100
    house.later(hours=21)
    house.run_all()
    assert house.step(wished).state is State.DONE, house.step(wished).error
