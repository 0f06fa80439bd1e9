"""Staff erase all that one person left, when somebody asks for it by another way than their private page."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from questions import erasure
from web.rendering import house_of, render
from web.rights import staff


def page(request: Request) -> Response:
    staff(request)
    return render(request, "erase.html", said="", found=None, done=False)


def press(request: Request) -> Response:
    """First what was found; with `sure` it is erased."""
    staff(request)
    form = request.state.form
    said, sure, house = str(form.get("said", "")), bool(form.get("sure")), house_of(request)
    if not sure:
        with house.database.reading() as connection:
            found = erasure.look(connection, said, house.safe)
        return render(request, "erase.html", said=said, found=found, done=False)
    with house.database.transaction() as connection:
        found = erasure.look(connection, said, house.safe)
        erasure.erase(connection, found)
    return render(request, "erase.html", said="", found=found, done=True)


routes = [
    Route("/staff/erase", page),
    Route("/staff/erase", press, methods=["POST"]),
]
