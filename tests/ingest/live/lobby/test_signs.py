"""`ingest/live/lobby/signs.py`: the sign says what is heard outside."""

from typing import Any

import pytest

from ingest.live.lobby.signs import Sign, sign_of

ADA = {"person": "ada", "on_air": True, "away": False}
ON_AIR = {"open": True, "over": False, "outside": True, "people": [ADA]}


@pytest.mark.parametrize(
    ("change", "sign"),
    [
        ({}, Sign.ON_AIR),
        ({"outside": False}, Sign.NOT_ON_AIR),  # before the start, a pause, a cut, the end that can be taken back
        ({"people": [ADA | {"on_air": False}]}, Sign.NOT_ON_AIR),
        ({"people": [ADA | {"away": True}]}, Sign.NOT_ON_AIR),
        ({"people": []}, Sign.NOT_ON_AIR),
        ({"open": False}, Sign.NOT_ON_AIR),  # the room is being started again
        ({"over": True, "outside": False}, Sign.NOT_ON_AIR),  # in the room after the end
        ({"over": True, "outside": False, "open": False, "people": []}, Sign.OVER),
    ],
)
def test_a_sign_never_hopes(change: dict[str, Any], sign: Sign) -> None:
    assert sign_of(ON_AIR | change, "ada") is sign


def test_nobody_has_another_ones_sign() -> None:
    assert sign_of(ON_AIR, "chris") is Sign.NOT_ON_AIR
