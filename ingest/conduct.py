"""Who may take an office hour across the on-air line, when, and what viewers then read. Pure: one table.

Pages ask here before they show a button or take a press; the room is told the words for its slides.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from ingest.officehours import OfficeHour, State
from ingest.people import Role

COUNT_S = 5
"""So many seconds are counted, seen by everybody in the room, before the programme's first picture."""
UNDO_S = 10
"""So long an end can be taken back, while the public sees the slide."""


def N_(message: str) -> str:
    """Mark a sentence for the catalogues; whoever shows it looks it up."""
    return message


class Act(Enum):
    """What moves an office hour while it has a room, or keeps it from having one."""

    START = "start"
    START_LATE = "start_late"  # the planned time has passed
    CALL_OFF = "call_off"
    PAUSE = "pause"
    RESUME = "resume"
    EXTEND = "extend"
    END = "end"
    UNDO_END = "undo_end"
    CANCEL = "cancel"


class Reads(Enum):
    """What viewers see in place of the room; the value is the kind of slide."""

    PROGRAMME = ""
    SOON = "soon"
    LATE = "late"
    PAUSE = "pause"
    MOMENT = "moment"
    OVER = "over"
    CANCELLED = "cancelled"


@dataclass(frozen=True)
class Rule:
    """Who may, in which states, and what viewers then read; before a late start, what they read until then.

    `alone`: who may as well while no staff are there.
    """

    by: frozenset[Role]
    when: frozenset[State]
    reads: Reads
    alone: frozenset[Role] = frozenset()


_STAFF, _BOTH = frozenset({Role.STAFF}), frozenset({Role.STAFF, Role.HOST})
_ON_AIR, _RUNNING = frozenset({State.ON_AIR}), frozenset({State.ON_AIR, State.PAUSED})
RULES: dict[Act, Rule] = {
    Act.START: Rule(_STAFF, frozenset({State.BACKSTAGE}), Reads.PROGRAMME),
    Act.START_LATE: Rule(_STAFF, frozenset({State.BACKSTAGE}), Reads.LATE),
    Act.CALL_OFF: Rule(_BOTH, frozenset({State.BACKSTAGE}), Reads.SOON),
    Act.PAUSE: Rule(_BOTH, _ON_AIR, Reads.PAUSE),
    Act.RESUME: Rule(_BOTH, frozenset({State.PAUSED}), Reads.PROGRAMME),
    Act.EXTEND: Rule(_STAFF, _RUNNING, Reads.PROGRAMME),
    Act.END: Rule(_STAFF, _RUNNING, Reads.OVER, alone=frozenset({Role.HOST})),
    Act.UNDO_END: Rule(_BOTH, _RUNNING, Reads.PROGRAMME),
    Act.CANCEL: Rule(_STAFF, frozenset({State.PLANNED, State.OPEN, State.BACKSTAGE}), Reads.CANCELLED),
}
"""The table. Guests and interpreters may do nothing of it; there is no latest time: who is late begins late."""

WORDS: dict[Reads, str] = {
    Reads.LATE: N_("It begins a little later. Please stay here."),
    Reads.PAUSE: N_("A short break. It goes on in a few minutes."),
    Reads.MOMENT: N_("Back in a moment. Please stay here."),
    Reads.OVER: N_("The office hour is over. Thank you for watching."),
    Reads.CANCELLED: N_("This office hour does not take place"),
}
"""What stands on the slide. Before the beginning it is the host's name and the time that is left."""


def may(act: Act, roles: frozenset[Role], state: State, *, alone: bool = False) -> bool:
    """Whether somebody in these roles may do this in this state; `alone`: no staff are there."""
    return bool(doers(act, alone=alone) & roles) and state in RULES[act].when


def doers(act: Act, *, alone: bool = False) -> frozenset[Role]:
    """Who may do this at all."""
    return RULES[act].by | (RULES[act].alone if alone else frozenset())


def allowed(roles: frozenset[Role], state: State, *, alone: bool = False) -> frozenset[Act]:
    """All that somebody in these roles may do in this state: the buttons of their page."""
    return frozenset(act for act in Act if may(act, roles, state, alone=alone))


def start_of(hour: OfficeHour, at: datetime) -> Act:
    """Which of the two a start would be at this moment."""
    return Act.START_LATE if at > hour.starts_at else Act.START
