"""One room's folder comes in; its process is kept running, and messages go to it and come from it.

A running process is attached to; none is started; a dead or stuck one is replaced at once. What was not yet answered
is sent again to the next one: the room knows by the command's id what it has done.
"""

import asyncio
import contextlib
import json
import logging
import os
import signal
import sys
import time
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from ingest.live.cmaf.segments import Edge
from ingest.live.room.wire import LINE_BYTES, Message, Wire, WireBroken

log = logging.getLogger(__name__)
OPENS_S = 20.0  # A cold start reads 200 MB of libraries; a warm one takes one to two seconds.
STUCK_S = 10.0  # A room speaks four times a second.
WELL_S = 1.0  # A room that was there for so long can begin: the next one is not kept waiting for what ended it.
ENDS_S = 8.0  # A room that closes finishes its tracks (up to 5 s on a slow disk).
REPORTS = 1000  # What rooms report while the database is away; more than anybody clicks in an hour.
BACKOFF_S = (0.0, 0.0, 0.5, 2.0, 5.0)  # before the next start, by how many have failed in a row
CLOSED: dict[str, Any] = {"open": False, "on_air": False, "over": False, "people": []}


class Tenancy:
    """See the module. `brief` gives what the room must know; `report` keeps what it says, in order.

    `on_edge` hears at once how far the recording on the disk has come.
    """

    def __init__(
        self,
        folder: Path,
        socket: Path,
        options: dict[str, Any],
        *,
        brief: Callable[[], Awaitable[dict[str, Any]]],
        report: Callable[[Message], Awaitable[None]],
        on_edge: Callable[[Edge], None] = lambda edge: None,
    ) -> None:
        self.state: dict[str, Any] = dict(CLOSED)
        self.leaving = False
        self._folder, self._socket, self._options = folder, socket, options
        self._brief, self._report, self._on_edge = brief, report, on_edge
        self._briefing: dict[str, Any] | None = None
        self._wire: Wire | None = None
        self._process: asyncio.subprocess.Process | None = None
        self._pid: int | None = None
        self._heard = time.monotonic()
        self._waiting: list[Message] = []
        self._sent: set[str] = set()
        self._staff: bool | None = None
        self._reports: asyncio.Queue[Message] = asyncio.Queue(REPORTS)
        self._tasks: list[asyncio.Task[None]] = []

    def start(self) -> None:
        """Begin to keep the room."""
        self._tasks = [asyncio.create_task(work) for work in (self._keep(), self._tell_reports(), self._watch())]

    async def close(self) -> None:
        """End the process and stop keeping it."""
        for task in self._tasks[:1] + self._tasks[2:]:
            task.cancel()
        if self._wire is not None:
            self._wire.tell({"close": True})
        await self._ended()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._reports.join(), 2.0)
        for task in self._tasks:
            task.cancel()
        if self._wire is not None:
            self._wire.close()

    async def call(self, message: Message) -> Any:
        """Ask the room. Raises wire.CallFailed, wire.WireBroken."""
        if self._wire is None:
            raise WireBroken("the room is being started")
        return await self._wire.call(message)

    def set_staff(self, there: bool) -> None:
        """Tell the room whether staff are there; each process once, and then when it changes."""
        if self._wire is not None and self._staff is not there:
            self._staff = there
            self._wire.tell({"staff": there})

    def forward(self, waiting: Sequence[Message]) -> None:
        """Send the commands that were not sent to this process yet."""
        self._waiting = list(waiting)
        self._sent &= {command["id"] for command in waiting}
        if self._wire is None:
            return
        for command in waiting:
            if command["id"] not in self._sent:
                self._sent.add(command["id"])
                self._wire.tell({"command": command})

    async def _keep(self) -> None:
        failures = 0
        while True:
            await asyncio.sleep(BACKOFF_S[min(failures, len(BACKOFF_S) - 1)])
            opened: float | None = None
            try:
                reader, writer = await self._attach()
                opened = time.monotonic()
                wire = Wire(reader, writer)
                await self._converse(wire)
            except (OSError, WireBroken) as error:
                log.error("the room %s cannot be reached: %s", self._folder.name, error)
            self._wire, self._pid, self.state = None, None, self.state | {"open": False}
            well = opened is not None and time.monotonic() - opened > WELL_S
            failures = 0 if well else failures + 1
            log.warning("the room %s has gone; another one is started", self._folder.name)

    async def _converse(self, wire: Wire) -> None:
        listening = asyncio.create_task(wire.listen(self._hear))
        try:
            wire.tell({"brief": await self._what_to_know()})
            self._heard, self._wire, self._sent, self._staff = time.monotonic(), wire, set(), None
            self.forward(self._waiting)
            await listening
        finally:
            listening.cancel()
            wire.close()

    async def _what_to_know(self) -> dict[str, Any]:
        """The newest briefing; the last one that could be had while the database is away."""
        try:
            self._briefing = await self._brief()
        except Exception as error:
            if self._briefing is None:
                raise WireBroken(f"the room cannot be told what to know: {error}") from error
            log.exception("the room gets what was known before")
        return self._briefing

    async def _attach(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        with contextlib.suppress(OSError):
            return await asyncio.open_unix_connection(self._socket, limit=LINE_BYTES)
        await self._spawn()
        assert self._process is not None
        until = time.monotonic() + OPENS_S
        while time.monotonic() < until:
            if self._process.returncode is not None:
                raise WireBroken(f"its process ended with status {self._process.returncode}")
            with contextlib.suppress(OSError):
                return await asyncio.open_unix_connection(self._socket, limit=LINE_BYTES)
            await asyncio.sleep(0.02)
        self._process.kill()
        raise WireBroken(f"its process does not answer after {OPENS_S:.0f} s")

    async def _spawn(self) -> None:
        arguments = ["--folder", str(self._folder), "--socket", str(self._socket)]
        self._process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "ingest.live.room", *arguments, "--options", json.dumps(self._options),
            stdin=asyncio.subprocess.DEVNULL,
            start_new_session=True,  # a Ctrl-C at the terminal is the studio's to answer
        )  # fmt: skip

    async def _hear(self, message: Message) -> None:
        self._heard = time.monotonic()
        match message:
            case {"tell": "state", "state": state}:
                self.state = state
            case {"tell": "hello", "pid": pid}:
                self._pid = pid
            case {"tell": "part", "number": number, "parts": parts, "wall": wall}:
                self._on_edge(Edge(number=number, parts=parts, wall=datetime.fromisoformat(wall)))
            case {"tell": "trouble", "message": text}:
                log.error("the room %s: %s", self._folder.name, text)
            case _:
                try:
                    self._reports.put_nowait(message)
                except asyncio.QueueFull:
                    # The next attachment reports it all once more.
                    log.error("the database has been away for too long; the line to the room is dropped")
                    if self._wire is not None:
                        self._wire.close()

    async def _tell_reports(self) -> None:
        while True:
            message = await self._reports.get()
            await self._report(message)
            self._reports.task_done()

    async def _watch(self) -> None:
        while True:
            await asyncio.sleep(1)
            if self._wire is not None and self._pid is not None and time.monotonic() - self._heard > STUCK_S:
                log.error("the room %s has said nothing for %.0f s and is killed", self._folder.name, STUCK_S)
                self._kill()
                self._wire.close()

    async def _ended(self) -> None:
        """Wait for the process to end, whoever started it; one that does not is killed."""
        if self._wire is None and self._process is not None and self._process.returncode is None:
            self._process.terminate()
        until = time.monotonic() + ENDS_S
        while self._alive() and time.monotonic() < until:  # noqa: ASYNC110 - only children of ours could be waited for
            await asyncio.sleep(0.02)
        if self._alive():
            log.error("the room %s does not end and is killed", self._folder.name)
            self._kill()
        if self._process is not None:
            await self._process.wait()

    def _alive(self) -> bool:
        if self._process is not None and (self._pid is None or self._process.pid == self._pid):
            return self._process.returncode is None
        if self._pid is None:
            return False
        try:
            os.kill(self._pid, 0)
        except ProcessLookupError:
            return False
        return True

    def _kill(self) -> None:
        pid = self._pid if self._pid is not None else self._process and self._process.pid
        if pid:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
