"""Messages between the studio and the room's process: one JSON object a line, over a Unix socket.

A message with `call` asks for an answer; the answer carries the same number and either `result` or `error` with
`message`. Any other message stands for itself. Both ends read all the time, so that neither waits for the other.
"""

import asyncio
import json
import logging
from collections.abc import Callable, Coroutine
from typing import Any

log = logging.getLogger(__name__)
LINE_BYTES = 1 << 20  # An offer is at most 64 kB, a briefing a few kB for each person.
CALL_S = 10.0  # An answer needs milliseconds; STUN servers that do not reply can take five seconds of it.
BACKLOG = 2 << 20  # Unsent bytes at which the other end counts as stuck.

Message = dict[str, Any]
Handler = Callable[[Message], Coroutine[Any, Any, None]]


class WireBroken(ConnectionError):
    """The other process has gone or does not answer."""


class CallFailed(RuntimeError):
    """The other process answered with an error: `error` is its name, the text its reason."""

    def __init__(self, error: str, message: str) -> None:
        super().__init__(message)
        self.error = error


class Wire:
    """One end of the line."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer
        self._calls: dict[int, asyncio.Future[Any]] = {}
        self._number = 0
        self._tasks: set[asyncio.Task[None]] = set()

    async def listen(self, handle: Handler) -> None:
        """Read until the other end has gone. Messages are handled at once, each in its own task, in order begun."""
        try:
            while line := await self._reader.readline():
                message: Message = json.loads(line)
                if "result" in message or "error" in message:
                    self._answered(message)
                else:
                    task = asyncio.create_task(handle(message))
                    self._tasks.add(task)
                    task.add_done_callback(self._handled)
        except (ConnectionError, ValueError, asyncio.LimitOverrunError) as error:
            log.warning("the line between studio and room broke: %s", error)
        finally:
            self.close()

    def tell(self, message: Message) -> None:
        """Send without waiting; silently nothing when the other end has gone, because `listen` ends then."""
        if self._writer.is_closing():
            return
        if self._writer.transport.get_write_buffer_size() > BACKLOG:
            log.error("the other process does not read: the line is closed")
            self.close()
            return
        self._writer.write(json.dumps(message, ensure_ascii=False).encode() + b"\n")

    async def call(self, message: Message) -> Any:
        """Send and wait for the answer. Raises CallFailed, WireBroken."""
        if self._writer.is_closing():
            raise WireBroken("the room is not there")
        self._number += 1
        number, answer = self._number, asyncio.get_running_loop().create_future()
        self._calls[number] = answer
        try:
            self.tell(message | {"call": number})
            return await asyncio.wait_for(answer, CALL_S)
        except TimeoutError as error:
            raise WireBroken(f"no answer within {CALL_S:.0f} s") from error
        finally:
            self._calls.pop(number, None)

    def close(self) -> None:
        """Hang up; calls that wait fail."""
        self._writer.close()
        for answer in self._calls.values():
            if not answer.done():
                answer.set_exception(WireBroken("the room has gone"))

    def _answered(self, message: Message) -> None:
        answer = self._calls.get(message.get("call", 0))
        if answer is None or answer.done():
            return
        if "error" in message:
            answer.set_exception(CallFailed(message["error"], message.get("message", "")))
        else:
            answer.set_result(message["result"])

    def _handled(self, task: "asyncio.Task[None]") -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("a message could not be handled", exc_info=error)
