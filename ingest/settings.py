"""Environment variables come in, a frozen settings value goes out; read once, at the edge.

Every package has a `settings.py` with one frozen dataclass. A field `database_url` is read from
`OFFICEHOURS_DATABASE_URL`; its `metadata["help"]` is one sentence for people. All of them are listed
in the packages' READMEs (a test holds the two together).
"""

import os
import types
import typing
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, field, fields
from pathlib import Path
from typing import Any, TypeVar

T = TypeVar("T")
PREFIX = "OFFICEHOURS_"


class SettingError(ValueError):
    """A setting cannot be understood; the message names the variable and what was expected."""


def setting(default: Any, help: str) -> Any:
    """A dataclass field with its one-sentence explanation."""
    return field(default=default, metadata={"help": help})


def variable_name(name: str) -> str:
    """`database_url` -> `OFFICEHOURS_DATABASE_URL`."""
    return PREFIX + name.upper()


def load(kind: type[T], environ: Mapping[str, str] | None = None, **given: Any) -> T:
    """Build the settings dataclass `kind` from the environment; `given` values win over it.

    Raises SettingError when a variable's text does not fit its type.
    """
    environ = os.environ if environ is None else environ
    hints = typing.get_type_hints(kind)
    values = dict(given)
    for each in fields(kind):  # type: ignore[arg-type]
        text = environ.get(variable_name(each.name))
        if each.name not in values and text is not None and (text or each.default is MISSING):
            values[each.name] = _parse(variable_name(each.name), text, hints[each.name])
    return kind(**values)


def _parse(variable: str, text: str, hint: Any) -> Any:
    if isinstance(hint, types.UnionType):
        hint = next(each for each in typing.get_args(hint) if each is not type(None))
    try:
        if hint is bool:
            return {"1": True, "true": True, "yes": True, "0": False, "false": False, "no": False}[text.lower()]
        if hint is Path:
            return Path(text).expanduser().resolve()
        if typing.get_origin(hint) is tuple:
            return tuple(part.strip() for part in text.split(",") if part.strip())
        return hint(text)
    except (KeyError, ValueError) as error:
        expected = getattr(hint, "__name__", str(hint))
        raise SettingError(f"{variable}={text!r} is not a valid {expected}") from error


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What every process needs to find the others: the data folder, the database, the key."""

    data: Path = setting(Path("data"), "The folder that holds archive, database and queues.")
    database_url: str = setting("", "SQLAlchemy address of the database; SQLite in the data folder if empty.")
    archive_url: str = setting("", "Store of the archive, as s3://bucket/prefix; in the data folder if empty.")
    secret_file: Path | None = setting(
        None, "File with the encryption keys, newest first; made in the data folder if missing."
    )
    steps_in_flight: int = setting(4, "How many steps of one office hour may be in the workers' hands at once.")
    lease_s: float = setting(60.0, "Seconds without a sign of life after which a step is given to another worker.")
    disk_spare_mb: int = setting(500, "Megabytes of the archive's disk that steps leave free for live rooms.")
    video_width: int = setting(1280, "Width of the programme in pixels.")
    video_height: int = setting(720, "Height of the programme in pixels.")
    frame_rate: int = setting(30, "Frames a second of the programme: 25 or 30.")
    video_bitrate: int = setting(2_500_000, "Bits a second of the programme's picture.")
    video_preset: str = setting("superfast", "x264 preset of the programme.")
    logo: Path | None = setting(None, "PNG of the office's sign, shown on the slides of the programme.")
    ice_servers: tuple[str, ...] = setting((), "STUN/TURN addresses given to both sides; none by default.")
    delay_s: int = setting(10, "Seconds of broadcast delay of a new office hour, 0 to 60; staff may choose another.")
    sealed_kept_days: int = setting(30, "Days after which what was cut is erased, unless a reason to keep it is given.")
    whep_viewers: int = setting(40, "Viewers of one office hour who may have the fastest picture (WHEP); 0: nobody.")
    rewind_minutes: int = setting(5, "How many minutes viewers can go back while an office hour is on air.")
    waiting_grace_s: float = setting(
        300.0, "Seconds for which a waiting guest keeps the place with a locked phone or a closed tab."
    )
    call_patience_s: float = setting(
        90.0, "Seconds without a sign of life after which somebody who was called counts as missed."
    )
    tracks_kept_days: int = setting(42, "Days after release at which people's own tracks are erased.")

    @property
    def database(self) -> str:
        """The database address that holds: the given one, or SQLite in the data folder."""
        return self.database_url or f"sqlite:///{self.data / 'officehours.sqlite3'}"

    @property
    def secrets(self) -> Path:
        """The key file that holds."""
        return self.secret_file or self.data / "secret.key"
