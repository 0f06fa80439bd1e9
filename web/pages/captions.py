"""The caption editor of a recorded office hour: its page, its text as JSON, changes to it, releases, other languages.

Changes come as JSON (`transcode.editing`), many at once and again when no answer was heard: each has a name of its own.
The answer says of each that was refused why, and what others have changed meanwhile. A page that is open says each few
seconds where it is (PATCH) and hears the same, with who else is there.
"""

import json
from dataclasses import replace
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from ingest import store
from ingest.database import now
from ingest.officehours import WITH_RECORDING, Edition, OfficeHour
from transcode import cues, drafts, editing, lint
from transcode import store as captions
from transcode.ladder import own_name
from transcode.reading import Problem, Read, Wrong
from transcode.store import Origin
from transcode.translating import Argos, Translator
from transcode.webvtt import subrip, transcript, webvtt
from web import captioning
from web.editors import Editor, Editors
from web.pages.watch import recording
from web.rendering import N_, house_of, parts_asked, render, render_parts
from web.rights import staff

AT_ONCE = 200
"""Changes in one request; a page that was offline for an hour sends several."""
HISTORY = 100
LENGTH = 1_500_000
"""Characters of a file; four hours of talk are half of it."""
OTHERS = ("en", "de", "tr", "ar", "uk", "ru", "pl", "ro", "bg", "fa", "fr", "es", "it", "hr", "el", "vi")
"""Languages that can be brought: those most spoken in German towns, and those of their partners."""
LIMITS = {
    "line": cues.LINE_LENGTH,
    "lines": lint.LINES,
    "fastest": cues.FASTEST,
    "shortest_ms": round(1000 * cues.SHORTEST_S),
    "longest_ms": round(1000 * cues.LONGEST_S),
    "gap_ms": round(1000 * cues.GAP_S),
    "frame_ms": editing.SHORTEST_MS,
}
"""The rules of the linter, for the page that applies them while somebody types."""
WRONG = {
    Wrong.NO_CUES: N_("There are no captions in it. It has to be a WebVTT (.vtt) or SubRip (.srt) file."),
    Wrong.HEAD: N_("The first line has to be WEBVTT, and nothing directly behind it."),
    Wrong.TIMES: N_("These times cannot be read; they have to look like 00:01:02.500 --> 00:01:05.000."),
    Wrong.BACKWARDS: N_("This ends before it begins."),
    Wrong.ORDER: N_("This begins before the one above it is over."),
    Wrong.EMPTY: N_("Here is a time without words."),
    Wrong.LONG: N_("This is too long for one caption: at most 8 lines and 400 characters."),
    Wrong.BEYOND: N_("This begins after the end of the recording. Does the file belong to another one?"),
}
FILES = {"vtt": "text/vtt", "srt": "application/x-subrip", "txt": "text/plain"}
TRANSLATOR: Translator = Argos()
TAKEN = N_("There are captions in this language already. Open them, and take the file in there.")


def _hour(request: Request) -> tuple[OfficeHour, Edition]:
    """The office hour, for staff, when there is a recording of it. Raises HTTPException 401, 403, 404."""
    staff(request)
    with house_of(request).database.reading() as connection:
        hour = store.office_hour(connection, request.path_params["id"])
        edition = store.edition_of(connection, hour.id)
    if hour.state not in WITH_RECORDING or not hour.recorded or edition is None:
        raise HTTPException(404, N_("There is no recording of this office hour."))
    return hour, edition


def _by(request: Request) -> str:
    account = staff(request).account
    assert account is not None
    return account.name


def page(request: Request) -> Response:
    """The editor of `?language=`, by default the one that was spoken; `?part=history` is the list of what was done."""
    return _page(request, *_hour(request))


def _page(
    request: Request, hour: OfficeHour, edition: Edition, problems: tuple[Problem, ...] = (), brought: str = ""
) -> Response:
    house, room = house_of(request), house_of(request).archive.room(hour.id)
    language = request.query_params.get("language", hour.language)
    with house.database.reading() as connection:
        tracks = {each.language: each for each in captions.tracks(connection, hour.id)}
        people = [person.shown_name for person in store.persons_of(connection, hour.id)]
        edits = captions.edits(connection, hour.id, language, newest=HISTORY)
        behind = captions.behind(connection, tracks[language]) if language in tracks else 0
        translating = captioning.being_translated(connection, hour, language)
    parts = parts_asked(request, ("history",))
    if language not in (*OTHERS, hour.language):
        raise HTTPException(404)
    track = tracks.get(language)
    values: dict[str, Any] = {
        "hour": hour,
        "recording": recording(room, edition, hour.language),
        "fine": f"/media/{edition.address}/pictures/waveform.fine.json" if room.fine_waveform.is_file() else "",
        "shown": language,
        "own_name": own_name,
        "track": track,
        "there": track is not None or bool(language == hour.language and drafts.source(room, language)),
        "behind": behind,
        "tabs": list(dict.fromkeys([hour.language, *tracks])),
        "missing": [each for each in OTHERS if each not in tracks and each != hour.language],
        "targets": [each for each in TRANSLATOR.targets(hour.language) if each in OTHERS and each not in tracks],
        "translating": translating,
        "people": sorted(set(people)),
        "edits": edits,
        "texts": {each.number: _words(each) for each in edits},
        "carried": _carried(edits[0]) if edits else None,
        "limits": LIMITS,
        "followed": captioning.follow_machine(house, hour, room, track),
        "problems": [(each.line, WRONG[each.wrong], each.found) for each in problems],
        "brought": brought,
        "Origin": Origin,
    }
    if parts:
        return render_parts(request, {"history": "captions_history.html"}, **values)
    return render(request, "captions.html", status=422 if problems else 200, **values)


def _words(edit: captions.Edit) -> tuple[str, int]:
    """The first words that an edit put, and how many passages; of a release, which edit it made public."""
    if edit.kind == captions.RELEASE:
        return "", int(json.loads(edit.content)["number"])
    if not edit.content or edit.kind == captions.BASE:
        return "", 0
    puts = editing.stored_change(edit.name, edit.kind, edit.content).puts
    return (puts[0].text.replace("\n", " ") if puts else ""), len(puts)


def _carried(newest: captions.Edit) -> tuple[int, int] | None:
    """Of a text that was put together anew and on which nobody has worked since: how much was kept, how much lost."""
    if newest.kind != captions.BASE or newest.by or not newest.content:
        return None
    told = json.loads(newest.content)
    return (told["kept"], told["lost"]) if "kept" in told else None


def state(request: Request) -> Response:
    """The whole text as JSON, or with `?since=` what others have done after that edit."""
    hour, _ = _hour(request)
    return JSONResponse(_state(request, hour), headers={"Cache-Control": "no-store"})


def _state(request: Request, hour: OfficeHour) -> dict[str, Any]:
    house, language = house_of(request), request.path_params["language"]
    since = _number(request.query_params.get("since", "-1"))
    with house.database.reading() as connection:
        track = captions.track(connection, hour.id, language)
        edits = captions.since(connection, hour.id, language, since) if track is not None and since >= 0 else []
        passages = captions.passages(connection, hour.id, language) if edits else {}
    if since >= 0 and (edits or track is None or track.newest == since):
        newest = edits[-1].number if edits else since
        return captioning.told(captioning.news(passages, edits, newest))
    found = captioning.text(house, hour, language)
    whole = captioning.Answer(newest=found.newest, changed=editing.in_order(found.passages), whole=True)
    return captioning.told(whole)


def change(request: Request) -> Response:
    """POST, JSON `{"changes": […], "since": number}`."""
    hour, _ = _hour(request)
    house, form, language = house_of(request), request.state.form, request.path_params["language"]
    sent = form.get("changes")
    if not isinstance(sent, list) or not all(isinstance(each, dict) for each in sent):
        raise HTTPException(400, "there are no changes")
    wished, unreadable = [], {}
    for each in sent[:AT_ONCE]:
        try:
            wished.append(editing.change_of(each))
        except editing.Unreadable:
            unreadable[str(each.get("id"))] = "unreadable"
    since = _number(str(form.get("since", 0)))
    answer = captioning.change(house, hour, language, wished, since, by=_by(request), at=now())
    answer = replace(answer, refused={**answer.refused, **unreadable})
    return JSONResponse(captioning.told(answer), headers={"Cache-Control": "no-store"})


def here(request: Request) -> Response:
    """PATCH `?page=&at=&writing=&since=`: a page is open; who else is, and what was done. `?gone=yes`: it closes."""
    hour, _ = _hour(request)
    language, query = request.path_params["language"], request.query_params
    editors: Editors = request.app.state.editors
    name = query.get("page", "")[:40]
    if query.get("gone"):
        editors.gone(hour.id, language, name)
        return Response(status_code=204)
    me = Editor(page=name, name=_by(request), at=query.get("at", "")[:40], writing=bool(query.get("writing")))
    others = editors.here(hour.id, language, me)
    told = [{"page": each.page, "name": each.name, "at": each.at, "writing": each.writing} for each in others]
    return JSONResponse(_state(request, hour) | {"others": told}, headers={"Cache-Control": "no-store"})


def _number(text: str) -> int:
    try:
        return int(text)
    except ValueError as error:
        raise HTTPException(400, "the number of an edit is no number") from error


def file(request: Request) -> Response:
    """The text as a file, as it is now or was after edit `?at=`: to be kept, or changed in another program."""
    hour, _ = _hour(request)
    house, language, kind = house_of(request), request.path_params["language"], request.path_params["kind"]
    if kind not in FILES:
        raise HTTPException(404)
    wanted = request.query_params.get("at")
    if wanted is None:
        passages = captioning.text(house, hour, language).passages
    else:
        with house.database.reading() as connection:
            passages = captions.passages(connection, hour.id, language, _number(wanted))
    shown = editing.shown(passages)
    if kind == "txt":
        heard = drafts.words(house.archive.room(hour.id).words(language)) if language == hour.language else []
        content = transcript(drafts.words_of(shown, heard))
    else:
        content = webvtt(drafts.cues(shown)) if kind == "vtt" else subrip(drafts.cues(shown))
    named = f'attachment; filename="{hour.id[:8]}.{language}.{kind}"'
    headers = {"Content-Disposition": named, "Cache-Control": "no-store"}
    return Response(content, headers=headers, media_type=f"{FILES[kind]}; charset=utf-8")


def act(request: Request) -> Response:
    """POST `do` to `language`: release (edit `number`, else the newest), hide, bring (`text` of a file), translate."""
    hour, edition = _hour(request)
    house, form, by = house_of(request), request.state.form, _by(request)
    do, language = str(form.get("do", "")), str(form.get("language", hour.language))
    if language not in (*OTHERS, hour.language):
        raise HTTPException(400, "there is no such language")
    if do == "bring":
        return _bring(request, hour, edition, language, by)
    if do not in ("release", "hide", "translate"):
        raise HTTPException(400, "there is no such act")
    if do == "translate":
        captioning.translate(house, hour, language, by=by, at=now())
        return RedirectResponse(f"/staff/office-hours/{hour.id}/captions?language={language}", 303)
    wanted = str(form.get("number", ""))
    number = 0 if do == "hide" else _number(wanted) if wanted else None
    captioning.release(house, hour, language, number, by=by, at=now())
    return RedirectResponse(f"/staff/office-hours/{hour.id}/captions?language={language}", 303)


def _bring(request: Request, hour: OfficeHour, edition: Edition, language: str, by: str) -> Response:
    house, form = house_of(request), request.state.form
    content = str(form.get("text", ""))
    if len(content) > LENGTH:
        raise HTTPException(413)
    with house.database.reading() as connection:
        known = captions.track(connection, hour.id, language)
    if known is not None and form.get("over") != "yes":
        raise HTTPException(409, TAKEN)
    found: Read = captioning.bring(house, hour, language, content, by=by, at=now())
    if found.problems:
        return _page(request, hour, edition, found.problems, content)
    return RedirectResponse(f"/staff/office-hours/{hour.id}/captions?language={language}", 303)


routes = [
    Route("/staff/office-hours/{id}/captions", page),
    Route("/staff/office-hours/{id}/captions", act, methods=["POST"]),
    Route("/staff/office-hours/{id}/captions/{language}.{kind}", file),
    Route("/staff/office-hours/{id}/captions/{language}", state),
    Route("/staff/office-hours/{id}/captions/{language}", change, methods=["POST"]),
    Route("/staff/office-hours/{id}/captions/{language}", here, methods=["PATCH"]),
]
