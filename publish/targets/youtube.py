"""YouTube: an edition is uploaded private, gets picture and captions, and is made visible last.

    planned --session opened--> uploading --all arrived--> uploaded --visible--> public --> withdrawn (private)

Each step leaves what it did in the publication's row before it goes on; started again, in whatever process, it looks
there first. A session whose answer was lost is asked before a new upload begins, so that no film is there twice.
The privacy is always said: YouTube takes a missing one for public.
"""

import json
import logging
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from google_auth_httplib2 import AuthorizedHttp
from googleapiclient.discovery import build_from_document
from googleapiclient.discovery_cache import get_static_doc
from googleapiclient.errors import HttpError
from googleapiclient.http import MediaFileUpload, build_http

from ingest import archive, steps
from ingest.secrets import Safe
from ingest.store import Overtaken
from ingest.work import Work
from publish import chapters, recording, store
from publish.publication import Publication, State, TargetName
from publish.recording import Files, Recording
from publish.settings import Settings
from publish.targets import permission, refusals, upload

log = logging.getLogger(__name__)
TITLE_LENGTH, DESCRIPTION_BYTES = 100, 5000
"""YouTube's limits of a video's title and description."""
FAILED = frozenset({"failed", "rejected", "deleted"})


class YouTube:
    """The office's channel on YouTube."""

    def __init__(self, settings: Settings, safe: Safe, *, wait: Callable[[float], None] = time.sleep) -> None:
        self.settings = settings
        self.safe = safe
        self.wait = wait

    def publish(self, work: Work, publication: Publication) -> None:
        """Upload and make visible. What was withdrawn meanwhile stays withdrawn, and nothing more of it is sent."""
        if publication.state is State.WITHDRAWN:  # a run before this one may have died just after it made it visible
            self.withdraw(work, publication)
            return
        told = recording.of(work, publication.edition)
        files = recording.outside(work, told)
        try:
            with self._channel(work) as channel, refusals.classed(work.clock()):
                if publication.state in {State.PLANNED, State.UPLOADING}:
                    publication = self._upload(work, publication, told, files, channel)
                if publication.state is State.UPLOADED:
                    self._dress(work, publication, told, files, channel)
                    self._show(work, publication, channel)
        except Overtaken:
            log.info("publication %s was withdrawn while it was published", publication.id)

    def withdraw(self, work: Work, publication: Publication) -> None:
        """Make the video private again; fine if it is not there."""
        if not publication.remote:
            return
        with self._channel(work) as channel, refusals.classed(work.clock()):
            work.confirm()
            try:
                _set_privacy(channel, publication.remote, "private")
            except HttpError as error:
                if error.resp.status != 404:
                    raise
                log.info("video %s is no longer on YouTube", publication.remote)

    def caption(self, work: Work, publication: Publication) -> None:
        """Put the captions that everybody reads now in the place of those that are there.

        Nothing where no film is there yet, which brings them itself, or where it was taken back.
        """
        if not publication.remote or publication.state is State.WITHDRAWN:
            return
        told = recording.of(work, publication.edition)
        captions = recording.outside(work, told).captions
        if captions.is_file():
            with self._channel(work) as channel, refusals.classed(work.clock()):
                self._replace(work, publication, told, captions, channel)

    # The way up

    def _upload(self, work: Work, publication: Publication, told: Recording, files: Files, channel: Any) -> Publication:
        film_file = files.film
        if not film_file.is_file():
            raise steps.Permanent(f"there is no film to upload: {film_file}")
        digest = archive.digest(film_file)
        film = upload.Film(film_file, work.progress)
        try:
            for _ in range(2):
                request = self._insert(channel, told, film)
                publication, resuming = self._session(work, publication, digest, request)
                try:
                    remote = self._send(work, publication, request, resuming)
                except upload.SessionGone as error:
                    log.info("the session of publication %s is gone, beginning again: %s", publication.id, error)
                    publication = _move(work, publication, State.PLANNED, session="", digest="")
                    continue
                address = f"https://youtu.be/{remote}"
                return _move(work, publication, State.UPLOADED, remote=remote, session="", address=address)
        finally:
            film.close()
        raise steps.Transient("YouTube forgot the upload twice")

    def _session(self, work: Work, publication: Publication, digest: str, request: Any) -> tuple[Publication, bool]:
        """The publication with an open session, kept before a byte is sent; and whether it was there before."""
        if publication.session and publication.digest == digest:
            if publication.state is State.PLANNED:
                publication = _move(work, publication, State.UPLOADING)
            return publication, True
        if publication.state is State.UPLOADING:
            publication = _move(work, publication, State.PLANNED, session="", digest="")
        work.confirm()
        sealed = self.safe.seal(upload.open_session(request))
        return _move(work, publication, State.UPLOADING, session=sealed, digest=digest), False

    def _send(self, work: Work, publication: Publication, request: Any, resuming: bool) -> str:
        session = self.safe.open(publication.session)

        def still_wished() -> None:
            work.confirm()
            _check_state(work, publication)

        answer = upload.send(request, session, resuming=resuming, confirm=still_wished, wait=self.wait)
        return str(answer["id"])

    def _insert(self, channel: Any, told: Recording, film: upload.Film) -> Any:
        body = {
            "snippet": {
                "title": title(told),
                "description": description(told),
                "categoryId": self.settings.youtube_category,
                "tags": list(self.settings.youtube_keywords),
                "defaultLanguage": told.hour.language,
                "defaultAudioLanguage": told.hour.language,
            },
            "status": _status("private"),
            "recordingDetails": {"recordingDate": _date(told.hour.began_at or told.hour.starts_at)},
        }
        return channel.videos().insert(
            part=",".join(body),
            body=body,
            notifySubscribers=False,
            media_body=upload.media(film, self.settings.youtube_chunk_bytes),
        )

    def _dress(self, work: Work, publication: Publication, told: Recording, files: Files, channel: Any) -> None:
        """Picture and captions: a refusal of one of them does not keep the recording from the public."""
        poster, captions = files.poster, files.captions
        if poster.is_file():
            picture = MediaFileUpload(str(poster), mimetype="image/jpeg", resumable=True)
            request = channel.thumbnails().set(videoId=publication.remote, media_body=picture)
            self._try(work, lambda: request.execute(num_retries=0), "picture")
        if captions.is_file():
            self._try(work, lambda: self._bring(work, publication, told, captions, channel), "captions")

    def _bring(self, work: Work, publication: Publication, told: Recording, captions: Path, channel: Any) -> None:
        try:
            _insert_captions(channel, publication, told, captions).execute(num_retries=0)
        except HttpError as error:
            if error.resp.status != 409:
                raise
            # A run before this one had brought them, or they are of an older release.
            self._replace(work, publication, told, captions, channel)

    def _replace(self, work: Work, publication: Publication, told: Recording, captions: Path, channel: Any) -> None:
        """Captions in the spoken language, in place of ours that are there; those that YouTube heard itself stay."""
        listed = channel.captions().list(part="snippet", videoId=publication.remote).execute(num_retries=0)
        there = [each["id"] for each in listed["items"] if _is_ours(each["snippet"], told)]
        request = _insert_captions(channel, publication, told, captions)
        if there:
            request = channel.captions().update(part="id", body={"id": there[0]}, media_body=_text(captions))
        work.confirm()
        request.execute(num_retries=0)

    def _try(self, work: Work, act: Callable[[], object], what: str) -> None:
        work.confirm()
        try:
            act()
        except HttpError as error:
            if not isinstance(refusals.of_answer(error, work.clock()), steps.Permanent):
                raise
            log.warning("%s not taken: %s", what, error)

    def _show(self, work: Work, publication: Publication, channel: Any) -> None:
        found = channel.videos().list(part="status", id=publication.remote).execute(num_retries=0)["items"]
        status = found[0]["status"] if found else {"uploadStatus": "deleted"}
        if status["uploadStatus"] in FAILED:
            why = status.get("failureReason") or status.get("rejectionReason") or status["uploadStatus"]
            raise steps.Permanent(f"{refusals.FILM_REFUSED}: {why}")
        work.confirm()
        _check_state(work, publication)
        _set_privacy(channel, publication.remote, "public")
        try:
            _move(work, publication, State.PUBLIC)
        except Overtaken:
            _set_privacy(channel, publication.remote, "private")
            raise

    # Getting there

    @contextmanager
    def _channel(self, work: Work) -> Iterator[Any]:
        """The client, allowed by the kept credentials. Raises Permanent without them."""
        with work.database.reading() as connection:
            sealed = store.credentials(connection, TargetName.YOUTUBE)
        if not sealed:
            raise steps.Permanent(refusals.NOT_CONNECTED)
        authorized = AuthorizedHttp(
            permission.credentials(json.loads(self.safe.open(sealed)), self.settings.youtube_api), http=build_http()
        )
        channel = build_from_document(discovery_document(self.settings.youtube_api), http=authorized)
        try:
            yield channel
        finally:
            channel.close()


def _insert_captions(channel: Any, publication: Publication, told: Recording, captions: Path) -> Any:
    snippet = {"videoId": publication.remote, "language": told.hour.language, "name": ""}
    return channel.captions().insert(part="snippet", body={"snippet": snippet}, media_body=_text(captions))


def _text(captions: Path) -> Any:
    return MediaFileUpload(str(captions), mimetype="application/octet-stream", resumable=True)


def _is_ours(snippet: Mapping[str, Any], told: Recording) -> bool:
    """Whether captions are those that we bring, and not what YouTube wrote by itself (ASR)."""
    named = (snippet.get("language"), snippet.get("name", "")) == (told.hour.language, "")
    return named and str(snippet.get("trackKind", "standard")).lower() != "asr"


def discovery_document(api: str = "") -> dict[str, Any]:
    """The client's own description of the API, at another address if one is given. No network."""
    document: dict[str, Any] = json.loads(get_static_doc("youtube", "v3"))
    if api:
        root = api.rstrip("/") + "/"
        document |= {"rootUrl": root, "baseUrl": root, "mtlsRootUrl": root}
    return document


def title(told: Recording) -> str:
    """The video's title; YouTube refuses angle brackets."""
    return _without_brackets(told.hour.title)[:TITLE_LENGTH]


def description(told: Recording) -> str:
    """Who spoke when, and the chapters in the form that YouTube understands."""
    hour = told.hour
    head = " · ".join(part for part in (hour.host_name, hour.host_role, _date(hour.began_at or hour.starts_at)) if part)
    text = "\n".join([head, "", *chapters.youtube_lines(told.chapters)]).strip()
    return _without_brackets(text).encode()[:DESCRIPTION_BYTES].decode(errors="ignore")


def _without_brackets(text: str) -> str:
    return text.replace("<", "‹").replace(">", "›")


def _date(at: datetime) -> str:
    return at.date().isoformat()


def _status(privacy: str) -> dict[str, Any]:
    return {"privacyStatus": privacy, "selfDeclaredMadeForKids": False, "embeddable": True, "license": "youtube"}


def _set_privacy(channel: Any, video: str, privacy: str) -> None:
    body = {"id": video, "status": _status(privacy)}
    answer = channel.videos().update(part="status", body=body).execute(num_retries=0)
    if answer["status"]["privacyStatus"] != privacy:
        raise steps.Permanent(f"YouTube keeps video {video} {answer['status']['privacyStatus']}, not {privacy}")


def _check_state(work: Work, publication: Publication) -> None:
    """Raises Overtaken when the publication was moved meanwhile."""
    with work.database.reading() as connection:
        if store.get(connection, publication.id).state is not publication.state:
            raise Overtaken(publication.id)


def _move(work: Work, publication: Publication, goal: State, **values: Any) -> Publication:
    with work.database.transaction() as connection:
        return store.move(connection, publication, goal, **values)
