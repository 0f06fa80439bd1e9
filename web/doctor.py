"""An installation comes in; a line per thing that has to be right goes out, with what mends it."""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import imageio_ffmpeg
import sqlalchemy as sa

from ingest import store
from ingest.shared import SharedArchive
from ingest.steps import StepError
from transcode import models
from web import packages
from web.house import House, open_house
from web.migrate import is_current

ENOUGH_DISK = 10 * 1024**3
"""Bytes free: an hour with four tracks and renditions takes about 6 GB."""


@dataclass(frozen=True)
class Finding:
    """One line: what was looked at, whether it is right, what was found or mends it."""

    what: str
    right: bool
    words: str


def examine() -> int:
    """Print all findings; 1 when something is wrong."""
    house = open_house()
    findings = list(findings_of(house))
    for each in findings:
        print(f"{'ok     ' if each.right else 'wrong  '}{each.what}: {each.words}")
    house.close()
    return 0 if all(each.right for each in findings) else 1


def findings_of(house: House) -> Iterator[Finding]:
    """Look at one thing after the other; a fault of one does not hide the next."""
    looks: list[tuple[str, Callable[[House], tuple[bool, str]]]] = [
        ("data folder", _disk),
        ("archive", _archive),
        ("database", _database),
        ("staff account", _staff),
        ("broker", _broker),
        ("ffmpeg", _ffmpeg),
        ("speech model", _model),
        ("front-end packages", _packages),
        ("https", _https),
    ]
    for what, look in looks:
        try:
            right, words = look(house)
        except (OSError, sa.exc.SQLAlchemyError, RuntimeError, StepError) as error:
            right, words = False, str(error).splitlines()[0]
        yield Finding(what, right, words)


def _disk(house: House) -> tuple[bool, str]:
    free = shutil.disk_usage(house.ingest.data).free
    words = f"{house.ingest.data}, {free / 1024**3:.1f} GB free"
    return free >= ENOUGH_DISK, words if free >= ENOUGH_DISK else words + "; 10 GB are needed for an hour"


def _archive(house: House) -> tuple[bool, str]:
    if not isinstance(house.archive, SharedArchive):
        return True, "in the data folder"
    house.archive.objects.try_out()
    return True, f"{house.ingest.archive_url} can be written, read and erased"


def _database(house: House) -> tuple[bool, str]:
    name = house.database.engine.dialect.name
    if is_current(house.database.engine):
        return True, f"{name}, tables up to date"
    return False, f"{name}, tables are older than the program: run `officehours migrate`"


def _staff(house: House) -> tuple[bool, str]:
    with house.database.reading() as connection:
        count = len(store.all_accounts(connection))
    return count > 0, f"{count} can sign in" if count else "nobody can sign in: run `officehours user ADDRESS`"


def _broker(house: House) -> tuple[bool, str]:
    with house.celery.connection_for_write() as connection:
        connection.ensure_connection(max_retries=1, timeout=3)
        return True, str(connection.as_uri())


def _ffmpeg(house: House) -> tuple[bool, str]:
    return True, imageio_ffmpeg.get_ffmpeg_version()


def _model(house: House) -> tuple[bool, str]:
    return True, models.find(house.transcode.speech_model, house.ingest.data / "models")


def _packages(house: House) -> tuple[bool, str]:
    right = packages.installed()
    return right, "as in the lock file" if right else "missing or old: run `officehours packages`"


def _https(house: House) -> tuple[bool, str]:
    if house.settings.certificate or house.settings.behind_proxy:
        return True, "on"
    if house.settings.host in {"127.0.0.1", "localhost", "::1"}:
        return True, "not needed on this machine's own address"
    return False, "without it no camera opens: give OFFICEHOURS_CERTIFICATE, or OFFICEHOURS_BEHIND_PROXY=1"
