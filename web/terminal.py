"""What each command of `officehours` does: its arguments come in, its exit status goes out (None for 0).

What a person can mend is raised as `Mendable`. Imports stand in the functions, so that no command loads what only
another one needs.
"""

import argparse
import sys

from web.mendable import Mendable


def serve(options: argparse.Namespace) -> int | None:
    from web.running import serve

    return serve(host=options.host, port=options.port)


def site(options: argparse.Namespace) -> None:
    from web.running import site

    site(options.port)


def studio(options: argparse.Namespace) -> None:
    from web.running import studio

    studio(options.port)


def worker(options: argparse.Namespace) -> None:
    from web.running import worker

    worker(options.queue)


def clock(options: argparse.Namespace) -> None:
    from web.running import clock

    clock()


def demo(options: argparse.Namespace) -> int:
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


def migrate(options: argparse.Namespace) -> None:
    from web.house import open_house
    from web.migrate import upgrade

    house = open_house()
    upgrade(house.database.url)
    print("the database is up to date")


def doctor(options: argparse.Namespace) -> int:
    from web.doctor import examine

    return examine()


def user(options: argparse.Namespace) -> None:
    from web.first_run import AccountRefused, add_account

    try:
        print(add_account(options.email, options.name))
    except AccountRefused as error:
        raise Mendable(str(error)) from error


def ticket(options: argparse.Namespace) -> None:
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


def read_mail(options: argparse.Namespace) -> None:
    import json

    from ingest.database import now
    from questions import verdict

    for file in options.files:
        try:
            print(json.dumps(verdict.of_file(file, at=now()), ensure_ascii=False), flush=True)
        except OSError as error:
            raise Mendable(f"{file}: {error.strerror}") from error


def import_(options: argparse.Namespace) -> None:
    from web import importing
    from web.running import prepared_house

    house = prepared_house()
    values = {"title": options.title, "host_name": options.host_name, "language": options.language}
    try:
        hour = importing.import_file(house, options.file, release=options.release, **values)
        importing.report(house, hour, as_json=options.json)
    finally:
        house.close()


def steps(options: argparse.Namespace) -> None:
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


def retention(options: argparse.Namespace) -> None:
    from ingest.database import now
    from web import retained
    from web.house import open_house

    house = open_house()
    try:
        print(retained.lines(house, now(), commit=options.commit))
    finally:
        house.close()


def sealed(options: argparse.Namespace) -> None:
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


def caption(options: argparse.Namespace) -> None:
    from web import caption

    try:
        caption.caption(options.file, options.language, options.out, options.names)
    except caption.Refused as error:
        raise Mendable(str(error)) from error


def bench(options: argparse.Namespace) -> int:
    from web.benches import run
    from web.benches.programs import BenchFailed
    from web.caption import Refused

    try:
        wanted = run.Wanted(full=options.full, speech=options.speech, media=options.media)
        return run.bench(options.name, wanted, as_json=options.json)
    except Refused as error:
        raise Mendable(str(error)) from error
    except BenchFailed as error:
        print(f"officehours: the bench did not come to its end: {error}", file=sys.stderr)
        return 1


def packages(options: argparse.Namespace) -> None:
    from web.packages import ensure

    ensure()


def check(options: argparse.Namespace) -> int:
    from web.selfcheck import check

    return check()


def licences(options: argparse.Namespace) -> None:
    from web.licences import listing

    print(listing())
