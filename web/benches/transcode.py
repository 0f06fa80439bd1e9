"""A length in seconds comes in; how our smaller sizes compare with one ffmpeg, and two workers with one, goes out.

Everything is run in turns on the same generated recording: two people of the demo with camera noise, 720p30.
The ffmpeg command is the best single one: one decode, 720p, 480p and 240p out, same presets, threads and niceness.

ratio_ffmpeg          all smaller sizes by one worker, joined, over the wall of that command
speedup_two_workers   the stretches alone, from the first bell to the end of the last: two workers that are pinned to
                      one core each against one of them; joining is one light step, whoever encodes
step_overhead_ms      a step that finds nothing to do, with the broker that is set (the folder), and with a Redis

Of each the fastest of a few rounds counts: other work on the machine can only make a run longer. What is in `_cpu`
compares processor time, which says the same on a busy machine, but does not see a worker that waits.
"""

import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass, fields, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import ffmpeg

from ingest import archive, steps, store
from ingest.steps import State
from transcode import encode, ladder, playlists, probe, stretches, worklist
from transcode.encode import Means
from web.benches.programs import BenchFailed, running
from web.house import House, open_house
from web.migrate import upgrade
from web.serve import free_port

SHORT_S, SHORT_STRETCH_S = 60, 15  # four stretches, so that two workers have equal shares
FULL_S, FULL_STRETCH_S = 600, 60
ROUNDS = 3
NOTHING = 20  # steps that find nothing to do, for what a step costs beside its work
GONE = 1000  # a stretch that no plan has
TOP = ladder.Rung(name="720p", height=720, bitrate=2_500_000)
PATIENCE_S = 3600.0
DEMO = Path(__file__).parents[1] / "demo"


def transcode(*, full: bool) -> dict[str, Any]:
    """The figures of `officehours bench transcode`."""
    length_s, stretch_s = (FULL_S, FULL_STRETCH_S) if full else (SHORT_S, SHORT_STRETCH_S)
    with tempfile.TemporaryDirectory(prefix="officehours-bench-") as folder:
        environ = dict(os.environ) | {"OFFICEHOURS_DATA": folder, "OFFICEHOURS_STRETCH_S": str(stretch_s)}
        house = open_house(environ)
        try:
            upgrade(house.database.url)
            track = Track(house=house, environ=environ, hour=_hour(house))
            record(track.video, length_s)
            stretches.make_plan(track.video, track.room, Means(settings=house.transcode))
            return {"bench": "transcode", "recording_s": length_s, "cores": os.cpu_count()} | track.figures()
        finally:
            house.close()


@dataclass(frozen=True, kw_only=True)
class Took:
    """What a run cost, in seconds; `busiest_s` is the processor time of the worker that had most to do.

    `join_s` is the wall of joining the stretches afterwards, which is in none of the others.
    """

    wall_s: float
    cpu_s: float
    busiest_s: float = 0.0
    join_s: float = 0.0


def fastest(runs: list[Took]) -> Took:
    """The least of each figure."""
    least = {field.name: min(getattr(run, field.name) for run in runs) for field in fields(Took)}
    return Took(**{name: round(value, 2) for name, value in least.items()})


@dataclass(frozen=True, kw_only=True)
class Track:
    """The same recording for every runner."""

    house: House
    environ: dict[str, str]
    hour: str

    @property
    def room(self) -> archive.Room:
        return self.house.archive.room(self.hour)

    @property
    def video(self) -> Path:
        return self.room.programme().playlist("video")

    def figures(self) -> dict[str, Any]:
        """Run everything in turns, and say what came out."""
        cores = sorted(os.sched_getaffinity(0))
        ours, theirs, alone, together = [], [], [], []
        for _ in range(ROUNDS):
            with self.working([set(cores)]) as pids:
                ours.append(self.stretched(pids))
            theirs.append(self.one_ffmpeg())
            with self.working([{cores[0]}]) as pids:
                alone.append(self.stretched(pids))
            with self.working([{cores[0]}, {cores[-1]}]) as pids:
                together.append(self.stretched(pids))
        found = compared(fastest(ours), fastest(theirs), fastest(alone), fastest(together))
        return found | self.overheads() | {"rounds": ROUNDS, "load": round(os.getloadavg()[0], 1)}

    def overheads(self) -> dict[str, Any]:
        """What a step costs that finds nothing to do, with each broker that is there."""
        found = self.overhead("")
        with redis() as url:
            if url is not None:
                with self.beside(url) as other:
                    found |= other.overhead("redis_")
        return found

    def overhead(self, broker: str) -> dict[str, Any]:
        """The least of a few rounds."""
        core = min(os.sched_getaffinity(0))
        with self.working([{core}]) as pids:
            least = fastest([self.nothing(pids) for _ in range(ROUNDS)])
        return {
            f"step_overhead_{broker}ms": round(1000 * least.wall_s / NOTHING),
            f"step_overhead_{broker}cpu_ms": round(1000 * least.cpu_s / NOTHING),
        }

    @contextmanager
    def beside(self, broker: str) -> Iterator["Track"]:
        """The same recording and database, with another broker."""
        environ = self.environ | {"OFFICEHOURS_BROKER_URL": broker}
        house = open_house(environ)
        try:
            yield Track(house=house, environ=environ, hour=self.hour)
        finally:
            house.close()

    @contextmanager
    def working(self, places: list[set[int]]) -> Iterator[list[int]]:
        """Heavy workers, one for each set of cores, that have begun to work; a pinned one does one step at a time."""
        with ExitStack() as stack:
            processes = [stack.enter_context(self.worker(cores)) for cores in places]
            self.done([GONE + n for n in range(4 * len(places))])  # until all have found the queue
            time.sleep(1.0)
            yield [process.pid for process in processes]

    @contextmanager
    def worker(self, cores: set[int]) -> Iterator[subprocess.Popen[bytes]]:
        alone = {"OFFICEHOURS_STEPS_AT_ONCE": "1"} if len(cores) == 1 else {}
        process = subprocess.Popen(
            [sys.executable, "-m", "web", "worker", "heavy"], env=self.environ | alone, cwd=DEMO.parent.parent
        )
        os.sched_setaffinity(process.pid, cores)
        try:
            yield process
        finally:
            process.terminate()
            process.wait()

    def stretched(self, pids: list[int]) -> Took:
        """All smaller sizes from the beginning, by the workers that are there."""
        shutil.rmtree(self.room.rendition("stretches"), ignore_errors=True)
        means = Means(settings=self.house.transcode)
        plan = stretches.make_plan(self.video, self.room, means)
        before = [cpu_s(pid) for pid in pids]
        wall_s = self.done(list(range(len(plan.counts))))
        spent = [cpu_s(pid) - earlier for pid, earlier in zip(pids, before, strict=True)]
        begun = time.monotonic()
        stretches.join(self.video, self.room, means)
        join_s = time.monotonic() - begun
        return Took(wall_s=wall_s, cpu_s=sum(spent), busiest_s=max(spent), join_s=join_s)

    def nothing(self, pids: list[int]) -> Took:
        """What `NOTHING` steps cost that find nothing to do."""
        before = sum(map(cpu_s, pids))
        wall_s = self.done([GONE + n for n in range(NOTHING)])
        return Took(wall_s=wall_s, cpu_s=sum(map(cpu_s, pids)) - before)

    def done(self, numbers: list[int]) -> float:
        """Have these stretches done; seconds from the first bell to the last step's end. Raises BenchFailed."""
        with self.house.database.transaction() as connection:
            ids = [
                steps.add(
                    connection,
                    kind=worklist.STRETCH,
                    office_hour=self.hour,
                    parameters={"edition": 1, "stretch": number},
                    again=os.urandom(8).hex(),
                )
                for number in numbers
            ]
        begun = datetime.now(UTC)
        self.house.engine.dispatch()
        while True:
            with self.house.database.reading() as connection:
                found = [steps.get(connection, id) for id in ids]
            broken = [step.error for step in found if step.error]
            if broken or (datetime.now(UTC) - begun).total_seconds() > PATIENCE_S:
                raise BenchFailed(broken[0] if broken else "the workers did not come to an end")
            if all(step.state is State.DONE for step in found):
                return (max(step.finished_at for step in found if step.finished_at) - begun).total_seconds()
            time.sleep(0.2)

    def one_ffmpeg(self) -> Took:
        """The best single command for 720p, 480p and 240p."""
        settings = replace(self.house.transcode, niceness=19)  # as low as a worker's children
        plan = stretches.make_plan(self.video, self.room, Means(settings=settings))
        picture, cuts = probe.picture_of(self.video), playlists.read(self.video)
        with tempfile.TemporaryDirectory() as folder:
            command = stretches.ladder_command(
                self.video, Path(folder), replace(plan, rungs=(TOP, *plan.rungs)), picture, cuts, settings
            )
            before, begun = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
            encode.run_ffmpeg(command, picture.duration_s, Means(settings=settings))
            wall_s, after = time.monotonic() - begun, resource.getrusage(resource.RUSAGE_CHILDREN)
        spent_s = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        return Took(wall_s=wall_s, cpu_s=spent_s)


def compared(ours: Took, theirs: Took, alone: Took, together: Took) -> dict[str, Any]:
    """The ratios of what four runs took, and the runs."""
    return {
        "ratio_ffmpeg": round((ours.wall_s + ours.join_s) / theirs.wall_s, 3),
        "ratio_ffmpeg_cpu": round((ours.cpu_s + ours.join_s) / theirs.cpu_s, 3),
        "speedup_two_workers": round(alone.wall_s / together.wall_s, 2),
        # A pinned worker has one core: alone on the machine it takes as long as its own processor time.
        "speedup_two_workers_cpu": round(alone.cpu_s / together.busiest_s, 2),
        "one_worker": asdict(ours),
        "one_ffmpeg": asdict(theirs),
        "one_pinned_worker": asdict(alone),
        "two_pinned_workers": asdict(together),
    }


@contextmanager
def redis() -> Iterator[str | None]:
    """The address of a Redis for as long as the block lasts; None where none is installed."""
    program = shutil.which("redis-server")
    if program is None:
        yield None
        return
    port = free_port()
    with tempfile.TemporaryDirectory() as folder:
        # Workers knock until it is there.
        with running([program, "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", folder]):
            yield f"redis://127.0.0.1:{port}/0"


def cpu_s(pid: int) -> float:
    """Seconds of processor time of a process and of the children it has seen end (proc(5))."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")


def _hour(house: House) -> str:
    with house.database.transaction() as connection:
        hour = store.add_office_hour(connection, title="Bench", host_name="Ada", starts_at=datetime.now(UTC))
    return hour.id


def record(video: Path, length_s: int) -> None:
    """Write a programme as the live room does (superfast, 2.5 Mbit/s, a keyframe every 2 s): 20 s, again and again."""
    video.parent.mkdir(parents=True)
    people = [ffmpeg.input(str(DEMO / name), stream_loop=-1, t=20).video for name in ("ada.mp4", "chris.mp4")]
    tiles = [each.filter("fps", 30).filter("scale", 640, 720).filter("setsar", 1) for each in people]
    room = ffmpeg.filter(tiles, "hstack").filter("noise", alls=6, allf="t")
    x264 = {"vcodec": "libx264", "preset": "superfast", "bf": 0, "g": 60, "video_bitrate": TOP.bitrate}
    loop = video.parent / "loop.mp4"
    run(ffmpeg.output(room, str(loop), pix_fmt="yuv420p", **x264, **{"x264-params": "scenecut=0"}))
    hls = {"format": "hls", "hls_time": 2, "hls_playlist_type": "vod", "hls_segment_type": "fmp4", "start_number": 1}
    again = ffmpeg.input(str(loop), stream_loop=-1, t=length_s).video
    run(ffmpeg.output(again, str(video), c="copy", hls_segment_filename=str(video.parent / "%08d.m4s"), **hls))
    loop.unlink()


def run(command: Any) -> None:
    """Let ffmpeg do it; raises CalledProcessError."""
    subprocess.run(
        [encode.tool(), "-hide_banner", "-nostdin", "-loglevel", "error", *ffmpeg.get_args(command)], check=True
    )
