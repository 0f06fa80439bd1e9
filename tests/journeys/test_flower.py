"""What Flower says of the work over Redis: names, what each is about, how long it took, what went wrong."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import urlopen

import pytest

from tests.journeys.house import ended_hour, environment, house_in, running, steps_of, wait_for
from tests.standins.servers import free_port, redis

PIPELINE_S = 150.0


@contextmanager
def flower(broker: str, folder: Path) -> Iterator[str]:
    """Flower over a broker: the address of what it tells."""
    address = f"http://127.0.0.1:{(port := free_port())}/api/tasks?limit=200"
    command = [sys.executable, "-m", "celery", f"--broker={broker}", "flower", "--address=127.0.0.1", f"--port={port}"]
    with (folder / "flower.log").open("w") as log:
        process = subprocess.Popen(
            command, env=environment(folder, FLOWER_UNAUTHENTICATED_API="true"), stdout=log, stderr=log, cwd=folder
        )
        try:
            wait_for(lambda: told(address) is not None, 40.0, (folder / "flower.log").read_text)
            yield address
        finally:
            process.terminate()
            process.wait()


def told(address: str) -> list[dict[str, Any]] | None:
    try:
        with urlopen(address) as answer:
            return list(json.load(answer).values())
    except URLError:
        return None


@pytest.mark.journey
@pytest.mark.beside
def test_flower_shows_the_truth(tmp_path: Path) -> None:
    with redis() as broker, flower(broker, tmp_path) as address:
        more = {"OFFICEHOURS_BROKER_URL": broker, "OFFICEHOURS_RUNG_PRESET": "ultrafast"}
        environ = environment(tmp_path, OFFICEHOURS_SPEECH_MODEL=str(tmp_path / "none"), **more)
        with house_in(environ) as house:
            hour = ended_hour(house, 4.0)
            with running(environ, "worker", "light") as light, running(environ, "worker", "heavy") as heavy:
                house.engine.dispatch()

                def shown() -> dict[str, dict[str, Any]]:
                    found = told(address) or []
                    return {each["name"]: each for each in found if each["state"] in ("SUCCESS", "FAILURE")}

                wait_for(
                    lambda: {"transcode.stretch", "transcode.captions"} <= shown().keys(),
                    PIPELINE_S,
                    lambda: light.words() + heavy.words(),
                )
            stretch, captions = shown()["transcode.stretch"], shown()["transcode.captions"]
            ids = {step.kind: step.id for step in steps_of(house, hour)}
            about = {"office_hour": hour.id, "edition": 1, "language": "de", "stretch": 0, "of": 1}
            assert (stretch["args"], stretch["kwargs"]) == (f"['{ids['transcode.stretch']}']", repr(about))
            assert (stretch["state"], stretch["result"]) == ("SUCCESS", "'done'")
            assert 0.1 < stretch["runtime"] < 60
            assert stretch["worker"].startswith("heavy@")
            assert captions["state"] == "FAILURE"
            assert "failed, permanent: officehours steps why" in captions["exception"]
