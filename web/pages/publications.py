"""Rows of publications and steps come in; where a recording can be watched, and what to do next, goes out."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from sqlalchemy.engine import Connection
from starlette.exceptions import HTTPException

from ingest import steps, store
from ingest.officehours import WITH_RECORDING, OfficeHour, Visibility
from ingest.steps import UNFINISHED, Step
from publish import pipeline, withdrawal
from publish import store as publications
from publish.publication import Publication, State, TargetName
from publish.targets import refusals
from web.rendering import N_
from web.words import say

NOT_RELEASED = N_("Release the recording first: what is not public here is not put on YouTube.")
NOT_CONNECTED = N_("No channel is connected yet.")
NOTHING_RECORDED = N_("There is no recording that could be put on YouTube.")
NOT_THERE = N_("The recording is not on YouTube.")
STILL_LEAVING = N_("The recording is still being taken back from YouTube. Please wait until that is done.")
KINDS = frozenset({pipeline.YOUTUBE, withdrawal.WITHDRAW})
"""Kinds of steps that are shown with the publication they belong to."""


class Word(Enum):
    """How it stands with a recording at a target, as the page says it."""

    ABSENT = "absent"
    WAITING = "waiting"  # for film, captions, chapters
    NEXT = "next"  # all is there; another upload goes first
    UPLOADING = "uploading"
    FINISHING = "finishing"  # the film is there, and private
    PARKED = "parked"
    STOPPED = "stopped"
    PUBLIC = "public"
    LEAVING = "leaving"
    STUCK = "stuck"  # withdrawn here, but YouTube may still show it
    WITHDRAWN = "withdrawn"


class Trouble(Enum):
    """What went wrong, as far as it decides what a person can do."""

    NONE = ""
    PERMISSION = "permission"
    NOT_CONNECTED = "not connected"
    FILM = "film"
    QUOTA = "quota"
    UNREACHABLE = "unreachable"
    OTHER = "other"


@dataclass(frozen=True, kw_only=True)
class Line:
    """A target on the page. `error` is what the service said; `retry` the id of the step that a button starts again."""

    target: TargetName
    word: Word
    address: str = ""
    progress: float | None = None
    trouble: Trouble = Trouble.NONE
    error: str = ""
    until: datetime | None = None
    retry: str = ""
    may_put: bool = False
    may_take_back: bool = False


def lines(found: Iterable[Publication], work: Sequence[Step], hour: OfficeHour) -> list[Line]:
    """The site first, then YouTube; a target without a publication is said to be empty."""
    newest = {each.target: each for each in sorted(found, key=lambda each: each.edition)}
    return [_site(hour), _youtube(newest.get(TargetName.YOUTUBE), work)]


def _site(hour: OfficeHour) -> Line:
    words = {Visibility.HELD: Word.ABSENT, Visibility.RELEASED: Word.PUBLIC, Visibility.WITHDRAWN: Word.WITHDRAWN}
    address = f"/replay/{hour.id}" if hour.visibility is Visibility.RELEASED else ""
    return Line(target=TargetName.SITE, word=words[hour.visibility], address=address)


def _youtube(publication: Publication | None, work: Sequence[Step]) -> Line:
    if publication is None:
        return Line(target=TargetName.YOUTUBE, word=Word.ABSENT, may_put=True)
    step = step_of(publication, work)
    word = word_of(publication.state, step)
    broken = step is not None and word in (Word.PARKED, Word.STOPPED, Word.STUCK)
    return Line(
        target=TargetName.YOUTUBE,
        word=word,
        address=publication.address if publication.state is State.PUBLIC else "",
        progress=step.progress if step and word is Word.UPLOADING else None,
        trouble=trouble_of(step) if step and broken else Trouble.NONE,
        error=step.error if step and broken else "",
        until=step.not_before if step and word is Word.PARKED else None,
        retry=step.id if step and word in (Word.STOPPED, Word.STUCK) else "",
        may_put=word is Word.WITHDRAWN,
        may_take_back=publication.state is not State.WITHDRAWN,
    )


def step_of(publication: Publication, work: Iterable[Step]) -> Step | None:
    """The newest step that brings a publication where its state says it shall be; an upload that has not noticed yet
    that it was withdrawn goes before."""
    own = [each for each in work if each.parameters.get("publication") == publication.id]
    up = [each for each in own if each.kind == pipeline.YOUTUBE]
    if publication.state is State.WITHDRAWN:
        up = [each for each in up if each.state in UNFINISHED]
        up = up or [each for each in own if each.kind == withdrawal.WITHDRAW]
    return max(up, key=lambda each: each.created_at, default=None)


def word_of(state: State, step: Step | None) -> Word:
    """How a publication stands, by its state and the step that works on it."""
    if state is State.PUBLIC:
        return Word.PUBLIC
    leaves = state is State.WITHDRAWN
    if step is None or step.state is steps.State.DONE:
        return Word.WITHDRAWN if leaves else Word.NEXT
    if step.state in steps.ENDED_BADLY:
        return Word.STUCK if leaves else Word.STOPPED
    if step.state is steps.State.PARKED:
        return Word.PARKED
    if leaves:
        return Word.LEAVING
    if step.state is not steps.State.RUNNING:
        return Word.WAITING if step.state is steps.State.WAITING else Word.NEXT
    return Word.FINISHING if state is State.UPLOADED else Word.UPLOADING


def trouble_of(step: Step) -> Trouble:
    """What a step's error means for the one who reads it."""
    known = {
        refusals.RECONNECT: Trouble.PERMISSION,
        refusals.NOT_CONNECTED: Trouble.NOT_CONNECTED,
        refusals.FILM_REFUSED: Trouble.FILM,
    }
    for begins, trouble in known.items():
        if step.error.startswith(begins):
            return trouble
    return {"resource": Trouble.QUOTA, "transient": Trouble.UNREACHABLE}.get(step.error_class, Trouble.OTHER)


# A person's wishes


def why_not(connection: Connection, hour: OfficeHour) -> str:
    """The sentence that says why a recording cannot be put on YouTube now; empty when it can."""
    if hour.state not in WITH_RECORDING or store.edition_of(connection, hour.id) is None:
        return NOTHING_RECORDED
    if hour.visibility is not Visibility.RELEASED:
        return NOT_RELEASED
    if publications.connected_since(connection, TargetName.YOUTUBE) is None:
        return NOT_CONNECTED
    left = _newest(connection, hour)
    if left and left.state is State.WITHDRAWN:
        step = step_of(left, steps.of_office_hour(connection, hour.id))
        return STILL_LEAVING if step and step.state is not steps.State.DONE else ""
    return ""


def put(connection: Connection, hour: OfficeHour) -> None:
    """Wish the newest edition to YouTube. Raises HTTPException 409 with the sentence of `why_not`."""
    edition, refusal = store.edition_of(connection, hour.id), why_not(connection, hour)
    if refusal or edition is None:
        raise HTTPException(409, refusal)
    pipeline.to_youtube(connection, hour, edition, say(hour.language, "This part is not shown"))


def take_back(connection: Connection, hour: OfficeHour) -> None:
    """Take it back from YouTube only. Raises HTTPException 409 when it is not there or on its way."""
    publication = _newest(connection, hour)
    if publication is None or publication.state is State.WITHDRAWN:
        raise HTTPException(409, NOT_THERE)
    withdrawal.withdraw_one(connection, publication)


def _newest(connection: Connection, hour: OfficeHour) -> Publication | None:
    found = publications.of_office_hour(connection, hour.id)
    own = [each for each in found if each.target is TargetName.YOUTUBE]
    return max(own, key=lambda each: each.edition, default=None)
