"""What staff paste comes in, what is kept of it goes out, and later the credentials that Google's client takes.

Google's "authorized user" is what the flow for installed apps writes when somebody has allowed it: `client_id`,
`client_secret`, and a `refresh_token` that brings an access token whenever one is needed. Nothing else is kept: an
access token is old within the hour, and an address to fetch one at is never taken from what was pasted, or the worker
would send secrets where a stranger's file tells it to.
"""

import json
from enum import Enum
from typing import Any

from google.oauth2.credentials import Credentials

KIND = "authorized_user"
NEEDED = ("client_id", "client_secret", "refresh_token")
SCOPE = "https://www.googleapis.com/auth/youtube.force-ssl"
"""The one scope that covers uploads, captions, pictures and visibility."""
GOOGLE = "https://oauth2.googleapis.com"
LONGEST = 16_384
"""Characters; a real one has about six hundred."""


class Fault(Enum):
    """Why something that was pasted cannot be used."""

    NOT_JSON = "not json"
    CLIENT_ONLY = "client only"  # the client's file, before anybody has allowed anything
    OTHER_KIND = "other kind"  # a service account, which owns no channel
    INCOMPLETE = "incomplete"
    TOO_LITTLE = "too little"  # allowed, but not what we need


class NotUsable(ValueError):
    """What was pasted is no permission; `missing` are the names of what lacks."""

    def __init__(self, fault: Fault, missing: tuple[str, ...] = ()) -> None:
        super().__init__(fault.value)
        self.fault, self.missing = fault, missing


def read(text: str) -> str:
    """What is kept of a pasted permission, as JSON, still readable. Raises NotUsable, which quotes nothing of it.

    The type may be missing: `Credentials.to_json()` of Google's own library writes none.
    """
    found = _object(text)
    if isinstance(found.get("installed"), dict) or isinstance(found.get("web"), dict):
        raise NotUsable(Fault.CLIENT_ONLY)
    if found.get("type", KIND) != KIND:
        raise NotUsable(Fault.OTHER_KIND)
    missing = tuple(name for name in NEEDED if not _usable(found.get(name)))
    if missing:
        raise NotUsable(Fault.INCOMPLETE, missing)
    if "scopes" in found and SCOPE not in _scopes(found["scopes"]):
        raise NotUsable(Fault.TOO_LITTLE)
    return json.dumps({"type": KIND} | {name: found[name].strip() for name in NEEDED})


def credentials(known: dict[str, Any], api: str = "") -> Credentials:
    """For Google's client; another address of the API (`api`) gives access tokens as well."""
    return Credentials(  # type: ignore[no-untyped-call]
        token=known.get("token"),
        refresh_token=known.get("refresh_token"),
        token_uri=f"{api.rstrip('/') or GOOGLE}/token",
        client_id=known.get("client_id"),
        client_secret=known.get("client_secret"),
    )


def _object(text: str) -> dict[str, Any]:
    try:
        found = json.loads(text.strip().lstrip("\ufeff")) if len(text) <= LONGEST else None
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise NotUsable(Fault.NOT_JSON)
    return found


def _usable(value: object) -> bool:
    """Google's values are printable ASCII; anything else would only break a header later."""
    return isinstance(value, str) and bool(value.strip()) and value.isascii() and value.strip().isprintable()


def _scopes(value: object) -> list[object]:
    return list(value.split()) if isinstance(value, str) else value if isinstance(value, list) else []
