"""A house comes in; a Celery node runs that does steps of one queue ("light" or "heavy") until it is told to stop.

Each kind of step is a Celery task under its own name, so that Flower and the log tell the truth. A heavy step's
work is a child process (ffmpeg, speech), so the pool is threads: nothing is forked after the database is open.
"""

import logging
import os
import threading
import warnings
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from celery import Celery
from celery.platforms import SecurityWarning

from ingest import events, marks, steps, tickets
from ingest import store as store_of_hours
from ingest.database import now
from ingest.live.lobby import reception
from questions import needs, repeat
from questions.sources.listener import listen
from questions.tasks import FETCH, LETTERS, POSTS, POSTS_S, account
from transcode import launch, made
from web import ahead, handover, keeping, places, rehearsal, retained, store, unsealing, uploads
from web.broker import QUEUES
from web.devicetest import store as device_tests
from web.house import House
from web.preflight import rounds
from web.preflight.telling import TELL

log = logging.getLogger(__name__)

RECONCILE_S = 5.0
"""Pause between looks for lost work; a transient error's first pause is 2 s, so this rounds it up to 5."""
TIDY_S = 600.0
HOURS_S = 20.0
"""Pause between two looks for office hours whose time for questions has come."""
AHEAD_S = 20.0
"""Pause between two looks for what was said on air: a third of a piece, so that little is left at the end."""
LIGHT_AT_ONCE = 4
"""Light steps mostly wait for others."""
PREFLIGHT_S = 30.0
"""Pause between two looks for office hours that are near; also that between two signs of life of a worker."""
HEAVY_NICENESS = 10
"""Heavy steps give way to a live room on the same machine."""


def register(house: House) -> Celery:
    """Give every kind of step and the clock's own tasks their names in the Celery app."""
    named: dict[str, Callable[..., object]] = {
        "clock.reconcile": house.engine.reconcile,
        "clock.fetch": lambda: fetch(house),
        "clock.letters": lambda: write_letters(house),
        "clock.posts": lambda: read_posts(house),
        "clock.tidy": lambda: tidy(house),
        "clock.preflight": lambda: rounds.look_ahead(house, now()),
        "clock.sign": lambda queue: rounds.sign(house, queue, now()),
        "clock.hours": lambda: open_for_questions(house),
        "clock.ahead": lambda: hear_ahead(house),
    }
    named |= dict.fromkeys(house.engine.kinds, lambda id: run_step(house, id))
    for name, work in named.items():
        house.celery.task(name=name, throws=(NotDone,))(_task(work))
    return house.celery


class NotDone(Exception):
    """A step ended badly: Celery's events, and so Flower, say the same as its row."""


def run_step(house: House, id: str) -> str:
    """Do a step; how it stands afterwards, in a word. Raises NotDone, without what may hold somebody's address."""
    state = house.engine.run(id)
    if state not in steps.ENDED_BADLY:
        return state.value if state is not None else "somebody else has it"
    with house.database.reading() as connection:
        step = steps.get(connection, id)
    raise NotDone(f"{step.state.value}, {step.error_class}: officehours steps why {step.id[:8]}")


def _task(work: Callable[..., object]) -> Callable[..., object]:
    """A plain function for Celery, which reads the source of what it is given (no lambda, no method)."""

    def task(*arguments: str) -> object:
        return work(*arguments)

    return task


def fetch(house: House) -> bool:
    """Ask every source of questions once; False when the last time is still going on."""
    return _once(house, FETCH, priority=1)


def read_posts(house: House) -> None:
    """Look once at the office's account on a platform, if it has one, unless the last time is still going on."""
    if house.questions.mastodon_url:
        _once(house, POSTS, priority=3)


def write_letters(house: House) -> None:
    """Look once for letters that are due, unless the last time is still going on."""
    if house.questions.smtp_host or house.questions.mastodon_url:
        _once(house, LETTERS, priority=4)


def open_for_questions(house: House) -> None:
    """Open the planned office hours whose announced time for questions has come; ask there what is asked again."""
    with house.database.transaction() as connection:
        store_of_hours.open_due(connection, now())
        repeat.ask_due(connection, house.safe, now())


def hear_ahead(house: House) -> None:
    """Have what was said so far written down, in office hours that are on air."""
    with house.database.transaction() as connection:
        written = ahead.write(connection, now())
    if written:
        house.engine.dispatch()


def _once(house: House, kind: str, *, priority: int) -> bool:
    with house.database.transaction() as connection:
        free = not steps.unfinished(connection, kind)
        if free:
            steps.add(connection, kind=kind, priority=priority, again=now().isoformat())
    house.engine.dispatch()
    return free


def tidy(house: House) -> None:
    """Forget what nobody needs: old events, tickets, what was known of waiting guests, fetches that went well, uploads
    given up, half-made files, cut stretches and people's own tracks past their time, why moments were marked, what
    people needed, who asked (`questions/retention.py`), device tests and rehearsals of yesterday."""
    at = now()
    with house.database.transaction() as connection:
        recent = steps.office_hours_since(connection, at - timedelta(days=2))
        events.forget(connection, at)
        tickets.forget(connection, at)
        for kind in (FETCH, LETTERS, POSTS, TELL):
            steps.forget(connection, kind, at - timedelta(hours=1))
        store.forget_sessions(connection, at)
        device_tests.forget(connection, at)
        needs.forget(connection, at - needs.KEPT)
        handover.forget(connection, at)
        reception.forget(connection, at)
        over = at - timedelta(days=house.ingest.tracks_kept_days)
        marks.forget(connection, over)
        settled = frozenset(connection.scalars(store_of_hours.over_before(over)))
        forgotten = uploads.forget(connection, at)
    for office_hour in recent:
        made.sweep_room(house.archive.room(office_hour))
    for id in forgotten:
        uploads.path_of(house.ingest.data, id).unlink(missing_ok=True)
    with house.database.reading() as connection:
        rehearsed = rehearsal.due(connection, at)
    rehearsal.erase(house.database, house.archive, rehearsed)
    retained.erase(house, at)
    unsealing.sweep(house, at)
    for office_hour in house.archive.with_tracks(sorted(settled)):
        house.archive.erase_tracks(office_hour)


def schedule(house: House) -> dict[str, Any]:
    """What the clock rings, each message gone after its own interval so that none pile up."""
    every = {
        "clock.reconcile": RECONCILE_S,
        "clock.fetch": house.questions.fetch_interval_s,
        "clock.letters": house.questions.letters_interval_s,
        "clock.posts": POSTS_S,
        "clock.tidy": TIDY_S,
        "clock.preflight": PREFLIGHT_S,
        "clock.hours": HOURS_S,
        "clock.ahead": AHEAD_S,
    }
    rung = {
        name: {"task": name, "schedule": seconds, "options": {"queue": "light", "expires": seconds}}
        for name, seconds in every.items()
    }
    return rung | {
        f"clock.sign.{queue}": {
            "task": "clock.sign",
            "schedule": PREFLIGHT_S,
            "args": (queue,),
            "options": {"queue": queue, "expires": PREFLIGHT_S},
        }
        for queue in QUEUES
    }


def run_worker(house: House, queue: str) -> None:
    """Work until SIGTERM."""
    app = register(house)
    usual = {"heavy": places.heavy_places(places.cores(), places.memory()), "light": LIGHT_AT_ONCE}[queue]
    if queue == "heavy":
        lowered = os.nice(HEAVY_NICENESS)
        if house.transcode.niceness:
            launch.give_way(lowered)
    house.engine.reconcile()
    rounds.sign(house, queue, now())
    keeping.begin_freeing(house)
    # It warns of root because of pickled messages; ours are JSON and hold an id.
    warnings.filterwarnings("ignore", category=SecurityWarning)
    app.worker_main(
        [
            "--quiet",
            "worker",
            f"--queues={queue}",
            f"--hostname={queue}@%h",
            "--pool=threads",
            f"--concurrency={house.settings.steps_at_once or usual}",
            "--loglevel=WARNING",
            "--without-gossip",
            "--without-mingle",
            "--without-heartbeat",
        ]
    )


def run_clock(house: House) -> None:
    """Ring the periodic tasks until SIGTERM, and whenever the mailbox tells of new mail."""
    app = register(house)
    if house.questions.imap_host:
        listening = (account(house.questions), lambda: fetch(house), threading.Event())
        threading.Thread(target=listen, args=listening, name="mailbox", daemon=True).start()
    app.conf.beat_schedule = schedule(house)
    app.Beat(scheduler_cls="celery.beat:Scheduler", loglevel="WARNING", quiet=True).run()
