"""A recording goes to YouTube and back with the buttons of its page, whatever is killed on the way."""

import json
import os
import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from ingest import steps, store
from ingest.database import now, random_id
from ingest.officehours import OfficeHour, Release, State, Visibility
from ingest.timeline import Kind as Happened
from ingest.timeline import Writer
from publish import pipeline, withdrawal
from publish import store as publications
from publish.publication import Publication, TargetName
from publish.publication import State as Published
from questions import intake, moderation, queue
from questions.question import Channel
from questions.sources import Arrival
from tests.journeys.house import environment, house_in, running, steps_of, wait_for
from tests.standins.recorded import cast, record
from tests.standins.reel import Asked
from tests.standins.resumable import CHUNK
from tests.standins.serving import serving
from tests.standins.youtube import YouTube
from tests.web.conftest import Browser
from web import store as web_store
from web.asgi import site
from web.house import House
from web.sessions import COOKIE

pytestmark = [pytest.mark.journey, pytest.mark.beside]
ALLOWED = {"type": "authorized_user", "client_id": "c.apps", "client_secret": "s", "refresh_token": "1//r"}
PIPELINE_S = 150.0
FILM_BYTES = 24 * CHUNK + 7
MAIL_IS_FETCHED_EVERY_S = 1


@pytest.fixture
def youtube() -> YouTube:
    return YouTube(token="granted")


@pytest.fixture
def environ(tmp_path: Path, youtube: YouTube) -> Iterator[dict[str, str]]:
    """An installation that takes the stand-in for YouTube, with the smallest chunks that are allowed."""
    with serving(youtube.app) as address:
        yield environment(
            tmp_path,
            OFFICEHOURS_YOUTUBE_API=address,
            OFFICEHOURS_YOUTUBE_CHUNK_BYTES=str(CHUNK),
            OFFICEHOURS_STEPS_AT_ONCE="2",
            OFFICEHOURS_FETCH_INTERVAL_S=str(MAIL_IS_FETCHED_EVERY_S),
        )


def bo(house: House) -> Browser:
    """Bo of the staff in a browser, who connects the channel."""
    with house.database.transaction() as connection:
        account = store.add_account(connection, email="bo@example.org", name="Bo", password_hash="-")
        key = web_store.open_session(connection, account=account.id, person=None, expires_at=now() + timedelta(hours=1))
    browser = Browser(site(house), cookies={COOKIE: key})
    assert browser.fill("/staff/youtube", move="connect", permission=json.dumps(ALLOWED)).status_code == 303
    return browser


def press(browser: Browser, hour: OfficeHour, move: str) -> None:
    """Press a button of the office hour's page, and say yes when asked."""
    page = f"/staff/office-hours/{hour.id}"
    assert browser.fill(page, f"{page}/move", move=move).status_code == 200
    assert browser.fill(page, f"{page}/move", move=move, sure="yes").status_code == 303


def shown(browser: Browser, hour: OfficeHour) -> str:
    page = browser.get(f"/staff/office-hours/{hour.id}?part=publications", headers={"Accept-Language": "en"})
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page.text))


def there(house: House, hour: OfficeHour) -> Publication:
    with house.database.reading() as connection:
        found = publications.of_office_hour(connection, hour.id)
    (publication,) = [each for each in found if each.target is TargetName.YOUTUBE]
    return publication


def is_done(house: House, hour: OfficeHour, kind: str) -> bool:
    found = [step for step in steps_of(house, hour) if step.kind == kind]
    assert not [step.error for step in found if step.state in (steps.State.FAILED, steps.State.QUARANTINED)]
    return bool(found) and all(step.state is steps.State.DONE for step in found)


def answered_hour(house: House, length_s: int = 40) -> OfficeHour:
    """An office hour that has just ended, with an opening and two answered questions; its pipeline is written down."""
    with house.database.transaction() as connection:
        hour = store.add_office_hour(
            connection, title="Sprechstunde", host_name="Ada", starts_at=now(), release=Release.AT_END,
            state=State.ON_AIR,
        )  # fmt: skip
        asked = []
        for text, from_s, until_s in (("Wann kommt der Radweg?", 10, 24), ("Bleibt das Freibad?", 24, length_s)):
            arrival = Arrival(
                channel=Channel.FORM,
                message=random_id(),
                asked_at=now(),
                office_hour=hour.id,
                text=text,
                author="Chris",
            )
            question = intake.take(connection, arrival, house.safe)
            assert question is not None
            question = queue.queue(connection, moderation.approve(connection, question, by="bo"), by="bo")
            queue.put_on_air(connection, question, by="bo")
            asked.append(Asked(question=question.id, text=text, author="Chris", from_s=from_s, until_s=until_s))
    recording = record(house.archive, hour.id, cast(2), length_s=length_s, questions=asked)
    with house.database.transaction() as connection:
        edition = store.add_edition(
            connection, hour.id, address=random_id(), duration_ticks=recording.ticks, tick_duration="1/30"
        )
        hour = store.move_office_hour(connection, hour.id, State.ENDED, ended_at=now())
        pipeline.begin(connection, hour, edition)
    return hour


def released_hour(house: House) -> OfficeHour:
    """An office hour whose recording is ready and public, with a film that takes a while on its way."""
    with house.database.transaction() as connection:
        hour = store.add_office_hour(
            connection, title="Sprechstunde", host_name="Ada", starts_at=now(), state=State.ENDED,
            visibility=Visibility.RELEASED,
        )  # fmt: skip
        store.add_edition(connection, hour.id, address=random_id(), duration_ticks=600, tick_duration="1/30")
    room = house.archive.room(hour.id)
    room.download.parent.mkdir(parents=True, exist_ok=True)
    room.download.write_bytes(os.urandom(FILM_BYTES))
    told = Writer(room.timeline)
    told.append(Happened.BEGIN, 0, tick_duration="1/30", wall=now().isoformat())
    told.append(Happened.END, 600)
    told.close()
    return hour


def test_pressed_on_the_page_seen_on_youtube_and_taken_back(environ: dict[str, str], youtube: YouTube) -> None:
    with house_in(environ) as house:
        hour, browser = answered_hour(house), bo(house)
        with running(environ, "worker", "light") as light, running(environ, "worker", "heavy") as heavy:
            with running(environ, "clock"):

                def words() -> str:
                    return light.words() + heavy.words()

                wait_for(lambda: is_done(house, hour, pipeline.RELEASE), PIPELINE_S, words)
                press(browser, hour, "put_on_youtube")
                wait_for(lambda: is_done(house, hour, pipeline.YOUTUBE), 30, words)
                (video,) = youtube.videos.values()
                assert video["status"]["privacyStatus"] == "public"
                assert f"Public Everybody can watch it. https://youtu.be/{video['id']}" in shown(browser, hour)
                press(browser, hour, "take_from_youtube")
                wait_for(lambda: is_done(house, hour, withdrawal.WITHDRAW), 30, words)
        (session,) = [each for each in youtube.uploads.sessions.values() if "status" in each.body]
        assert session.body["status"]["privacyStatus"] == "private"
        room = house.archive.room(hour.id)
        assert youtube.files[video["id"]] == room.download.read_bytes()
        (captions,) = youtube.captions.values()
        assert captions["snippet"] == {"videoId": video["id"], "language": "de", "name": ""}
        assert youtube.files[captions["id"]] == room.captions("de").read_bytes()
        assert youtube.thumbnails == {video["id"]: room.poster.read_bytes()}
        assert video["snippet"]["description"].split("\n")[2:] == [
            "0:00 Sprechstunde", "0:10 Wann kommt der Radweg?", "0:24 Bleibt das Freibad?",
        ]  # fmt: skip
        assert youtube.videos[video["id"]]["status"]["privacyStatus"] == "private"
        assert "Taken back Nobody outside the office can watch it there." in shown(browser, hour)
        with house.database.reading() as connection:
            assert store.office_hour(connection, hour.id).visibility is Visibility.RELEASED


def test_a_worker_killed_in_the_middle_goes_on_in_the_same_session(environ: dict[str, str], youtube: YouTube) -> None:
    youtube.uploads.pause_s = 0.1
    with house_in(environ) as house:
        hour, browser = released_hour(house), bo(house)
        with running(environ, "worker", "light") as light, running(environ, "clock"):
            press(browser, hour, "put_on_youtube")
            for part in (4, 12):
                wait_for(lambda at=part: arrived(youtube) >= at * CHUNK, 30, light.words)  # type: ignore[misc]
                light.kill()
                assert there(house, hour).state is Published.UPLOADING
                light.again()
            wait_for(lambda: there(house, hour).state is Published.PUBLIC, 60, light.words)
        assert youtube.calls.count("videos.insert") == 1
        (video,) = youtube.videos.values()
        assert video["status"]["privacyStatus"] == "public"
        assert youtube.files[video["id"]] == house.archive.room(hour.id).download.read_bytes()


def test_uploads_leave_places_to_mail(environ: dict[str, str], youtube: YouTube) -> None:
    youtube.uploads.pause_s = 0.2
    with house_in(environ) as house:
        first, second, browser = released_hour(house), released_hour(house), bo(house)
        with running(environ, "worker", "light") as light, running(environ, "clock"):
            for hour in (first, second):
                press(browser, hour, "put_on_youtube")
            wait_for(lambda: arrived(youtube) >= 2 * CHUNK, 30, light.words)
            assert there(house, second).state is Published.PLANNED
            assert "It begins in a moment." in shown(browser, second)
            begun = now()
            wait_for(lambda: fetched_since(house, begun) >= 2, 30, light.words)
            assert there(house, first).state is Published.UPLOADING
            wait_for(lambda: there(house, second).state is Published.PUBLIC, 60, light.words)
        assert sorted(len(film) for film in youtube.files.values()) == [FILM_BYTES, FILM_BYTES]


def arrived(youtube: YouTube) -> int:
    """Bytes of films that have come."""
    return sum(len(session.content) for session in list(youtube.uploads.sessions.values()))


def fetched_since(house: House, begun: datetime) -> int:
    """How many looks for mail have begun and ended since then."""
    rows = steps.steps.c
    fetched = (rows.kind == "questions.fetch") & (rows.started_at > begun) & (rows.state == steps.State.DONE)
    with house.database.reading() as connection:
        return len(list(connection.scalars(sa.select(rows.id).where(fetched))))
