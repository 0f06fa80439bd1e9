"""The staff's board: now and next, the running order, the room and the questions, on one screen."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from sqlalchemy.engine import Connection
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from ingest import commands, steps, store
from ingest.database import now
from ingest.live.lobby import reception as acts
from ingest.live.lobby import turn, typed, waiting
from ingest.officehours import ON_AIR, WITH_RECORDING, WITH_ROOM, OfficeHour, State, Visibility
from ingest.people import Person, Right, Role, Scope, SeatState
from ingest.store import Overtaken
from questions import freshness, letters, listing, moderation, pool, private, rundown
from questions import store as questions
from questions.question import REJECTIONS, Channel, Question, one_line, shown_text
from questions.question import State as QuestionState
from web import consenting, opening
from web.pages import (
    access,
    alarms,
    callers,
    decisions,
    desk,
    intercom,
    longer,
    marks,
    monitor,
    reception,
    scene,
    turns,
)
from web.pages.by_hand import CHANNELS
from web.pages.cut import cutting
from web.pages.decisions import back
from web.pages.line import line_values, role_words
from web.pages.private_hints import PRIVATE
from web.pages.rules import REASONS
from web.rendering import N_, house_of, parts_asked, render, render_parts
from web.rights import named, need
from web.sessions import Visitor

REFUSED_SHOWN = timedelta(minutes=2)
"""How long a refused command stays on the attention list."""
SHOWN, COMPARED = 30, 10
"""Unread questions on the board, the oldest first, and those of them for which similar ones are looked up: staff work
from the top, and the page of questions has all."""
SILENT = N_("No mail could be fetched, overdue for %(minutes)s minutes. Please tell whoever runs this site.")
UNRELEASED = N_("%(count)s askers wait for their answer: they hear of it when the recording is released.")
FULL = N_("The mailbox for questions is nearly full (%(share)s): soon mails are sent back to citizens.")
FRESH = timedelta(minutes=2)
"""How long a line that somebody wrote stands on the attention list; it stays on their slip."""
WRITTEN_SHOWN = 70
"""Characters of it there: all of it is on the slip, and what else needs staff must not be pushed away."""
UNGREETED = timedelta(minutes=3)
"""Waiting longer than this without a word is what guests complain of."""


def board(request: Request) -> Response:
    """The whole board, or with `?part=` what may have changed of it."""
    id = request.path_params["id"]
    visitor = need(request, Right.RUN_ROOM, id)
    parts = parts_asked(request, PARTS)
    with house_of(request).database.reading() as connection:
        hour = store.office_hour(connection, id)
        values = board_values(connection, hour, visitor, parts)
    safe = house_of(request).safe
    values["own_address"] = lambda sealed: f"/own/{safe.open(sealed)}"
    ice_servers = [{"urls": each} for each in house_of(request).ingest.ice_servers]
    if parts:
        return render_parts(request, {part: f"board_{part}.html" for part in parts}, hour=hour, **values)
    return render(request, "board.html", hour=hour, ice_servers=ice_servers, **values)


def board_values(
    connection: Connection, hour: OfficeHour, visitor: Visitor, parts: tuple[str, ...] = ()
) -> dict[str, Any]:
    """Everything that these parts show, or all of them; what several show is read once."""
    values = hour_values(connection, hour)
    for read in dict.fromkeys(read for part in parts or PARTS for read in PARTS[part]):
        values |= read(connection, hour, visitor)
    return values


def hour_values(connection: Connection, hour: OfficeHour) -> dict[str, Any]:
    """What every part may ask of the office hour."""
    return {
        "cut": cutting(connection, hour),
        **line_values(connection, hour),
        "State": State,
        "SeatState": SeatState,
        "Role": Role,
        "running": hour.state in ON_AIR,
        "with_room": hour.state in WITH_ROOM,
        "shown_text": shown_text,
        "opening_words": opening.words(hour),
    }


def _attention(connection: Connection, hour: OfficeHour, visitor: Visitor) -> dict[str, Any]:
    found = attention(connection, hour, listing.counts(connection, hour.id).get(QuestionState.NEW, 0))
    return {"attention": found, "lost": alarms.lost_host(connection, hour)}


def _questions(connection: Connection, hour: OfficeHour, visitor: Visitor) -> dict[str, Any]:
    counts = listing.counts(connection, hour.id)
    new = listing.first(connection, hour.id, [QuestionState.NEW], SHOWN)
    undo = moderation.last_move(connection, hour.id, visitor.account.id) if visitor.account else None
    return {
        "new": new,
        "new_count": counts.get(QuestionState.NEW, 0),
        "approved": listing.first(connection, hour.id, [QuestionState.APPROVED], SHOWN),
        "approved_count": counts.get(QuestionState.APPROVED, 0),
        "reasons": {reason: REASONS[reason] for reason in REJECTIONS},
        "alike": alike(connection, hour, new[:COMPARED]),
        "by_hand": CHANNELS,
        "undo": undo,
        "undone": questions.get(connection, undo.question) if undo else None,
    }


def slip_values(connection: Connection, hour: OfficeHour) -> dict[str, Any]:
    """What a question on a slip needs beside its words."""
    return {
        "asked": {id: count + 1 for id, count in questions.merged_counts(connection, hour.id).items()},
        "pieces": lambda text: private.pieces(text, [hour.host_name]),
        "private": lambda text: private.kinds(text, [hour.host_name]),
        "PRIVATE": PRIVATE,
    }


def _room(connection: Connection, hour: OfficeHour, visitor: Visitor) -> dict[str, Any]:
    people = {person.id: person for person in store.persons_of(connection, hour.id)}
    seats = store.seats_of(connection, hour.id)
    agreed = consenting.agreed(connection, hour.id)
    read_out = {id for id, person in people.items() if person.role is Role.GUEST and Scope.LIVE not in agreed[id]}
    return {
        "people": people,
        "line": [seat for seat in waiting.line(seats) if seat.person not in read_out],
        "listeners": [seat for seat in waiting.line(seats) if seat.person in read_out],
        "muted": turn.muted_by_staff(connection, hour.id),
        "silent": turn.off_by_themselves(connection, hour.id, commands.Kind.MUTE),
        "unseen": turn.off_by_themselves(connection, hour.id, commands.Kind.CAMERA),
        "hidden": turn.hidden(connection, hour.id) if hour.state in WITH_ROOM else {},
        "Hidden": turn.Hidden,
        "alone": turn.alone(connection, hour.id) if hour.state in WITH_ROOM else {},
        "inside": [seat for seat in seats if seat.state in (SeatState.ADMITTED, SeatState.ON_AIR)],
        "agreed": agreed,
        "sent": _sent(connection, hour),
        "shown_text": shown_text,
        **access.board_values(connection, hour, people),
    } | reception.values(connection, hour)


def _sent(connection: Connection, hour: OfficeHour) -> dict[str, Question]:
    """The question that each guest sent before, as far as staff know."""
    linked = rundown.guests_with(connection, hour.id)
    found = questions.by_ids(connection, linked.values())
    return {person: found[id] for person, id in linked.items() if found[id].channel is not Channel.GUEST}


def _slips(connection: Connection, hour: OfficeHour, visitor: Visitor) -> dict[str, Any]:
    return slip_values(connection, hour)


def _now(connection: Connection, hour: OfficeHour, visitor: Visitor) -> dict[str, Any]:
    values = desk.now_values(connection, hour)
    in_order = [line.item.question for line in values["lines"] if line.item.question]
    return values | {"in_order": questions.by_ids(connection, in_order)}


def _desk(connection: Connection, hour: OfficeHour, visitor: Visitor) -> dict[str, Any]:
    return desk.desk_values(connection, hour)


def _scenes(connection: Connection, hour: OfficeHour, visitor: Visitor) -> dict[str, Any]:
    return {"SCENES": scene.SCENES, "scene": waiting.scene_of(connection, hour.id)}


def _phone(connection: Connection, hour: OfficeHour, visitor: Visitor) -> dict[str, Any]:
    return callers.values(connection, hour)


Read = Callable[[Connection, OfficeHour, Visitor], dict[str, Any]]
PARTS: dict[str, tuple[Read, ...]] = {
    "attention": (_attention,),
    "time": (),
    "now": (_now, _desk),
    "strip": (_now, _desk),
    "reason": (_now, _desk),
    "scenes": (_scenes,),
    "moves": (),
    "order": (_now, _slips),
    "room": (_room,),
    "phone": (_phone,),
    "intercom": (_now, _desk),
    "questions": (_questions, _slips),
}
"""Parts of the board with what reads the rows each needs, in the order of the page; templates: `board_<part>.html`."""


def alike(connection: Connection, hour: OfficeHour, new: list[Question]) -> dict[str, list[Question]]:
    """For each of these unread questions those that may ask the same, the most alike first."""
    known = pool.of(connection, hour.id)
    ids = {question.id: known.alike(connection, question) for question in new}
    found = questions.by_ids(connection, [id for alike in ids.values() for id in alike])
    return {id: [found[each] for each in alike if each in found] for id, alike in ids.items()}


def attention(connection: Connection, hour: OfficeHour, new: int) -> list[tuple[str, str, dict[str, Any]]]:
    """What needs staff, the urgent first: (kind of alert, message, its values)."""
    found: list[tuple[str, str, dict[str, Any]]] = alarms.lines(connection, hour)
    for command in commands.refused(connection, hour.id, now() - REFUSED_SHOWN)[:2]:
        found.append(("danger", N_("The room refused a command: %(reason)s"), {"reason": command.reason}))
    failed = [step for step in steps.of_office_hour(connection, hour.id) if step.state is steps.State.FAILED]
    if failed:
        found.append(("danger", N_("%(count)s step of the work after the hour failed."), {"count": len(failed)}))
    found += _about_letters(connection, hour)
    if why := freshness.why_refused(connection):
        found.append(("danger", N_("The mailbox cannot be opened: %(reason)s"), {"reason": why}))
    if why := freshness.why_revoked(connection):
        found.append(("danger", N_("Mastodon no longer accepts the office's permission: %(reason)s"), {"reason": why}))
    if share := freshness.nearly_full(connection):
        found.append(("warning", FULL, {"share": share}))
    if overdue := freshness.overdue(connection, now()):
        minutes = int((now() - overdue).total_seconds() // 60) + 1
        found.append(("danger", SILENT, {"minutes": minutes}))
    if since := freshness.overdue(connection, now(), freshness.POSTS):
        minutes = int((now() - since).total_seconds() // 60) + 1
        found.append(
            ("danger", N_("Mastodon has not answered, overdue for %(minutes)s minutes."), {"minutes": minutes})
        )
    late = now() - UNGREETED
    ungreeted = [
        seat
        for seat in waiting.line(store.seats_of(connection, hour.id))
        if seat.state is SeatState.WAITING and seat.changed_at < late
    ]
    if ungreeted and hour.state in WITH_ROOM:
        minutes = int((now() - ungreeted[0].changed_at).total_seconds() // 60)
        values = {"count": len(ungreeted), "minutes": minutes}
        found.append(("warning", N_("%(count)s waiting and not greeted, the first for %(minutes)s minutes."), values))
    found += _written(connection, hour)
    if hour.state in WITH_ROOM and (unasked := consenting.in_office_unasked(connection, hour.id)):
        found.append(("warning", N_("%(name)s has not confirmed the consent yet."), {"name": unasked[0].name}))
    if new:
        found.append(("info", N_("%(count)s unread among the questions."), {"count": new}))
    return found


def _written(connection: Connection, hour: OfficeHour) -> list[tuple[str, str, dict[str, Any]]]:
    """What somebody has just written, unless they or staff have gone on from there."""
    shown, since = typed.shown(connection, hour.id), now() - FRESH
    newest = {line.person: line for line in typed.of_office_hour(connection, hour.id)}
    fresh = [line for line in newest.values() if line.at > since and line.id not in shown]
    if not fresh or hour.state not in WITH_ROOM:
        return []
    line = max(fresh, key=lambda line: line.at)
    values = {"name": store.person(connection, line.person).name, "text": one_line(line.text, WRITTEN_SHOWN)}
    return [("info", N_("%(name)s has written: %(text)s"), values)]


def _about_letters(connection: Connection, hour: OfficeHour) -> list[tuple[str, str, dict[str, Any]]]:
    """Letters that did not go, and answers that were given and cannot be seen."""
    found: list[tuple[str, str, dict[str, Any]]] = []
    if stuck := len(letters.of_office_hour(connection, hour.id, letters.NEED_STAFF)):
        found.append(("warning", N_("%(count)s letters to askers were not sent, or nobody knows."), {"count": stuck}))
    hidden = hour.state in WITH_RECORDING and hour.visibility is not Visibility.RELEASED
    if hidden and (waiting_for := letters.unreleased(connection, hour.id)):
        found.append(("warning", UNRELEASED, {"count": waiting_for}))
    return found


# What a press does to a person, or to the programme


def _mute(on: bool) -> "PersonAct":
    def act(connection: Connection, person: Person, words: str) -> None:
        commands.write(connection, person.office_hour, commands.Kind.MUTE, person=person.id, on=on)

    return act


def _share(on: bool) -> "PersonAct":
    def act(connection: Connection, person: Person, words: str) -> None:
        (turn.give_screen if on else turn.take_screen)(connection, person.office_hour, person.id)

    return act


def _hidden(on: bool) -> "PersonAct":
    def act(connection: Connection, person: Person, words: str) -> None:
        turn.hide(connection, person.office_hour, person.id, on=on, by=turn.Hidden.STAFF)

    return act


PersonAct = Callable[[Connection, Person, str], None]
PERSON_ACTS: dict[str, PersonAct] = {
    "admit": waiting.admit,
    "show": waiting.show,
    "hide": lambda connection, person, words: waiting.hide(connection, person),
    "hold": lambda connection, person, words: waiting.hold(connection, person),
    "mute": _mute(True),
    "unmute": _mute(False),
    "give_screen": _share(True),
    "take_screen": _share(False),
    "away": _hidden(True),
    "back": _hidden(False),
    "ban": lambda connection, person, words: acts.ban(connection, person),
}


def seat(request: Request) -> Response:
    """Admit, put on air, take off air, send back … one person."""
    id, form = request.path_params["id"], request.state.form
    need(request, Right.RUN_ROOM, id)
    act = PERSON_ACTS.get(str(form.get("do", "")))
    if act is None:
        raise HTTPException(400, "there is no such act")
    try:
        with house_of(request).database.transaction() as connection:
            person = named(request, connection)
            act(connection, person, role_words(store.office_hour(connection, id))[person.role])
    except (Overtaken, ValueError) as error:
        raise HTTPException(409, N_("This person has been moved already. The board shows where they are.")) from error
    return back(request)


routes = [
    Route("/staff/office-hours/{id}/board", board),
    *decisions.routes,
    *scene.routes,
    *alarms.routes,
    *turns.routes,
    *marks.routes,
    *longer.routes,
    *intercom.routes,
    *monitor.routes,
    *callers.routes,
    Route("/staff/office-hours/{id}/seats", seat, methods=["POST"]),
]
