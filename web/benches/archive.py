"""A recording that is about to end comes in; how soon it can be watched, and how soon all of it is made, goes out.

replay_ready_s          from the end to page, playlists and the last segment answered by the site, the slowest of
                        several lengths up to an hour (segments of the long ones are links to a few real ones)
renditions_ready_ratio  from the end to every size, sound, download and picture, captions made beside, by real
                        workers on the queues of an installation, over the length of the recording
"""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.request import urlopen

import ffmpeg

from ingest import archive, steps, store
from ingest.database import now, random_id
from ingest.officehours import Edition, State, Visibility
from ingest.timeline import Kind, Writer
from publish import pipeline
from publish.pipeline import STAGE_OF, Stage
from transcode import ladder, playlists
from transcode.playlists import Segment
from web.benches import transcode
from web.benches.programs import BenchFailed
from web.benches.transcode import DEMO
from web.house import House, open_house
from web.migrate import upgrade
from web.serve import free_port

SHORT_S, FULL_S = 60, 600
LENGTHS_S = (60, 600, 3600)
RATE, SEGMENT_S = 30, 2
END = "#EXT-X-ENDLIST\n"
PATIENCE_S = 1800.0
LOOK_S = 0.01


@dataclass(frozen=True, kw_only=True)
class Ready:
    """Seconds after the end at which each stage was reached."""

    renditions_s: float
    captions_s: float


def archived(*, full: bool) -> dict[str, Any]:
    """The figures of `officehours bench archive`."""
    length_s = FULL_S if full else SHORT_S
    with tempfile.TemporaryDirectory(prefix="officehours-bench-") as folder:
        environ = dict(os.environ) | {"OFFICEHOURS_DATA": folder, "OFFICEHOURS_POSTS_PER_MINUTE": "1000"}
        house = open_house(environ)
        try:
            upgrade(house.database.url)
            real = _on_air(house)
            _timeline(house.archive.room(real.hour), length_s)
            record(real.programme, length_s)
            with _site(environ) as origin:
                playable = {each: _playable_s(house, origin, real.programme, each) for each in LENGTHS_S}
            ready = _made(house, environ, real, length_s)
        finally:
            house.close()
    return {
        "bench": "archive",
        "cores": os.cpu_count(),
        "recording_s": length_s,
        "replay_ready_s": round(max(playable.values()), 3),
        "replay_ready_s_by_length": {str(key): round(value, 3) for key, value in playable.items()},
        "renditions_ready_ratio": round(ready.renditions_s / length_s, 3),
        "captions_ready_ratio": round(ready.captions_s / length_s, 3),
        "load": round(os.getloadavg()[0], 1),
    }


@dataclass(frozen=True, kw_only=True)
class OnAir:
    """An office hour that is on air, with its programme on the disk."""

    hour: str
    edition: Edition
    programme: archive.Programme


def _on_air(house: House) -> OnAir:
    with house.database.transaction() as connection:
        hour = store.add_office_hour(
            connection, title="Bench", host_name="Ada", starts_at=now(), state=State.ON_AIR,
            visibility=Visibility.RELEASED, began_at=now(),
        )  # fmt: skip
        edition = store.add_edition(connection, hour.id, address=random_id(), tick_duration=f"1/{RATE}")
    return OnAir(hour=hour.id, edition=edition, programme=house.archive.room(hour.id).programme())


def _timeline(room: archive.Room, length_s: int) -> None:
    room.root.mkdir(parents=True)
    with Writer(room.timeline) as timeline:
        begun = {"command": None, "wall": now().isoformat(), "tick_duration": f"1/{RATE}"}
        timeline.append(Kind.BEGIN, 0, width=1280, height=720, **begun)
        timeline.append(Kind.END, length_s * RATE - 1, wall=now().isoformat())


def record(programme: archive.Programme, length_s: int) -> None:
    """Picture and sound as the live room writes them."""
    transcode.record(programme.playlist("video"), length_s)
    sound = programme.playlist("audio")
    sound.parent.mkdir()
    spoken = ffmpeg.input(str(DEMO / "ada.mp4"), stream_loop=-1, t=length_s).audio
    hls = {"format": "hls", "hls_time": SEGMENT_S, "hls_playlist_type": "vod", "hls_segment_type": "fmp4"}
    names = {"start_number": 1, "hls_segment_filename": str(sound.parent / "%08d.m4s")}
    transcode.run(ffmpeg.output(spoken, str(sound), acodec="aac", ar=48000, ac=1, **hls, **names))
    ladder.write_index(programme)


def _long(real: archive.Programme, programme: archive.Programme, length_s: int) -> None:
    """A programme of `length_s` whose segments are links to those of `real`."""
    for kind in ("video", "audio"):
        playlist, folder = playlists.read(real.playlist(kind)), programme.folder(kind)
        folder.mkdir(parents=True)
        os.link(real.init(kind), programme.init(kind))
        segments = []
        for number in range(1, length_s // SEGMENT_S + 1):
            source = playlist.segments[(number - 1) % len(playlist.segments)]
            os.link(real.folder(kind) / source.address, programme.segment(kind, number))
            segments.append(Segment(address=programme.segment(kind, number).name, duration_s=source.duration_s))
        programme.playlist(kind).write_text(playlists.write("init.mp4", segments, 1), encoding="utf-8")
    programme.index.write_text(real.index.read_text(encoding="utf-8"), encoding="utf-8")


# Until it can be watched


def _playable_s(house: House, origin: str, real: archive.Programme, length_s: int) -> float:
    it = _on_air(house)
    _long(real, it.programme, length_s)
    for kind in ("video", "audio"):
        path = it.programme.playlist(kind)
        path.write_text(path.read_text(encoding="utf-8").replace(END, ""), encoding="utf-8")
    begun = time.monotonic()
    for kind in ("video", "audio"):  # as the recorder ends
        path = it.programme.playlist(kind)
        archive.write_text(path, path.read_text(encoding="utf-8") + END)
    _end(house, it, length_s)
    last = it.programme.segments("video")[-1].name
    media = f"/media/{it.edition.address}/programme/1"
    for address in (f"/replay/{it.hour}", f"{media}/index.m3u8", f"{media}/video/index.m3u8", f"{media}/video/{last}"):
        _until(lambda address=address: _there(origin + address))  # type: ignore[misc]
    return time.monotonic() - begun


def _end(house: House, it: OnAir, length_s: int) -> None:
    """What the studio does when the recording is closed."""
    with house.database.transaction() as connection:
        store.finish_edition(connection, it.edition.id, length_s * RATE)
        hour = store.move_office_hour(connection, it.hour, State.ENDED, ended_at=now())
        pipeline.begin(connection, hour, it.edition)


def _there(address: str) -> bool:
    try:
        with urlopen(address, timeout=10) as answer:  # noqa: S310 - our own site on loopback
            answer.read()
            return bool(answer.status == 200)
    except (HTTPError, URLError, ConnectionError):
        return False


def _until(holds: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE_S
    while not holds():
        if time.monotonic() > end:
            raise BenchFailed(f"it took longer than {PATIENCE_S:g} s")
        time.sleep(LOOK_S)


@contextmanager
def _site(environ: dict[str, str]) -> Iterator[str]:
    port = free_port()
    origin = f"http://127.0.0.1:{port}"
    with _process(environ, "site", "--port", str(port)):
        _until(lambda: _there(f"{origin}/health"))
        yield origin


@contextmanager
def _process(environ: dict[str, str], *words: str) -> Iterator[None]:
    process = subprocess.Popen([sys.executable, "-m", "web", *words], env=environ, cwd=DEMO.parent.parent)
    try:
        yield
    finally:
        process.terminate()
        process.wait()


# Until all of it is made


def _made(house: House, environ: dict[str, str], it: OnAir, length_s: int) -> Ready:
    """End the real recording under workers that are there; what the others wait for is put aside before."""
    with house.database.transaction() as connection:
        for step in steps.listed(connection, steps.UNFINISHED):
            steps.cancel(connection, step.id)
    with _process(environ, "worker", "light"), _process(environ, "worker", "heavy"), _process(environ, "clock"):
        time.sleep(3.0)  # an installation's workers stand ready before an office hour ends
        begun = now()
        _end(house, it, length_s)
        house.engine.dispatch()
        _until(lambda: all(step.state is steps.State.DONE for step in _steps(house, it)))
    finished: dict[Stage, list[float]] = {stage: [] for stage in Stage}
    for step in _steps(house, it):
        if step.finished_at is not None and step.kind in STAGE_OF:
            finished[STAGE_OF[step.kind]].append((step.finished_at - begun).total_seconds())
    return Ready(renditions_s=max(finished[Stage.RENDITIONS]), captions_s=max(finished[Stage.CAPTIONS]))


def _steps(house: House, it: OnAir) -> list[steps.Step]:
    with house.database.reading() as connection:
        found = steps.of_office_hour(connection, it.hour)
    broken = [f"{step.kind}: {step.error}" for step in found if step.state is steps.State.FAILED]
    if broken:
        raise BenchFailed(broken[0])
    return found
