"""The demo: options come in; the whole product is started, a short real office hour runs through it, figures go out.

Ada hosts and Chris asks, over real WebRTC through the same WHIP endpoint that a browser uses. One question comes as
a mail into a Maildir, one through the web form; both are approved and put on air. After the end the release follows
by itself. Every figure is taken from outside, through the site's own addresses, in seconds after "end" was pressed.
"""

import asyncio
import json
import mailbox
import os
import secrets
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from ingest import commands, steps, store, tickets
from ingest.database import now
from ingest.live import waiting
from ingest.officehours import OfficeHour, Release, State, Visibility
from ingest.people import Person, Role, Scope
from publish.pipeline import Stage, progress
from questions import moderation, queue
from questions.question import Question
from questions.question import State as QuestionState
from web import packages
from web.demo.browser import Browser
from web.demo.progress import Bars
from web.demo.senders import Clip, MediaRefused, Sender, clip
from web.first_run import create_account
from web.house import House, open_house
from web.migrate import alone, upgrade
from web.serve import DataInUse, Supervisor, run_until_stopped

__all__ = ["DemoFailed", "MediaRefused", "demo", "demo_figures"]
HERE = Path(__file__).parent

OPENING_S, QUESTION_S, CLOSING_S = 6.0, 11.0, 3.0
"""Seconds of each part. A question stays for more than ten: YouTube ignores chapters that are shorter."""
STAGES = ("opening doors", "live", "replay ready", "renditions", "captions", "released")
STAFF_EMAIL, QUESTIONS_EMAIL = "bo@lindenau.example", "sprechstunde@lindenau.example"
IMPRINT = "Stadt Lindenau, Rathausplatz 1, 00000 Lindenau (erfunden, zur Vorführung)"
FORM_QUESTION = "Wann wird der Spielplatz am Mühlbach wieder geöffnet?"


class DemoFailed(RuntimeError):
    """Something did not happen in its time; the message says what."""


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What the demo was asked to do."""

    data: Path
    port: int | None
    host: Clip
    guest: Clip
    mails: tuple[Path, ...]
    once: bool


@dataclass
class Hour:
    """What the running demo holds on to."""

    plan: Plan
    house: House
    origin: str
    bars: Bars
    staff: Browser
    citizen: Browser
    hour: OfficeHour
    ada: Person
    chris: Person
    ended: float = 0.0
    figures: dict[str, Any] = field(default_factory=dict)

    def since_end(self) -> float:
        return round(time.monotonic() - self.ended, 2)


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


def _announce(house: House) -> tuple[OfficeHour, Person, Person]:
    """The office hour, open for questions, with Ada and Chris and what they agreed to."""
    with house.database.transaction() as connection:
        hour = store.add_office_hour(
            connection,
            title="Bürgersprechstunde: Radweg, Spielplatz, Rathaus",
            host_name="Ada Lindner",
            host_role="Bürgermeisterin",
            starts_at=now() + timedelta(minutes=1),
            planned_minutes=1,
            release=Release.AT_END,
            question_mail=QUESTIONS_EMAIL,
            consent_text="Bild und Ton werden übertragen, aufgezeichnet und veröffentlicht.",
        )
        hour = store.move_office_hour(connection, hour.id, State.OPEN)
        ada = store.add_person(connection, hour.id, name="Ada Lindner", role=Role.HOST)
        chris = store.add_person(connection, hour.id, name="Chris", role=Role.GUEST, topic="Radweg Lindenstraße")
        for person in (ada, chris):
            store.give_consent(connection, person.id, Scope.LIVE_AND_RECORDING, hour.consent_version)
    return hour, ada, chris


async def _run(plan: Plan, house: House, origin: str, password: str) -> dict[str, Any]:
    """The office hour from its announcement to its release."""
    bars = Bars(STAGES)
    staff, citizen = Browser(origin), Browser(origin)
    await _until(lambda: _open_doors(citizen), "site and studio answer", 40, on_wait=_bar(bars, "opening doors", 20))
    hour, ada, chris = await asyncio.to_thread(_announce, house)
    signed_in = await asyncio.to_thread(staff.fill_in, "/login", {"email": STAFF_EMAIL, "password": password})
    if signed_in.status != 200:
        raise DemoFailed(f"staff could not sign in (status {signed_in.status})")
    it = Hour(plan, house, origin, bars, staff, citizen, hour, ada, chris)
    approved = await _gather_questions(it)
    senders = await _join(it)
    try:
        await _on_air(it, approved, senders)
    finally:
        for sender in senders:
            await sender.stop()
    await _publish(it)
    return it.figures


def _open_doors(visitor: Browser) -> bool:
    return visitor.get("/live/health").status == 200 and visitor.get("/health").status == 200


def _bar(bars: Bars, stage: str, expected_s: float) -> Callable[[float], None]:
    return lambda waited: bars.show(stage, min(waited / expected_s, 0.95))


async def _gather_questions(it: Hour) -> list[Question]:
    """One question by the web form, the mails into the Maildir; approved and queued when they have come in."""
    box = mailbox.Maildir(it.house.questions.maildir or it.plan.data / "mail", create=True)
    for mail in it.plan.mails:
        box.add(await asyncio.to_thread(mail.read_bytes))
    path = f"/office-hours/{it.hour.id}/ask"
    form = {"question": FORM_QUESTION, "name": "Familie Sommer", "consent": "yes"}
    sent = await asyncio.to_thread(it.citizen.fill_in, path, form)
    if sent.status != 200:
        raise DemoFailed(f"the question form answered with status {sent.status}")
    wanted = 1 + len(it.plan.mails)

    def arrived() -> bool:
        with it.house.database.reading() as connection:
            board = moderation.board(connection, it.hour.id)
        return sum(len(questions) for questions in board.values()) >= wanted

    await _until(arrived, f"{wanted} questions come in", 30)
    it.bars.show("opening doors", 1.0, f"{wanted} questions came in")
    return await asyncio.to_thread(_approve_all, it)


def _approve_all(it: Hour) -> list[Question]:
    """Bo approves what is new and puts it into the queue."""
    with it.house.database.transaction() as connection:
        new = moderation.board(connection, it.hour.id)[QuestionState.NEW]
        for question in new:
            if question.office_hour is None:
                question = moderation.assign(connection, question, it.hour.id)
            queue.queue(connection, moderation.approve(connection, question, by="demo"), by="demo")
        return queue.queued(connection, it.hour.id)


async def _join(it: Hour) -> list[Sender]:
    """Open backstage, let Chris in, connect both."""
    with it.house.database.transaction() as connection:
        store.move_office_hour(connection, it.hour.id, State.BACKSTAGE)
        waiting.admit(connection, it.chris, "Bürger")
    await _until(lambda: _room(it).get("open"), "the room opens", 20)
    address = f"{it.origin}/live/whip"
    cameras = [(it.plan.host, _ticket(it, it.ada)), (it.plan.guest, _ticket(it, it.chris))]
    # Started together, the two clips are one conversation: each is silent while the other speaks.
    senders = list(await asyncio.gather(*(Sender.start(source, address, ticket) for source, ticket in cameras)))
    await _until(lambda: _room(it).get("sending") == 2 or _any_ended(senders), "both send", 20)
    await _check(senders)
    return senders


def _ticket(it: Hour, person: Person) -> str:
    with it.house.database.transaction() as connection:
        return tickets.issue(
            connection, person=person.id, office_hour=it.hour.id, audience=tickets.Audience.WHIP, at=now()
        )


def _room(it: Hour) -> dict[str, Any]:
    answer = it.citizen.get(f"/live/room/{it.hour.id}")
    room: dict[str, Any] = json.loads(answer.body) if answer.status == 200 else {}
    return room


def _any_ended(senders: list[Sender]) -> bool:
    return any(sender.ended for sender in senders)


async def _check(senders: list[Sender]) -> None:
    for sender in senders:
        if sender.ended:
            raise DemoFailed(f"a sender ended: {await sender.complaint()}")


async def _on_air(it: Hour, approved: list[Question], senders: list[Sender]) -> None:
    """On air, both visible, each question for its time, then the end."""
    with it.house.database.transaction() as connection:
        waiting.start(connection, it.hour.id, {Role.HOST: it.hour.host_role})
        waiting.show(connection, it.chris, "Bürger")
    await _until(lambda: _state(it).state is State.ON_AIR, "the office hour is on air", 20)
    begun = time.monotonic()
    planned = OPENING_S + len(approved) * QUESTION_S + CLOSING_S

    async def stay(until: float, words: str) -> None:
        while (passed := time.monotonic() - begun) < until:
            it.bars.show("live", passed / planned, words)
            await _check(senders)
            await asyncio.sleep(min(0.25, until - passed))

    await stay(OPENING_S, "opening")
    for number, question in enumerate(approved, 1):
        with it.house.database.transaction() as connection:
            queue.put_on_air(connection, question, by="demo")
        await stay(OPENING_S + number * QUESTION_S, f"question {number} of {len(approved)}")
    await stay(planned, "closing")
    with it.house.database.transaction() as connection:
        commands.write(connection, it.hour.id, commands.Kind.END)
    it.ended = time.monotonic()
    it.figures["live_s"] = round(it.ended - begun, 2)
    it.bars.show("live", 1.0, "ended")


def _state(it: Hour) -> OfficeHour:
    with it.house.database.reading() as connection:
        return store.office_hour(connection, it.hour.id)


async def _publish(it: Hour) -> None:
    """Watch the recording become playable, complete, captioned and public."""
    hour, figures, bars = it.hour.id, it.figures, it.bars
    await _until(lambda: _playable(it), "the replay can be played", 30, pause=0.05)
    figures["replay_ready_s"] = it.since_end()
    bars.show("replay ready", 1.0)
    for stage, key in (
        (Stage.RENDITIONS, "renditions_ready_s"),
        (Stage.CAPTIONS, "captions_ready_s"),
        (Stage.RELEASED, "released_s"),
    ):
        while (done := _stages(it)[stage]) < 1.0:
            bars.show(stage.value, done)
            _complain_of_failures(it)
            if it.since_end() > 600:
                raise DemoFailed(f"{stage.value} did not come within ten minutes")
            await asyncio.sleep(0.1)
        figures[key] = it.since_end()
        bars.show(stage.value, 1.0)
    await _until(lambda: _state(it).visibility is Visibility.RELEASED, "the recording is released", 10)
    replay = f"/replay/{hour}"
    page = await asyncio.to_thread(it.citizen.get, replay)
    if page.status != 200:
        raise DemoFailed(f"the public replay page answers with status {page.status}")
    figures |= {
        "office_hour": hour,
        "replay_url": it.origin + replay,
        "archive": str(it.house.archive.room(hour).root),
        "cues": await asyncio.to_thread(_count_cues, it, f"captions/{it.hour.language}.vtt"),
        "chapters": await asyncio.to_thread(_count_cues, it, "captions/chapters.vtt"),
    }


def _stages(it: Hour) -> dict[Stage, float]:
    with it.house.database.reading() as connection:
        return progress(steps.of_office_hour(connection, it.hour.id))


def _complain_of_failures(it: Hour) -> None:
    with it.house.database.reading() as connection:
        for step in steps.of_office_hour(connection, it.hour.id):
            if step.state in (steps.State.FAILED, steps.State.QUARANTINED):
                raise DemoFailed(f"step {step.kind} failed: {step.error}")


def _address(it: Hour) -> str:
    with it.house.database.reading() as connection:
        edition = store.edition_of(connection, it.hour.id)
    return edition.address if edition else ""


def _playable(it: Hour) -> bool:
    """Staff can fetch the replay's playlist, it is whole, and its first segment is there."""
    if _state(it).state is not State.ENDED:
        return False
    root = f"/media/{_address(it)}/programme/1/video"
    playlist = it.staff.get(f"{root}/index.m3u8")
    if playlist.status != 200 or "#EXT-X-ENDLIST" not in playlist.text:
        return False
    segments = [line for line in playlist.text.splitlines() if line and not line.startswith("#")]
    return bool(segments) and it.staff.get(f"{root}/{segments[-1]}").status == 200


def _count_cues(it: Hour, path: str) -> int:
    answer = it.citizen.get(f"/media/{_address(it)}/{path}")
    return answer.text.count(" --> ") if answer.status == 200 else 0


async def _until(
    holds: Callable[[], Any],
    what: str,
    limit_s: float,
    *,
    pause: float = 0.1,
    on_wait: Callable[[float], None] = lambda waited: None,
) -> None:
    """Look again and again until `holds`. Raises DemoFailed after `limit_s`."""
    begun = time.monotonic()
    while not await asyncio.to_thread(holds):
        waited = time.monotonic() - begun
        if waited > limit_s:
            raise DemoFailed(f"in {limit_s:.0f} s it did not happen that {what}")
        on_wait(waited)
        await asyncio.sleep(pause)


def _tell(figures: dict[str, Any], origin: str, password: str, *, once: bool) -> None:
    print(f"\nReplay: {figures['replay_url']}", file=sys.stderr)
    if not once:
        print(f"Site:   {origin}/", file=sys.stderr)
        print(f"Staff:  {origin}/login   {STAFF_EMAIL}   {password}", file=sys.stderr)
        print("Ctrl-C ends it.", file=sys.stderr)
