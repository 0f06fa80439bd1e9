"""Timeline events come in; folded together they say how things stand in a room. Pure.

What a command does to it is decided in `decisions`. After a crash the same fold over the timeline gives back who is on
air, in which order, muted or not, and which question is shown.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from ingest.consent import ALL, Effect, Output, effect
from ingest.live.mix.interpreting import RULE, STAFF, Chosen
from ingest.live.mix.scene import Scene
from ingest.people import Scope
from ingest.timeline import Kind

Change = tuple[Kind, dict[str, Any]]
PAUSE = "pause"
MOMENT = "moment"
GRID = Scene.GRID.value
FOLLOWING = (Scene.AUTO.value, Scene.SCREEN.value)  # where who speaks is large, or nearest to the screen


@dataclass(frozen=True, kw_only=True)
class Standing:
    """How things stand in a room. `people` are on air, in the order of their tiles; `speaker` spoke last.

    `cut_from`: the tick from which the public gets slide and silence; `closing`: the slide goes out and the end can
    still be taken back; `ending`: only what is delayed still goes out. `muted` are those whom staff muted,
    `own_muted` those who did it themselves; who is `away` asked to be hidden for a moment, who is `unseen` has switched
    their camera off. Of who is `lost` nothing comes, so the picture does without them; everybody `waits` when nobody is
    left who could go on. `scopes`: what people agree to, by person, as far as they were asked. Who `interprets` or
    `signs` is in every scene; `voices`: for whom each interpreter on air speaks, `chosen` for whom staff said so;
    `guests` are those on air who came to ask. `typed`: who wrote what is shown below the picture, and which line.
    """

    begun: bool = False
    paused: bool = False
    closing: bool = False
    ending: bool = False
    over: bool = False
    cut_from: int | None = None
    scene: str = GRID
    people: tuple[str, ...] = ()
    speaker: str | None = None
    muted: frozenset[str] = frozenset()
    own_muted: frozenset[str] = frozenset()
    away: frozenset[str] = frozenset()
    unseen: frozenset[str] = frozenset()
    lost: tuple[str, ...] = ()
    waits: bool = False
    question: str | None = None
    answered: frozenset[str] = frozenset()
    scopes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    interprets: frozenset[str] = frozenset()
    signs: frozenset[str] = frozenset()
    guests: frozenset[str] = frozenset()
    voices: Mapping[str, str | None] = field(default_factory=dict)
    chosen: Chosen = field(default_factory=dict)
    typed: tuple[str, str] | None = None

    @property
    def pinned(self) -> frozenset[str]:
        """Who has a large tile in every scene."""
        return self.interprets | self.signs

    @property
    def below(self) -> tuple[str, str] | None:
        """Who wrote what stands below the picture, and which line; nothing of somebody who is hidden."""
        seen = self.typed is not None and self.typed[0] in self.visible and self.typed[0] not in self.away
        return self.typed if seen else None

    @property
    def untracked(self) -> frozenset[str]:
        """Of whom no track may be written."""
        return frozenset(
            person
            for person, scopes in self.scopes.items()
            if effect(ALL - {Scope(each) for each in scopes}, Output.TRACK) is not Effect.NONE
        )

    @property
    def large(self) -> str | None:
        """Whose picture stands out where the scene has such a place; else it is the first one's."""
        return self.speaker if self.scene in FOLLOWING and self.speaker in self.people else None

    @property
    def visible(self) -> tuple[str, ...]:
        """Who has a place in the picture."""
        return tuple(person for person in self.people if person not in self.lost)

    @property
    def silent(self) -> frozenset[str]:
        """Who is not heard, whoever muted them."""
        return self.muted | self.own_muted

    @property
    def slide(self) -> str | None:
        """The kind of slide that goes out instead of people; None while they do."""
        if self.ending or self.closing:
            return "over"
        if not self.begun:
            return "soon"
        if self.paused:
            return PAUSE
        return MOMENT if self.waits else None

    @property
    def outside(self) -> bool:
        """Whether what is made now is meant for the public: no slide, and no cut that holds."""
        return self.slide is None and self.cut_from is None

    def after(self, kind: Kind, values: Mapping[str, Any]) -> "Standing":
        """How things stand after an event."""
        if kind is Kind.BEGIN:
            return replace(self, begun=True)
        if kind in (Kind.END, Kind.ENDING):
            return replace(self, closing=False, ending=True, over=kind is Kind.END)
        if kind in (Kind.CLOSING, Kind.REOPENED):
            return replace(self, closing=kind is Kind.CLOSING)
        if kind is Kind.CUT:
            return replace(self, cut_from=values["from"] if values["on"] else None)
        if kind is Kind.VISIBLE:
            return self._after_visible(values)
        if kind is Kind.SCENE:
            return self._after_scene(values)
        if kind is Kind.CONSENT:
            return replace(self, scopes={**self.scopes, values["person"]: tuple(values["scopes"])})
        if kind is Kind.SPEAKER:
            return replace(self, speaker=values["person"])
        if kind is Kind.PINNED:
            if values["why"] == "signs":
                return replace(self, signs=_switched(self.signs, values))
            return replace(self, interprets=_switched(self.interprets, values))
        if kind is Kind.SPEAKS_FOR:
            return self._after_speaks_for(values)
        if kind is Kind.TYPED:
            return replace(self, typed=(values["person"], values["line"]) if values["line"] else None)
        if kind is Kind.MUTE:
            if values.get("own"):
                return replace(self, own_muted=_switched(self.own_muted, values))
            return replace(self, muted=_switched(self.muted, values))
        if kind is Kind.CAMERA:
            return replace(self, unseen=_switched(self.unseen, {**values, "on": not values["on"]}))
        if kind is Kind.AWAY:
            return replace(self, away=_switched(self.away, values))
        if kind is Kind.LOST:
            return replace(self, lost=tuple(values["people"]), waits=values["waits"])
        if kind is Kind.ON_AIR:
            return replace(self, question=values["question"])
        if kind is Kind.ANSWERED:
            left = None if self.question == values["question"] else self.question
            return replace(self, question=left, answered=self.answered | {values["question"]})
        if kind is Kind.TAKE_BACK:
            return replace(self, question=values["again"], answered=self.answered - {values["again"]})
        return self

    def _after_visible(self, values: Mapping[str, Any]) -> "Standing":
        person = values["person"]
        others = tuple(each for each in self.people if each != person)
        if not values["on"]:  # whoever comes back on air is there again
            typed = None if self.typed and self.typed[0] == person else self.typed
            return replace(
                self,
                people=others,
                away=self.away - {person},
                guests=self.guests - {person},
                typed=typed,
                voices=_but(self.voices, person),
                chosen=_but(self.chosen, person),
            )
        guests = self.guests | {person} if values.get("guest") else self.guests
        return replace(self, people=self.people if person in self.people else (*others, person), guests=guests)

    def _after_speaks_for(self, values: Mapping[str, Any]) -> "Standing":
        person, whom = values["person"], values["whom"]
        chosen = {**self.chosen, person: whom} if values["by"] == STAFF else _but(self.chosen, person)
        return replace(self, voices={**self.voices, person: whom}, chosen=chosen)

    def _after_scene(self, values: Mapping[str, Any]) -> "Standing":
        if values["name"] == PAUSE:
            return replace(self, paused=True)
        return replace(self, paused=False, scene=values["name"], people=ordered(self.people, values["people"]))

    def as_events(self) -> list[Change]:
        """What to write at the beginning of a timeline so that it says the same."""
        changes: list[Change] = [agreed(person, scopes) for person, scopes in sorted(self.scopes.items())]
        changes += [pinned(each, "interprets", on=True) for each in sorted(self.interprets)]
        changes += [pinned(each, "signs", on=True) for each in sorted(self.signs)]
        changes += [visible(each, each in self.guests) for each in self.people]
        changes.append((Kind.SCENE, {"name": self.scene, "people": list(self.people)}))
        if self.speaker is not None:
            changes.append((Kind.SPEAKER, {"person": self.speaker}))
        changes += [(Kind.MUTE, {"person": each, "on": True}) for each in sorted(self.muted)]
        changes += [(Kind.MUTE, {"person": each, "on": True, "own": True}) for each in sorted(self.own_muted)]
        changes += [(Kind.CAMERA, {"person": each, "on": False}) for each in sorted(self.unseen)]
        changes += [(Kind.AWAY, {"person": each, "on": True}) for each in sorted(self.away)]
        for each, whom in sorted(self.voices.items()):
            changes.append(voice(each, whom, STAFF if each in self.chosen else RULE))
        if self.lost or self.waits:
            changes.append((Kind.LOST, {"people": list(self.lost), "waits": self.waits}))
        if self.question is not None:
            changes.append((Kind.ON_AIR, {"question": self.question}))
        return changes


def fold(standing: Standing, changes: Iterable[Change]) -> Standing:
    """How things stand after all of them."""
    for kind, values in changes:
        standing = standing.after(kind, values)
    return standing


def agreed(person: str, scopes: Iterable[str]) -> Change:
    """The event of what somebody agrees to."""
    return Kind.CONSENT, {"person": person, "scopes": list(scopes)}


def visible(person: str, guest: bool) -> Change:
    """The event of somebody who comes on air; `guest`: to ask."""
    return Kind.VISIBLE, {"person": person, "on": True} | ({"guest": True} if guest else {})


def pinned(person: str, why: str, *, on: bool) -> Change:
    """The event of a large tile in every scene."""
    return Kind.PINNED, {"person": person, "on": on, "why": why}


def voice(person: str, whom: str | None, by: str) -> Change:
    """The event of whose words an interpreter's voice is from now on."""
    return Kind.SPEAKS_FOR, {"person": person, "whom": whom, "by": by}


def scene(name: str, people: Iterable[str]) -> Change:
    """The event of how people are arranged."""
    return Kind.SCENE, {"name": name, "people": list(people)}


def ordered(people: tuple[str, ...], wished: Iterable[str]) -> tuple[str, ...]:
    """Who is on air, those named first in their order, then the others."""
    first = [each for each in dict.fromkeys(wished) if each in people]
    return (*first, *(each for each in people if each not in first))


def _but(values: Mapping[str, Any], person: str) -> dict[str, Any]:
    return {each: value for each, value in values.items() if each != person}


def _switched(people: frozenset[str], values: Mapping[str, Any]) -> frozenset[str]:
    return people | {values["person"]} if values["on"] else people - {values["person"]}
