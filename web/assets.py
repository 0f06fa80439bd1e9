"""An address below /static/ comes in, one of our own files or a whitelisted one of a front-end package goes out.

Files are few and small: each is read and compressed once and kept in memory. Addresses carry a digest, so that
browsers keep them for a year; without it (modules import each other by name) they ask again each time.
"""

import gzip
import hashlib
import mimetypes
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from web.packages import NODE_MODULES

STATIC = Path(__file__).parent / "static"
KERN = "@kern-ux/native/dist"
PACKAGES = {
    "kern.css": f"{KERN}/kern.min.css",
    "hls.mjs": "hls.js/dist/hls.min.mjs",
    "hls.worker.js": "hls.js/dist/hls.worker.js",
    "altcha.worker.js": "altcha/dist/workers/pbkdf2.js",
    **{
        f"{name}.woff2": f"{KERN}/fonts/fira-sans/{name}.woff2"
        for name in ("FiraSans-Regular", "FiraSans-Italic", "FiraSans-Medium", "FiraSans-SemiBold")
    },
}
"""All that leaves node_modules/, under /static/packages/."""
SMALLEST = 1024
"""Bytes below which compressing costs more than it saves: one packet carries them anyway."""
TYPES = {".mjs": "text/javascript", ".js": "text/javascript", ".woff2": "font/woff2"}


@dataclass(frozen=True, kw_only=True)
class Asset:
    """A file as it is sent."""

    body: bytes
    packed: bytes | None
    kind: str
    tag: str


@cache
def asset(name: str) -> Asset | None:
    """The file behind `name`, or None when there is no such one."""
    path = _path(name)
    if path is None or not path.is_file():
        return None
    body = path.read_bytes()
    kind = TYPES.get(path.suffix) or mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    text = kind.startswith("text/") or kind in ("application/json", "image/svg+xml", "application/manifest+json")
    return Asset(
        body=body,
        packed=gzip.compress(body, mtime=0) if text and len(body) > SMALLEST else None,
        kind=f"{kind}; charset=utf-8" if text else kind,
        tag=hashlib.sha256(body).hexdigest()[:16],
    )


def _path(name: str) -> Path | None:
    if name.startswith("packages/"):
        found = PACKAGES.get(name.removeprefix("packages/"))
        return NODE_MODULES / found if found else None
    path = (STATIC / name).resolve()
    return path if path.is_relative_to(STATIC) else None


def address(name: str) -> str:
    """The address of an asset, with its digest."""
    found = asset(name)
    return f"/static/{name}?v={found.tag}" if found else f"/static/{name}"


def serve(request: Request) -> Response:
    """Answer a request for /static/{name}."""
    found = asset(request.path_params["name"])
    if found is None:
        raise HTTPException(404)
    versioned = request.query_params.get("v") == found.tag
    headers = {
        "ETag": f'"{found.tag}"',
        "Cache-Control": "public, max-age=31536000, immutable" if versioned else "no-cache",
        "Vary": "Accept-Encoding",
    }
    if request.headers.get("if-none-match") == headers["ETag"]:
        return Response(status_code=304, headers=headers)
    if found.packed and "gzip" in request.headers.get("accept-encoding", ""):
        return Response(found.packed, media_type=found.kind, headers=headers | {"Content-Encoding": "gzip"})
    return Response(found.body, media_type=found.kind, headers=headers)
