"""A question's own page, true for good: its words, how many asked, the answer from its moment, and in writing."""

from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy.engine import Connection
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from ingest import pseudonyms, store
from ingest.archive import Room
from ingest.officehours import Edition, OfficeHour
from questions import answers, lists, support
from questions import store as questions
from questions.question import Question, State
from web import vtt
from web.media import may_see
from web.pages.watch import RUNNING, Recording, recording
from web.rendering import N_, house_of, render

ON_THE_FILM = frozenset({State.ON_AIR, State.ANSWERED})
WAITING = frozenset({State.APPROVED, State.QUEUED, State.NOT_REACHED})


@dataclass(frozen=True, kw_only=True)
class Stretch:
    """Where a question is answered in the newest edition, in seconds of it, and what is said there."""

    start_s: float
    end_s: float
    transcript: list[vtt.Paragraph]


def page(request: Request) -> Response:
    """The page; of one that was put together with another, that one's."""
    house, id = house_of(request), request.path_params["id"]
    with house.database.reading() as connection:
        question = questions.get(connection, id)
        if question.state is State.MERGED and question.merged_into:
            return RedirectResponse(f"/q/{question.merged_into}", 303)
        if question.office_hour is None:
            raise HTTPException(404, NOTHING)
        hour = store.office_hour(connection, question.office_hour)
        values = _values(connection, question, hour)
        edition = store.edition_of(connection, hour.id)
    if question.state is State.ON_AIR and hour.state in RUNNING:
        return RedirectResponse(f"/office-hours/{hour.id}/live", 303)
    film = edition is not None and question.state in ON_THE_FILM and may_see(request, hour)
    if question.state in WAITING and values["public"].hidden:
        raise HTTPException(404, NOTHING)
    if question.state not in lists.SHOWN:
        raise HTTPException(404, NOTHING)
    if question.state in ON_THE_FILM and not film and values["answer"] is None:
        raise HTTPException(410 if hour.state not in RUNNING else 404, NOTHING if hour.state in RUNNING else "")
    found = _film(house.archive.room(hour.id), edition, hour, question) if film and edition is not None else None
    if found is not None:
        values |= {"recording": found[0], "stretch": found[1]}
    return render(request, "question.html", hour=hour, question=question, film=found is not None, **values)


NOTHING = N_("This question has not been answered in an office hour.")


def _values(connection: Connection, question: Question, hour: OfficeHour) -> dict[str, Any]:
    masks = pseudonyms.of_office_hour(connection, hour.id)
    return {
        "text": pseudonyms.mask(question.text, masks),
        "answer": answers.of(connection, question.id),
        "asked": questions.merged_counts(connection, hour.id).get(question.id, 0) + 1,
        "support": support.counts(connection, [question.id]).get(question.id, 0),
        "public": lists.of(connection, hour.id),
        "State": State,
        "WAITING": WAITING,
    }


def _film(room: Room, edition: Edition, hour: OfficeHour, question: Question) -> tuple[Recording, Stretch | None]:
    """The recording, with the moment of the question in it once its chapters are made."""
    found = recording(room, edition, hour.language)
    return found, stretch_of(found, question.id)


def stretch_of(found: Recording, question: str) -> Stretch | None:
    """From where a question is on air until the next, and what is said from its first word on."""
    cue = next((each for each in found.chapters if each.id == question), None)
    if cue is None:
        return None
    said = [_within(paragraph, cue) for paragraph in found.transcript]
    return Stretch(start_s=cue.start_s, end_s=cue.end_s, transcript=[each for each in said if each.cues])


def _within(paragraph: vtt.Paragraph, chapter: vtt.Cue) -> vtt.Paragraph:
    """A sentence belongs to the stretch in which its middle lies: cues may reach over the edge by a breath."""
    kept = tuple(cue for cue in paragraph.cues if chapter.start_s <= (cue.start_s + cue.end_s) / 2 < chapter.end_s)
    return replace(paragraph, cues=kept)


routes = [Route("/q/{id}", page)]
