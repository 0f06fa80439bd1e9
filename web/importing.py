"""A file with somebody else's recording comes in; an office hour that has ended goes out, its pipeline written down."""

import json
import sys
from datetime import timedelta
from fractions import Fraction
from pathlib import Path

import ingest.archive
from ingest import steps, store
from ingest.database import now, random_id
from ingest.officehours import OfficeHour, Release, State
from ingest.timeline import Kind, Writer
from publish import pipeline
from transcode import repair
from transcode.encode import Means
from transcode.probe import Picture
from web.house import House
from web.mendable import Mendable


def import_file(house: House, film: Path, *, title: str, host_name: str, language: str, release: bool) -> OfficeHour:
    """Put `film` into the archive as the recording of an office hour of its own, and begin all that follows an end.

    Raises Mendable when the file cannot be taken; then nothing is kept.
    """
    id = random_id()
    room = house.archive.room(id)
    try:
        room.programme(1).root.parent.mkdir(parents=True)
        means = Means(settings=house.transcode, progress=_show)
        picture = repair.repair(film, room.programme(1), means, preset=house.ingest.video_preset)
        return _write_down(house, id, picture, title=title, host_name=host_name, language=language, release=release)
    except steps.StepError as error:
        house.archive.erase(id)
        raise Mendable(f"{film.name} cannot be imported: {error}") from error
    except BaseException:
        house.archive.erase(id)
        raise


def _write_down(
    house: House, id: str, picture: Picture, *, title: str, host_name: str, language: str, release: bool
) -> OfficeHour:
    rate, ended = round(picture.frame_rate), now()
    began = ended - timedelta(seconds=picture.frames / rate)
    _write_timeline(house.archive.room(id), picture, rate, began.isoformat(), ended.isoformat())
    with house.database.transaction() as connection:
        store.add_office_hour(
            connection,
            id=id,
            title=title,
            host_name=host_name,
            language=language,
            starts_at=began,
            state=State.ON_AIR,
            release=Release.AT_END if release else Release.BY_HAND,
        )
        edition = store.add_edition(
            connection, id, address=random_id(), duration_ticks=picture.frames, tick_duration=str(Fraction(1, rate))
        )
        hour = store.move_office_hour(connection, id, State.ENDED, began_at=began, ended_at=ended)
        pipeline.begin(connection, hour, edition)
    house.engine.dispatch()
    return hour


def _write_timeline(room: ingest.archive.Room, picture: Picture, rate: int, began: str, ended: str) -> None:
    with Writer(room.timeline) as timeline:
        size = {"width": picture.width, "height": picture.height}
        timeline.append(Kind.BEGIN, 0, command=None, wall=began, tick_duration=f"1/{rate}", **size)
        timeline.append(Kind.END, max(picture.frames - 1, 0), wall=ended)


def _show(fraction: float) -> None:
    if sys.stderr.isatty():
        print(f"\r{fraction:4.0%}", end="\n" if fraction >= 1 else "", file=sys.stderr, flush=True)


def report(house: House, hour: OfficeHour, *, as_json: bool) -> None:
    """Print where it is and what is to be done."""
    with house.database.reading() as connection:
        kinds = [step.kind for step in steps.of_office_hour(connection, hour.id)]
    if as_json:
        print(json.dumps({"office_hour": hour.id, "title": hour.title, "state": hour.state.value, "steps": kinds}))
    else:
        print(f"{hour.title} can be watched at /replay/{hour.id}; {len(kinds)} steps follow (officehours steps list)")
