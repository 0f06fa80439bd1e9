"""The demo: options come in; the whole product is started, a short real office hour runs through it, figures go out.

Ada hosts and Chris asks, over real WebRTC through the same WHIP endpoint that a browser uses. One question comes as
a mail into a Maildir, one through the web form; both are approved and put on air. After the end the release follows
by itself. Every figure is taken from outside, through the site's own addresses, in seconds after "end" was pressed.
"""

import asyncio
import json
import os
import secrets
import sys
from pathlib import Path
from typing import Any

from ingest import store
from web import packages
from web.demo.browser import Browser
from web.demo.hour import announce, bar, doors_open, gather_questions, join, on_air
from web.demo.outcome import publish
from web.demo.progress import Bars
from web.demo.senders import MediaRefused, Sender, clip
from web.demo.standing import DemoFailed, Hour, Plan, until
from web.first_run import create_account
from web.house import House, open_house
from web.migrate import alone, upgrade
from web.serve import DataInUse, Supervisor, run_until_stopped

__all__ = ["DemoFailed", "MediaRefused", "demo", "demo_figures"]
HERE = Path(__file__).parent

STAGES = ("opening doors", "live", "replay ready", "renditions", "captions", "released")
STAFF_EMAIL = "bo@lindenau.example"
IMPRINT = "Stadt Lindenau, Rathausplatz 1, 00000 Lindenau (erfunden, zur Vorführung)"


def demo(
    *,
    data: Path | None,
    once: bool,
    as_json: bool,
    port: int | None,
    host_media: Path | None,
    guest_media: Path | None,
    question_mails: list[Path] | None,
) -> int:
    """The command `officehours demo`. Raises MediaRefused for files that will not do, DemoFailed."""
    plan = Plan(
        data=(data or Path("data/demo")).expanduser().resolve(),
        port=port,
        host=clip(host_media or HERE / "ada.mp4"),
        guest=clip(guest_media or HERE / "chris.mp4"),
        mails=tuple(question_mails or [HERE / "question.eml"]),
        once=once,
    )
    for mail in plan.mails:
        if not mail.is_file():
            raise MediaRefused(f"{mail}: there is no such mail")
    figures = asyncio.run(_demo(plan))
    if as_json:
        print(json.dumps(figures, ensure_ascii=False))
    return 0


def demo_figures(data: Path) -> dict[str, Any]:
    """Run the demo once on a folder and return its figures. Raises DemoFailed."""
    clips = clip(HERE / "ada.mp4"), clip(HERE / "chris.mp4")
    plan = Plan(data=data, port=0, host=clips[0], guest=clips[1], mails=(HERE / "question.eml",), once=True)
    return asyncio.run(_demo(plan))


async def _demo(plan: Plan) -> dict[str, Any]:
    await asyncio.to_thread(packages.ensure)
    environ = dict(os.environ) | {
        "OFFICEHOURS_DATA": str(plan.data),
        "OFFICEHOURS_MAILDIR": str(plan.data / "mail"),
        "OFFICEHOURS_FETCH_INTERVAL_S": "1",
    }
    house = await asyncio.to_thread(open_house, environ)
    with alone(house.ingest.data):
        await asyncio.to_thread(upgrade, house.database.url)
    password = await asyncio.to_thread(_furnish, house)
    supervisor = await _open(plan, environ)
    try:
        origin = f"http://127.0.0.1:{supervisor.port}"
        figures = await _run(plan, house, origin, password)
    except BaseException:
        await supervisor.stop()
        raise
    house.close()
    _tell(figures, origin, password, once=plan.once)
    if plan.once:
        await supervisor.stop()
    else:
        await run_until_stopped(supervisor)
    return figures


async def _open(plan: Plan, environ: dict[str, str]) -> Supervisor:
    """Start everything: on the port asked for, else on 8000, else on a free one."""
    ports = [plan.port] if plan.port is not None else [0] if plan.once else [8000, 0]
    for port in ports:
        supervisor = Supervisor(plan.data, environ, port=port)
        try:
            await supervisor.start()
        except DataInUse as error:
            raise MediaRefused(str(error)) from error
        except OSError as error:
            if port == ports[-1]:
                raise MediaRefused(f"port {port} cannot be used: {error.strerror}") from error
            await supervisor.stop()
        else:
            return supervisor
    raise AssertionError("the last port is either open or an error")


def _furnish(house: House) -> str:
    """The office's name and texts, and Bo who moderates; returns Bo's password, made anew each time."""
    password = secrets.token_urlsafe(12)
    texts = {"name": "Stadt Lindenau", "imprint": IMPRINT, "privacy": IMPRINT}
    with house.database.transaction() as connection:
        for name, value in texts.items():
            store.set_office_setting(connection, name, value)
    create_account(house.database, STAFF_EMAIL, "Bo", password)
    return password


async def _run(plan: Plan, house: House, origin: str, password: str) -> dict[str, Any]:
    """The office hour from its announcement to its release."""
    bars = Bars(STAGES)
    staff, citizen = Browser(origin), Browser(origin)
    await until(lambda: doors_open(citizen), "site and studio answer", 40, on_wait=bar(bars, "opening doors", 20))
    hour, ada, chris = await asyncio.to_thread(announce, house)
    signed_in = await asyncio.to_thread(staff.fill_in, "/login", {"email": STAFF_EMAIL, "password": password})
    if signed_in.status != 200:
        raise DemoFailed(f"staff could not sign in (status {signed_in.status})")
    it = Hour(plan, house, origin, bars, staff, citizen, hour, ada, chris)
    approved = await gather_questions(it)
    senders = await join(it)
    try:
        await on_air(it, approved, senders)
        # Beside what follows: a sender that takes its time to end is no part of the figures.
        leaving = asyncio.create_task(_stop(senders))
        await publish(it)
        await leaving
    finally:
        await _stop(senders)
    return it.figures


async def _stop(senders: list[Sender]) -> None:
    await asyncio.gather(*(sender.stop() for sender in senders))


def _tell(figures: dict[str, Any], origin: str, password: str, *, once: bool) -> None:
    print(f"\nReplay: {figures['replay_url']}", file=sys.stderr)
    if not once:
        print(f"Site:   {origin}/", file=sys.stderr)
        print(f"Staff:  {origin}/login   {STAFF_EMAIL}   {password}", file=sys.stderr)
        print("Ctrl-C ends it.", file=sys.stderr)
