"""The command `officehours`: arguments come in, one of the processes or errands runs.

Bad arguments and everything a person can mend end with one clear line and exit status 2.
"""

import argparse
import logging
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import sqlalchemy as sa

from ingest.secrets import SecretError
from ingest.settings import SettingError
from web import terminal
from web.benches.run import BENCHES
from web.mendable import Mendable
from web.packages import PackagesMissing

EXIT_MENDABLE = 2


def main(arguments: Sequence[str] | None = None) -> None:
    """Entry point of the console script."""
    options = parser().parse_args(arguments)
    if options.data is not None:
        os.environ["OFFICEHOURS_DATA"] = str(options.data.expanduser().resolve())
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s", stream=sys.stderr)
    for chatty in ("alembic", "httpx", "uvicorn.error"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
    run: Callable[[argparse.Namespace], int | None] = options.run
    try:
        status = run(options)
    except (Mendable, SettingError, SecretError, PackagesMissing) as error:
        print(f"officehours: {error}", file=sys.stderr)
        sys.exit(EXIT_MENDABLE)
    except sa.exc.OperationalError as error:
        print(f"officehours: the database does not answer: {str(error.orig).splitlines()[0]}", file=sys.stderr)
        sys.exit(EXIT_MENDABLE)
    except BrokenPipeError:  # whoever read what we print has heard enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    except KeyboardInterrupt:
        sys.exit(130)
    sys.exit(status or 0)


def port_number(text: str) -> int:
    """A port as argparse wants it. Raises ValueError."""
    number = int(text)
    if not 0 <= number <= 65535:
        raise ValueError(f"no port: {text}")
    return number


def parser() -> argparse.ArgumentParser:
    """All commands with their arguments."""
    top = argparse.ArgumentParser(prog="officehours", description="Public office hours: live, recorded, published.")
    top.add_argument("--data", type=Path, help="data folder (default: OFFICEHOURS_DATA or ./data)")
    commands = top.add_subparsers(metavar="COMMAND", required=True)

    def command(name: str, help: str, run: Callable[[argparse.Namespace], int | None]) -> argparse.ArgumentParser:
        # A sub-parser's default would overwrite a --data given before the command, hence SUPPRESS.
        each = commands.add_parser(name, help=help, description=help)
        each.add_argument("--data", type=Path, default=argparse.SUPPRESS, help=argparse.SUPPRESS)
        each.set_defaults(run=run)
        return each

    serve = command("serve", "run the whole product on this machine", terminal.serve)
    serve.add_argument("--host", help="address to listen on (default: OFFICEHOURS_HOST or 127.0.0.1)")
    serve.add_argument("--port", type=port_number, help="port to listen on (default: OFFICEHOURS_PORT or 8000)")
    command("site", "run the web site only", terminal.site).add_argument("--port", type=port_number, required=True)
    command("studio", "run the live studio only", terminal.studio).add_argument(
        "--port", type=port_number, required=True
    )
    worker = command("worker", "run a worker only", terminal.worker)
    worker.add_argument("queue", choices=("light", "heavy"), help="light: mail, publishing; heavy: encoding, captions")
    command("clock", "run the clock only: what happens again and again", terminal.clock)
    _demo_arguments(command("demo", "run a short real office hour and show the result", terminal.demo))
    command("migrate", "bring the database to the newest tables", terminal.migrate)
    command("doctor", "say what is in order and what mends the rest", terminal.doctor)
    user = command("user", "add a staff account or set its password", terminal.user)
    user.add_argument("email")
    user.add_argument("--name", help="name shown to colleagues (default: what stands before the @)")
    ticket = command("ticket", "print a ticket that lets a program send or receive", terminal.ticket)
    ticket.add_argument("person", help="id of the person")
    ticket.add_argument("--audience", choices=("whip", "screen", "whep", "socket"), default="whip")
    read_mail = command("read-mail", "print what would be made of mails, one JSON object a line", terminal.read_mail)
    read_mail.add_argument("files", type=Path, nargs="+", metavar="FILE", help="a mail as its server keeps it (.eml)")
    _import_arguments(command("import", "take a recording made elsewhere into the pipeline", terminal.import_))
    _steps_arguments(command("steps", "show the work after the end, and move it on", terminal.steps))
    _sealed_arguments(command("sealed", "list, open or keep what was cut from a broadcast", terminal.sealed))
    kept = command("retention", "say what is kept of askers past its term", terminal.retention)
    kept.add_argument("--commit", action="store_true", help="erase it now; the clock does so by itself")
    _caption_arguments(command("caption", "write captions, words and a transcript of any file", terminal.caption))
    measure = command("bench", "measure", terminal.bench)
    measure.add_argument("name", choices=tuple(BENCHES))
    measure.add_argument("--speech", type=Path, metavar="FOLDER", help="captions: a recording and what is said in it")
    measure.add_argument("--media", type=Path, metavar="FOLDER", help="live: faces, as NAME.mjpeg and NAME.wav")
    measure.add_argument("--json", action="store_true", help="print one line of JSON at the end")
    measure.add_argument("--full", action="store_true", help="measure longer")
    command("packages", "fetch the front-end packages of the lock file", terminal.packages)
    command("check", "hold settings, routes, translations and migrations against the documents", terminal.check)
    command("licences", "list the licence of every dependency", terminal.licences)
    return top


def _import_arguments(each: argparse.ArgumentParser) -> None:
    each.add_argument(
        "file", type=Path, metavar="FILE", help="any video: container, codec, rate, turned, without sound"
    )
    each.add_argument("--title", required=True, help="what the office hour is called")
    each.add_argument("--host-name", default="", help="who held it")
    each.add_argument("--language", default="de", help="language spoken in it, such as de or en")
    each.add_argument("--release", action="store_true", help="make it public when everything is done")
    each.add_argument("--json", action="store_true", help="print one line of JSON")


def _caption_arguments(caption: argparse.ArgumentParser) -> None:
    caption.add_argument("file", type=Path, metavar="FILE", help="any sound or video file")
    caption.add_argument("--language", required=True, help="language spoken in it, such as de or en")
    caption.add_argument(
        "--out", type=Path, required=True, metavar="DIR", help="folder for .vtt, .srt, .words.json, .txt"
    )
    caption.add_argument("--names", type=Path, metavar="FILE", help="names that may be said, one a line")


def _steps_arguments(steps: argparse.ArgumentParser) -> None:
    steps.add_argument("do", choices=("list", "retry", "cancel", "why"), help="why: what a step waits for")
    steps.add_argument("step", nargs="?", default="", help="the first digits of its id; list: of which office hour")
    steps.add_argument("--all", action="store_true", help="list what is done too")
    steps.add_argument("--json", action="store_true", help="list as JSON")


def _sealed_arguments(each: argparse.ArgumentParser) -> None:
    each.add_argument(
        "do", choices=("list", "open", "keep"), help="keep: do not erase it; an empty --why takes it back"
    )
    each.add_argument("office_hour", help="id of the office hour")
    each.add_argument("number", type=int, nargs="?", default=0, help="which stretch, as listed")
    each.add_argument("--by", default="", metavar="NAME", help="who opens or keeps it; this is noted")
    each.add_argument("--why", default="", metavar="REASON", help="for what; this is noted")
    each.add_argument("--out", type=Path, default=Path("cut.mkv"), metavar="FILE", help="open: where to write it")


def _demo_arguments(demo: argparse.ArgumentParser) -> None:
    demo.add_argument("--once", action="store_true", help="stop when the recording is released")
    demo.add_argument("--json", action="store_true", help="print the figures as one JSON object, last")
    demo.add_argument("--port", type=port_number, default=None, help="port of the site (default: 8000, or a free one)")
    demo.add_argument("--host-media", type=Path, metavar="FILE", help="video in front of the host's camera")
    demo.add_argument("--guest-media", type=Path, metavar="FILE", help="video in front of the guest's camera")
    demo.add_argument(
        "--question-mail", type=Path, action="append", metavar="FILE.eml", help="a mail with a question; repeatable"
    )


if __name__ == "__main__":
    main()
