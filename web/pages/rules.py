"""The rules by which questions are chosen: the same list for staff to reject by and for everybody to read."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from questions.question import REJECTIONS, Reason
from web.rendering import N_, render

REASONS = {
    Reason.OFF_TOPIC: N_("off topic"),
    Reason.DUPLICATE: N_("asked already"),
    Reason.INSULT: N_("insult"),
    Reason.PRIVATE_MATTER: N_("private matter"),
    Reason.ADVERTISEMENT: N_("advertisement"),
    Reason.NO_QUESTION: N_("no question"),
    Reason.TOO_MANY: N_("too many of one person"),
    Reason.UNREADABLE: N_("cannot be read"),
}
EXPLAINED = {
    Reason.OFF_TOPIC: N_("It has nothing to do with the town or with what the office hour was announced for."),
    Reason.DUPLICATE: N_("The same person has asked it before. The same question of several people is put together."),
    Reason.INSULT: N_("It insults or threatens somebody. Criticism, also sharp criticism, is welcome."),
    Reason.PRIVATE_MATTER: N_("It is about a single case or private life and belongs to the office, not in public."),
    Reason.ADVERTISEMENT: N_("It advertises something or asks for votes or money."),
    Reason.NO_QUESTION: N_("It asks nothing that could be answered."),
    Reason.TOO_MANY: N_("One person has asked so much that others would not have their turn."),
    Reason.UNREADABLE: N_("It arrived damaged and could not be read."),
}


def rules(request: Request) -> Response:
    return render(request, "rules.html", rules=[(REASONS[reason], EXPLAINED[reason]) for reason in REJECTIONS])


routes = [Route("/questions/rules", rules)]
