"""A Mastodon server as a small ASGI app: its posts, mentions and hashtag timeline, kept in memory.

    server = Mastodon()
    server.post("chris@elsewhere.example", "@office Wann kommt die Tram?")
    with serving(server.app) as address: …

Answers have the shape and headers of real ones (recorded from Mastodon 4.6, `../shared/fixtures/social`, against which
`tests/questions/sources/test_mastodon.py` holds them). `server.limit` is how many requests are left, `server.revoked`
takes the permission away, `server.broken` is a status that every request gets, `server.again` sends pages twice.
"""

import html
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

TOKEN = "a token of the office"
HOST = "social.example"
ME = "1"
Status = dict[str, Any]


def account(acct: str, *, id: str = "", name: str = "", bot: bool = False) -> dict[str, Any]:
    """An account as the server tells of it."""
    username = acct.partition("@")[0]
    return {
        "id": id or str(1000 + sum(acct.encode())), "username": username, "acct": acct, "display_name": name,
        "locked": False, "bot": bot, "created_at": "2026-08-01T00:00:00.000Z", "note": "",
        "url": f"https://{HOST}/@{acct}", "uri": f"https://{HOST}/users/{acct}", "avatar": "", "avatar_static": "",
        "header": "", "header_static": "", "followers_count": 0, "following_count": 0, "statuses_count": 1,
        "last_status_at": None, "emojis": [], "fields": [],
    }  # fmt: skip


@dataclass
class Mastodon:
    """The server's state, for tests to look at and to change."""

    token: str = TOKEN
    limit: int = 300
    revoked: bool = False
    broken: int = 0
    again: bool = False
    statuses: dict[str, Status] = field(default_factory=dict)
    mentions: list[str] = field(default_factory=list)
    sent: list[Status] = field(default_factory=list)
    calls: list[str] = field(default_factory=list)
    keys: dict[str, Status] = field(default_factory=dict)

    def post(
        self, who: str, text: str, *, visibility: str = "public", tag: str = "", name: str = "", bot: bool = False,
        mention: bool = True, raw: str = "",
    ) -> str:  # fmt: skip
        """Somebody writes; returns the post's number."""
        id = str(117_020_577_000_000_000 + len(self.statuses))
        at = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        at_office = '<span class="h-card"><a href="#" class="u-url mention">@<span>office</span></a></span> '
        content = raw or f"<p>{at_office if mention else ''}{html.escape(text)}</p>"
        self.statuses[id] = {
            "id": id, "created_at": at, "in_reply_to_id": None, "in_reply_to_account_id": None, "sensitive": False,
            "spoiler_text": "", "visibility": visibility, "language": "de", "edited_at": None, "content": content,
            "uri": f"https://{HOST}/users/{who}/statuses/{id}", "url": f"https://{HOST}/@{who}/{id}", "reblog": None,
            "account": account(who, name=name, bot=bot), "media_attachments": [], "mentions": [], "emojis": [],
            "tags": [{"name": tag, "url": ""}] if tag else [], "replies_count": 0, "reblogs_count": 0,
            "favourites_count": 0,
        }  # fmt: skip
        if mention:
            self.mentions.append(id)
        return id

    def edit(self, id: str, text: str) -> None:
        at = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        self.statuses[id] |= {"content": f"<p>{html.escape(text)}</p>", "edited_at": at}

    def delete(self, id: str) -> None:
        del self.statuses[id]

    @property
    def app(self) -> ASGIApp:
        return Starlette(
            routes=[
                Route("/api/v1/accounts/verify_credentials", self._answering(self._me)),
                Route("/api/v1/notifications", self._answering(self._notifications)),
                Route("/api/v1/timelines/tag/{tag}", self._answering(self._tagged)),
                Route("/api/v1/statuses/{id}", self._answering(self._status)),
                Route("/api/v1/statuses", self._answering(self._write), methods=["POST"]),
            ]
        )

    def _answering(self, answer: Any) -> Any:
        async def endpoint(request: Request) -> Response:
            self.calls.append(f"{request.method} {request.url.path}")
            reset = datetime.now(UTC) + timedelta(minutes=2)
            headers = {
                "X-RateLimit-Limit": "300",
                "X-RateLimit-Remaining": str(max(self.limit, 0)),
                "X-RateLimit-Reset": reset.isoformat(timespec="microseconds").replace("+00:00", "Z"),
            }
            if self.revoked or request.headers.get("authorization") != f"Bearer {self.token}":
                return JSONResponse({"error": "The access token was revoked"}, 401, headers)
            if self.broken:
                return JSONResponse({"error": "Something went wrong"}, self.broken, headers)
            if self.limit <= 0:
                return JSONResponse({"error": "Too many requests"}, 429, headers)
            self.limit -= 1
            found = await answer(request)
            if found is None:
                return JSONResponse({"error": "Record not found"}, 404, headers)
            return JSONResponse(found, headers=headers)

        return endpoint

    async def _me(self, request: Request) -> Any:
        return account("office", id=ME)

    async def _notifications(self, request: Request) -> Any:
        assert request.query_params.getlist("types[]") == ["mention"]
        found = [
            {
                "id": str(number), "type": "mention", "created_at": "2026-11-26T10:00:00.000Z",
                "account": self.statuses[id]["account"] if id in self.statuses else account("gone"),
                "status": self.statuses.get(id),
            }
            for number, id in enumerate(self.mentions, start=1)
        ]  # fmt: skip
        return self._page(request, found)

    async def _tagged(self, request: Request) -> Any:
        tag = request.path_params["tag"]
        named = [each for each in self.statuses.values() if any(t["name"] == tag for t in each["tags"])]
        return self._page(request, named)

    def _page(self, request: Request, found: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """`min_id`: those directly after it, the newest of them first, as the real one does."""
        after, limit = request.query_params.get("min_id"), int(request.query_params.get("limit", "20"))
        if after is None:
            return found[::-1][:limit]
        least = int(after) - (1 if self.again else 0)
        return [each for each in found if int(each["id"]) > least][:limit][::-1]

    async def _status(self, request: Request) -> Any:
        return self.statuses.get(request.path_params["id"])

    async def _write(self, request: Request) -> Any:
        form = dict(await request.form())
        key = request.headers.get("idempotency-key", "")
        if key in self.keys:
            return self.keys[key]
        status: Status = {
            "id": str(len(self.sent) + 1), "content": str(form["status"]), "visibility": str(form["visibility"]),
            "in_reply_to_id": form.get("in_reply_to_id"), "created_at": "2026-11-26T10:00:00.000Z",
            "account": account("office", id=ME), "uri": "", "url": "", "mentions": [], "tags": [], "emojis": [],
            "media_attachments": [],
        }  # fmt: skip
        self.sent.append(status)
        self.keys[key] = status
        return status
