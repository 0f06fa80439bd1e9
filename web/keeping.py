"""With an archive in an object store: rooms are handed over, pages have what they show, copies go in time.

    the site     each second: closed segments of rooms on air and all of what has ended go into the store; small files
                 (playlists, captions, pictures, notes) of what workers have done come from it; uploads are handed over
    each worker  each minute: media that nobody has used for a while are removed from this host's folder, and all of an
                 office hour that is erased

Site and studio share one data folder; workers may have one of their own. Nothing is done for an archive on a disk.
"""

import asyncio
import logging
import threading
import time
from datetime import datetime
from pathlib import Path

import sqlalchemy as sa
from starlette.concurrency import run_in_threadpool

from ingest import events, mirror, steps, store
from ingest.database import now
from ingest.officehours import OfficeHour, State
from ingest.shared import SharedArchive
from ingest.steps import StepError
from publish.tasks import LAST_WORDS, forget_files
from web import unsealing, uploads
from web.parts import House

log = logging.getLogger(__name__)
EVERY_S = 1.0
SWEEP_S = 600.0
FREE_S = 60.0
KEPT_S = 1800.0
"""How long a worker's host keeps media that no step has read or made since."""
ON_AIR = frozenset({State.ON_AIR, State.PAUSED})
OVER = frozenset({State.ENDED, State.IN_REVIEW})
SITE_MARK = ".site"
"""In the folder of notes: pages are made on this host, so small files stay."""
TROUBLE = (StepError, OSError, sa.exc.SQLAlchemyError)


class Keeper:
    """What the site does each second, and what it remembers between two looks."""

    def __init__(self, house: House, archive: SharedArchive) -> None:
        self.house, self.archive = house, archive
        self._settled: set[str] = set()
        self._heard: int | None = None
        self._swept = float("-inf")
        archive.notes.mkdir(parents=True, exist_ok=True)
        (archive.notes / SITE_MARK).touch()

    def look(self, at: datetime) -> None:
        """Once. What goes wrong with one office hour is logged and tried again; raises what the database raises."""
        with self.house.database.reading() as connection:
            hours = store.office_hours_in(connection, ON_AIR | OVER)
        for hour in hours:
            if hour.id not in self._settled:
                self._tried(hour, at)
        self._hear()
        self._hand_over_uploads()
        if time.monotonic() - self._swept > SWEEP_S:
            self._swept = time.monotonic()
            unsealing.sweep(self.house, at)

    def _tried(self, hour: OfficeHour, at: datetime) -> None:
        try:
            if self._kept(hour, at):
                self._settled.add(hour.id)
        except TROUBLE as error:
            log.warning("the recording of %s is not in the store yet: %s", hour.id, error)

    def _kept(self, hour: OfficeHour, at: datetime) -> bool:
        """Put what there is of an office hour; True when nothing more will come of it by itself."""
        if hour.state in ON_AIR and hour.recorded:
            self.archive.put(hour.id, on_air=True)
        if hour.state not in OVER:
            return False
        if not hour.recorded:
            if hour.ended_at is None or at < hour.ended_at + LAST_WORDS:
                return False
            forget_files(self.archive.room(hour.id))
        elif self.archive.room(hour.id).timeline.exists():
            self.archive.put(hour.id)
        else:
            self.archive.bring(hour.id, mirror.nothing)  # recorded before pages were made on this host
        return True

    def _hear(self) -> None:
        """Fetch what pages show of office hours for which a step was done."""
        with self.house.database.reading() as connection:
            if self._heard is None:
                self._heard = events.newest(connection)
                done = set(self._settled)
            else:
                new = events.after(connection, self._heard)
                told = {event.object for event in new if event.topic == "step"}
                done = {step.office_hour for step in steps.done(connection, told) if step.office_hour}
                self._heard = max((event.id for event in new), default=self._heard)
        for office_hour in done & self._settled:
            try:
                self.archive.bring(office_hour, mirror.nothing)
            except TROUBLE as error:
                log.warning("what was made of %s is not on the pages yet: %s", office_hour, error)
                self._settled.discard(office_hour)

    def _hand_over_uploads(self) -> None:
        """Let workers elsewhere have what staff brought; the file here goes when it is taken or refused."""
        data = self.house.ingest.data
        with self.house.database.reading() as connection:
            known = uploads.all_of(connection)
        for upload in known:
            file = uploads.path_of(data, upload.id)
            if upload.state is uploads.State.RECEIVED and file.exists():
                try:
                    self.archive.lend(uploads.lent_as(upload.id), file)
                except TROUBLE as error:
                    log.warning("the upload %s is not in the store yet: %s", upload.id, error)
            elif upload.state in (uploads.State.TAKEN, uploads.State.REFUSED):
                file.unlink(missing_ok=True)


async def keep(house: House) -> None:
    """Look, until cancelled; nothing for an archive in the data folder."""
    if not isinstance(house.archive, SharedArchive):
        return
    keeper = Keeper(house, house.archive)
    while True:
        try:
            await run_in_threadpool(keeper.look, now())
        except TROUBLE as error:
            log.warning("recordings are not kept in the store: %s", error)
        await asyncio.sleep(EVERY_S)


# On workers' hosts


def free(house: House, archive: SharedArchive, at_s: float) -> None:
    """Remove copies that have had their time, and all of office hours that are erased."""
    keep = mirror.is_small if (archive.notes / SITE_MARK).exists() else mirror.nothing
    with house.database.reading() as connection:
        known = set(connection.scalars(sa.select(store.office_hours.c.id)))
        known |= {upload.id for upload in uploads.all_of(connection)}
    for folder in _folders(archive.root):
        idle_s = at_s - archive.used_at(folder.name)
        if folder.name not in known and FREE_S < idle_s < at_s:
            archive.forget(folder.name)
        elif KEPT_S < idle_s < at_s:
            archive.free(folder.name, keep)


def _folders(root: Path) -> list[Path]:
    return [each for each in sorted(root.iterdir()) if each.name.isalnum()] if root.is_dir() else []


def begin_freeing(house: House) -> None:
    """Free this host's copies each minute, for as long as the process runs."""
    if isinstance(house.archive, SharedArchive):
        threading.Thread(target=_free, args=(house, house.archive), name="freeing", daemon=True).start()


def _free(house: House, archive: SharedArchive) -> None:
    while True:
        try:
            free(house, archive, time.time())
        except TROUBLE as error:
            log.warning("copies cannot be looked through: %s", error)
        time.sleep(FREE_S)
