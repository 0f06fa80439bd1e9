"""What is sent to YouTube holds against its own discovery document, with faults as they come."""

import json
from collections.abc import Iterator

import pytest

from ingest.archive import Archive
from ingest.database import Database
from ingest.secrets import Safe
from ingest.steps import State
from publish import pipeline, tasks
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


def test_a_day_without_quota_is_waited_for(youtube: YouTube, house: House, wished: str) -> None:
    youtube.uploads_a_day = 0
    house.run_all()
    assert (house.step(wished).state, house.step(wished).error_class) == (State.PARKED, "resource")
    youtube.uploads_a_day = 100
    house.later(hours=21)
    house.run_all()
    assert house.step(wished).state is State.DONE, house.step(wished).error
