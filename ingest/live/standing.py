"""Timeline events come in; folded together they say how things stand in a room. Pure.

After a crash the same fold over the timeline gives back who is on air, in which order, muted or not, and which
question is shown.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from ingest.consent import ALL, Effect, Output, effect
from ingest.live.scene import Scene
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
    left who could go on. `scopes`: what people agree to, by person, as far as they were asked.
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
            return replace(self, people=others, away=self.away - {person})
        return replace(self, people=self.people if person in self.people else (*others, person))

    def _after_scene(self, values: Mapping[str, Any]) -> "Standing":
        if values["name"] == PAUSE:
            return replace(self, paused=True)
        return replace(self, paused=False, scene=values["name"], people=ordered(self.people, values["people"]))

    def as_events(self) -> list[Change]:
        """What to write at the beginning of a timeline so that it says the same."""
        changes: list[Change] = [agreed(person, scopes) for person, scopes in sorted(self.scopes.items())]
        changes += [(Kind.VISIBLE, {"person": each, "on": True}) for each in self.people]
        changes.append((Kind.SCENE, {"name": self.scene, "people": list(self.people)}))
        if self.speaker is not None:
            changes.append((Kind.SPEAKER, {"person": self.speaker}))
        changes += [(Kind.MUTE, {"person": each, "on": True}) for each in sorted(self.muted)]
        changes += [(Kind.MUTE, {"person": each, "on": True, "own": True}) for each in sorted(self.own_muted)]
        changes += [(Kind.CAMERA, {"person": each, "on": False}) for each in sorted(self.unseen)]
        changes += [(Kind.AWAY, {"person": each, "on": True}) for each in sorted(self.away)]
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


def _switched(people: frozenset[str], values: Mapping[str, Any]) -> frozenset[str]:
    return people | {values["person"]} if values["on"] else people - {values["person"]}


def ordered(people: tuple[str, ...], wished: Iterable[str]) -> tuple[str, ...]:
    """Who is on air, those named first in their order, then the others."""
    first = [each for each in dict.fromkeys(wished) if each in people]
    return (*first, *(each for each in people if each not in first))


def agreed(person: str, scopes: Iterable[str]) -> Change:
    """The event of what somebody agrees to."""
    return Kind.CONSENT, {"person": person, "scopes": list(scopes)}
