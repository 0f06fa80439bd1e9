"""How the people on air are arranged: what staff press comes in, a command to the room goes out."""

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from ingest import commands
from ingest.live.mix.scene import Scene
from ingest.people import Right
from web.pages.decisions import back
from web.rendering import N_, house_of
from web.rights import need

SCENES = {
    Scene.AUTO: N_("Automatic"),
    Scene.GRID: N_("Everyone"),
    Scene.FULL: N_("One"),
    Scene.PAIR: N_("Two"),
    Scene.SPEAKER: N_("One large"),
    Scene.SCREEN: N_("Screen"),
}


def choose(request: Request) -> Response:
    """Arrange the people on air anew; with a person, they are the first and the large one."""
    id, form = request.path_params["id"], request.state.form
    need(request, Right.RUN_ROOM, id)
    try:
        scene = Scene(str(form.get("do", "")))
    except ValueError as error:
        raise HTTPException(400, "there is no such scene") from error
    person = str(form.get("person", ""))
    with house_of(request).database.transaction() as connection:
        commands.write(connection, id, commands.Kind.SCENE, name=scene.value, people=[person] if person else [])
    return back(request)


routes = [Route("/staff/office-hours/{id}/scene", choose, methods=["POST"])]
