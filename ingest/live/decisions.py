"""A command and how things stand come in, timeline events go out, or a refusal. Pure: the room acts elsewhere."""

from collections.abc import Iterable, Mapping
from typing import Any

from ingest import wishes
from ingest.live.scene import MOST_TILES, Scene
from ingest.live.standing import PAUSE, Change, Standing, agreed, ordered
from ingest.people import Scope
from ingest.timeline import Kind

CUTTING = frozenset({wishes.Kind.CUT, wishes.Kind.GO_ON})
ON_AIR_ONLY = CUTTING | {
    wishes.Kind.END,
    wishes.Kind.UNDO_END,
    wishes.Kind.PAUSE,
    wishes.Kind.RESUME,
    wishes.Kind.MARK,
}
AFTER_THE_END = frozenset(
    {
        wishes.Kind.HOLD,
        wishes.Kind.HIDE,
        wishes.Kind.ADMIT,
        wishes.Kind.MUTE,
        wishes.Kind.CAMERA,
        wishes.Kind.UNSHARE,
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
    return _changes(standing, kind, payload)


def _changes(standing: Standing, kind: wishes.Kind, payload: Mapping[str, Any]) -> list[Change]:
    if kind is wishes.Kind.SHOW:
        return [*_asked(standing, payload), *_shown(standing, _text(payload, "person"))]
    if kind is wishes.Kind.CONSENT:
        left = _hidden(standing, _text(payload, "person")) if Scope.LIVE.value not in payload["scopes"] else []
        return [*_asked(standing, payload), *left]
    if kind in (wishes.Kind.HIDE, wishes.Kind.HOLD):
        return _hidden(standing, _text(payload, "person"))
    if kind is wishes.Kind.MUTE:
        own = {"own": True} if payload.get("own") else {}
        return [(Kind.MUTE, {"person": _text(payload, "person"), "on": bool(payload.get("on", True)), **own})]
    if kind is wishes.Kind.CAMERA:
        return [(Kind.CAMERA, {"person": _text(payload, "person"), "on": bool(payload.get("on", True))})]
    if kind is wishes.Kind.AWAY:
        return _away(standing, _text(payload, "person"), bool(payload.get("on", True)))
    if kind is wishes.Kind.LOST:
        return [(Kind.LOST, {"people": list(payload["people"]), "waits": bool(payload["waits"])})]
    if kind is wishes.Kind.SCENE:
        people = ordered(standing.people, payload.get("people") or ())
        return [_scene(_known(_text(payload, "name")), people)]
    if kind is wishes.Kind.PAUSE:
        return [] if standing.paused else [(Kind.SCENE, {"name": PAUSE, "people": []})]
    if kind is wishes.Kind.RESUME:
        return [_scene(standing.scene, standing.people)] if standing.paused else []
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


def _shown(standing: Standing, person: str) -> list[Change]:
    if person in standing.people:
        return []
    if len(standing.people) >= PLACES:
        raise Refused(f"there are {PLACES} people on air; hide one first")
    changes: list[Change] = [(Kind.VISIBLE, {"person": person, "on": True})]
    return changes if standing.paused else [*changes, _scene(standing.scene, (*standing.people, person))]


def _hidden(standing: Standing, person: str) -> list[Change]:
    if person not in standing.people:
        return []
    left = tuple(each for each in standing.people if each != person)
    changes: list[Change] = [(Kind.VISIBLE, {"person": person, "on": False})]
    return changes if standing.paused else [*changes, _scene(standing.scene, left)]


def _away(standing: Standing, person: str, on: bool) -> list[Change]:
    """Only who is seen can be hidden; whoever pressed too late has lost nothing."""
    if person not in standing.people or on == (person in standing.away):
        return []
    return [(Kind.AWAY, {"person": person, "on": on})]


def _scene(name: str, people: Iterable[str]) -> Change:
    return Kind.SCENE, {"name": name, "people": list(people)}


def _known(name: str) -> str:
    if name not in {scene.value for scene in Scene}:
        raise Refused(f"there is no scene {name}")
    return name


def _text(payload: Mapping[str, Any], name: str) -> str:
    value = payload.get(name)
    if not isinstance(value, str) or not value:
        raise Refused(f"the command does not say which {name}")
    return value
