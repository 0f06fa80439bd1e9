"""What it means that an edition is at a target: states and allowed moves. Pure values."""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum


class TargetName(Enum):
    """Where a recording can be published."""

    SITE = "site"
    YOUTUBE = "youtube"


class State(Enum):
    """How public an edition is at one target."""

    PLANNED = "planned"
    UPLOADING = "uploading"  # a session is open; nothing to see yet
    UPLOADED = "uploaded"  # there, and visible to nobody
    PUBLIC = "public"
    WITHDRAWN = "withdrawn"


MOVES: dict[State, frozenset[State]] = {
    State.PLANNED: frozenset({State.UPLOADING, State.PUBLIC, State.WITHDRAWN}),
    State.UPLOADING: frozenset({State.UPLOADED, State.PLANNED, State.WITHDRAWN}),
    State.UPLOADED: frozenset({State.PUBLIC, State.WITHDRAWN}),
    State.PUBLIC: frozenset({State.WITHDRAWN}),
    State.WITHDRAWN: frozenset({State.PLANNED, State.UPLOADED, State.PUBLIC}),
}


class MoveRefused(ValueError):
    """The move is not in the table; the message names both states."""


def check_move(start: State, goal: State) -> None:
    """Raises MoveRefused unless a publication may go from `start` to `goal`."""
    if goal not in MOVES[start]:
        raise MoveRefused(f"a publication cannot go from {start.value} to {goal.value}")


@dataclass(frozen=True, kw_only=True)
class Publication:
    """One edition at one target.

    `session` is the address of a resumable upload, sealed, because whoever holds it can upload. `digest` is that of
    the file which is uploaded. `remote` is the target's own id of it, `address` where people find it.
    """

    id: str
    office_hour: str
    edition: int
    target: TargetName
    state: State
    session: str
    digest: str
    remote: str
    address: str
    created_at: datetime
    changed_at: datetime
