"""Staff see the letters about an office hour's questions that did not go, and send one again."""

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from ingest import store
from ingest.people import Right
from questions import letters
from questions import store as questions
from questions.letter import LetterState
from questions.wording import SUBJECTS
from web.rendering import N_, house_of, render
from web.rights import need

SAID = {
    LetterState.WAITING: N_("waits to be sent"),
    LetterState.SENDING: N_("is being sent"),
    LetterState.SENT: N_("sent"),
    LetterState.DROPPED: N_("not needed any more"),
    LetterState.REFUSED: N_("refused"),
    LetterState.DOUBTFUL: N_("nobody knows whether it was sent"),
}
SHOWN = 200
"""Letters on the page, those that need somebody first."""


def page(request: Request) -> Response:
    id = request.path_params["id"]
    need(request, Right.MODERATE, id)
    with house_of(request).database.reading() as connection:
        hour = store.office_hour(connection, id)
        stuck = letters.of_office_hour(connection, id, letters.NEED_STAFF)
        others = letters.of_office_hour(connection, id, set(LetterState) - set(letters.NEED_STAFF))
        shown = [*stuck, *others][:SHOWN]
        about = questions.by_ids(connection, [letter.question for letter in shown])
        waiting = letters.unreleased(connection, id)
    return render(
        request, "letters.html", hour=hour, stuck=stuck, letters=shown, about=about, waiting=waiting,
        SUBJECTS=SUBJECTS, SAID=SAID, sends=bool(house_of(request).questions.smtp_host),
    )  # fmt: skip


def send_again(request: Request) -> Response:
    """Staff decide: it may arrive twice, or what refused it is mended."""
    id = request.path_params["id"]
    need(request, Right.MODERATE, id)
    with house_of(request).database.transaction() as connection:
        try:
            letter = letters.get(connection, str(request.state.form.get("letter", "")))
        except LookupError as error:
            raise HTTPException(404) from error
        if questions.get(connection, letter.question).office_hour != id:
            raise HTTPException(404)
        if not letters.send_again(connection, letter):
            raise HTTPException(409, N_("This letter is on its way already."))
    house_of(request).engine.dispatch()
    return RedirectResponse(f"/staff/office-hours/{id}/letters", 303)


routes = [
    Route("/staff/office-hours/{id}/letters", page),
    Route("/staff/office-hours/{id}/letters", send_again, methods=["POST"]),
]
