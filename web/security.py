"""A response goes out with the headers that keep its reader safe; the Content-Security-Policy is written here, once.

hls.js needs `media-src blob:` (Media Source) and a worker of our own origin; KERN's icons are masks from `data:`
addresses, which count as images. Nothing inline is allowed, and nothing of anybody else.
"""

from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send


def policy(public_url: str) -> str:
    """The one Content-Security-Policy. Older Safari does not take 'self' for WebSockets, so they are named."""
    address = urlsplit(public_url)
    sockets = f" {'wss' if address.scheme == 'https' else 'ws'}://{address.netloc}" if address.netloc else ""
    return "; ".join(
        (
            "default-src 'self'",
            "img-src 'self' data:",
            "media-src 'self' blob:",
            "worker-src 'self'",
            f"connect-src 'self'{sockets}",
            "object-src 'none'",
            "base-uri 'none'",
            "form-action 'self'",
            "frame-ancestors 'none'",
        )
    )


def headers(public_url: str, *, https: bool) -> dict[str, str]:
    """The headers of every answer."""
    found = {
        "Content-Security-Policy": policy(public_url),
        "X-Content-Type-Options": "nosniff",
        # Not no-referrer: a browser then sends `Origin: null` with our own forms.
        "Referrer-Policy": "same-origin",
        "Permissions-Policy": "camera=(self), microphone=(self), fullscreen=(self), geolocation=(), payment=()",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
    }
    if https:
        found["Strict-Transport-Security"] = "max-age=31536000"
    return found


class SafeHeaders:
    """Puts the headers on everything that the app below answers."""

    def __init__(self, app: ASGIApp, public_url: str) -> None:
        self.app = app
        self.public_url = public_url

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        given = headers(self.public_url, https=scope["scheme"] == "https")

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(given)
            await send(message)

        await self.app(scope, receive, send_with_headers)


def same_origin(headers: Headers, scheme: str, public_url: str) -> bool:
    """Whether a form comes from our own pages, as far as its headers say.

    A request with neither Origin nor Referer is no browser's cross-site form; its token alone decides.
    """
    sent = headers.get("origin") or headers.get("referer")
    if sent is None:
        return headers.get("sec-fetch-site", "same-origin") in ("same-origin", "none")
    address = urlsplit(sent)
    ours = {f"{scheme}://{headers.get('host', '')}", public_url.rstrip("/")}
    return f"{address.scheme}://{address.netloc}" in ours
