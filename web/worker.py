"""A house comes in; a Celery node runs that does steps of one queue ("light" or "heavy") until it is told to stop.

Each kind of step is a Celery task under its own name, so that Flower and the log tell the truth. A heavy step's
work is a child process (ffmpeg, speech), so the pool is threads: nothing is forked after the database is open.
"""

import logging
import os
from datetime import timedelta
from typing import Any

from celery import Celery

from ingest import events, steps, tickets
from ingest.database import now
from web.house import House

log = logging.getLogger(__name__)

RECONCILE_S = 5.0
"""Pause between looks for lost work; a transient error's first pause is 2 s, so this rounds it up to 5."""
TIDY_S = 600.0
HEAVY_NICENESS = 10
"""Heavy steps give way to a live room on the same machine."""


def register(house: House) -> Celery:
    """Give every kind of step and the clock's own tasks their names in the Celery app."""
    for name in house.engine.kinds:
        _register_kind(house, name)

    @house.celery.task(name="clock.reconcile")
    def reconcile() -> None:
        house.engine.reconcile()

    @house.celery.task(name="clock.fetch")
    def look_for_questions() -> None:
        fetch(house)

    @house.celery.task(name="clock.tidy")
    def forget_the_old() -> None:
        tidy(house)

    return house.celery


def _register_kind(house: House, name: str) -> None:
    @house.celery.task(name=name)
    def run(step_id: str) -> None:
        house.engine.run(step_id)


def fetch(house: House) -> None:
    """Ask every source of questions once, unless the last time is still going on."""
    with house.database.transaction() as connection:
        if not steps.unfinished(connection, "questions.fetch"):
            steps.add(connection, kind="questions.fetch", priority=1, again=now().isoformat())
    house.engine.dispatch()


def tidy(house: House) -> None:
    """Forget what nobody needs: old events, expired tickets, fetches that went well."""
    at = now()
    with house.database.transaction() as connection:
        events.forget(connection, at)
        tickets.forget(connection, at)
        steps.forget(connection, "questions.fetch", at - timedelta(hours=1))


def schedule(house: House) -> dict[str, Any]:
    """What the clock rings, each message gone after its own interval so that none pile up."""
    every = {"clock.reconcile": RECONCILE_S, "clock.fetch": house.questions.fetch_interval_s, "clock.tidy": TIDY_S}
    return {
        name: {"task": name, "schedule": seconds, "options": {"queue": "light", "expires": seconds}}
        for name, seconds in every.items()
    }


def run_worker(house: House, queue: str) -> None:
    """Work until SIGTERM. One heavy step per core; light ones mostly wait for others."""
    app = register(house)
    cores = os.cpu_count() or 1
    if queue == "heavy":
        os.nice(HEAVY_NICENESS)
    house.engine.reconcile()
    app.worker_main(
        [
            "worker",
            f"--queues={queue}",
            f"--hostname={queue}@%h",
            "--pool=threads",
            f"--concurrency={cores if queue == 'heavy' else 4}",
            "--loglevel=WARNING",
            "--without-gossip",
            "--without-mingle",
            "--without-heartbeat",
        ]
    )


def run_clock(house: House) -> None:
    """Ring the periodic tasks until SIGTERM."""
    app = register(house)
    app.conf.beat_schedule = schedule(house)
    app.Beat(scheduler_cls="celery.beat:Scheduler", loglevel="WARNING", quiet=True).run()
