"""What is typed after `officehours sealed` comes in; cut stretches are listed, opened into a file, or kept."""

from pathlib import Path

from ingest import sealed, store
from ingest.archive import Room
from ingest.database import now
from ingest.secrets import SecretError
from web.house import House
from web.mendable import Mendable


def list_stretches(house: House, office_hour: str) -> None:
    """Print what there is, when it goes, why it stays, and who opened it."""
    found = sealed.stretches(_room(house, office_hour))
    print("\n".join(line(each, house.ingest.sealed_kept_days) for each in found) or "nothing was cut, or it is erased")


def line(stretch: sealed.Stretch, days: int) -> str:
    """One stretch for people."""
    kept = f"kept by {stretch.kept_by}: {stretch.reason}" if stretch.reason else f"erased {days} days after it began"
    opened = "".join(f"\n     opened {at:%Y-%m-%d %H:%M} by {by}: {why}" for by, at, why in stretch.opened)
    return f"{stretch.number:3}  {stretch.began:%Y-%m-%d %H:%M:%S} UTC  {kept}{opened}"


def open_stretch(house: House, office_hour: str, number: int, out: Path, *, by: str, why: str) -> None:
    """Write a stretch as Matroska; who opened it and why is noted before. Raises Mendable."""
    _named(by, why)
    try:
        content = sealed.open_stretch(_room(house, office_hour), number, house.safe, by=by, why=why, at=now())
        out.write_bytes(content)
    except (FileNotFoundError, SecretError) as error:
        raise Mendable(str(error)) from error


def keep(house: House, office_hour: str, number: int, *, by: str, why: str) -> None:
    """Keep a stretch for a reason; with an empty one it is erased in its time again. Raises Mendable."""
    _named(by, "anything")
    try:
        sealed.keep(_room(house, office_hour), number, by=by, reason=why)
    except FileNotFoundError as error:
        raise Mendable(f"there is no cut stretch {number}") from error


def _named(by: str, why: str) -> None:
    if not by.strip() or not why.strip():
        raise Mendable("say who opens it and why: --by NAME --why REASON")


def _room(house: House, office_hour: str) -> Room:
    with house.database.reading() as connection:
        try:
            return house.archive.room(store.office_hour(connection, office_hour).id)
        except store.NotFound as error:
            raise Mendable(str(error)) from error
