"""The clock of the waiting room, one task of the site: who was called and is not there is missed, and so on.

At its start those who were here when the last process went are forgiven the time in which nobody could hear them.
"""

import asyncio
import logging
from datetime import datetime, timedelta

import sqlalchemy.exc
from starlette.concurrency import run_in_threadpool

from ingest import store
from ingest.database import now
from ingest.live.lobby import guests, reception
from ingest.live.lobby.reception import Patience
from ingest.officehours import WITH_ROOM
from ingest.people import SeatState
from web.parts import House

log = logging.getLogger(__name__)
EVERY_S = 5.0


async def watch(house: House) -> None:
    """Look, until cancelled."""
    forgiven = False
    while True:
        try:
            if not forgiven:
                await run_in_threadpool(forgive, house, now())
                forgiven = True
            await run_in_threadpool(look, house, now())
        except sqlalchemy.exc.SQLAlchemyError as error:
            log.warning("nobody looks after the waiting room: %s", error)
        await asyncio.sleep(EVERY_S)


def forgive(house: House, at: datetime) -> None:
    """Count the time without a site against nobody."""
    with house.database.transaction() as connection:
        guests.forgive(connection, at, patience_of(house).grace)


def look(house: House, at: datetime) -> dict[str, SeatState]:
    """Sweep the waiting rooms; a write only where there is something to do."""
    patience = patience_of(house)
    moved: dict[str, SeatState] = {}
    with house.database.reading() as connection:
        hours = store.office_hours_in(connection, WITH_ROOM)
        full = [hour for hour in hours if reception.due(connection, hour, at, patience)]
    for hour in full:
        with house.database.transaction() as connection:
            moved |= reception.sweep(connection, store.office_hour(connection, hour.id), at, patience)
    return moved


def patience_of(house: House) -> Patience:
    """What the settings say."""
    settings = house.ingest
    return Patience(grace=timedelta(seconds=settings.waiting_grace_s), call=timedelta(seconds=settings.call_patience_s))
