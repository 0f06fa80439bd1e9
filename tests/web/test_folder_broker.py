"""The folder broker gives every message once and whole, in order, whoever else is at it."""

import threading
from pathlib import Path

import pytest
from kombu.connection import Connection

from ingest.steps import State, Step
from ingest.work import Kind
from tests.ingest.conftest import NOON
from web import broker

COUNT = 60


def a_step(id: str) -> Step:
    return Step(
        id=id, kind="bake", office_hour=None, parameters={}, key="", state=State.SENT, remaining=0, priority=5,
        lease_owner=None, lease_until=None, attempt=0, lost_leases=0, progress=0.0, error_class="", error="",
        not_before=None, sent_at=None, created_at=NOON, started_at=None, finished_at=None, reserved_bytes=0,
    )  # fmt: skip


def ring(data: Path, ids: list[str]) -> None:
    app = broker.celery_app("", data)
    for id in ids:
        broker.ring(app, a_step(id), Kind(name="bake", queue="heavy", run=lambda work: None))
    app.close()


def take(connection: Connection, limit: int = 1000) -> list[str]:
    taken: list[str] = []
    with connection.SimpleQueue("heavy") as queue:
        while len(taken) < limit:
            try:
                message = queue.get(block=False)
            except queue.Empty:
                return taken
            taken.append(message.payload[0][0])
            message.ack()
    return taken


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path


def test_bells_come_in_the_order_they_were_rung(data: Path) -> None:
    app = broker.celery_app("", data)
    with app.connection() as connection:
        take(connection)
        ring(data, ["one", "two", "three"])
        assert take(connection) == ["one", "two", "three"]
        assert take(connection) == []
    app.close()


def test_writers_and_readers_at_once_lose_and_double_nothing(data: Path) -> None:
    app = broker.celery_app("", data)
    taken: list[str] = []
    with app.connection() as connection:
        take(connection)
        halves = [[f"{half}-{n}" for n in range(COUNT // 2)] for half in "ab"]
        writers = [threading.Thread(target=ring, args=(data, half)) for half in halves]
        for writer in writers:
            writer.start()
        while any(writer.is_alive() for writer in writers) or len(taken) < COUNT:
            taken += take(connection)
    app.close()
    assert sorted(taken) == sorted(halves[0] + halves[1])


def test_a_torn_file_is_named_and_does_not_stop_the_worker(data: Path, caplog: pytest.LogCaptureFixture) -> None:
    app = broker.celery_app("", data)
    with app.connection() as connection:
        take(connection)
        (data / "broker" / "messages" / "0-torn.heavy.msg").write_text("")
        ring(data, ["after it"])
        assert take(connection) == ["after it"]
    app.close()
    assert "holds no message" in caplog.text
