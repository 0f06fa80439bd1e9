"""A file named at the terminal comes in; an office hour that has ended goes out, its pipeline written down."""

import json
import sys
from pathlib import Path

from ingest import steps
from ingest.database import random_id
from ingest.officehours import OfficeHour
from transcode.encode import Means
from web import taking
from web.house import House
from web.mendable import Mendable
from web.taking import Facts


def import_file(house: House, film: Path, *, title: str, host_name: str, language: str, release: bool) -> OfficeHour:
    """Put `film` into the archive as the recording of an office hour of its own, and begin all that follows an end.

    Raises Mendable when the file cannot be taken; then nothing is kept.
    """
    id = random_id()
    means = Means(settings=house.transcode, progress=_show)
    facts = Facts(title=title, host_name=host_name, language=language, release=release)
    try:
        picture = taking.make_programme(film, house.archive.room(id), means, house.ingest.video_preset)
        house.archive.put(id)
        with house.database.transaction() as connection:
            hour = taking.write_down(connection, id, picture, facts)
    except steps.StepError as error:
        house.archive.erase(id)
        raise Mendable(f"{film.name} cannot be imported: {error}") from error
    except BaseException:
        house.archive.erase(id)
        raise
    house.engine.dispatch()
    return hour


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
