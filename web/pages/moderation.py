"""The questions of an office hour for those who decide about them: a list that thousands do not slow, one of them
open, filters in the address, who else is there, and a key for everything."""

from collections.abc import Callable, Hashable
from datetime import date
from functools import partial
from typing import Any

from sqlalchemy.engine import Connection
from starlette.datastructures import QueryParams
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from ingest import store
from ingest.accounts import Account
from ingest.database import now
from ingest.officehours import OfficeHour
from ingest.people import Right
from questions import answers, envelope, intake, listing, lists, moderation, pool, presence, private, support
from questions import export as exported
from questions import store as questions
from questions.envelope import Envelope
from questions.listing import View, Wanted
from questions.question import (
    KEEPING_WORDS,
    MOVES,
    REJECTIONS,
    SPEAKING_FOR_OTHERS,
    TAG_LENGTH,
    TOPIC_LENGTH,
    Channel,
    Question,
    Reason,
    State,
)
from web.pages import errands, linking
from web.pages.by_hand import CHANNELS as BY_HAND
from web.pages.decisions import back
from web.pages.private_hints import PRIVATE
from web.pages.rules import REASONS
from web.rendering import FORM_TOKEN, N_, answer_parts, base_address, house_of, parts_asked, render, shared, text_of
from web.rights import need

VIEWS = {
    View.NEW: N_("Unread"),
    View.LISTED: N_("On the list"),
    View.ANSWERED: N_("Answered"),
    View.OPEN: N_("Still open"),
    View.REJECTED: N_("Rejected"),
    View.MERGED: N_("Put together"),
    View.SET_ASIDE: N_("Set aside"),
    View.ALL: N_("All"),
}
CHANNELS = {
    Channel.FORM: N_("by form"),
    Channel.MAIL: N_("by mail"),
    **BY_HAND,
    Channel.MASTODON: N_("on Mastodon"),
    Channel.GUEST: N_("on air"),
}
STANDS = {
    State.NEW: N_("unread"),
    State.SET_ASIDE: N_("set aside"),
    State.REJECTED: N_("rejected"),
    State.APPROVED: N_("approved"),
    State.QUEUED: N_("in the queue"),
    State.ON_AIR: N_("on air"),
    State.ANSWERED: N_("answered"),
    State.IN_WRITING: N_("answered in writing"),
    State.NOT_REACHED: N_("still open"),
    State.TAKEN_BACK: N_("taken back"),
    State.MERGED: N_("put together"),
}
"""Where a question stands, in a word."""
ASIDE = {
    Reason.AUTO_REPLY: N_("an automatic reply"),
    Reason.BOUNCE: N_("a mail that came back"),
    Reason.BULK: N_("sent to many"),
    Reason.RECEIPT: N_("a read receipt"),
    Reason.PRIVATE_MESSAGE: N_("a private message, never published"),
}
"""Why something was set aside, beside the reasons that staff have."""
PARTS = {"list": "", "one": "questions_one.html", "alike": "questions_alike.html"}


def page(request: Request) -> Response:
    """The whole page, or with `?part=` its list, the question `?at=` that is open, or those like it."""
    id = request.path_params["id"]
    visitor = need(request, Right.MODERATE, id)
    if visitor.account is None:
        raise HTTPException(403)
    parts = parts_asked(request, PARTS)
    wanted, at = listing.read(request.query_params), request.query_params.get("at", "")
    made: dict[str, str] = {}
    if "list" in parts:
        key = ("questions", id, listing.address(wanted, page=wanted.page))
        made["list"] = shared(request, key, partial(_list, request, id, wanted))
    if parts == ("list",):
        return answer_parts(request, made)
    with house_of(request).database.reading() as connection:
        hour = store.office_hour(connection, id)
        values = common_values(connection, hour, visitor.account.id, wanted) | {"hour": hour}
        if not parts:
            values |= list_values(connection, hour, wanted)
        found = _open_one(connection, hour, at, values)
        values |= {"one": found, "chosen": bool(at)}
        if (not parts or "one" in parts) and found is not None:
            values |= one_values(connection, hour, found, visitor.account)
            values |= errands.one_values(request, connection, hour, found)
            values |= linking.values(connection, hour, found)
            values["envelope"] = envelope_of(request, connection, found)
            values["forwarded"] = intake.forwarded_in(connection, found, house_of(request).safe)
        if "alike" in parts:
            values |= alike_values(connection, found)
    made |= {part: text_of(request, PARTS[part], **values) for part in parts if part != "list"}
    return answer_parts(request, made) if parts else render(request, "questions.html", **values)


def list_of(request: Request, id: str, narrowed: str) -> tuple[Hashable, Callable[[], str]]:
    """The list as the address `narrowed` asks for it, to be sent to pages: by which name it is shared, and its text."""
    wanted = listing.read(QueryParams(narrowed))
    key = ("questions", id, listing.address(wanted, page=wanted.page), request.state.language)
    return key, lambda: _list(request, id, wanted, lambda: FORM_TOKEN).strip()


def _list(request: Request, id: str, wanted: Wanted, csrf: Callable[[], str]) -> str:
    """The list as it is for all of staff: a colleague's page takes out what it says of them."""
    with house_of(request).database.reading() as connection:
        hour = store.office_hour(connection, id)
        values = common_values(connection, hour, "", wanted) | list_values(connection, hour, wanted)
    return text_of(request, "questions_list.html", hour=hour, csrf=csrf, one=None, **values)


def _open_one(connection: Connection, hour: OfficeHour, at: str, values: dict[str, Any]) -> Question | None:
    """The question that is open: the one asked for, else the first of the list."""
    if at:
        found = questions.by_ids(connection, [at]).get(at)
        if found is not None and found.office_hour in (None, hour.id) and found.state is not State.TAKEN_BACK:
            return found
    listed = values.get("listed")
    return listed.questions[0] if listed is not None and listed.questions and not at else None


def common_values(connection: Connection, hour: OfficeHour, account: str, wanted: Wanted) -> dict[str, Any]:
    """What every part may show to the `account`; without one, to any of staff."""
    there = presence.others(connection, hour.id, account, now())
    return {
        "wanted": wanted,
        "view": lambda **changes: f"/staff/office-hours/{hour.id}/questions?{listing.address(wanted, **changes)}",
        "there": there,
        "at_it": {each.question: each for each in there if each.question},
        "staff": {each.id: each.name for each in store.all_accounts(connection)},
        "own": account,
        "State": State,
        "View": View,
        "STANDS": STANDS,
        "CHANNELS": CHANNELS,
        "PRIVATE": PRIVATE,
        "private": lambda text: private.kinds(text, [hour.host_name]),
        "asked": {id: count + 1 for id, count in questions.merged_counts(connection, hour.id).items()},
        "MERGING": SPEAKING_FOR_OTHERS,
    }


def list_values(connection: Connection, hour: OfficeHour, wanted: Wanted) -> dict[str, Any]:
    """One page of the list, and what it can be narrowed by."""
    return {
        "listed": listing.look(connection, hour.id, wanted),
        "VIEWS": VIEWS,
        "reasons": {reason: REASONS[reason] for reason in REJECTIONS},
        "NOBODYS": listing.NOBODYS,
        "public": lists.of(connection, hour.id),
        "outcome": lists.outcome(connection, hour.id),
        "over": hour.state in lists.OVER,
        "support": support.counts_in(connection, hour.id),
    }


def one_values(connection: Connection, hour: OfficeHour, question: Question, account: Account) -> dict[str, Any]:
    """The open question: its words, what can be done with it, what was done."""
    lines = questions.history(connection, question.id)
    undo = moderation.last_move(connection, hour.id, account.id)
    at_it = [each for each in presence.others(connection, hour.id, account.id, now()) if each.question == question.id]
    return {
        "may": {goal.value for goal in MOVES[question.state]},
        "history": lines,
        "undo": undo,
        "undone": questions.get(connection, undo.question) if undo else None,
        "reasons": {reason: REASONS[reason] for reason in REJECTIONS},
        "REASONS": REASONS | ASIDE,
        "may_fetch_back": question.reason is not Reason.PRIVATE_MESSAGE,
        "pen": next((each for each in at_it if each.writing), None),
        "pieces": lambda text: private.pieces(text, [hour.host_name]),
        "speaker": questions.get(connection, question.merged_into) if question.merged_into else None,
        "speaks_for": questions.merged_into(connection, question.id),
        "answer": answers.of(connection, question.id),
        "voices": support.counts(connection, [question.id]).get(question.id, 0),
        "keeps_words": question.state in KEEPING_WORDS,
        "print_of": moderation.print_of,
        "topic_length": TOPIC_LENGTH,
        "tag_length": TAG_LENGTH,
        "answer_length": answers.TEXT_LENGTH,
        "others_of_sender": questions.count_of(connection, question.sender) - 1 if question.sender else 0,
    }


def envelope_of(request: Request, connection: Connection, question: Question) -> Envelope | None:
    """What stands around the words of a mail, while its original is kept."""
    house = house_of(request)
    if question.channel is not Channel.MAIL:
        return None
    raw = intake.original_of(connection, question.id, house.safe)
    return envelope.of(raw, house.questions.mail_checks_by) if raw else None


def alike_values(connection: Connection, question: Question | None) -> dict[str, Any]:
    """Questions that may ask the same; looked for apart, so that nobody waits for it while reading."""
    if question is None or question.office_hour is None or State.MERGED not in MOVES[question.state]:
        return {"alike": []}
    ids = pool.of(connection, question.office_hour).alike(connection, question)
    found = questions.by_ids(connection, ids)
    return {"alike": [found[id] for id in ids if id in found]}


def here(request: Request) -> Response:
    """A sign of life of the page: which question somebody looks at, and whether they are writing in it."""
    id, form = request.path_params["id"], request.state.form
    visitor = need(request, Right.MODERATE, id)
    if visitor.account is None:
        raise HTTPException(403)
    at = str(form.get("at", ""))
    with house_of(request).database.transaction() as connection:
        if form.get("gone"):
            presence.gone(connection, visitor.account.id)
        else:
            known = at if at and questions.by_ids(connection, [at]) else None
            writing = form.get("writing") == "yes"
            presence.here(connection, visitor.account.id, id, known, writing=writing, at=now())
    return Response(status_code=204)


def export(request: Request) -> Response:
    """All questions as a file for the office: `csv` or `json`."""
    id, kind = request.path_params["id"], request.path_params["kind"]
    need(request, Right.MODERATE, id)
    if kind not in FILES:
        raise HTTPException(404)
    written, type_ = FILES[kind]
    with house_of(request).database.reading() as connection:
        hour = store.office_hour(connection, id)
        found = exported.rows(connection, id, lambda path: f"{base_address(request)}{path}")
    name = f"questions-{hour.starts_at:%Y-%m-%d}.{kind}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return Response(written(found), media_type=type_, headers=headers)


FILES = {
    "csv": (exported.as_csv, "text/csv; charset=utf-8"),
    "json": (exported.as_json, "application/json"),
}


def say(request: Request) -> Response:
    """`do`: show or hide the public list, or promise a day for what is still open (`due_on`, empty for none)."""
    id, form = request.path_params["id"], request.state.form
    need(request, Right.MODERATE, id)
    do, text = str(form.get("do", "")), str(form.get("due_on", ""))
    try:
        due_on = date.fromisoformat(text) if text else None
    except ValueError as error:
        raise HTTPException(400, "this is no day") from error
    acts: dict[str, dict[str, Any]] = {"hide": {"hidden": True}, "show": {"hidden": False}}
    changes = (acts | {"promise": {"due_on": due_on}}).get(do)
    if changes is None:
        raise HTTPException(400, "there is no such act")
    with house_of(request).database.transaction() as connection:
        lists.say(connection, lists.of(connection, store.office_hour(connection, id).id), now(), **changes)
    return back(request)


routes = [
    Route("/staff/office-hours/{id}/questions", page),
    Route("/staff/office-hours/{id}/questions.{kind}", export),
    Route("/staff/office-hours/{id}/questions/list", say, methods=["POST"]),
    Route("/staff/office-hours/{id}/questions/here", here, methods=["POST"]),
    *linking.routes,
]
