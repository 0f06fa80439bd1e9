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
from web.benches.run import BENCHES, Wanted, bench
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

    serve = command("serve", "run the whole product on this machine", _serve)
    serve.add_argument("--host", help="address to listen on (default: OFFICEHOURS_HOST or 127.0.0.1)")
    serve.add_argument("--port", type=port_number, help="port to listen on (default: OFFICEHOURS_PORT or 8000)")
    command("site", "run the web site only", _site).add_argument("--port", type=port_number, required=True)
    command("studio", "run the live studio only", _studio).add_argument("--port", type=port_number, required=True)
    worker = command("worker", "run a worker only", _worker)
    worker.add_argument("queue", choices=("light", "heavy"), help="light: mail, publishing; heavy: encoding, captions")
    command("clock", "run the clock only: what happens again and again", _clock)
    _demo_arguments(command("demo", "run a short real office hour and show the result", _demo))
    command("migrate", "bring the database to the newest tables", _migrate)
    command("doctor", "say what is in order and what mends the rest", _doctor)
    user = command("user", "add a staff account or set its password", _user)
    user.add_argument("email")
    user.add_argument("--name", help="name shown to colleagues (default: what stands before the @)")
    ticket = command("ticket", "print a ticket that lets a program send or receive", _ticket)
    ticket.add_argument("person", help="id of the person")
    ticket.add_argument("--audience", choices=("whip", "screen", "whep", "socket"), default="whip")
    read_mail = command("read-mail", "print what would be made of mails, one JSON object a line", _read_mail)
    read_mail.add_argument("files", type=Path, nargs="+", metavar="FILE", help="a mail as its server keeps it (.eml)")
    _import_arguments(command("import", "take a recording made elsewhere into the archive and the pipeline", _import))
    _steps_arguments(command("steps", "show the work after the end, and move it on", _steps))
    _sealed_arguments(command("sealed", "list, open or keep what was cut from a broadcast", _sealed))
    kept = command("retention", "say what is kept of askers past its term", _retention)
    kept.add_argument("--commit", action="store_true", help="erase it now; the clock does so by itself")
    _caption_arguments(command("caption", "write captions, words and a transcript of any file", _caption))
    measure = command("bench", "measure", _bench)
    measure.add_argument("name", choices=tuple(BENCHES))
    measure.add_argument("--speech", type=Path, metavar="FOLDER", help="captions: a recording and what is said in it")
    measure.add_argument("--media", type=Path, metavar="FOLDER", help="live: faces, as NAME.mjpeg and NAME.wav")
    measure.add_argument("--json", action="store_true", help="print one line of JSON at the end")
    measure.add_argument("--full", action="store_true", help="measure longer")
    command("packages", "fetch the front-end packages of the lock file", _packages)
    command("check", "hold settings, routes, translations and migrations against the documents", _check)
    command("licences", "list the licence of every dependency", _licences)
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


def _serve(options: argparse.Namespace) -> int | None:
    from web.running import serve

    return serve(host=options.host, port=options.port)


def _site(options: argparse.Namespace) -> None:
    from web.running import site

    site(options.port)


def _studio(options: argparse.Namespace) -> None:
    from web.running import studio

    studio(options.port)


def _worker(options: argparse.Namespace) -> None:
    from web.running import worker

    worker(options.queue)


def _clock(options: argparse.Namespace) -> None:
    from web.running import clock

    clock()


def _demo(options: argparse.Namespace) -> int:
    from web.demo.run import DemoFailed, MediaRefused, demo

    try:
        return demo(
            data=options.data,
            once=options.once,
            as_json=options.json,
            port=options.port,
            host_media=options.host_media,
            guest_media=options.guest_media,
            question_mails=options.question_mail,
        )
    except MediaRefused as error:
        raise Mendable(str(error)) from error
    except DemoFailed as error:
        print(f"officehours: the demo did not come to its end: {error}", file=sys.stderr)
        return 1


def _migrate(options: argparse.Namespace) -> None:
    from web.house import open_house
    from web.migrate import upgrade

    house = open_house()
    upgrade(house.database.url)
    print("the database is up to date")


def _doctor(options: argparse.Namespace) -> int:
    from web.doctor import examine

    return examine()


def _user(options: argparse.Namespace) -> None:
    from web.first_run import AccountRefused, add_account

    try:
        print(add_account(options.email, options.name))
    except AccountRefused as error:
        raise Mendable(str(error)) from error


def _ticket(options: argparse.Namespace) -> None:
    from ingest import store, tickets
    from ingest.database import now
    from web.house import open_house

    house = open_house()
    try:
        with house.database.transaction() as connection:
            person = store.person(connection, options.person)
            audience = tickets.Audience(options.audience)
            token = tickets.issue(
                connection, person=person.id, office_hour=person.office_hour, audience=audience, at=now()
            )
    except store.NotFound as error:
        raise Mendable(str(error)) from error
    print(token)


def _read_mail(options: argparse.Namespace) -> None:
    import json

    from ingest.database import now
    from questions import verdict

    for file in options.files:
        try:
            print(json.dumps(verdict.of_file(file, at=now()), ensure_ascii=False), flush=True)
        except OSError as error:
            raise Mendable(f"{file}: {error.strerror}") from error


def _import(options: argparse.Namespace) -> None:
    from web import importing
    from web.running import prepared_house

    house = prepared_house()
    values = {"title": options.title, "host_name": options.host_name, "language": options.language}
    try:
        hour = importing.import_file(house, options.file, release=options.release, **values)
        importing.report(house, hour, as_json=options.json)
    finally:
        house.close()


def _steps(options: argparse.Namespace) -> None:
    from web import step_list
    from web.house import open_house

    house = open_house()
    try:
        if options.do == "list":
            step_list.list_steps(house, options.step or None, everything=options.all, as_json=options.json)
        else:
            {"retry": step_list.retry, "cancel": step_list.cancel, "why": step_list.why}[options.do](
                house, options.step
            )
    finally:
        house.close()


def _retention(options: argparse.Namespace) -> None:
    from ingest.database import now
    from web import retained
    from web.house import open_house

    house = open_house()
    try:
        print(retained.lines(house, now(), commit=options.commit))
    finally:
        house.close()


def _sealed(options: argparse.Namespace) -> None:
    from web import sealed_list
    from web.house import open_house

    house = open_house()
    by, why = options.by, options.why
    try:
        if options.do == "list":
            sealed_list.list_stretches(house, options.office_hour)
        elif options.do == "open":
            sealed_list.open_stretch(house, options.office_hour, options.number, options.out, by=by, why=why)
        else:
            sealed_list.keep(house, options.office_hour, options.number, by=by, why=why)
    finally:
        house.close()


def _caption(options: argparse.Namespace) -> None:
    from web import caption

    try:
        caption.caption(options.file, options.language, options.out, options.names)
    except caption.Refused as error:
        raise Mendable(str(error)) from error


def _bench(options: argparse.Namespace) -> int:
    from web.benches.programs import BenchFailed
    from web.caption import Refused

    try:
        wanted = Wanted(full=options.full, speech=options.speech, media=options.media)
        return bench(options.name, wanted, as_json=options.json)
    except Refused as error:
        raise Mendable(str(error)) from error
    except BenchFailed as error:
        print(f"officehours: the bench did not come to its end: {error}", file=sys.stderr)
        return 1


def _packages(options: argparse.Namespace) -> None:
    from web.packages import ensure

    ensure()


def _check(options: argparse.Namespace) -> int:
    from web.selfcheck import check

    return check()


def _licences(options: argparse.Namespace) -> None:
    from web.licences import listing

    print(listing())


if __name__ == "__main__":
    main()
