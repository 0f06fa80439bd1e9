"""Telephone callers: staff note them down, and the desk's page carries their voice; a form comes in, a person goes out.

A caller has no page: staff read out what signs say to others, and note what is spoken. Pages of staff get their
tickets here; of two pages that would carry one caller the one on which somebody pressed last does.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy.engine import Connection
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from ingest import store, tickets
from ingest.consent import NEEDED
from ingest.database import now
from ingest.live.lobby import agreement, guests, reception, telephone, turn
from ingest.live.lobby.guests import Guest, Way
from ingest.live.lobby.telephone import Words
from ingest.officehours import OfficeHour, has_room
from ingest.people import Consent, Person, Right, Scope, Seat
from ingest.store import Overtaken
from questions.question import QUESTION_LENGTH, plain
from questions.sources.form import NAME_LENGTH
from web import consenting, handover
from web import store as web_store
from web.consenting import Answers, Own
from web.pages import consent, enrol
from web.pages.decisions import back
from web.pages.join import sign_for, ticket_for
from web.rendering import N_, house_of
from web.rights import need

CLOSED = N_("Nobody new comes into the waiting room just now. Open it again first.")
MISSING = N_("Name, topic, and a yes or no to each question that was read out are needed. Nothing was noted.")
MOVED = N_("Another page carries this caller now.")
SENTENCES = {
    Words.NOT_YET: N_("You are not on air. Only we hear you."),
    Words.ON_AIR: N_("You are on air now."),
    Words.NO_LONGER: N_("You are no longer on air. Only we hear you."),
    Words.OVER: N_("You are no longer on air. Nobody hears you any more. Goodbye."),
}
"""What staff say to somebody who sees no sign."""
ASKED: Mapping[Scope, str] = {
    Scope.LIVE: "live",
    Scope.RECORDING: "recording",
    Scope.OUTSIDE: "outside",
    Scope.NAME: "name_shown",
}
"""The field of the form in which each answer is noted: yes or no."""


@dataclass(frozen=True, kw_only=True)
class Line:
    """A caller as the desk shows them. `sends`: their voice goes into the room; `listens`: there is something to hear;
    `sealed`: their private address."""

    person: Person
    guest: Guest
    seat: Seat
    out: bool
    sends: bool
    listens: bool
    sign: str
    sentences: Mapping[str, str]
    own: Own
    noted: Consent | None
    sealed: str


def noted(form: Mapping[str, Any], *, recorded: bool) -> Answers | None:
    """What was spoken to each scope, as noted; None while a word to one of them is missing.

    What has no meaning is not asked: a recording where nothing is recorded, or anything of somebody who is read out.
    """
    said = {scope: str(form.get(field, "")) for scope, field in ASKED.items()}
    given = {scope for scope, word in said.items() if word == "yes"}
    kept = frozenset(Scope) if recorded else frozenset({Scope.LIVE, Scope.NAME})
    asked = [scope for scope in kept if NEEDED[scope] <= given]
    if any(said[scope] not in ("yes", "no") for scope in asked):
        return None
    live = Scope.LIVE in given
    return consenting.scopes_of(
        {
            "scope": "live_and_recording" if live else consenting.READ_OUT,
            "no_recording": "" if Scope.RECORDING in given else "yes",
            "outside": "yes" if Scope.OUTSIDE in given else "",
            "no_name": "" if Scope.NAME in given else "yes",
            "pseudonym": form.get("pseudonym", ""),
        },
        recorded=recorded,
    )


def add(request: Request) -> Response:
    """POST: a caller with topic and consent as spoken; who does not want to be heard is read out, as everywhere."""
    id, form = request.path_params["id"], request.state.form
    visitor = need(request, Right.RUN_ROOM, id)
    by = visitor.account.name if visitor.account else ""
    name, topic = plain(str(form.get("name", ""))), plain(str(form.get("topic", "")))
    with house_of(request).database.transaction() as connection:
        hour = store.office_hour(connection, id)
        answers = noted(form, recorded=hour.recorded)
        fits = 0 < len(name) <= NAME_LENGTH and 0 < len(topic) <= QUESTION_LENGTH
        if answers is None or not fits:
            raise HTTPException(422, MISSING)
        try:
            person = telephone.add(
                connection, hour, name=name, topic=topic, under_18=bool(form.get("under_18")), at=now()
            )
        except Overtaken as error:
            raise HTTPException(409, CLOSED) from error
        consenting.keep(connection, hour, person, answers, noted_by=by)
        consent.give_address(request, connection, person)
        if answers.reads_out:
            reception.choose(connection, person, Way.READ_OUT)
            enrol.ask(request, connection, store.person(connection, person.id), topic)
    return back(request)


def act(request: Request) -> Response:
    """POST `do`: hang_up, or take_back with `scope`: what the caller says is done for them."""
    form = request.state.form
    person = _caller(request)
    with house_of(request).database.transaction() as connection:
        if form.get("do") == "hang_up":
            telephone.hang_up(connection, person)
        elif form.get("do") == "take_back":
            hour = store.office_hour(connection, person.office_hour)
            consent.take_back(connection, hour, person, str(form.get("scope", "")))
        else:
            raise HTTPException(400, "there is no such act")
    house_of(request).engine.dispatch()
    return back(request)


def ticket(request: Request) -> Response:
    """A fresh ticket for one connection of a caller's; JSON in and out. 423 for a page that does not carry them."""
    person = _caller(request)
    try:
        audience = tickets.Audience(request.state.form.get("audience"))
    except ValueError as error:
        raise HTTPException(400, "there is no such audience") from error
    if audience is tickets.Audience.SCREEN:
        raise HTTPException(403)
    with house_of(request).database.transaction() as connection:
        if Scope.LIVE not in agreement.given(connection, person):
            raise HTTPException(403)
        token = ticket_for(connection, person, audience, request.state.form)
    return JSONResponse({"ticket": token}, headers={"Cache-Control": "no-store"})


def here(request: Request) -> Response:
    """PATCH `?page=`, with `claim` after a press: that page has the line open. 423 when another one carries them."""
    person, query = _caller(request), request.query_params
    with house_of(request).database.transaction() as connection:
        try:
            handover.hold(connection, person, query.get("page", ""), claim="claim" in query)
        except handover.Elsewhere as error:
            raise HTTPException(423, MOVED) from error
        telephone.line_is_open(connection, person, now())
    return Response(status_code=204)


def values(connection: Connection, hour: OfficeHour) -> dict[str, Any]:
    """What the part `phone` of the board shows."""
    people = telephone.callers(connection, hour)
    known = guests.all_of(connection, hour.id, people)
    return {"callers": [_line(connection, hour, person, known[person.id]) for person in people]}


def _line(connection: Connection, hour: OfficeHour, person: Person, guest: Guest) -> Line:
    seat = store.seat(connection, person.id)
    said = telephone.all_words(was_on_air=telephone.was_on_air(connection, person))
    answers = store.consents_of(connection, person.id)
    link = web_store.link_of(connection, person.id)
    own, room = consenting.own(connection, hour, person), has_room(hour, now())
    return Line(
        person=person,
        guest=guest,
        seat=seat,
        out=seat.state in telephone.OUT,
        sends=telephone.may_send(seat, own.held) and room,
        listens=room and seat.state not in telephone.OUT,
        sign=sign_for(connection, hour, seat.state, away=person.id in turn.hidden(connection, hour.id)),
        sentences={sign.value: SENTENCES[words] for sign, words in said.items()},
        own=own,
        noted=answers[-1] if answers else None,
        sealed=link.sealed if link else "",
    )


def _caller(request: Request) -> Person:
    """The caller of the address. Raises HTTPException 404 for anybody else."""
    id = request.path_params["id"]
    need(request, Right.RUN_ROOM, id)
    with house_of(request).database.reading() as connection:
        person = store.person(connection, request.path_params["person"])
        if person.office_hour != id or not telephone.is_caller(connection, person):
            raise HTTPException(404)
    return person


routes = [
    Route("/staff/office-hours/{id}/callers", add, methods=["POST"]),
    Route("/staff/office-hours/{id}/callers/{person}", act, methods=["POST"]),
    Route("/staff/office-hours/{id}/callers/{person}/ticket", ticket, methods=["POST"]),
    Route("/staff/office-hours/{id}/callers/{person}/here", here, methods=["PATCH"]),
]
