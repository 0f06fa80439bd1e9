"""An ASGI app comes in, its address on a free port of this machine goes out; gone when the block is left."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
from starlette.types import ASGIApp

STARTED_WITHIN_S = 10.0


@contextmanager
def serving(app: ASGIApp) -> Iterator[str]:
    """Yield `http://127.0.0.1:PORT`. Raises TimeoutError when the server does not come up."""
    started = threading.Event()

    class Server(uvicorn.Server):
        async def startup(self, sockets: object = None) -> None:
            await super().startup(sockets)  # type: ignore[arg-type]
            started.set()

    config = uvicorn.Config(app, host="127.0.0.1", port=0, log_level="critical", timeout_graceful_shutdown=1)
    server = Server(config)
    thread = threading.Thread(target=server.run, name="stand-in", daemon=True)
    thread.start()
    try:
        if not started.wait(STARTED_WITHIN_S) or not server.servers:
            raise TimeoutError(f"the stand-in did not start within {STARTED_WITHIN_S} s")
        port = server.servers[0].sockets[0].getsockname()[1]
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join(STARTED_WITHIN_S)
