"""Site, broker, PostgreSQL and a store of objects on one host, workers on others that have nothing but the network."""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from ingest import store
from ingest.objects import Objects
from ingest.officehours import OfficeHour, Visibility
from ingest.shared import SharedArchive
from ingest.steps import State
from tests.journeys.house import Process, ended_hour, environment, house_in, running, steps_of, wait_for
from tests.journeys.test_workers import all_done
from tests.standins.hosts import missing, town
from tests.standins.servers import LOOPBACK, has_rabbitmq, object_store, postgresql_server, rabbitmq, redis_server
from web.asgi import site
from web.house import House

PIPELINE_S = 200.0


@contextmanager
def office(
    folder: Path, monkeypatch: pytest.MonkeyPatch, address: str = LOOPBACK, **more: str
) -> Iterator[dict[str, str]]:
    """The environment of a host whose broker, database and archive are reached over the network at `address`.

    On loopback the broker is RabbitMQ where it is installed; Redis has journeys of its own.
    """
    with ExitStack() as stack:
        if address == LOOPBACK and has_rabbitmq():
            broker = stack.enter_context(rabbitmq())
        else:
            broker, _ = stack.enter_context(redis_server(address))
        database, _ = stack.enter_context(postgresql_server(address))
        with object_store(address) as archive:
            for name, value in archive.items():
                monkeypatch.setenv(name, value)  # our own process is the site
            common = {"OFFICEHOURS_BROKER_URL": broker, "OFFICEHOURS_DATABASE_URL": database}
            common |= {"OFFICEHOURS_SECRET_FILE": str(folder / "secret.key")}
            yield environment(folder / "site", **archive, **common, **more)


def elsewhere(environ: Mapping[str, str], folder: Path) -> dict[str, str]:
    """The environment of a worker on another host: a data folder of its own, and the same addresses."""
    folder.mkdir()
    return {**environ, "OFFICEHOURS_DATA": str(folder)}


def objects_of(house: House) -> Objects:
    assert isinstance(house.archive, SharedArchive)
    return house.archive.objects


@pytest.mark.soak
def test_an_archive_in_s3_is_made_elsewhere_served_by_the_site_and_erased(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with office(tmp_path, monkeypatch, OFFICEHOURS_RUNG_PRESET="ultrafast") as environ, house_in(environ) as house:
        hour = ended_hour(house, 6.0)
        other = elsewhere(environ, tmp_path / "worker")
        with TestClient(site(house)) as browser, running(other, "clock"):
            with running(other, "worker", "light") as light, running(other, "worker", "heavy") as heavy:
                wait_for(lambda: all_done(house, hour), PIPELINE_S, lambda: light.words() + heavy.words())
            there = objects_of(house).listing(hour.id)
            with house.database.reading() as connection:
                edition = store.edition_of(connection, hour.id)
                assert store.office_hour(connection, hour.id).visibility is Visibility.RELEASED
            assert edition is not None
            base = f"/media/{edition.address}"
            assert "480p/index.m3u8" in browser.get(f"{base}/renditions/index.m3u8").text
            film = browser.get(f"{base}/renditions/download.mp4", headers={"Range": "bytes=4-7"})
            assert (film.status_code, film.content) == (206, b"ftyp")
            assert int(film.headers["content-range"].split("/")[1]) == there["renditions/download.mp4"].size
            assert not house.archive.room(hour.id).download.exists()
            wait_for(lambda: "download.mp4" in browser.get(f"/replay/{hour.id}").text, 10.0, lambda: "")
            assert not any(name.startswith("sealed") or "/." in name for name in there)
            house.archive.erase(hour.id)
            assert objects_of(house).listing(hour.id) == {}
            assert browser.get(f"{base}/renditions/download.mp4").status_code == 404


@pytest.mark.soak
def test_a_host_that_is_cut_off_changes_nothing_and_works_again_when_it_returns(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if (why := missing()) is not None:
        pytest.skip(why)
    quick = {"OFFICEHOURS_STRETCH_S": "4", "OFFICEHOURS_STEPS_AT_ONCE": "1", "OFFICEHOURS_LEASE_S": "5"}
    with ExitStack() as stack:
        address, hosts = stack.enter_context(town(2))
        environ = stack.enter_context(office(tmp_path, monkeypatch, address, **quick))
        house = stack.enter_context(house_in(environ))
        stack.enter_context(TestClient(site(house)))
        light = stack.enter_context(running(environ, "worker", "light"))
        stack.enter_context(running(environ, "clock"))
        lost, other = [
            stack.enter_context(
                running(elsewhere(environ, tmp_path / host.address), "worker", "heavy", through=host.through)
            )
            for host in hosts
        ]
        words = lambda: light.words()[-2000:] + lost.words()[-3000:] + other.words()[-3000:]  # noqa: E731
        first = ended_hour(house, 24.0)
        wait_for(lambda: has(house, first, lost), PIPELINE_S, words)
        hosts[0].cut_off()
        wait_for(lambda: all_done(house, first), PIPELINE_S, words)
        before = objects_of(house).listing(first.id)
        assert not has(house, first, lost)
        hosts[0].returns()
        second = ended_hour(house, 24.0)
        other.kill()  # what is left must be done by the host that was away
        wait_for(lambda: all_done(house, second), PIPELINE_S, words)
        assert objects_of(house).listing(first.id) == before
        assert lost.running.poll() is None
        heavy = {step.lease_owner for step in steps_of(house, second) if step.kind == "transcode.stretch"}
        assert all(f":{lost.running.pid}:" in (owner or "") for owner in heavy)


def has(house: House, hour: OfficeHour, worker: Process) -> bool:
    """Whether a worker is in the middle of a stretch."""
    mine = f":{worker.running.pid}:"
    return any(
        step.kind == "transcode.stretch" and step.state is State.RUNNING and mine in (step.lease_owner or "")
        for step in steps_of(house, hour)
    )
