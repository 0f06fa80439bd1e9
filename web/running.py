"""How each process starts: settings come from the environment, it runs until it is told to stop."""

import asyncio
import os
import ssl

import uvicorn
from starlette.applications import Starlette

from web import packages
from web.house import House, open_house
from web.mendable import Mendable
from web.migrate import alone, upgrade
from web.serve import DataInUse, Supervisor, die_with_parent, run_until_stopped
from web.settings import Settings


def prepared_house() -> House:
    """A house whose database has its newest tables."""
    house = open_house()
    with alone(house.ingest.data):
        upgrade(house.database.url)
    return house


def serve(host: str | None, port: int | None) -> int:
    """Run everything; returns when stopped."""
    from web.first_run import first_run

    packages.ensure()
    house = prepared_house()
    first_run(house)
    settings = house.settings
    supervisor = Supervisor(
        house.ingest.data,
        os.environ,
        host=host or settings.host,
        port=settings.port if port is None else port,
        tls=tls_context(settings),
    )
    house.close()
    try:
        asyncio.run(_serve(supervisor, settings))
    except DataInUse as error:
        raise Mendable(str(error)) from error
    except OSError as error:
        raise Mendable(f"cannot listen on {supervisor.host}:{supervisor.port}: {error.strerror}") from error
    return 0


async def _serve(supervisor: Supervisor, settings: Settings) -> None:
    port = await supervisor.start()
    scheme = "https" if settings.certificate else "http"
    print(f"Officehours is open at {settings.public_url or f'{scheme}://{supervisor.host}:{port}/'}", flush=True)
    await run_until_stopped(supervisor)


def tls_context(settings: Settings) -> ssl.SSLContext | None:
    """The certificate given, or None for plain http."""
    if settings.certificate is None:
        return None
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(settings.certificate, settings.certificate_key)
    return context


def site(port: int) -> None:
    """The web site on loopback."""
    from web.asgi import site as site_app

    die_with_parent()
    packages.ensure()
    _uvicorn(site_app(prepared_house()), port)


def studio(port: int) -> None:
    """The studio on loopback."""
    from web.studio import studio as studio_app

    die_with_parent()
    _uvicorn(studio_app(prepared_house()), port)


def _uvicorn(app: Starlette, port: int) -> None:
    config = uvicorn.Config(
        app,
        host="127.0.0.1",
        port=port,
        proxy_headers=True,
        forwarded_allow_ips="127.0.0.1",
        access_log=False,
        log_config=None,
        timeout_graceful_shutdown=3,
        server_header=False,
        ws="websockets-sansio",
        ws_max_size=64 * 1024,
    )
    uvicorn.Server(config).run()


def worker(queue: str) -> None:
    """One Celery node."""
    from web.worker import run_worker

    die_with_parent()
    run_worker(prepared_house(), queue)


def clock() -> None:
    """Celery's beat."""
    from web.worker import run_clock

    die_with_parent()
    run_clock(prepared_house())
