"""Other people's recordings, whole and broken: each is released or refused for a reason in time, and no worker dies."""

import shutil
import time
from pathlib import Path

import pytest

from ingest import steps, store
from ingest.officehours import Visibility
from tests.journeys.house import Process, environment, house_in, running, steps_of, wait_for
from web import uploads
from web.house import House
from web.uploads import State

FILE_S = 90.0  # for at most 60 s of film on two busy cores
REFUSED = {
    "leer.mp4": "cannot be read as video",
    "text_als.mp4": "cannot be read as video",
    "abgeschnitten_ohne_moov.mp4": "cannot be read as video",
    "nur_ton.m4a": "has no picture",
    "silent.mp4": "has no picture",
}
SAMPLE = (
    "derived/kaputt/leer.mp4",
    "derived/kaputt/abgeschnitten_ohne_moov.mp4",
    "derived/kaputt/gedreht_90_metadaten.mp4",
    "video/moviepy/no_duration.webm",
    "video/grid_talkinghead/bbaf2n.mpg",
)


def brought(house: House, film: Path) -> str:
    """As if the last piece had just come in."""
    facts = {"title": film.stem, "host_name": "Ada", "language": "en", "release": True}
    size = film.stat().st_size
    with house.database.transaction() as connection:
        upload = uploads.begin(
            connection, account="bo", file_name=film.name, size_bytes=size, fingerprint=film.name, **facts
        )
    path = uploads.path_of(house.ingest.data, upload.id)
    path.parent.mkdir(exist_ok=True)
    shutil.copyfile(film, path)
    with house.database.transaction() as connection:
        uploads.complete(connection, upload.id)
    house.engine.dispatch()
    return upload.id


def outcome(house: House, id: str) -> str:
    """`released`, the reason of a refusal, or nothing while it is on its way. Fails when a step ended badly."""
    with house.database.reading() as connection:
        upload = uploads.get(connection, id)
        assert upload.step is not None
        work = [steps.get(connection, upload.step)]
        if upload.state is State.REFUSED:
            return upload.error
        if upload.state is State.TAKEN:
            hour = store.office_hour(connection, id)
            work += steps_of(house, hour)
            if hour.visibility is Visibility.RELEASED and all(each.state is steps.State.DONE for each in work):
                return "released"
    broken = [(each.kind, each.error) for each in work if each.state in (steps.State.FAILED, steps.State.QUARANTINED)]
    assert not broken
    return ""


def goes_through(house: House, films: list[Path], workers: list[Process]) -> None:
    """Each by itself, so that its time is its own."""
    pids = [worker.running.pid for worker in workers]
    for film in films:
        begun, id = time.monotonic(), brought(house, film)
        wait_for(lambda id=id: outcome(house, id), FILE_S, lambda: "".join(each.words() for each in workers))  # type: ignore[misc]
        ended = outcome(house, id)
        print(f"{film.name:32} {time.monotonic() - begun:5.1f} s  {ended}")
        assert REFUSED.get(film.name, "released") in ended
        assert house.archive.room(id).root.exists() is (ended == "released")
    assert [worker.running.poll() for worker in workers] == [None] * len(workers)
    assert all(Path(f"/proc/{pid}").exists() for pid in pids)
    assert list((house.ingest.data / "uploads").iterdir()) == []
    assert list(house.archive.root.rglob(".*")) == []


def through(data: Path, films: list[Path]) -> None:
    environ = environment(data, OFFICEHOURS_LEASE_S="20", OFFICEHOURS_RUNG_PRESET="ultrafast")
    with house_in(environ) as house:
        with running(environ, "worker", "light") as light, running(environ, "worker", "heavy") as heavy:
            with running(environ, "clock"):
                goes_through(house, films, [light, heavy])


@pytest.mark.beside
@pytest.mark.journey
def test_a_choice_of_films_is_released_or_refused(tmp_path: Path, shared: Path) -> None:
    through(tmp_path, [shared / "fixtures" / name for name in SAMPLE])


@pytest.mark.soak
def test_every_film_is_released_or_refused(tmp_path: Path, shared: Path) -> None:
    folders = [shared / "fixtures" / "video", shared / "fixtures" / "derived" / "kaputt"]
    films = [
        path for folder in folders for path in sorted(folder.rglob("*")) if path.is_file() and path.suffix != ".tsv"
    ]
    assert len(films) > 40
    through(tmp_path, films)
