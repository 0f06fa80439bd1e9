"""Somebody else's film and its facts come in; an office hour that has ended, its pipeline written down, goes out.

`make_programme` is the long part and may run twice; `write_down` is one transaction. The step `import.film` does both
for an upload: what cannot be mended is refused in the upload's row, and nothing else is left of it.
"""

import logging
from dataclasses import dataclass
from datetime import timedelta
from fractions import Fraction
from pathlib import Path

from sqlalchemy.engine import Connection

from ingest import archive, steps, store
from ingest.database import now, random_id
from ingest.engine import ON_ITS_WAY
from ingest.officehours import OfficeHour, Release, State
from ingest.timeline import Kind as Happened
from ingest.timeline import Writer
from ingest.work import Kind, Work
from publish import pipeline
from transcode import footprint, repair
from transcode.encode import Means, means_of
from transcode.probe import Picture
from transcode.settings import Settings
from web import uploads
from web.uploads import Upload

log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What a recording does not say itself."""

    title: str
    host_name: str
    language: str
    release: bool


def make_programme(film: Path, room: archive.Room, means: Means, preset: str) -> Picture:
    """Fill the room of an office hour that is to be. Raises what repair raises."""
    room.programme(1).root.parent.mkdir(parents=True, exist_ok=True)
    picture = repair.repair(film, room.programme(1), means, preset=preset)
    rate, ended = round(picture.frame_rate), now()
    began = ended - timedelta(seconds=picture.frames / rate)
    room.timeline.unlink(missing_ok=True)
    with Writer(room.timeline) as timeline:
        size = {"width": picture.width, "height": picture.height}
        timeline.append(Happened.BEGIN, 0, command=None, wall=began.isoformat(), tick_duration=f"1/{rate}", **size)
        timeline.append(Happened.END, max(picture.frames - 1, 0), wall=ended.isoformat())
    return picture


def write_down(connection: Connection, id: str, picture: Picture, facts: Facts) -> OfficeHour:
    """The office hour `id`, held and ended, with all steps that follow an end."""
    rate, ended = round(picture.frame_rate), now()
    began = ended - timedelta(seconds=picture.frames / rate)
    store.add_office_hour(
        connection,
        id=id,
        title=facts.title,
        host_name=facts.host_name,
        language=facts.language,
        starts_at=began,
        state=State.ON_AIR,
        release=Release.AT_END if facts.release else Release.BY_HAND,
    )
    edition = store.add_edition(
        connection, id, address=random_id(), duration_ticks=picture.frames, tick_duration=str(Fraction(1, rate))
    )
    hour = store.move_office_hour(connection, id, State.ENDED, began_at=began, ended_at=ended)
    pipeline.begin(connection, hour, edition)
    return hour


# An upload


def kinds(data: Path, settings: Settings, preset: str) -> list[Kind]:
    """The kind of step that makes an office hour of an upload."""

    def film_of(work: Work) -> Path:
        return uploads.path_of(data, str(work.parameters["upload"]))

    def take(work: Work) -> None:
        take_upload(work, film_of(work), settings, preset)

    def room(work: Work) -> int:
        film = film_of(work)
        return footprint.of_import(film) if film.exists() else 0

    return [Kind(name=uploads.IMPORT, queue="heavy", run=take, priority=3, room=room)]


def take_upload(work: Work, film: Path, settings: Settings, preset: str) -> None:
    """Make an office hour of `film`, or refuse it with the reason; safe to run twice."""
    with work.database.reading() as connection:
        upload = uploads.get(connection, work.parameters["upload"])
    if upload.state is uploads.State.RECEIVED:
        try:
            with work.archive.in_use(upload.id):
                work.archive.borrow(uploads.lent_as(upload.id), film, work.alive)
                _take(work, upload, film, settings, preset)
        except FileNotFoundError as error:
            if film.exists():
                raise
            raise steps.NotHere(f"{upload.file_name} is still on its way", work.clock() + ON_ITS_WAY) from error
        except steps.Permanent as refused:
            log.info("upload %s is refused: %s", upload.id, refused)
            work.confirm()
            work.archive.erase(upload.id)
            with work.database.transaction() as connection:
                reason = str(refused).replace(film.name, upload.file_name)
                uploads.move(connection, upload.id, uploads.State.RECEIVED, uploads.State.REFUSED, error=reason)
    film.unlink(missing_ok=True)
    work.archive.give_back(uploads.lent_as(upload.id))


def _take(work: Work, upload: Upload, film: Path, settings: Settings, preset: str) -> None:
    means = means_of(work, settings)
    picture = make_programme(film, work.archive.room(upload.id), means, preset)
    facts = Facts(title=upload.title, host_name=upload.host_name, language=upload.language, release=upload.release)
    work.confirm()
    work.archive.put(upload.id, work.alive)
    with work.database.transaction() as connection:
        if uploads.move(connection, upload.id, uploads.State.RECEIVED, uploads.State.TAKEN):
            write_down(connection, upload.id, picture, facts)
