"""The form of a citizen who takes part: name and topic, the way to take part, consent; then they have a place.

Plain forms without a script. Nothing is asked of the camera before the person knows what it is for.
"""

from datetime import datetime, timedelta

from sqlalchemy.engine import Connection
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from ingest import store
from ingest.database import now, random_id
from ingest.live.lobby import guests, reception
from ingest.live.lobby.guests import CHOSEN, Parent, Way
from ingest.officehours import TAKING_QUESTIONS, OfficeHour
from ingest.people import Person, Role
from questions import intake
from questions.question import QUESTION_LENGTH, plain
from questions.sources import form as form_source
from questions.sources.form import NAME_LENGTH
from web import consenting
from web import store as web_store
from web.codes import code_for
from web.door import sign_in
from web.inside_apps import inside_app
from web.pages import consent
from web.pages.join import is_secure
from web.rendering import N_, house_of, render

KEPT_AFTER = timedelta(days=1)
"""How long after the planned end a guest's browser still knows them."""
BROWSER_COOKIE = "browser"
FIELDS = ("name", "topic", "way", "under_18", "scope", *consenting.FIELDS)
SCOPES = {Way.VIDEO: "live_and_recording", Way.AUDIO: "live_and_recording", Way.READ_OUT: consenting.READ_OUT}
"""What the form of consent says for each way."""
_CHOSEN = {way.value: way for way in CHOSEN}


def join(request: Request) -> Response:
    hour = _hour(request)
    if request.state.visitor.person_in(hour.id):
        return RedirectResponse(f"/office-hours/{hour.id}/place", 303)
    return _step(request, hour, "name", {}, {})


def next_step(request: Request) -> Response:
    """Each step's form leads to the next one; the last makes the person and their seat."""
    hour, form = _hour(request), request.state.form
    if request.state.visitor.person_in(hour.id):
        return RedirectResponse(f"/office-hours/{hour.id}/place", 303)
    if hour.state not in TAKING_QUESTIONS:
        raise HTTPException(409, N_("One cannot take part just now."))
    if hour.queue_closed_at:
        raise HTTPException(409, N_("Nobody new comes into the waiting room today. You can still ask in writing."))
    values = {name: plain(str(form.get(name, ""))) for name in FIELDS}
    errors = _mistakes(values)
    if errors:
        return _step(request, hour, "name", values, errors, status=422)
    if form.get("step") not in ("way", "consent"):
        return _step(request, hour, "way", values, {})
    way = _way(values)
    if way is None:
        return _step(request, hour, "way", values, {"way": N_("Please choose one of the three.")}, status=422)
    values["way"] = way.value
    if form.get("step") == "way":
        return _step(request, hour, "consent", values, {})
    if values["scope"] != SCOPES[way]:
        return _step(request, hour, "consent", values, {}, status=422)
    return _enter(request, hour, values, way)


def _enter(request: Request, hour: OfficeHour, values: dict[str, str], way: Way) -> Response:
    key = request.cookies.get(BROWSER_COOKIE) or web_store.new_key()
    with house_of(request).database.transaction() as connection:
        if reception.is_banned(connection, hour.id, web_store.digest(key)):
            raise HTTPException(403)
        person = take_seat(request, connection, hour, values, way)
        guests.change(connection, person, browser=web_store.digest(key))
    return seated(request, hour, person, key)


def seated(request: Request, hour: OfficeHour, person: Person, key: str | None = None) -> Response:
    """To the person's place; from now on the browser is theirs."""
    sign_in(request, person=person.id, at_least=_end(hour) + KEPT_AFTER)
    answer = RedirectResponse(f"/office-hours/{hour.id}/place", 303)
    if key:
        age_s = int((_end(hour) + KEPT_AFTER - now()).total_seconds())
        secure = request.url.scheme == "https"
        answer.set_cookie(BROWSER_COOKIE, key, max_age=max(age_s, 3600), httponly=True, samesite="lax", secure=secure)
    return answer


def take_seat(request: Request, connection: Connection, hour: OfficeHour, values: dict[str, str], way: Way) -> Person:
    """A person with seat and consent; whoever wants to be read out has asked a question with it."""
    language, house = request.state.language, house_of(request)
    person = store.add_person(
        connection, hour.id, name=values["name"], role=Role.GUEST, language=language, topic=values["topic"]
    )
    answers = consenting.scopes_of({**values, "scope": SCOPES[way]}, recorded=hour.recorded)
    assert answers is not None, "each way says what it means"
    consenting.keep(connection, hour, person, answers)
    consent.give_address(request, connection, person)
    key = web_store.new_key() if values["under_18"] else None
    guests.add(
        connection, person, way=way, since=now(), seen_at=now(),
        parent=Parent.ASKED if key else Parent.NOT_NEEDED,
        parent_digest=web_store.digest(key) if key else None,
        parent_sealed=house.safe.seal(key) if key else "",
    )  # fmt: skip
    if way is Way.READ_OUT:
        ask(request, connection, store.person(connection, person.id), values["topic"])
    return person


def ask(request: Request, connection: Connection, person: Person, text: str) -> None:
    """The question of somebody who wants to be read out, among the questions of the office hour."""
    written = {"question": text, "name": person.shown_name, "consent": "yes", "form": random_id()}
    arrival = form_source.read(written, office_hour=person.office_hour, language=person.language, at=now())
    intake.take(connection, arrival, house_of(request).safe)


def _mistakes(values: dict[str, str]) -> dict[str, str]:
    errors = {}
    if not values["name"]:
        errors["name"] = N_("Please say what we may call you.")
    elif len(values["name"]) > NAME_LENGTH:
        errors["name"] = N_("This is too long.")
    if not values["topic"]:
        errors["topic"] = N_("Please say in one line what it is about.")
    elif len(values["topic"]) > QUESTION_LENGTH:
        errors["topic"] = N_("This is too long.")
    return errors


def _way(values: dict[str, str]) -> Way | None:
    """The chosen way; a form that says only what it agrees to is for being seen, or for being read out."""
    told = values["way"] or {"live_and_recording": "video", "read_out": "read_out"}.get(values["scope"], "")
    return _CHOSEN.get(told)


def _end(hour: OfficeHour) -> datetime:
    return (hour.began_at or hour.starts_at) + timedelta(minutes=hour.planned_minutes)


def _hour(request: Request) -> OfficeHour:
    with house_of(request).database.reading() as connection:
        return store.office_hour(connection, request.path_params["id"])


def _step(
    request: Request, hour: OfficeHour, step: str, values: dict[str, str], errors: dict[str, str], status: int = 200
) -> Response:
    kept = dict.fromkeys(FIELDS, "") | values
    way = _CHOSEN.get(kept["way"])
    app = inside_app(request.headers.get("user-agent", ""))
    return render(
        request, "join.html", status=status, hour=hour, step=step, values=kept, errors=errors, way=way, Way=Way,
        scope=SCOPES[way] if way else "", open=hour.state in TAKING_QUESTIONS and not hour.queue_closed_at,
        secure=is_secure(request),
        limit=QUESTION_LENGTH, app=app, code_for=code_for,
    )  # fmt: skip


routes = [
    Route("/office-hours/{id}/join", join),
    Route("/office-hours/{id}/join", next_step, methods=["POST"]),
]
