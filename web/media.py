"""An address below /media/ comes in, a file of a recording goes out, with Range; or 410 for whom it is not public.

An archive in an object store is read from there, by the site: a browser never talks to the store.

The first part of the address holds 128 random bits and names an edition. Only programme, renditions, captions and
pictures are ever served; tracks, cards and timeline never are.
"""

from email.utils import format_datetime
from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, Response, StreamingResponse
from starlette.routing import Route

from ingest import store
from ingest.archive import Archive
from ingest.objects import Away, Opened
from ingest.officehours import WITH_RECORDING, OfficeHour, Visibility
from ingest.people import Right
from web.rendering import house_of

SERVED = frozenset({"programme", "renditions", "captions", "pictures"})
TYPES = {
    ".m3u8": "application/vnd.apple.mpegurl",
    ".m4s": "video/iso.segment",
    ".mp4": "video/mp4",
    ".m4a": "audio/mp4",
    ".vtt": "text/vtt; charset=utf-8",
    ".srt": "application/x-subrip; charset=utf-8",
    ".txt": "text/plain; charset=utf-8",
    ".jpg": "image/jpeg",
    ".json": "application/json",
}
ONLY = {".json": frozenset({"waveform.json", "waveform.fine.json"})}
"""Of these kinds only some files are served: others are notes of our own."""
KEPT_S = {".m4s": 300, ".mp4": 300, ".jpg": 300}
"""Seconds a browser may keep a file: short, so that a recording taken back is soon gone there as well."""


def may_see(request: Request, hour: OfficeHour) -> bool:
    """Whether the visitor may see the recording: everybody once released, host and staff from its end on.

    Of an office hour that was live only nobody may: what is left of it is being erased.
    """
    if hour.state not in WITH_RECORDING or not hour.recorded:
        return False
    return hour.visibility is Visibility.RELEASED or Right.REVIEW in request.state.visitor.rights(hour.id)


def media(request: Request) -> Response:
    house, path = house_of(request), request.path_params["path"]
    with house.database.reading() as connection:
        edition = store.edition_at(connection, request.path_params["address"])
        if edition is None:
            raise HTTPException(404)
        hour = store.office_hour(connection, edition.office_hour)
    if not may_see(request, hour):
        raise HTTPException(410)
    root = house.archive.room(hour.id).root.resolve()
    file = _served(root, path)
    headers = {"Cache-Control": f"private, max-age={KEPT_S[file.suffix]}" if file.suffix in KEPT_S else "no-cache"}
    name = f"{hour.id}.mp4" if "download" in request.query_params and file.suffix == ".mp4" else None
    elsewhere = _from_store(request, house.archive, hour.id, file.relative_to(root).as_posix())
    if elsewhere is not None:
        return streamed(elsewhere, TYPES[file.suffix], headers, name)
    if not file.is_file():
        raise HTTPException(404)
    return FileResponse(file, headers=headers, media_type=TYPES[file.suffix], filename=name)


def _served(root: Path, path: str) -> Path:
    """The file, when it is one that may be served; it need not be there. Raises HTTPException 404."""
    file = (root / path).resolve()
    folder = file.relative_to(root).parts[:1] if file.is_relative_to(root) else ()
    if (
        not SERVED.issuperset(folder)
        or not folder
        or file.name.startswith(".")
        or file.suffix not in TYPES
        or file.name not in ONLY.get(file.suffix, {file.name})
    ):
        raise HTTPException(404)
    return file


def _from_store(request: Request, archive: Archive, office_hour: str, name: str) -> Opened | None:
    """What the archive's store has, opened; None when the file lies in the folder. Raises HTTPException."""
    try:
        return archive.open(office_hour, name, request.headers.get("range", ""))
    except FileNotFoundError as error:
        raise HTTPException(404) from error
    except ValueError as error:
        raise HTTPException(416, str(error)) from error
    except Away as error:
        raise HTTPException(503, str(error), {"Retry-After": "5"}) from error


def streamed(found: Opened, media_type: str, headers: dict[str, str], name: str | None) -> Response:
    """The answer that hands on what comes from the store.

    Nothing is redirected: an address that the store signs would be good for whoever has it, also after a withdrawal.
    """
    whole = (found.start, found.stop) == (0, found.size)
    headers = headers | {
        "Accept-Ranges": "bytes",
        "Content-Length": str(found.stop - found.start),
        "ETag": f'"{found.etag.strip(chr(34))}"',
        "Last-Modified": format_datetime(found.modified, usegmt=True),
    }
    if not whole:
        headers["Content-Range"] = f"bytes {found.start}-{found.stop - 1}/{found.size}"
    if name is not None:
        headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return StreamingResponse(found.pieces, 200 if whole else 206, headers, media_type)


routes = [
    Route("/media/{address}/{path:path}", media),
]
