"""A command and how things stand come in, timeline events go out, or a refusal. Pure: the room acts elsewhere."""

from collections.abc import Mapping
from typing import Any

from ingest import wishes
from ingest.live.mix.interpreting import RULE, STAFF, spoken_for
from ingest.live.mix.scene import MOST_TILES
from ingest.live.mix.scene import Scene as Arrangement
from ingest.live.room.standing import PAUSE, Change, Standing, agreed, fold, ordered, pinned, scene, visible, voice
from ingest.people import Scope
from ingest.timeline import Kind

CUTTING = frozenset({wishes.Kind.CUT, wishes.Kind.GO_ON})
ON_AIR_ONLY = CUTTING | {
    wishes.Kind.END,
    wishes.Kind.UNDO_END,
    wishes.Kind.PAUSE,
    wishes.Kind.RESUME,
    wishes.Kind.MARK,
    wishes.Kind.TYPED,
}
AFTER_THE_END = frozenset(
    {
        wishes.Kind.HOLD,
        wishes.Kind.HIDE,
        wishes.Kind.ADMIT,
        wishes.Kind.MUTE,
        wishes.Kind.CAMERA,
        wishes.Kind.UNSHARE,
        wishes.Kind.ASIDE,
        wishes.Kind.CONSENT,
    }
)
"""What can still be done in the room when nothing of it goes out any more."""
NOT_WHILE_CLOSING = frozenset(
    {
        wishes.Kind.END,
        wishes.Kind.PAUSE,
        wishes.Kind.RESUME,
        wishes.Kind.SHOW,
        wishes.Kind.SCENE,
        wishes.Kind.ON_AIR,
        wishes.Kind.TYPED,
    }
)
PLACES = MOST_TILES


class Refused(ValueError):
    """A command that cannot be applied; the text stands on the staff's page."""


def decide(standing: Standing, kind: wishes.Kind, payload: Mapping[str, Any]) -> list[Change]:
    """The events of a command that changes the programme, none for one that does not. Raises Refused.

    What begins and ends is the room's own (START, END and how they are taken back, CUT, GO_ON): only the conditions
    are looked at here.
    """
    over = standing.over or (standing.ending and kind not in CUTTING)
    if over and kind not in AFTER_THE_END:
        raise Refused("the office hour is over")
    if kind is wishes.Kind.START and standing.begun:
        raise Refused("the office hour is on air already")
    if kind in ON_AIR_ONLY and not standing.begun:
        raise Refused("the office hour is not on air yet")
    if standing.closing and kind in NOT_WHILE_CLOSING:
        raise Refused("the office hour is ending; take the end back first")
    if kind is wishes.Kind.UNDO_END and not standing.closing:
        raise Refused("the end was not asked for, so there is nothing to take back")
    changes = _changes(standing, kind, payload)
    return [*changes, *_revoiced(fold(standing, changes))]


def _revoiced(standing: Standing) -> list[Change]:
    """What has changed in for whom interpreters speak, by who is on air now."""
    found = spoken_for(
        standing.people,
        interpreters=standing.interprets,
        signs=standing.signs,
        guests=standing.guests,
        chosen=standing.chosen,
    )
    return [
        voice(person, whom, by)
        for person, (whom, by) in found.items()
        if (person not in standing.voices or standing.voices[person] != whom)
        or (by == RULE and person in standing.chosen)
    ]


def _changes(standing: Standing, kind: wishes.Kind, payload: Mapping[str, Any]) -> list[Change]:
    if kind is wishes.Kind.SHOW:
        return [*_asked(standing, payload), *_shown(standing, _text(payload, "person"), payload)]
    if kind is wishes.Kind.CONSENT:
        left = _hidden(standing, _text(payload, "person")) if Scope.LIVE.value not in payload["scopes"] else []
        nameless = Scope.NAME.value not in payload["scopes"] and not left
        return [*_asked(standing, payload), *left, *(_unwritten(standing, payload["person"]) if nameless else [])]
    if kind in (wishes.Kind.HIDE, wishes.Kind.HOLD):
        return _hidden(standing, _text(payload, "person"))
    if kind is wishes.Kind.MUTE:
        own = {"own": True} if payload.get("own") else {}
        return [(Kind.MUTE, {"person": _text(payload, "person"), "on": bool(payload.get("on", True)), **own})]
    if kind is wishes.Kind.CAMERA:
        return [(Kind.CAMERA, {"person": _text(payload, "person"), "on": bool(payload.get("on", True))})]
    if kind is wishes.Kind.SIGNS:
        person, on = _text(payload, "person"), bool(payload.get("on", True))
        return [] if on == (person in standing.signs) else [pinned(person, "signs", on=on)]
    if kind is wishes.Kind.SPEAKS_FOR:
        return _speaks_for(standing, _text(payload, "person"), payload)
    if kind is wishes.Kind.TYPED:
        return _typed(standing, _text(payload, "person"), payload.get("line"))
    if kind is wishes.Kind.AWAY:
        return _away(standing, _text(payload, "person"), bool(payload.get("on", True)))
    if kind is wishes.Kind.LOST:
        return [(Kind.LOST, {"people": list(payload["people"]), "waits": bool(payload["waits"])})]
    if kind is wishes.Kind.SCENE:
        people = ordered(standing.people, payload.get("people") or ())
        return [scene(_known(_text(payload, "name")), people)]
    if kind is wishes.Kind.PAUSE:
        return [] if standing.paused else [(Kind.SCENE, {"name": PAUSE, "people": []})]
    if kind is wishes.Kind.RESUME:
        return [scene(standing.scene, standing.people)] if standing.paused else []
    if kind is wishes.Kind.ON_AIR:
        return [(Kind.ON_AIR, {"question": _text(payload, "question")})]
    if kind is wishes.Kind.ANSWERED:
        return [(Kind.ANSWERED, {"question": _text(payload, "question")})]
    if kind is wishes.Kind.MARK:
        mark = {"by": str(payload.get("by", "")), "reason": str(payload.get("reason", ""))}
        return [(Kind.MARK, mark | {"back_s": int(payload.get("back_s", 0))})]
    if kind is wishes.Kind.TAKE_BACK:
        return [(Kind.TAKE_BACK, {"question": payload.get("question"), "again": payload.get("again")})]
    return []


def _asked(standing: Standing, payload: Mapping[str, Any]) -> list[Change]:
    """What the person agrees to, when it is said and not known yet."""
    if "scopes" not in payload:
        return []
    person, scopes = _text(payload, "person"), payload["scopes"]
    return [] if standing.scopes.get(person) == tuple(scopes) else [agreed(person, scopes)]


def _shown(standing: Standing, person: str, payload: Mapping[str, Any]) -> list[Change]:
    changes: list[Change] = []
    for why, name in (("interprets", "apart"), ("signs", "signs")):
        if payload.get(name) and person not in getattr(standing, why):
            changes.append(pinned(person, why, on=True))
    if person in standing.people:
        return changes
    if len(standing.people) >= PLACES:
        raise Refused(f"there are {PLACES} people on air; hide one first")
    changes.append(visible(person, bool(payload.get("guest"))))
    return changes if standing.paused else [*changes, scene(standing.scene, (*standing.people, person))]


def _speaks_for(standing: Standing, person: str, payload: Mapping[str, Any]) -> list[Change]:
    """By staff: it takes effect only for who is there, so that a press that came late names nobody wrongly."""
    if person not in standing.interprets or person not in standing.people:
        raise Refused("this person does not interpret on air")
    if payload.get("rule"):  # what the rule says is put after it
        return [voice(person, standing.voices.get(person), RULE)]
    whom = payload.get("whom")
    if whom is not None and (whom not in standing.people or whom in standing.interprets):
        raise Refused("the person they are to speak for is not on air")
    return [voice(person, whom, STAFF)]


def _typed(standing: Standing, person: str, line: str | None) -> list[Change]:
    if line and person not in standing.people:
        raise Refused("this person is not on air any more, so nothing of them is shown")
    return [(Kind.TYPED, {"person": person, "line": line})] if line else _unwritten(standing, person)


def _unwritten(standing: Standing, person: str) -> list[Change]:
    """What they wrote goes, if it stands there."""
    shown = standing.typed is not None and standing.typed[0] == person
    return [(Kind.TYPED, {"person": person, "line": None})] if shown else []


def _hidden(standing: Standing, person: str) -> list[Change]:
    if person not in standing.people:
        return []
    left = tuple(each for each in standing.people if each != person)
    changes: list[Change] = [(Kind.VISIBLE, {"person": person, "on": False})]
    return changes if standing.paused else [*changes, scene(standing.scene, left)]


def _away(standing: Standing, person: str, on: bool) -> list[Change]:
    """Only who is seen can be hidden; whoever pressed too late has lost nothing."""
    if person not in standing.people or on == (person in standing.away):
        return []
    return [(Kind.AWAY, {"person": person, "on": on})]


def _known(name: str) -> str:
    if name not in {each.value for each in Arrangement}:
        raise Refused(f"there is no scene {name}")
    return name


def _text(payload: Mapping[str, Any], name: str) -> str:
    value = payload.get(name)
    if not isinstance(value, str) or not value:
        raise Refused(f"the command does not say which {name}")
    return value
