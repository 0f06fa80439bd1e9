"""Ask a question by the web form: one field that matters, then a page that says what happens next."""

import re

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from ingest import store
from ingest.database import now, random_id
from ingest.officehours import takes_questions
from questions import intake
from questions.question import BACKGROUND_LENGTH, QUESTION_LENGTH
from questions.sources import form as form_source
from web.door import client
from web.limits import Throttle
from web.rendering import N_, house_of, render

LINK = re.compile(r"[0-9a-f]{64}")
ASKED = "asked"
FIELDS = ("form", "question", "background", "name", "email", "consent")
PROBLEMS = {
    ("question", form_source.Problem.MISSING): N_("Please write your question."),
    ("question", form_source.Problem.TOO_LONG): N_("Your question is longer than %(limit)s characters."),
    ("background", form_source.Problem.TOO_LONG): N_("The background is longer than %(limit)s characters."),
    ("name", form_source.Problem.TOO_LONG): N_("The name is longer than %(limit)s characters."),
    ("email", form_source.Problem.TOO_LONG): N_("The mail address is too long."),
    ("email", form_source.Problem.NOT_AN_ADDRESS): N_("This is not a mail address. Example: name@example.org"),
    ("consent", form_source.Problem.NOT_AGREED): N_("We may only read your question out if you agree."),
}


def ask(request: Request) -> Response:
    return _page(request, {"form": random_id()}, {})


def send(request: Request) -> Response:
    """Take the question; a mistake shows the form again with all that was written."""
    house, id = house_of(request), request.path_params["id"]
    values = {name: str(value) for name, value in request.state.form.items()}
    with house.database.reading() as connection:
        hour = store.office_hour(connection, id)
    if not takes_questions(hour, now()):
        raise HTTPException(409, N_("Questions can no longer be asked here, or not yet."))
    try:
        arrival = form_source.read(values, office_hour=id, language=request.state.language, at=now())
    except form_source.FormError as error:
        return _page(request, values, {each.field: each for each in error.errors}, status=422)
    if not _may_ask_now(request, values.get("proof", "")):
        raise HTTPException(429)
    with house.database.transaction() as connection:
        intake.take(connection, arrival, house.safe)
    mailed = "&mailed=yes" if arrival.contact is not None and letters_are_sent(request) else ""
    answer = RedirectResponse(f"/office-hours/{id}/asked?mine={arrival.link}{mailed}", 303)
    # Until the browser is closed the page of the programme says how far this question is.
    path, secure = f"/office-hours/{id}", request.url.scheme == "https"
    answer.set_cookie(ASKED, arrival.link, path=path, httponly=True, samesite="lax", secure=secure)
    return answer


def _may_ask_now(request: Request, proof: str) -> bool:
    """One address asks so often an hour; less often when no computer has worked for it, as without JavaScript."""
    state = request.app.state
    limit: Throttle = state.asked if state.proofs.holds(proof) else state.unproven
    return limit.allows(client(request))


def letters_are_sent(request: Request) -> bool:
    return bool(house_of(request).questions.smtp_host)


def _page(
    request: Request, values: dict[str, str], errors: dict[str, form_source.FieldError], status: int = 200
) -> Response:
    with house_of(request).database.reading() as connection:
        hour = store.office_hour(connection, request.path_params["id"])
    return render(
        request,
        "ask.html",
        status=status,
        hour=hour,
        open=takes_questions(hour, now()),
        values=dict.fromkeys(FIELDS, "") | values,
        puzzle=request.app.state.proofs.puzzle(now()),
        errors={name: (PROBLEMS[name, each.problem], each.limit) for name, each in errors.items()},
        limit=QUESTION_LENGTH,
        background_limit=BACKGROUND_LENGTH,
    )


def asked(request: Request) -> Response:
    with house_of(request).database.reading() as connection:
        hour = store.office_hour(connection, request.path_params["id"])
    link = request.query_params.get("mine", "")
    mailed = request.query_params.get("mailed") == "yes" and letters_are_sent(request)
    return render(request, "asked.html", hour=hour, link=link if LINK.fullmatch(link) else "", mailed=mailed)


routes = [
    Route("/office-hours/{id}/ask", ask),
    Route("/office-hours/{id}/ask", send, methods=["POST"]),
    Route("/office-hours/{id}/asked", asked),
]
