"""Staff sign in and out."""

import logging

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from ingest import accounts, store
from web import store as web_store
from web.door import client, sign_in
from web.pages.office import local_path
from web.rendering import house_of, render

log = logging.getLogger(__name__)


def login(request: Request) -> Response:
    to = local_path(request.query_params.get("to", "/staff"))
    if request.state.visitor.account:
        return RedirectResponse(to, 303)
    return render(request, "login.html", to=to, email="", problem="")


def try_login(request: Request) -> Response:
    """Check a password. Starlette runs this in a thread: argon2 takes a tenth of a second on purpose."""
    form = request.state.form
    email, to = str(form.get("email", ""))[:254], local_path(str(form.get("to", "/staff")))
    house = house_of(request)
    throttle = request.app.state.logins
    if not (throttle.allows(client(request)) and throttle.allows(email.strip().lower())):
        return render(request, "login.html", status=429, to=to, email=email, problem="often")
    with house.database.reading() as connection:
        account = store.account_by_email(connection, email)
    if not accounts.password_fits(account, str(form.get("password", ""))[:1024]) or account is None:
        log.warning("a sign-in failed from %s", client(request))
        return render(request, "login.html", status=403, to=to, email=email, problem="wrong")
    sign_in(request, account=account.id)
    return RedirectResponse(to, 303)


def logout(request: Request) -> Response:
    house = house_of(request)
    if request.state.visitor.key:
        with house.database.transaction() as connection:
            web_store.close_session(connection, request.state.visitor.key)
    request.state.drop_key = True
    return RedirectResponse("/", 303)


routes = [
    Route("/login", login),
    Route("/login", try_login, methods=["POST"]),
    Route("/logout", logout, methods=["POST"]),
]
