"""A file and an upload request come in, the target's answer goes out: Google's resumable protocol, chunk by chunk.

The client's own retries are not used: after a 5xx they send a consumed stream, after a dropped connection they give
up. Here every failure is followed by the question how much has arrived (`Content-Range: bytes */N`), and the session's
address is known before the first byte is sent, so that another process can go on, or learn that all had arrived.
"""

import http.client
import logging
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httplib2
from googleapiclient.errors import HttpError
from googleapiclient.http import HttpRequest, MediaIoBaseUpload

from ingest import steps

log = logging.getLogger(__name__)
SMALLEST_CHUNK = 256 * 1024
"""Chunks have to be multiples of this, except for the last one (resumable upload protocol)."""
FAILURES = 5
"""Failures in a row, without a byte arriving between them, after which the step is tried again later."""
DROPPED = (OSError, http.client.HTTPException, httplib2.HttpLib2Error)
"""What a connection raises that breaks."""


class SessionGone(Exception):
    """The target knows the session no more: nothing of it can be used, and nothing came of it."""


class Film:
    """A file as the client reads it, telling how far it was read, so that the lease is renewed within a chunk."""

    def __init__(self, path: Path, progress: Callable[[float], None]) -> None:
        self.size = path.stat().st_size
        self._file = path.open("rb")
        self._progress = progress
        self._ended = False

    def seek(self, offset: int, whence: int = 0) -> int:
        self._ended = False
        return self._file.seek(offset, whence)

    def tell(self) -> int:
        return self._file.tell()

    def read(self, size: int = -1) -> bytes:
        """Raises ConnectionError when a chunk that was read to its end is read on: httplib2 sends a request again
        by itself when a connection goes stale, which would promise a body and send none."""
        content = self._file.read(size)
        if content:
            self._progress(self._file.tell() / max(self.size, 1))
        elif self._ended:
            raise ConnectionError("the connection broke while a chunk was sent")
        else:
            self._ended = True
        return content

    def close(self) -> None:
        self._file.close()


def media(film: Film, chunk_bytes: int) -> MediaIoBaseUpload:
    """The film as the client wants it, in chunks of `chunk_bytes` (rounded down to what the protocol allows)."""
    whole = max(chunk_bytes // SMALLEST_CHUNK, 1) * SMALLEST_CHUNK
    return MediaIoBaseUpload(film, mimetype="video/mp4", chunksize=whole, resumable=True)


def open_session(request: HttpRequest) -> str:
    """Begin an upload. Returns the session's address, which is a secret. Raises HttpError and what breaks."""
    headers = dict(request.headers)
    headers["X-Upload-Content-Type"] = request.resumable.mimetype()
    headers["X-Upload-Content-Length"] = str(request.resumable.size())
    headers["content-length"] = str(request.body_size)
    response, content = request.http.request(request.uri, method=request.method, body=request.body, headers=headers)
    if response.status != 200 or "location" not in response:
        raise HttpError(response, content, uri=request.uri)
    return str(response["location"])


def send(
    request: HttpRequest,
    session: str,
    *,
    resuming: bool,
    confirm: Callable[[], None],
    wait: Callable[[float], None] = time.sleep,
) -> dict[str, Any]:
    """Send what has not arrived yet and return the answer to the last byte.

    `resuming` asks first what has arrived. `confirm` is called before each chunk. Raises SessionGone, HttpError
    for a refusal, Transient after FAILURES in a row.
    """
    request.resumable_uri = session
    request._in_error_state = resuming
    failures, arrived = 0, -1
    while True:
        confirm()
        try:
            _, answer = request.next_chunk(num_retries=0)
            trouble: Exception | None = None
        except HttpError as error:
            if error.resp.status in {404, 410}:
                raise SessionGone(str(error)) from error
            if error.resp.status < 500:
                raise
            answer, trouble = None, error
        except DROPPED as error:
            request.http.close()  # else the broken connection, where a request has begun, would be used again
            answer, trouble = None, error
        if answer:
            return dict(answer)
        moved, arrived = request.resumable_progress > arrived, max(arrived, request.resumable_progress)
        failures = 0 if moved and trouble is None else failures + 1
        if failures >= FAILURES:
            raise steps.Transient(f"the upload stopped at byte {request.resumable_progress}: {trouble}") from trouble
        if failures:
            log.info("upload at byte %d, failure %d: %s", request.resumable_progress, failures, trouble)
            wait(2.0**failures)
