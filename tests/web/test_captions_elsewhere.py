"""Captions are corrected on the site's host and made into files by a worker on another; between them lies a store."""

import json
from collections.abc import Callable, Iterator

import pytest

from ingest import steps, store
from ingest.archive import write_text
from ingest.database import now
from ingest.engine import Engine
from ingest.objects import Objects, open_objects
from ingest.officehours import OfficeHour, State
from ingest.shared import SharedArchive
from tests.standins.recorded import cast, record
from tests.standins.reel import Form
from tests.standins.scribe import Scribe
from tests.standins.servers import object_store
from tests.transcode.test_cues import said
from tests.web.conftest import Browser, SmallHouse
from tests.web.test_captions import ADDRESS, correction, send, text
from transcode import tasks
from transcode.cues import cues
from transcode.settings import Settings
from transcode.webvtt import webvtt
from web.keeping import Keeper

HEARD = [*said("Guten Abend."), *said("Wann kommt der Rathweg?", 2.0)]


@pytest.fixture(params=["memory", pytest.param("s3", marks=[pytest.mark.journey, pytest.mark.beside])])
def objects(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Objects]:
    if request.param == "memory":
        yield open_objects("memory:///")
        return
    with object_store() as environ:
        for name, value in environ.items():
            monkeypatch.setenv(name, value)
        yield open_objects(environ["OFFICEHOURS_ARCHIVE_URL"])


def engine(house: SmallHouse, archive: SharedArchive) -> Engine:
    return Engine(house.database, archive, tasks.kinds(Settings(), Scribe()), lambda step, kind: None)


@pytest.fixture
def here(house: SmallHouse, objects: Objects) -> SharedArchive:
    archive = SharedArchive(house.archive.root, objects, house.ingest.data / "mirror")
    object.__setattr__(house, "archive", archive)
    object.__setattr__(house, "engine", engine(house, archive))
    return archive


@pytest.fixture
def worker(house: SmallHouse, here: SharedArchive, objects: Objects) -> SharedArchive:
    return SharedArchive(house.ingest.data / "worker" / "archive", objects, house.ingest.data / "worker" / "mirror")


@pytest.fixture
def hour(here: SharedArchive, house: SmallHouse, new_hour: Callable[..., OfficeHour]) -> OfficeHour:
    """Over and handed over, with captions; nothing of it waits to be made."""
    hour = new_hour(State.ENDED, began_at=now())
    with house.database.transaction() as connection:
        store.add_edition(connection, hour.id, address=ADDRESS, duration_ticks=900, tick_duration="1/30")
    room = here.room(hour.id)
    write_text(room.captions("de"), webvtt(cues(HEARD), HEARD))
    write_text(room.words("de"), json.dumps([word.values() for word in HEARD]))
    record(here, hour.id, cast(1), length_s=2.0, form=Form(width=320, height=180), tracks=False)
    here.put(hour.id)
    return hour


def work(house: SmallHouse, worker: SharedArchive, hour: OfficeHour) -> None:
    """The worker on the other host does what waits."""
    with house.database.reading() as connection:
        waiting = [each.id for each in steps.of_office_hour(connection, hour.id) if each.state in steps.UNFINISHED]
    assert [engine(house, worker).run(id) for id in waiting] == [steps.State.DONE]


def test_what_is_corrected_here_is_made_there_and_read_here(
    bo: Browser, house: SmallHouse, here: SharedArchive, worker: SharedArchive, objects: Objects, hour: OfficeHour
) -> None:
    page, keeper, room = f"/staff/office-hours/{hour.id}/captions", Keeper(house, here), here.room(hour.id)
    keeper.look(now())
    send(bo, page, correction(text(bo, page)["changed"][1], "Wann kommt der Radweg?"))
    assert bo.fill(page, do="release", language="de").status_code == 303
    work(house, worker, hour)
    assert not room.released_captions("de").exists()
    keeper.look(now())
    assert "Radweg" in room.shown_captions("de").read_text(encoding="utf-8")
    assert "Rathweg" in room.captions("de").read_text(encoding="utf-8")

    send(bo, page, correction(text(bo, page)["changed"][1], "Wann kommt der Tunnel?", id="c2"))
    bo.fill(page, do="release", language="de")
    work(house, worker, hour)
    keeper.look(now())
    assert "Tunnel" in room.shown_captions("de").read_text(encoding="utf-8")

    bo.fill(page, do="hide", language="de")  # the machine's words are public again, and the file is nowhere
    work(house, worker, hour)
    keeper.look(now())
    assert "Rathweg" in room.shown_captions("de").read_text(encoding="utf-8")
    assert not any(".released." in name for name in objects.listing(hour.id))
