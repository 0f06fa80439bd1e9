"""An office hour comes in; what its room is started with, and what a new process has to be told of it, go out.

A room reads no settings and no rows. Words are in the language of the office hour.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy.engine import Connection

from ingest import commands
from ingest.live.output.viewing import window
from ingest.officehours import OfficeHour
from ingest.settings import Settings


@dataclass(frozen=True, kw_only=True)
class Words:
    """What a room shows, each in the language it is asked for.

    `begins_in` says how long it takes until the beginning, with `countdown.TIME` for the time; `slides` is what viewers
    read, by the kind of slide (`conduct.Reads`), `rehearsal` the word that lies on every picture of one, `dark` what
    stands where somebody may not be kept.
    """

    begins_in: Callable[[str], str] = lambda language: ""
    slides: Callable[[str], dict[str, str]] = lambda language: {}
    rehearsal: Callable[[str], str] = lambda language: "Rehearsal"
    dark: Callable[[str], str] = lambda language: ""


def options(hour: OfficeHour, settings: Settings, words: Words, sealing_key: str) -> dict[str, Any]:
    """What the process is started with: the values of `process.Options`."""
    return {
        "width": settings.video_width,
        "height": settings.video_height,
        "frame_rate": settings.frame_rate,
        "bitrate": settings.video_bitrate,
        "preset": settings.video_preset,
        "logo": "" if settings.logo is None else str(settings.logo),
        "ice_servers": list(settings.ice_servers),
        "sealing_key": sealing_key,
        "whep_viewers": settings.whep_viewers,
        "mark": words.rehearsal(hour.language) if hour.rehearsal_of else "",
        "window": window(settings.rewind_minutes),
        "recorded": hour.recorded,
    }


def brief(connection: Connection, hour: OfficeHour, words: Words) -> dict[str, Any]:
    """What the timeline does not hold: words, and every command so far, with whether it was done."""
    known = commands.history(connection, hour.id)
    return {
        "commands": [commands.as_message(each) | {"done": each.state is commands.State.DONE} for each in known],
        "slides": words.slides(hour.language),
        "title": hour.title,
        "host": hour.host_name,
        "dark_words": words.dark(hour.language),
        "begins": hour.starts_at.isoformat(),
        "begins_in": words.begins_in(hour.language),
    }
