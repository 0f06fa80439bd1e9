"""What somebody refused comes in; what that does to each output goes out. Pure: the one table of consent.

Everybody who makes an output asks here or for what follows from it (`live/output/withheld.py`: stretches).
"""

from collections.abc import Iterable, Mapping
from enum import Enum

from ingest.people import Consent, Role, Scope


class Output(Enum):
    """Where something of a person may appear."""

    LIVE = "live"  # the programme, WHEP, HLS within the window that can be rewound
    RECORDING = "recording"  # the replay, its sizes, downloads, pictures and outline of the sound
    TRACK = "track"  # their own encoded sound and picture, and whatever is made from it
    CAPTIONS = "captions"  # and the transcript
    NAME = "name"  # lower third, live page, chapters
    OUTSIDE = "outside"  # YouTube and other platforms


class Effect(Enum):
    """What a refusal does to an output, the weakest first."""

    NONE = "none"
    PSEUDONYM = "pseudonym"  # another name stands there
    DARK = "dark"  # slide and silence for that stretch, with the question as text
    NOTHING = "nothing"  # nothing of the person is sent there or kept


_N, _P, _D, _0 = Effect.NONE, Effect.PSEUDONYM, Effect.DARK, Effect.NOTHING
EFFECTS: Mapping[Scope, Mapping[Output, Effect]] = {
    scope: dict(zip(Output, row, strict=True))
    for scope, row in {
        #                 live recording track captions name outside
        Scope.LIVE:      (_0,  _0,       _0,   _0,      _N,  _0),
        Scope.RECORDING: (_N,  _D,       _0,   _0,      _N,  _D),
        Scope.OUTSIDE:   (_N,  _N,       _N,   _N,      _N,  _D),
        Scope.NAME:      (_N,  _N,       _N,   _P,      _P,  _P),
    }.items()
}  # fmt: skip
"""Refused scope and output → effect. Who refuses to be live is read out, under the name they gave."""
ALL = frozenset(Scope)
NEEDED: Mapping[Scope, frozenset[Scope]] = {
    Scope.LIVE: frozenset(),
    Scope.RECORDING: frozenset({Scope.LIVE}),
    Scope.OUTSIDE: frozenset({Scope.LIVE, Scope.RECORDING}),
    Scope.NAME: frozenset(),
}
"""What a scope has no meaning without: nobody is recorded who is not seen."""


def effect(refused: Iterable[Scope], output: Output) -> Effect:
    """What several refusals together do to an output: the strongest."""
    order = list(Effect)
    return max((EFFECTS[scope][output] for scope in refused), key=order.index, default=Effect.NONE)


def whole(given: Iterable[Scope]) -> frozenset[Scope]:
    """The scopes that have a meaning: those given without what they need are left out."""
    wished = frozenset(given)
    return frozenset(scope for scope in wished if NEEDED[scope] <= wished)


def given(answers: Iterable[Consent], role: Role) -> frozenset[Scope]:
    """What a person agrees to now, by their answers in order; the newest of a scope counts.

    A guest who was never asked agrees to nothing. Host, staff and interpreter act in their office: until they answer,
    they are taken as agreeing, and staff see that an answer is missing.
    """
    newest = {answer.scope: answer.holds for answer in answers}
    if not newest and role is not Role.GUEST:
        return ALL
    return whole(scope for scope, holds in newest.items() if holds)


def without(given: Iterable[Scope], taken_back: Iterable[Scope]) -> frozenset[Scope]:
    """What is left when scopes are taken back: with one goes what needs it."""
    return whole(frozenset(given) - frozenset(taken_back))
