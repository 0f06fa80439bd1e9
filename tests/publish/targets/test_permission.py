"""What is taken of a pasted permission, and what is refused and why."""

import json

import pytest
from google.oauth2.credentials import Credentials

from publish.targets import permission
from publish.targets.permission import SCOPE, Fault, NotUsable

ALLOWED = {"type": "authorized_user", "client_id": "c.apps", "client_secret": "GOCSPX-s", "refresh_token": "1//r"}


def test_only_what_is_needed_is_kept() -> None:
    pasted = ALLOWED | {"token": "old", "token_uri": "http://169.254.169.254/", "account": "ada", "scopes": [SCOPE]}
    assert json.loads(permission.read(f"\ufeff {json.dumps(pasted)}\n")) == ALLOWED


def test_what_googles_own_library_writes_is_taken() -> None:
    made = Credentials(  # type: ignore[no-untyped-call]
        token=None, refresh_token="1//r", client_id="c.apps", client_secret="GOCSPX-s", scopes=[SCOPE]
    )
    assert json.loads(permission.read(made.to_json())) == ALLOWED  # type: ignore[no-untyped-call]


@pytest.mark.parametrize(
    ("pasted", "fault", "missing"),
    [
        ("", Fault.NOT_JSON, ()),
        ("client_id = 7", Fault.NOT_JSON, ()),
        ("[]", Fault.NOT_JSON, ()),
        ("[" * 16_000, Fault.NOT_JSON, ()),
        (json.dumps(ALLOWED | {"note": "x" * permission.LONGEST}), Fault.NOT_JSON, ()),
        (json.dumps({"installed": {"client_id": "c"}}), Fault.CLIENT_ONLY, ()),
        (json.dumps(ALLOWED | {"type": "service_account"}), Fault.OTHER_KIND, ()),
        (json.dumps(ALLOWED | {"refresh_token": " "}), Fault.INCOMPLETE, ("refresh_token",)),
        (json.dumps({"type": "authorized_user", "client_id": 7}), Fault.INCOMPLETE, permission.NEEDED),
        (json.dumps(ALLOWED | {"client_secret": "a\r\nHost: b"}), Fault.INCOMPLETE, ("client_secret",)),
        (json.dumps(ALLOWED | {"scopes": ["https://www.googleapis.com/auth/youtube.upload"]}), Fault.TOO_LITTLE, ()),
    ],
)
def test_anything_else_is_refused_with_the_reason(pasted: str, fault: Fault, missing: tuple[str, ...]) -> None:
    with pytest.raises(NotUsable) as refused:
        permission.read(pasted)
    assert (refused.value.fault, refused.value.missing) == (fault, missing)
    assert "GOCSPX" not in str(refused.value)


def test_access_is_asked_for_where_the_api_is() -> None:
    assert permission.credentials(ALLOWED).token_uri == "https://oauth2.googleapis.com/token"
    assert permission.credentials(ALLOWED, "http://127.0.0.1:1/").token_uri == "http://127.0.0.1:1/token"
