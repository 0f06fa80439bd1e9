"""A YouTube channel for tests of failures: a small HTTP server that speaks the resumable protocol and can misbehave.

`trouble` names what happens to the next request that fits, once each:

    "quota", "upload limit"   the next insert is refused so
    "503"                     the next chunk is read and answered with 503, nothing of it kept
    "half"                    the connection breaks in the middle of the next chunk; half of it is kept
    "lost answer"             the last chunk is kept, the connection breaks before the answer
    "gone"                    the session is forgotten
    "captions twice"          the next captions answer 409
"""

import json
import re
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

QUOTA = (403, "quotaExceeded")
UPLOAD_LIMIT = (400, "uploadLimitExceeded")


@dataclass
class Channel:
    """What is on the channel and what was asked of it."""

    address: str = ""
    trouble: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    videos: dict[str, dict[str, Any]] = field(default_factory=dict)
    films: dict[str, bytes] = field(default_factory=dict)
    sessions: dict[str, dict[str, Any]] = field(default_factory=dict)
    upload_status: str = "uploaded"
    lock: threading.Lock = field(default_factory=threading.Lock)

    def happens(self, name: str) -> bool:
        """Whether this trouble is next; it is used up."""
        if self.trouble and self.trouble[0] == name:
            self.trouble.pop(0)
            return True
        return False


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: "_Server"

    @property
    def channel(self) -> Channel:
        return self.server.channel

    def log_message(self, format: str, *arguments: Any) -> None:
        """Tests read `asked` instead."""

    def answer(self, status: int, body: object = None, **headers: str) -> None:
        content = b"" if body is None else json.dumps(body).encode()
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def refuse(self, status: int, reason: str) -> None:
        self.answer(status, {"error": {"code": status, "message": reason, "errors": [{"reason": reason}]}})

    def body(self) -> bytes:
        return self.rfile.read(int(self.headers.get("Content-Length", 0)))

    def do_POST(self) -> None:
        path, body = urlsplit(self.path).path, self.body()
        with self.channel.lock:
            self.channel.asked.append(f"POST {path}")
            if path == "/upload/youtube/v3/videos":
                self._open(json.loads(body))
            elif path.endswith("/captions") and self.channel.happens("captions twice"):
                self.refuse(409, "captionExists")
            else:
                self.answer(200, Location=f"{self.channel.address}/extra")

    def _open(self, body: dict[str, Any]) -> None:
        if self.channel.happens("quota"):
            self.refuse(*QUOTA)
        elif self.channel.happens("upload limit"):
            self.refuse(*UPLOAD_LIMIT)
        else:
            name = f"s{len(self.channel.sessions) + 1}"
            size = int(self.headers["X-Upload-Content-Length"])
            self.channel.sessions[name] = {"body": body, "size": size, "kept": b"", "video": ""}
            self.answer(200, Location=f"{self.channel.address}/session/{name}")

    def do_PUT(self) -> None:
        name = urlsplit(self.path).path.removeprefix("/session/")
        if name == "/extra":
            self.body()
            self.answer(200, {"id": "x"})
            return
        if name.endswith("/captions"):
            self.channel.asked.append(f"PUT captions {json.loads(self.body())['id']}")
            self.answer(200, Location=f"{self.channel.address}/extra")
            return
        if name.startswith("/"):
            self._update(json.loads(self.body()))
            return
        length, content_range = int(self.headers["Content-Length"]), self.headers["Content-Range"]
        half = self.rfile.read(length // 2)
        if length and self.channel.happens("half"):
            self.channel.asked.append(f"PUT {content_range}")
            self.channel.sessions[name]["kept"] += half
            self._break()
            return
        chunk = half + self.rfile.read(length - len(half))
        if len(chunk) < length:
            self._break()
            return
        with self.channel.lock:
            self.channel.asked.append(f"PUT {content_range}")
            if self.channel.happens("gone"):
                del self.channel.sessions[name]
            if name not in self.channel.sessions:
                self.refuse(404, "notFound")
            elif length and self.channel.happens("503"):
                self.refuse(503, "backendError")
            else:
                self._keep(self.channel.sessions[name], content_range, chunk)

    def _keep(self, session: dict[str, Any], content_range: str, chunk: bytes) -> None:
        numbers = re.fullmatch(r"bytes (\d+)-(\d+)/(\d+)", content_range)
        if numbers:
            assert int(numbers[1]) == len(session["kept"])
            session["kept"] += chunk
        if len(session["kept"]) < session["size"]:
            kept = {"Range": f"bytes=0-{len(session['kept']) - 1}"} if session["kept"] else {}
            self.answer(308, None, **kept)
            return
        if not session["video"]:
            session["video"] = f"v{len(self.channel.videos) + 1}"
            self.channel.videos[session["video"]] = dict(session["body"])
            self.channel.films[session["video"]] = session["kept"]
        if self.channel.happens("lost answer"):
            self._break()
            return
        self.answer(200, {"id": session["video"]} | session["body"])

    def _break(self) -> None:
        self.close_connection = True
        self.connection.shutdown(socket.SHUT_RDWR)

    def do_GET(self) -> None:
        if urlsplit(self.path).path.endswith("/captions"):
            self.channel.asked.append("GET captions")
            self.answer(
                200, {"items": [{"id": "c1", "snippet": {"language": "de", "name": "", "trackKind": "standard"}}]}
            )
            return
        (id,) = parse_qs(urlsplit(self.path).query)["id"]
        with self.channel.lock:
            self.channel.asked.append("GET videos")
            video = self.channel.videos.get(id)
            state = {"uploadStatus": self.channel.upload_status, "failureReason": "codec"}
            self.answer(200, {"items": [{"id": id, "status": video["status"] | state}] if video else []})

    def _update(self, body: dict[str, Any]) -> None:
        with self.channel.lock:
            self.channel.asked.append(f"PUT {body['status']['privacyStatus']}")
            if body["id"] not in self.channel.videos:
                self.refuse(404, "videoNotFound")
                return
            self.channel.videos[body["id"]]["status"] = body["status"]
            self.answer(200, body)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    channel: Channel

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A connection that breaks is what some tests are about."""


@contextmanager
def serving() -> Iterator[Channel]:
    """A channel at an address on this machine."""
    server = _Server(("127.0.0.1", 0), _Handler)
    server.channel = Channel(address=f"http://127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield server.channel
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
