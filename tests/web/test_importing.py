"""A recording made elsewhere becomes an office hour that has ended, with all that follows an end."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from ingest import store
from ingest.officehours import Release, State
from tests.standins.tables import migrate
from tests.transcode import recorded
from web import importing
from web.house import House, open_house
from web.mendable import Mendable

BY_ADA = {"title": "Bürgersaal", "host_name": "Ada", "language": "de"}


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    house = open_house({"OFFICEHOURS_DATA": str(tmp_path / "data"), "OFFICEHOURS_NICENESS": "0"})
    migrate(house.database.url)
    yield house
    house.close()


def test_a_phones_video_enters_the_pipeline(house: House, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    film = tmp_path / "saal.mp4"
    recorded.run(["-f", "lavfi", "-i", "testsrc2=size=160x90:rate=30:duration=3", str(film)])
    hour = importing.import_file(house, film, release=True, **BY_ADA)
    importing.report(house, hour, as_json=True)
    told = json.loads(capsys.readouterr().out)
    assert (told["state"], hour.state, hour.release) == ("ended", State.ENDED, Release.AT_END)
    assert {"transcode.plan", "transcode.rungs", "transcode.loudness", "publish.release"} <= set(told["steps"])
    with house.database.reading() as connection:
        edition = store.edition_of(connection, hour.id)
    assert edition is not None
    assert (edition.duration_ticks, edition.tick_duration) == (90, "1/30")
    assert house.archive.room(hour.id).programme(1).playlist("video").exists()


def test_a_letter_is_refused_and_leaves_nothing(house: House, tmp_path: Path) -> None:
    film = tmp_path / "letter.mp4"
    film.write_text("Sehr geehrte Damen und Herren")
    with pytest.raises(Mendable, match=r"letter\.mp4 cannot be imported: .*cannot be read as video"):
        importing.import_file(house, film, release=False, **BY_ADA)
    assert not house.archive.root.exists() or list(house.archive.root.iterdir()) == []
