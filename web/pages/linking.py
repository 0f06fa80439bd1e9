"""A guest who waits and the question they sent before come in; the two are one item of the running order."""

from typing import Any

from sqlalchemy.engine import Connection
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from ingest import store
from ingest.officehours import OfficeHour
from ingest.people import Right
from ingest.store import Overtaken
from questions import rundown
from questions import store as questions
from questions.question import MoveRefused, Question
from web.pages.decisions import back
from web.pages.desk import guests_of
from web.rendering import N_, house_of
from web.rights import need

GONE = N_("This person does not wait any more, or the question has been dealt with. The page shows how it is.")


def values(connection: Connection, hour: OfficeHour, question: Question) -> dict[str, Any]:
    """Who waits and could be the one that sent this question, and who is linked with it already."""
    if question.state not in rundown.LINKABLE or question.office_hour != hour.id:
        return {"could_ask": [], "asks_it": None}
    people = {person.id: person for person in store.persons_of(connection, hour.id)}
    linked = rundown.guests_with(connection, hour.id)
    coming = [seat for seat in guests_of(connection, hour) if seat.state in rundown.COMING]
    asks_it = next((people[seat.person] for seat in coming if linked.get(seat.person) == question.id), None)
    free = [(people[seat.person], seat.topic) for seat in coming if seat.person not in linked]
    return {"could_ask": free, "asks_it": asks_it}


def link(request: Request) -> Response:
    """POST `question` with the waiting `person` who sent it, empty for nobody."""
    id, form = request.path_params["id"], request.state.form
    visitor = need(request, Right.MODERATE, id)
    if visitor.account is None:
        raise HTTPException(400, "only staff with an account decide")
    person = str(form.get("person", ""))
    try:
        with house_of(request).database.transaction() as connection:
            question = questions.get(connection, str(form.get("question", "")))
            if person and store.person(connection, person).office_hour != id:
                raise HTTPException(404)
            if person:
                rundown.link(connection, id, person, question, by=visitor.account.id)
            else:
                rundown.unlink(connection, id, question.id)
    except (Overtaken, MoveRefused) as error:
        raise HTTPException(409, GONE) from error
    return back(request)


routes = [Route("/staff/office-hours/{id}/questions/guest", link, methods=["POST"])]
