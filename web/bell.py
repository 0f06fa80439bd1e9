"""A studio's port comes in; it is rung when a command was written, so that it looks now and not within 250 ms.

Best effort: nobody waits for it, and nothing is lost when nobody hears.
"""

import http.client
import logging
import threading

log = logging.getLogger(__name__)
PATIENCE_S = 0.5


def ring(port: int) -> None:
    """Ring the studio on this machine, in a thread of its own; nothing happens when `port` is 0."""
    if port:
        threading.Thread(target=_ring, args=(port,), name="bell", daemon=True).start()


def _ring(port: int) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE_S)
    try:
        connection.request("POST", "/live/ring")
        connection.getresponse().read()
    except OSError as error:
        log.debug("the studio did not hear the bell: %s", error)
    finally:
        connection.close()
