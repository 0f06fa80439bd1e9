"""Staff bring a recording made elsewhere: pieces of a file come in, an upload that can go on after a break goes out.

The protocol is small. POST its facts, the answer says how much is here; PATCH the next piece with `Upload-Offset`. One
that begins elsewhere is answered with 409 and where to go on. Each piece is on the disk when it is answered.
"""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from ingest import disk, steps
from questions.question import plain
from web import uploads, words
from web.parts import House
from web.rendering import N_, house_of, parts_asked, render, render_parts
from web.rights import staff
from web.store import digest
from web.uploads import Elsewhere, State, Upload

LIMITS = {"title": 120, "host_name": 80, "file_name": 200}
PIECE = 1 << 20
"""Bytes that are written at once."""
OFFSET = "upload-offset"
SMALL = N_("This file is empty.")
LARGE = N_("This file is too large: at most %(limit)s can be taken here.")
FULL = N_("There is not enough room on the disk for this file. Please tell whoever runs this site.")


@dataclass(frozen=True, kw_only=True)
class Line:
    """An upload on the page. `part` is how much of it is here, or how much of the work is done; from 0 to 1."""

    upload: Upload
    part: float
    stopped: str
    until: datetime | None


def page(request: Request) -> Response:
    """The form, and what is on its way; `?part=list` is the latter."""
    staff(request)
    house, parts = house_of(request), parts_asked(request, ("list",))
    with house.database.reading() as connection:
        found = [(each, steps.get(connection, each.step) if each.step else None) for each in uploads.all_of(connection)]
    values: dict[str, Any] = {"lines": [_line(house, each, step) for each, step in found], "State": State}
    values["limit"] = disk.spoken(_limit(house))
    if parts:
        return render_parts(request, {"list": "uploads_list.html"}, **values)
    return render(request, "uploads.html", **values)


def _line(house: House, upload: Upload, step: steps.Step | None) -> Line:
    part = uploads.offset_of(house.ingest.data, upload.id) / max(upload.size_bytes, 1)
    if step is not None:
        part = step.progress
    return Line(
        upload=upload,
        part=min(part, 0.99),
        stopped=step.error or step.state.value if step and step.state in steps.ENDED_BADLY else "",
        until=step.not_before if step and step.state is steps.State.PARKED else None,
    )


def _limit(house: House) -> int:
    return house.settings.upload_limit_mb * disk.MEGABYTE


def begin(request: Request) -> Response:
    """Facts of a file come in as JSON; which upload it is and how much of it is here goes out."""
    account = staff(request).account
    assert account is not None
    house = house_of(request)
    values = facts(request.state.form)
    refusal = _refusal(house, values["size_bytes"])
    if refusal:
        return _refused(request, *refusal)
    with house.database.transaction() as connection:
        upload = uploads.begin(connection, account=account.id, **values)
    return JSONResponse(_state(house, upload), 201)


def facts(form: Any) -> dict[str, Any]:
    """What is kept of the form. Raises HTTPException 400."""
    values: dict[str, Any] = {name: plain(str(form.get(name, "")))[:limit] for name, limit in LIMITS.items()}
    size, changed = form.get("size"), form.get("changed")
    if not isinstance(size, int) or isinstance(size, bool) or size < 0 or not values["title"]:
        raise HTTPException(400, "a title and the length of the file are needed")
    language = str(form.get("language"))
    values |= {"language": language if language in words.LANGUAGES else words.DEFAULT}
    values |= {"size_bytes": size, "release": bool(form.get("release"))}
    values["fingerprint"] = digest(json.dumps([values["file_name"], size, changed]))
    return values


def _refusal(house: House, size: int) -> tuple[int, str] | None:
    """Why a file of `size` bytes cannot be taken, with the status, or None."""
    if size == 0:
        return 400, SMALL
    if size > _limit(house):
        return 413, LARGE
    if size + house.ingest.disk_spare_mb * disk.MEGABYTE > disk.free_bytes(house.ingest.data):
        return 507, FULL
    return None


def _refused(request: Request, status: int, why: str, **also: Any) -> Response:
    text = words.say(request.state.language, why, limit=disk.spoken(_limit(house_of(request))))
    return JSONResponse({"error": text} | also, status)


def _state(house: House, upload: Upload) -> dict[str, Any]:
    offset = uploads.offset_of(house.ingest.data, upload.id) if upload.state is State.RECEIVING else upload.size_bytes
    return {"id": upload.id, "offset": offset, "size": upload.size_bytes, "state": upload.state.value}


def state(request: Request) -> Response:
    """How much is here."""
    staff(request)
    return JSONResponse(_state(house_of(request), _known(request)))


def _known(request: Request) -> Upload:
    with house_of(request).database.reading() as connection:
        try:
            return uploads.get(connection, request.path_params["id"])
        except LookupError as error:
            raise HTTPException(404) from error


async def receive(request: Request) -> Response:
    """The next piece of a file; it is on the disk when the answer goes out."""
    staff(request)
    house = house_of(request)
    upload = await run_in_threadpool(_known, request)
    offset = request.headers.get(OFFSET, "")
    if not offset.isdigit():
        raise HTTPException(400, f"{OFFSET} is no number")
    if upload.state is not State.RECEIVING:
        return JSONResponse(_state(house, upload), 409)
    try:
        with uploads.appending(house.ingest.data, upload.id, int(offset)) as file:
            await _write(request, file, upload.size_bytes - int(offset))
    except Elsewhere as elsewhere:
        return JSONResponse({"offset": elsewhere.offset}, 409)
    except ClientDisconnect:
        return Response(status_code=400)  # what came is kept; nobody reads this
    except OSError as error:
        if not disk.is_full(error):
            raise
        return _refused(request, 507, FULL)
    return JSONResponse(await run_in_threadpool(_received, house, upload))


async def _write(request: Request, file: Any, most: int) -> None:
    """Copy the body to `file`. Raises HTTPException 413 when it is longer than was said."""
    waiting = bytearray()
    try:
        async for chunk in request.stream():
            most -= len(chunk)
            if most < 0:
                raise HTTPException(413)
            waiting += chunk
            if len(waiting) >= PIECE:
                await run_in_threadpool(_write_all, file, bytes(waiting))
                waiting.clear()
    finally:
        await run_in_threadpool(_write_all, file, bytes(waiting))


def _write_all(file: Any, data: bytes) -> None:
    """An unbuffered file may take less than it is given."""
    view = memoryview(data)
    while view:
        view = view[file.write(view) :]


def _received(house: House, upload: Upload) -> dict[str, Any]:
    if uploads.offset_of(house.ingest.data, upload.id) == upload.size_bytes:
        with house.database.transaction() as connection:
            uploads.complete(connection, upload.id)
            upload = uploads.get(connection, upload.id)
        house.engine.dispatch()
    return _state(house, upload)


def decide(request: Request) -> Response:
    """POST `do`: retry what stopped, or remove an upload with all that is here of it."""
    staff(request)
    house, upload, wished = house_of(request), _known(request), str(request.state.form.get("do", ""))
    if wished not in ("retry", "remove"):
        raise HTTPException(400, "there is no such choice")
    with house.database.transaction() as connection:
        if wished == "retry" and upload.step is not None:
            steps.retry(connection, upload.step)
        if wished == "remove":
            uploads.remove(connection, upload.id)
    if wished == "remove" and upload.state is not State.TAKEN:
        uploads.path_of(house.ingest.data, upload.id).unlink(missing_ok=True)
    house.engine.dispatch()
    return RedirectResponse("/staff/uploads", 303)


routes = [
    Route("/staff/uploads", page),
    Route("/staff/uploads", begin, methods=["POST"]),
    Route("/staff/uploads/{id}", state),
    Route("/staff/uploads/{id}", receive, methods=["PATCH"]),
    Route("/staff/uploads/{id}", decide, methods=["POST"]),
]
