"""An office hour for its public: what is announced, the programme while it is on air, the replay afterwards."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import Any

from sqlalchemy.engine import Connection
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from ingest import pseudonyms, steps, store
from ingest.archive import Room
from ingest.database import now
from ingest.live.lobby import voices
from ingest.live.webrtc.packetise import fits_browsers
from ingest.officehours import (
    TAKING_QUESTIONS,
    WITH_RECORDING,
    Edition,
    OfficeHour,
    State,
    Visibility,
    needs_can_be_said,
    questions_are_over,
)
from ingest.people import Right, SeatState
from ingest.settings import Settings
from publish import pipeline
from questions import lists, mine, queue
from questions import store as questions
from questions.question import QUESTION_LENGTH, shown_text
from questions.question import State as QuestionState
from transcode import made
from transcode import store as captions_store
from transcode.ladder import own_name
from transcode.store import Origin, Track
from web import vtt
from web.media import may_see
from web.pages import alarms
from web.pages.ask import ASKED as ASKED_COOKIE
from web.pages.cut import cutting
from web.pages.need import last_day
from web.rendering import N_, answer_parts, house_of, parts_asked, render, render_parts, shared, text_of
from web.telling import services_of

RUNNING = frozenset({State.ON_AIR, State.PAUSED})
ASKED = (QuestionState.ANSWERED, QuestionState.ON_AIR)


def office_hour(request: Request) -> Response:
    """The one address of an office hour: it leads on to the programme or the replay when there is one."""
    with house_of(request).database.reading() as connection:
        hour = store.office_hour(connection, request.path_params["id"])
        listed = public_outcome(connection, hour)
    way = way_to(request, hour)
    if way != request.url.path:
        return RedirectResponse(way, 303)
    return render(
        request,
        "announcement.html",
        hour=hour,
        open=hour.state in TAKING_QUESTIONS,
        too_late=questions_are_over(hour, now()),
        needs_open=needs_can_be_said(hour, now()),
        last_day=last_day(request, hour),
        services=services_of(hour),
        listed=listed,
        over=hour.state in lists.OVER,
        State=State,
    )


def public_outcome(connection: Connection, hour: OfficeHour) -> lists.Outcome | None:
    """How many questions stand on the list and were answered; None when there is nothing to show."""
    if lists.of(connection, hour.id).hidden or hour.rehearsal_of:
        return None
    found = lists.outcome(connection, hour.id)
    return found if found.all else None


def way_to(request: Request, hour: OfficeHour) -> str:
    """Where somebody who wants to this office hour is led now: the programme, the replay, or what is announced."""
    if hour.state in RUNNING:
        return f"/office-hours/{hour.id}/live"
    if may_see(request, hour) and hour.recorded:
        return f"/replay/{hour.id}"
    return f"/office-hours/{hour.id}"


def live(request: Request) -> Response:
    """The programme on air; `?part=now` is who speaks and the question, which change under the picture for all viewers
    at once, `?part=mine` what became of the question that this browser has asked."""
    id, parts = request.path_params["id"], parts_asked(request, LIVE_PARTS)
    made: dict[str, str] = {}
    if "now" in parts:
        made["now"] = shared(request, ("now", id), lambda csrf: text_of(request, "live_now.html", **_live(request, id)))
    if parts == ("now",):
        return answer_parts(request, made)
    with house_of(request).database.reading() as connection:
        own = own_question(connection, request, store.office_hour(connection, id))
    if "mine" in parts:
        made["mine"] = text_of(request, "live_mine.html", shown_text=shown_text, **own)
    if parts:
        return answer_parts(request, made)
    values = _live(request, id)
    if not values["running"]:
        return RedirectResponse(f"/office-hours/{id}", 303)
    return render(request, "live.html", puzzle=request.app.state.proofs.puzzle(now()), **values, **own)


def _live(request: Request, id: str) -> dict[str, Any]:
    """The programme, and what changes below it."""
    with house_of(request).database.reading() as connection:
        hour = store.office_hour(connection, id)
        edition = store.edition_of(connection, hour.id)
        people = {person.id: person for person in store.persons_of(connection, hour.id)}
        values: dict[str, Any] = {
            "hour": hour,
            "speaking": [
                people[seat.person] for seat in store.seats_of(connection, hour.id) if seat.state is SeatState.ON_AIR
            ],
            "voices": {
                id: people[whom]
                for id, (whom, _) in voices.of_office_hour(connection, hour.id, people).items()
                if whom is not None
            },
            "question": queue.on_air(connection, hour.id),
            "answered": questions.of_office_hour(connection, hour.id, [QuestionState.ANSWERED]),
            "lost": alarms.lost_host(connection, hour),
            "listed": public_outcome(connection, hour),
            "cut": (held := cutting(connection, hour)) is not None and held.since is not None,
        }
    if values["cut"]:
        values |= {"speaking": [], "question": None}  # as little of it in words as in the picture
    address = edition.address if edition and hour.state in RUNNING else ""
    settings = house_of(request).ingest
    return values | {
        "source": f"/live/hls/{address}/index.m3u8" if address else "",
        "fast": f"/live/whep/{address}" if address and not hour.delay_s and offers_fast(settings) else "",
        "ice_servers": [{"urls": each} for each in settings.ice_servers],
        "running": hour.state in RUNNING,
        "shown_text": shown_text,
        "State": State,
        "limit": QUESTION_LENGTH,
    }


LIVE_PARTS = ("now", "mine")


def own_question(connection: Connection, request: Request, hour: OfficeHour) -> dict[str, Any]:
    """What this browser has asked here, and as which it comes up."""
    asked = mine.behind(connection, request.cookies.get(ASKED_COOKIE, ""))
    if asked is None or asked.office_hour != hour.id:
        return {"own": None}
    line = [each.id for each in queue.queued(connection, hour.id)]
    speaker = asked
    while speaker.merged_into is not None:
        speaker = questions.get(connection, speaker.merged_into)
    return {
        "own": asked,
        "own_stands": speaker.state,
        "own_place": line.index(speaker.id) + 1 if speaker.id in line else 0,
        "own_link": f"/mine/{request.cookies.get(ASKED_COOKIE, '')}",
    }


def offers_fast(settings: Settings) -> bool:
    """Whether viewers are offered the picture over WHEP: there are places, and it is one that every browser shows.

    Behind a broadcast delay nobody is: a second less of ten is not worth a place.
    """
    return settings.whep_viewers > 0 and fits_browsers(settings.video_width, settings.video_height, settings.frame_rate)


@dataclass(frozen=True, kw_only=True)
class Captions:
    """Captions in another language than the one that was spoken; `translated`: by a machine."""

    address: str
    language: str
    name: str
    translated: bool


@dataclass(frozen=True, kw_only=True)
class Recording:
    """What there is of a recording by now: addresses of files, empty while they are being made.

    `corrected`: somebody released these captions; `texts`: they are there as files of these kinds as well.
    """

    playlist: str
    download: str
    poster: str
    storyboard: str
    waveform: str
    captions: str
    corrected: bool
    texts: list[tuple[str, str]]
    others: list[Captions]
    chapters_file: str
    chapters: list[vtt.Cue]
    transcript: list[vtt.Paragraph]
    seconds: float


def recording(room: Room, edition: Edition, language: str, tracks: Iterable[Track] = ()) -> Recording:
    """Look which files are there; of a film that lies in the archive's store only the receipt is in the folder.

    `tracks`: on which captions somebody has worked.
    """
    base = f"/media/{edition.address}"

    def is_there(file: Path) -> bool:
        return file.is_file() or made.receipt(file).is_file()

    def address(*choices: str) -> str:
        return next((f"{base}/{path}" for path in choices if is_there(room.root / path)), "")

    def cues(path: str) -> list[vtt.Cue]:
        file = room.root / path
        return vtt.cues(file.read_text(encoding="utf-8")) if file.is_file() else []

    def released(track: Track, suffix: str = ".vtt") -> str:
        return address(f"captions/{track.language}.released{suffix}") if track.released else ""

    known = {each.language: each for each in tracks}
    mine = known.pop(language, None)
    captions = str(room.shown_captions(language).relative_to(room.root))
    return Recording(
        playlist=address("renditions/index.m3u8", f"programme/{edition.number}/index.m3u8"),
        download=address("renditions/download.mp4"),
        poster=address("pictures/poster.jpg"),
        storyboard=address("pictures/storyboard.vtt"),
        waveform=address("pictures/waveform.json"),
        captions=address(captions),
        corrected=room.released_captions(language).is_file(),
        texts=[(kind, found) for kind in (".srt", ".txt") if mine is not None and (found := released(mine, kind))],
        others=[
            Captions(
                address=found,
                language=each.language,
                name=own_name(each.language),
                translated=each.origin is Origin.TRANSLATED,
            )
            for each in known.values()
            if (found := released(each))
        ],
        chapters_file=address("captions/chapters.vtt"),
        chapters=cues("captions/chapters.vtt"),
        transcript=vtt.paragraphs(cues(captions)),
        seconds=float(edition.duration_ticks * Fraction(edition.tick_duration)),
    )


def replay(request: Request) -> Response:
    """The recording; `?q=ID` begins at a question, `?t=` at a media time."""
    house, id = house_of(request), request.path_params["id"]
    with house.database.reading() as connection:
        hour = store.office_hour(connection, id)
        edition = store.edition_of(connection, id)
        answered = questions.of_office_hour(connection, id, ASKED)
        work = steps.of_office_hour(connection, id)
        masks = pseudonyms.of_office_hour(connection, id)
        listed = public_outcome(connection, hour)
        tracks = captions_store.tracks(connection, id)
    if hour.state in RUNNING:
        return RedirectResponse(f"/office-hours/{id}/live", 303)
    if edition is None or hour.state not in WITH_RECORDING or not hour.recorded:
        raise HTTPException(404, N_("There is no recording of this office hour."))
    if not may_see(request, hour):
        raise HTTPException(410)
    found = recording(house.archive.room(id), edition, hour.language, tracks)
    asked = {each.id: replace(each, text=pseudonyms.mask(each.text, masks)) for each in answered}
    begin = _begin(request, found)
    values: dict[str, Any] = {
        "hour": hour,
        "recording": found,
        "progress": pipeline.progress(work),
        "reviewing": Right.REVIEW in request.state.visitor.rights(id),
        "Visibility": Visibility,
    }
    if parts_asked(request, ("banner",)):
        return render_parts(request, {"banner": "replay_banner.html"}, **values)
    return render(request, "replay.html", asked=asked, listed=listed, begin=begin, **values)


def _begin(request: Request, found: Recording) -> float:
    """Where to begin: at a question (`?q=`) or at a media time in seconds (`?t=`)."""
    wanted = request.query_params.get("q", "")
    if wanted:
        return next((cue.start_s for cue in found.chapters if cue.id == wanted), 0.0)
    try:
        return min(max(float(request.query_params.get("t", "0")), 0.0), found.seconds)
    except ValueError:
        return 0.0


routes = [
    Route("/office-hours/{id}", office_hour),
    Route("/office-hours/{id}/live", live),
    Route("/replay/{id}", replay),
]
