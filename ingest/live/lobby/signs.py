"""A room's state and a person come in; the one big sign of their page goes out. Pure.

The sign says what is heard outside, never what is hoped: under a slide, in a cut, hidden, or while the room is being
started again somebody is not on air. After the end people are in the room until they leave it; only then is it over.
"""

from collections.abc import Mapping
from enum import Enum
from typing import Any


class Sign(Enum):
    """In colour, word and shape on every participant's page."""

    NOT_ON_AIR = "not_on_air"
    ON_AIR = "on_air"
    OVER = "over"


def sign_of(state: Mapping[str, Any], person: str) -> Sign:
    """The sign of a person, from what their room said last (`room.Process.state`)."""
    if not state.get("open"):
        return Sign.OVER if state.get("over") else Sign.NOT_ON_AIR
    mine = next((each for each in state.get("people", []) if each["person"] == person), None)
    seen = mine is not None and mine["on_air"] and not mine["away"]
    return Sign.ON_AIR if seen and state.get("outside") else Sign.NOT_ON_AIR
