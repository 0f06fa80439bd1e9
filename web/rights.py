"""A request and a right come in; the page goes on, or the visitor is told why not."""

from sqlalchemy.engine import Connection
from starlette.exceptions import HTTPException
from starlette.requests import Request

from ingest import store
from ingest.people import Person, Right
from web.sessions import Visitor


def need(request: Request, right: Right, office_hour: str | None = None) -> Visitor:
    """The visitor, when they hold `right`. Raises HTTPException: 401 for a stranger, 403 for somebody else."""
    visitor: Visitor = request.state.visitor
    if right in visitor.rights(office_hour):
        return visitor
    raise HTTPException(403 if visitor.account or visitor.person else 401)


def staff(request: Request) -> Visitor:
    """The visitor, when they work here; then `account` is set. Raises HTTPException 401, 403."""
    return need(request, Right.ANNOUNCE)


def taking_part(request: Request, office_hour: str) -> Person:
    """The person that the visitor is in this office hour. Raises HTTPException 403."""
    person: Person | None = request.state.visitor.person_in(office_hour)
    if person is None:
        raise HTTPException(403)
    return person


def named(request: Request, connection: Connection) -> Person:
    """The person whom a form names, if they are in the office hour of the address. Raises HTTPException 404."""
    person = store.person(connection, str(request.state.form.get("person", "")))
    if person.office_hour != request.path_params["id"]:
        raise HTTPException(404)
    return person
