"""The office hour of the demo: announced, asked, joined, on air, ended; everything as people would do it."""

import asyncio
import json
import mailbox
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from ingest import commands, store, tickets
from ingest.consent import ALL
from ingest.database import now
from ingest.live.lobby import waiting
from ingest.officehours import OfficeHour, Release, State
from ingest.people import Person, Role
from questions import listing, moderation, queue
from questions.question import Question
from questions.question import State as QuestionState
from web.demo.browser import Browser
from web.demo.progress import Bars
from web.demo.senders import Sender
from web.demo.standing import DemoFailed, Hour, state_of, until
from web.house import House

OPENING_S, QUESTION_S, CLOSING_S = 6.0, 11.0, 3.0
"""Seconds of each part. A question stays for more than ten: YouTube ignores chapters that are shorter."""
QUESTIONS_EMAIL = "sprechstunde@lindenau.example"
FORM_QUESTION = "Wann wird der Spielplatz am Mühlbach wieder geöffnet?"


def announce(house: House) -> tuple[OfficeHour, Person, Person]:
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
            store.answer_consent(connection, person.id, dict.fromkeys(ALL, True), hour.consent_version)
    return hour, ada, chris


def doors_open(visitor: Browser) -> bool:
    """Whether site and studio answer."""
    return visitor.get("/live/health").status == 200 and visitor.get("/health").status == 200


def bar(bars: Bars, stage: str, expected_s: float) -> Callable[[float], None]:
    """For `until`: the bar of a stage that usually takes so long."""
    return lambda waited: bars.show(stage, min(waited / expected_s, 0.95))


async def gather_questions(it: Hour) -> list[Question]:
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
            return sum(listing.counts(connection, it.hour.id).values()) >= wanted

    await until(arrived, f"{wanted} questions come in", 30)
    it.bars.show("opening doors", 1.0, f"{wanted} questions came in")
    return await asyncio.to_thread(_approve_all, it)


def _approve_all(it: Hour) -> list[Question]:
    """Bo approves what is new and puts it into the queue."""
    with it.house.database.transaction() as connection:
        for question in listing.first(connection, it.hour.id, [QuestionState.NEW], 100):
            if question.office_hour is None:
                question = moderation.assign(connection, question, it.hour.id)
            queue.queue(connection, moderation.approve(connection, question, by="demo"), by="demo")
        return queue.queued(connection, it.hour.id)


async def join(it: Hour) -> list[Sender]:
    """Open backstage, let Chris in, connect both."""
    with it.house.database.transaction() as connection:
        store.move_office_hour(connection, it.hour.id, State.BACKSTAGE)
        waiting.admit(connection, it.chris, "Bürger")
    await until(lambda: _room(it).get("open"), "the room opens", 20)
    address = f"{it.origin}/live/whip"
    cameras = [(it.plan.host, _ticket(it, it.ada)), (it.plan.guest, _ticket(it, it.chris))]
    # Started together, the two clips are one conversation: each is silent while the other speaks.
    senders = list(await asyncio.gather(*(Sender.start(source, address, ticket) for source, ticket in cameras)))
    await until(lambda: _room(it).get("sending") == 2 or _any_ended(senders), "both send", 20)
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


async def on_air(it: Hour, approved: list[Question], senders: list[Sender]) -> None:
    """On air, both visible, each question for its time, then the end."""
    with it.house.database.transaction() as connection:
        waiting.start(connection, it.hour.id, {Role.HOST: it.hour.host_role})
        waiting.show(connection, it.chris, "Bürger")
    await until(lambda: state_of(it).state is State.ON_AIR, "the office hour is on air", 20)
    begun = time.monotonic()
    planned = OPENING_S + len(approved) * QUESTION_S + CLOSING_S

    async def stay(end: float, words: str) -> None:
        while (passed := time.monotonic() - begun) < end:
            it.bars.show("live", passed / planned, words)
            await _check(senders)
            await asyncio.sleep(min(0.25, end - passed))

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
