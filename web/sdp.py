"""A WHIP or WHEP request comes in, the offer in it goes out; and the answer on its way back (RFC 9725)."""

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

SDP_LIMIT = 64 * 1024
"""Bytes of an offer; Chromium's with every codec is about 8 kB."""


async def offer_of(request: Request) -> str:
    """The body of a WHIP or WHEP request. Raises HTTPException."""
    if request.headers.get("content-type", "").split(";")[0].strip() != "application/sdp":
        raise HTTPException(415, "an offer is sent as application/sdp")
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > SDP_LIMIT:
            raise HTTPException(413, "an offer is never that large")
    try:
        return body.decode()
    except UnicodeDecodeError as error:
        raise HTTPException(400, "an offer is text") from error


def connected(resource: str, answer: str, below: str = "/live/resource") -> Response:
    """What WHIP and WHEP answer to an offer that was taken."""
    headers = {"Location": f"{below}/{resource}", "Accept-Patch": ""}
    return Response(answer, 201, headers, media_type="application/sdp")
