"""The stand-in answers Google's own client as YouTube does, and fails when it is told to."""

import contextlib
import io
from collections.abc import Iterator
from typing import Any

import httplib2
import pytest
from googleapiclient.discovery import build_from_document
from googleapiclient.errors import HttpError, ResumableUploadError
from googleapiclient.http import HttpRequest, MediaIoBaseUpload, build_http
from starlette.types import Receive, Scope, Send

from tests.standins.resumable import CHUNK, Fault
from tests.standins.serving import serving
from tests.standins.youtube import YouTube

FILM = bytes(range(256)) * (3 * CHUNK // 256) + b"the end"
BODY = {
    "snippet": {"title": "Bürgersprechstunde", "categoryId": "25", "defaultAudioLanguage": "de"},
    "status": {"privacyStatus": "private", "selfDeclaredMadeForKids": False},
}


class Current:
    """One server for all tests of this file; each has a service of its own behind it."""

    youtube = YouTube()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self.youtube.app(scope, receive, send)


@pytest.fixture(scope="module")
def server() -> Iterator[tuple[Current, str]]:
    current = Current()
    with serving(current) as address:
        yield current, address


@pytest.fixture
def youtube(server: tuple[Current, str]) -> YouTube:
    server[0].youtube = YouTube()
    return server[0].youtube


@pytest.fixture
def client(youtube: YouTube, server: tuple[Current, str]) -> Iterator[Any]:
    # googleapiclient's own http object: a plain httplib2.Http takes 308 for a redirect.
    service = build_from_document(youtube.discovery_document(server[1]), http=build_http())
    yield service
    service.close()


def insert(client: Any, body: dict[str, Any] | None = None) -> HttpRequest:
    media = MediaIoBaseUpload(io.BytesIO(FILM), "video/mp4", chunksize=CHUNK, resumable=True)
    return client.videos().insert(part="snippet,status", body=body or BODY, media_body=media)


def upload(request: HttpRequest) -> Any:
    answer = None
    while answer is None:
        _, answer = request.next_chunk()
    return answer


def test_upload_in_chunks_keeps_every_byte(youtube: YouTube, client: Any) -> None:
    video = upload(insert(client))

    assert youtube.files[video["id"]] == FILM
    assert youtube.videos[video["id"]]["status"]["privacyStatus"] == "private"
    assert (youtube.uploads_used, youtube.units_used) == (1, 0)


def test_video_without_privacy_is_public(youtube: YouTube, client: Any) -> None:
    media = MediaIoBaseUpload(io.BytesIO(b"film"), "video/mp4", resumable=True)
    video = upload(client.videos().insert(part="snippet", body={"snippet": {"title": "x"}}, media_body=media))

    assert youtube.videos[video["id"]]["status"]["privacyStatus"] == "public"


def test_upload_goes_on_after_an_error_in_the_middle_of_a_chunk(youtube: YouTube, client: Any) -> None:
    youtube.faults.append(Fault.error_after(CHUNK // 2))
    request = insert(client)

    with pytest.raises(HttpError, match="503"):
        upload(request)

    assert youtube.files[upload(request)["id"]] == FILM
    assert youtube.uploads_used == 1


def test_upload_goes_on_in_another_process_after_a_dropped_connection(youtube: YouTube, client: Any) -> None:
    request = insert(client)
    request.next_chunk()
    youtube.faults.append(Fault.dropped_after(CHUNK))
    # httplib2 asks once more on its own, so that the client may not even notice.
    with contextlib.suppress(OSError, httplib2.HttpLib2Error, HttpError):
        request.next_chunk()
    assert not youtube.faults

    other = insert(client)
    other.resumable_uri, other._in_error_state = request.resumable_uri, True

    assert youtube.files[upload(other)["id"]] == FILM
    assert len(youtube.videos) == 1


def test_lost_answer_is_given_again(youtube: YouTube, client: Any) -> None:
    request = insert(client)
    for _ in range(3):
        request.next_chunk()
    youtube.faults.append(Fault.answer_lost())
    # httplib2 asks once more on its own, so that the client may not even notice.
    with contextlib.suppress(OSError, httplib2.HttpLib2Error, HttpError):
        request.next_chunk()
    [id] = youtube.videos
    assert not youtube.faults

    request._in_error_state = True

    assert upload(request)["id"] == id
    assert len(youtube.videos) == 1
    assert youtube.files[id] == FILM


def test_forgotten_session_is_not_found(youtube: YouTube, client: Any) -> None:
    request = insert(client)
    request.next_chunk()
    youtube.uploads.forget()

    with pytest.raises((HttpError, ResumableUploadError), match="404"):
        upload(request)


def test_uploads_and_units_are_counted_apart(youtube: YouTube, client: Any) -> None:
    youtube.uploads_a_day = 1
    video = upload(insert(client))

    with pytest.raises(HttpError, match="429"):
        upload(insert(client))
    client.videos().list(part="status", id=video["id"]).execute()
    youtube.units_a_day = 50
    with pytest.raises(HttpError, match="quotaExceeded"):
        client.videos().update(part="status", body={"id": video["id"], "status": {"privacyStatus": "public"}}).execute()
    youtube.midnight()

    upload(insert(client))
    assert (youtube.uploads_used, youtube.units_used) == (1, 0)


def test_quota_can_be_made_to_end(youtube: YouTube, client: Any) -> None:
    youtube.faults.append(Fault.quota_exceeded())

    with pytest.raises(HttpError, match="quotaExceeded"):
        upload(insert(client))


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"snippet": {"titel": "x"}, "status": {}}, "unknown name 'titel'"),
        ({"snippet": {"title": 1}, "status": {}}, "expected string"),
        ({"snippet": {"title": "x"}, "status": {"privacyStatus": "secret"}}, "is none of"),
        ({"snippet": {"title": "x"}}, "part 'status' is not in the body"),
    ],
)
def test_wrong_body_is_refused(client: Any, body: dict[str, Any], said: str) -> None:
    with pytest.raises(HttpError, match=said):
        upload(insert(client, body))


def test_title_with_an_angle_bracket_is_refused(client: Any) -> None:
    with pytest.raises(HttpError, match="invalid or empty video title"):
        upload(insert(client, {"snippet": {"title": "a<b"}, "status": {}}))


def test_whole_publication(youtube: YouTube, client: Any) -> None:
    video = upload(insert(client))["id"]
    text = MediaIoBaseUpload(io.BytesIO(b"WEBVTT"), "text/vtt", resumable=True)
    picture = MediaIoBaseUpload(io.BytesIO(b"\xff\xd8"), "image/jpeg", resumable=True)
    snippet = {"videoId": video, "language": "de", "name": ""}

    upload(client.captions().insert(part="snippet", body={"snippet": snippet}, media_body=text))
    upload(client.thumbnails().set(videoId=video, media_body=picture))
    item = {"snippet": {"playlistId": "PL1", "resourceId": {"kind": "youtube#video", "videoId": video}}}
    client.playlistItems().insert(part="snippet", body=item).execute()
    client.videos().update(part="status", body={"id": video, "status": {"privacyStatus": "public"}}).execute()
    states = [client.videos().list(part="status", id=video).execute()["items"][0]["status"] for _ in range(2)]

    assert [state["uploadStatus"] for state in states] == ["uploaded", "processed"]
    assert states[1]["privacyStatus"] == "public"
    assert youtube.thumbnails == {video: b"\xff\xd8"}
    assert youtube.units_used == 400 + 50 + 50 + 50 + 2
    client.videos().delete(id=video).execute()
    assert youtube.videos == {}


def test_unknown_video_is_not_found(client: Any) -> None:
    with pytest.raises(HttpError, match="videoNotFound"):
        client.videos().delete(id="none").execute()


def test_wrong_token_is_refused(youtube: YouTube, client: Any) -> None:
    youtube.token = "right"

    with pytest.raises(HttpError, match="401"):
        client.videos().list(part="status", id="x").execute()
