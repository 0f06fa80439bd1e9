"""The room's process on the command line: it takes its folder, and serves the studio over a Unix socket until the end.

    python -m ingest.live.room --folder data/archive/<id> --socket /tmp/….sock --options '{"width": 1280, …}'

It needs nothing but its folder: no database, no site. It locks the folder, so that there is one at a time; goes on
where a dead one stopped; and outlives the studio by `process.GRACE_S`, in which a new studio may take over.
"""

import argparse
import asyncio
import fcntl
import gc
import json
import logging
import os
import signal
import sys
from pathlib import Path
from typing import Any, TextIO

from ingest import archive, here
from ingest.live.room.process import Options, Process
from ingest.live.webrtc import closing, hooks, outlet, shortcut

log = logging.getLogger(__name__)
LOCKED = 3  # exit status when another process has the room
TURN_S = 0.0005  # after which a thread that computes in Python lets another one go on


def lock(room: archive.Room) -> TextIO:
    """Take the room's folder for this process, for as long as the file is open. Raises BlockingIOError."""
    room.root.mkdir(parents=True, exist_ok=True)
    file = room.lock.open("a")
    fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    return file


async def serve(room: archive.Room, socket: Path, options: Options) -> None:
    """The whole life of the process."""
    # Media is taken in beside threads that compute: the loop must not wait 5 ms for its turn at each packet it sends.
    sys.setswitchinterval(TURN_S)
    hooks.check(outlet.HOOKS, shortcut.HOOKS, closing.HOOKS)
    hooks.silence_decoders()
    process = Process(room, options)
    # What has been made by now stays: left out, the collector finds gone connections soon and never stops a tick.
    gc.collect()
    gc.freeze()
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGTERM, process.close)
    loop.add_signal_handler(signal.SIGINT, lambda: None)  # Ctrl-C is for the studio, which closes its rooms
    await process.run(socket)


def main() -> int:
    """The command line."""
    parser = argparse.ArgumentParser(description="One office hour's live room.")
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--socket", type=Path, required=True)
    parser.add_argument("--options", type=json.loads, required=True)
    arguments = parser.parse_args()
    logging.basicConfig(
        level=logging.INFO, format=f"room {arguments.folder.name[:6]} %(levelname)s %(name)s %(message)s"
    )
    logging.getLogger("aioice").setLevel(logging.WARNING)  # it tells of every check of every candidate pair
    room = archive.Room(arguments.folder)
    try:
        held = lock(room)
    except BlockingIOError:
        log.error("another process has the room %s", arguments.folder)
        return LOCKED
    arguments.socket.unlink(missing_ok=True)
    options = Options(**{**arguments.options, "ice_servers": tuple(arguments.options.get("ice_servers", ()))})
    with held, here.live(room.root.parent):
        _run(serve(room, arguments.socket, options))
        arguments.socket.unlink(missing_ok=True)
    return 0


def _run(life: Any) -> None:
    try:
        import uvloop
    except ImportError:  # it exists on Linux and macOS only
        asyncio.run(life)
    else:
        uvloop.run(life)


if __name__ == "__main__":
    status = main()
    logging.shutdown()
    sys.stdout.flush()
    os._exit(status)  # the programme's threads are daemons inside C code; interpreter shutdown would race with them
