"""Persons of an office hour, their seats, consents and rights. Pure values and tables of what is allowed."""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum


class Role(Enum):
    """What somebody is in one office hour; staff are so in all of them."""

    HOST = "host"
    SPEAKER = "speaker"  # asked by the office to answer beside the host; never waits
    GUEST = "guest"
    STAFF = "staff"
    INTERPRETER = "interpreter"


SCREEN = ":screen"
"""After a person's id: the screen they share, which is in the room as if it were somebody."""


class Right(Enum):
    """One thing somebody may do."""

    SEND = "send"  # sound and picture into the room
    SHARE = "share"  # a screen beside oneself
    RECEIVE = "receive"  # the undelayed programme with one's own N-1 sound
    RUN_ROOM = "run_room"  # start, end, admit, show, put questions on air
    MODERATE = "moderate"  # read and decide questions
    CUT = "cut"  # take out of the broadcast what has not gone out, and go on
    UNSEAL = "unseal"  # look at what was cut, keep or erase it; each look is noted with its reason
    REVIEW = "review"  # see the recording before release, release and withdraw it
    ANNOUNCE = "announce"  # create and change office hours


RIGHTS: dict[Role, frozenset[Right]] = {
    Role.GUEST: frozenset({Right.SEND, Right.RECEIVE}),
    Role.INTERPRETER: frozenset({Right.SEND, Right.RECEIVE}),
    Role.SPEAKER: frozenset({Right.SEND, Right.SHARE, Right.RECEIVE}),
    Role.HOST: frozenset({Right.SEND, Right.SHARE, Right.RECEIVE, Right.CUT, Right.REVIEW}),
    Role.STAFF: frozenset(Right),
}
"""The one table of rights: every page and every ticket asks here."""


class SeatState(Enum):
    """Where a person stands between the door and the picture."""

    WAITING = "waiting"
    CALLED = "called"
    ADMITTED = "admitted"  # backstage: in the room, in no output
    ON_AIR = "on_air"
    HELD = "held"
    MISSED = "missed"
    LEFT = "left"
    BANNED = "banned"


SEAT_MOVES: dict[SeatState, frozenset[SeatState]] = {
    SeatState.WAITING: frozenset(
        {
            SeatState.CALLED,
            SeatState.ADMITTED,
            SeatState.HELD,
            SeatState.MISSED,
            SeatState.LEFT,
            SeatState.BANNED,
        }
    ),
    SeatState.CALLED: frozenset(
        {
            SeatState.WAITING,
            SeatState.ADMITTED,
            SeatState.HELD,
            SeatState.MISSED,
            SeatState.LEFT,
            SeatState.BANNED,
        }
    ),
    SeatState.ADMITTED: frozenset(
        {SeatState.ON_AIR, SeatState.HELD, SeatState.WAITING, SeatState.LEFT, SeatState.BANNED}
    ),
    SeatState.ON_AIR: frozenset(
        {SeatState.ADMITTED, SeatState.HELD, SeatState.WAITING, SeatState.LEFT, SeatState.BANNED}
    ),
    SeatState.HELD: frozenset(
        {SeatState.WAITING, SeatState.CALLED, SeatState.ADMITTED, SeatState.LEFT, SeatState.BANNED}
    ),
    SeatState.MISSED: frozenset({SeatState.WAITING, SeatState.CALLED, SeatState.LEFT, SeatState.BANNED}),
    SeatState.LEFT: frozenset({SeatState.WAITING, SeatState.BANNED}),
    SeatState.BANNED: frozenset(),
}
IN_ROOM = frozenset({SeatState.ADMITTED, SeatState.ON_AIR})


def keeps_screen(start: SeatState, goal: SeatState) -> bool:
    """Whether a screen that was handed to a guest outlives a move: it is theirs for one turn."""
    return goal in IN_ROOM and start is not SeatState.ON_AIR


def may_share(role: Role, seat: "Seat") -> bool:
    """Whether somebody may share a screen: hosts and staff, and whoever was handed one for this turn."""
    return Right.SHARE in RIGHTS[role] or (seat.shares and seat.state in IN_ROOM)


class Scope(Enum):
    """What somebody may give or refuse; what a refusal does to each output stands in `consent.EFFECTS`."""

    LIVE = "live"  # seen and heard while it happens; who refuses is read out
    RECORDING = "recording"  # kept, and to be seen afterwards on the own site
    OUTSIDE = "outside"  # also on other platforms, such as YouTube
    NAME = "name"  # the name they gave is shown; else a pseudonym


@dataclass(frozen=True, kw_only=True)
class Person:
    """Somebody taking part in one office hour, under the name they gave."""

    id: str
    office_hour: str
    name: str
    role: Role
    language: str
    created_at: datetime
    pseudonym: str = ""  # shown everywhere instead of the name, when its scope was refused

    @property
    def shown_name(self) -> str:
        """What everybody but staff may read."""
        return self.pseudonym or self.name


@dataclass(frozen=True, kw_only=True)
class Seat:
    """A person's place; `position` orders the waiting room, `topic` is their one line."""

    person: str
    office_hour: str
    state: SeatState
    position: int
    topic: str
    changed_at: datetime
    shares: bool = False  # a screen was handed to them for this turn


@dataclass(frozen=True, kw_only=True)
class Consent:
    """What a person said to one scope, to which wording, and when they took it back. The newest of a scope counts."""

    id: str
    person: str
    scope: Scope
    given: bool
    text_version: int
    decided_at: datetime
    taken_back_at: datetime | None = None
    noted_by: str = ""  # who of the staff wrote down what was spoken; empty: said by the person

    @property
    def holds(self) -> bool:
        """Whether it was given, and still is."""
        return self.given and self.taken_back_at is None
