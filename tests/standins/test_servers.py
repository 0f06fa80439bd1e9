"""Real servers start, hold what they are given, and are gone afterwards."""

import shutil

import pytest
import sqlalchemy as sa
from redis import Redis
from redis.exceptions import ConnectionError as RedisAway

from tests.standins import servers

pytestmark = [pytest.mark.journey, pytest.mark.beside]


def test_redis_runs_while_it_is_needed() -> None:
    with servers.redis() as url:
        client = Redis.from_url(url)
        client.set("who", "Ada")
        assert client.get("who") == b"Ada"

    with pytest.raises(RedisAway):
        client.ping()
    client.close()


def test_postgresql_runs_while_it_is_needed() -> None:
    with servers.postgresql() as url:
        engine = sa.create_engine(url, poolclass=sa.NullPool)
        with engine.begin() as connection:
            assert connection.execute(sa.text("SELECT 'Lindenstraße'")).scalar() == "Lindenstraße"

    with pytest.raises(sa.exc.OperationalError):
        engine.connect()


def test_two_servers_do_not_meet() -> None:
    with servers.redis() as one, servers.redis() as other:
        assert one != other


def test_missing_server_is_a_skip_with_what_mends_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda program: None)

    with pytest.raises(pytest.skip.Exception, match="make test-tools"):
        with servers.redis():
            pass
