"""A town's site with sample rows, to be looked at and tested: people, questions, a line, a finished recording.

`python -m tests.web.sample FOLDER [PORT]` serves it; the pages worth looking at are printed.
"""

import json
import sys
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import uvicorn
from PIL import Image, ImageDraw
from sqlalchemy.engine import Connection

import transcode.worklist
from ingest import accounts, commands, intercom, steps, store
from ingest.archive import Room
from ingest.consent import ALL
from ingest.database import now
from ingest.live.lobby import signing, typed, waiting
from ingest.officehours import OfficeHour, State, Visibility
from ingest.people import Role, Scope, SeatState
from questions import change, intake, moderation, needs, queue, rundown
from questions import store as questions
from questions.needs import Service
from questions.question import Reason
from questions.sources import form
from tests.web.conftest import PASSWORD, SmallHouse, small_house
from transcode import clauses, storyboard, waveform
from transcode.speech import Word
from web import store as web_store
from web.asgi import site

EMAIL = "bo@example.org"
ASKED = [
    ("Chris", "Wann wird der Radweg an der Lindenstraße gebaut? Seit zwei Jahren steht dort nur ein Schild."),
    ("Frau K.", "Warum hat das Bürgerbüro samstags geschlossen, obwohl viele nur dann Zeit haben?"),
    ("Deniz", "Bleibt das Freibad im nächsten Sommer offen?"),
    ("", "Was kostet uns die neue Turnhalle, und wer bezahlt sie?"),
    ("M. Berger", "Können die Busse abends länger fahren?"),
    ("Olga", "Wird die Grundschule am Markt noch vor den Ferien fertig, oder müssen die Kinder im Container bleiben?"),
    ("Jens", "Ich möchte mein Auto verkaufen."),
]
FIRST = ASKED[0][1]
LEFT = [ASKED[4][1], ASKED[3][1], ASKED[5][1]]
"""Questions that were not reached in a past office hour."""
SPOKEN = [
    ("Ada", "Guten Abend und willkommen zur Sprechstunde.", 0.5, 4.0),
    ("Ada", "Wir haben heute viele Fragen bekommen, und ich freue mich darauf.", 4.2, 8.5),
    ("Chris", "Wann wird der Radweg an der Lindenstraße gebaut?", 12.0, 15.0),
    ("Ada", "Die Mittel sind bewilligt, der Bau beginnt im April.", 16.0, 20.0),
    ("Ada", "Die alten Linden bleiben stehen, das war uns wichtig.", 20.2, 24.0),
    ("Ada", "Zum Freibad: Ja, es bleibt offen, auch im nächsten Sommer.", 31.0, 36.0),
]


@dataclass(frozen=True, kw_only=True)
class Sample:
    """Ids of what was made, for pages and tests."""

    house: SmallHouse
    coming: OfficeHour
    running: OfficeHour
    past: OfficeHour
    held: OfficeHour
    cancelled: OfficeHour
    host_token: str
    running_host_token: str


def build(folder: Path, url: str = "", **settings: object) -> Sample:
    """Make the whole town below `folder`."""
    house = small_house(folder, url, **settings)
    with house.database.transaction() as connection:
        for name, text in {
            "name": "Stadt Lindenau",
            "imprint": "Stadt Lindenau\nMarkt 1\n01234 Lindenau\n\nVerantwortlich: Bo Brandt, Pressestelle",
            "privacy": "Verantwortlich: Stadt Lindenau.\n\nAufzeichnungen werden nach einem Jahr gelöscht.",
        }.items():
            store.set_office_setting(connection, name, text)
        hashed = accounts.hash_password(PASSWORD)
        store.add_account(connection, email=EMAIL, name="Bo Brandt", password_hash=hashed)
    coming, token = _hour(
        house, "Sprechstunde im Advent", State.OPEN, timedelta(days=12), question_mail="fragen@lindenau.example",
        captioned=True, signed=True, help_phone="0345 123 456", needs_until=_midnight(6),
        questions_until=_midnight(11) - timedelta(hours=6),
    )  # fmt: skip
    _needed(house, coming)
    cancelled, _ = _hour(
        house, "Sprechstunde in der Nordstadt", State.CANCELLED, timedelta(days=9), help_phone="0345 123 456"
    )
    _needed(house, cancelled)
    _hour(
        house,
        "Jugend fragt, Rathaus antwortet",
        State.PLANNED,
        timedelta(days=23),
        questions_from=_midnight(9) + timedelta(hours=8),
    )
    running, running_token = _running(house)
    past = _past(house, "Sprechstunde zum Haushalt", Visibility.RELEASED, 30)
    held = _past(house, "Sprechstunde in der Oststadt", Visibility.HELD, 1)
    _under_way(house, held)
    return Sample(
        house=house, coming=coming, running=running, past=past, held=held, cancelled=cancelled, host_token=token,
        running_host_token=running_token,
    )  # fmt: skip


def _hour(
    house: SmallHouse, title: str, state: State, begins_in: timedelta, **values: object
) -> tuple[OfficeHour, str]:
    starts_at = (now() + begins_in).replace(minute=0, second=0, microsecond=0)
    if begins_in:
        starts_at = starts_at.replace(hour=16)
    facts = {"title": title, "host_name": "Ada Lorenz", "host_role": "Bürgermeisterin", "starts_at": starts_at}
    with house.database.transaction() as connection:
        hour = store.add_office_hour(connection, state=state, **(facts | values))
        host = store.add_person(connection, hour.id, name="Ada Lorenz", role=Role.HOST)
        token = web_store.make_link(connection, house.safe, host.id, now() + timedelta(days=30))
    return hour, token


def _midnight(days: int) -> datetime:
    """The end of a day in the town's time zone."""
    return datetime.combine(now().date() + timedelta(days=days + 1), time(), ZoneInfo("Europe/Berlin"))


def _needed(house: SmallHouse, hour: OfficeHour) -> None:
    """Two citizens said what they need; one of it is arranged. An interpreter is invited."""
    with house.database.transaction() as connection:
        mara = needs.Said(words="DGS. Ich möchte auch selbst eine Frage stellen.", contact="mara@example.org")
        ali = needs.Said(words="Türkisch", contact="0151 2345678")
        for id, service, said in (("1", Service.SIGN_LANGUAGE, mara), ("2", Service.LANGUAGE, ali)):
            form = f"{id}{hour.id[1:]}"
            needs.say(connection, hour.id, service, said, house.safe, id=form, language="de", at=now())
        needs.arrange(connection, needs.of_office_hour(connection, hour.id)[0], now())
        jana = store.add_person(connection, hour.id, name="Jana Wolf", role=Role.INTERPRETER)
        web_store.make_link(connection, house.safe, jana.id, now() + timedelta(days=30))


def ask(house: SmallHouse, hour: OfficeHour, who: str, text: str) -> str:
    with house.database.transaction() as connection:
        values = {"question": text, "name": who, "consent": "yes", "form": f"{hour.id}{text}"}
        arrival = form.read(values, office_hour=hour.id, language="de", at=now())
        taken = intake.take(connection, arrival, house.safe)
    assert taken is not None
    return taken.id


def _running(house: SmallHouse) -> tuple[OfficeHour, str]:
    """On air since twelve minutes, with a question shown, a queue, unread ones, people in the room and in the line."""
    hour, token = _hour(
        house,
        "Sprechstunde für den Westen",
        State.ON_AIR,
        timedelta(),
        began_at=now() - timedelta(minutes=12),
        delay_s=10,
    )
    asked = [ask(house, hour, who, text) for who, text in ASKED]
    with house.database.transaction() as connection:
        store.add_edition(connection, hour.id, address="f" * 32, tick_duration="1/30")
        for id in asked[:4]:
            queue.queue(connection, moderation.approve(connection, questions.get(connection, id), by="bo"), by="bo")
        queue.put_on_air(connection, questions.get(connection, asked[3]), by="bo")
        moderation.approve(connection, questions.get(connection, asked[4]), by="bo")
        for name, topic, agreed in (
            ("Chris", "Wann wird der Radweg an der Lindenstraße gebaut?", ALL),
            ("Fatma Yilmaz", "Kindergarten in der Bachgasse", ALL - {Scope.OUTSIDE}),
            ("Herr Neumann", "Parken am Friedhof", {Scope.LIVE}),
            ("Erika", "Warum läuten die Glocken so früh?", {Scope.NAME}),
        ):
            person = store.add_person(connection, hour.id, name=name, role=Role.GUEST, topic=topic)
            store.answer_consent(connection, person.id, {scope: scope in agreed for scope in Scope}, 1)
            store.set_pseudonym(connection, person.id, "" if Scope.NAME in agreed else "Bürgerin oder Bürger")
            if name in ("Chris", "Fatma Yilmaz"):
                waiting.admit(connection, person)
            if name == "Chris":
                first = rundown.Item(kind=rundown.Kind.GUEST, person=person.id)
                change.next_turn(connection, hour, first, seen="", by="bo", words={}, left=6)
        _signs_and_writes(connection, hour)
        intercom.write(connection, hour.id, intercom.Sender.HOST, "Ich höre Chris sehr leise.")
        intercom.write(connection, hour.id, intercom.Sender.STAFF, "Noch zwei Minuten für den Radweg.")
        host = store.persons_of(connection, hour.id)[0]
        store.move_seat(connection, host.id, SeatState.ADMITTED, SeatState.ON_AIR)
        for command in commands.waiting(connection, hour.id):
            commands.finish(connection, command.id, commands.State.DONE, tick=1)
    return hour, token


def _signs_and_writes(connection: Connection, hour: OfficeHour) -> None:
    """Chris signs and has written two lines, Jana interprets."""
    chris = next(person for person in store.persons_of(connection, hour.id) if person.name == "Chris")
    jana = store.add_person(connection, hour.id, name="Jana Wolf", role=Role.INTERPRETER)
    waiting.show(connection, jana)
    signing.say(connection, chris, on=True)
    for text in ("Guten Abend! Ich schreibe, bis Frau Wolf da ist.", "An der Lindenstraße fährt kein Kind mehr Rad."):
        line = typed.write(connection, chris, text, now())
    typed.show(connection, line, "schreibt")


def _past(house: SmallHouse, title: str, visibility: Visibility, days: int) -> OfficeHour:
    """A finished office hour with captions, chapters, poster; its picture is for the tests that need one."""
    began = now() - timedelta(days=days)
    hour, _ = _hour(house, title, State.ON_AIR, timedelta(days=-days), began_at=began, visibility=visibility)
    chris, deniz = ask(house, hour, *ASKED[0]), ask(house, hour, *ASKED[2])
    rejected = ask(house, hour, *ASKED[6])
    left = [ask(house, hour, *ASKED[number]) for number in (3, 4, 5)]
    with house.database.transaction() as connection:
        moderation.reject(connection, questions.get(connection, rejected), Reason.ADVERTISEMENT, by="bo")
        for id in (chris, deniz):
            moderation.approve(connection, questions.get(connection, id), by="bo")
            queue.put_on_air(connection, questions.get(connection, id), by="bo")
        queue.answered(connection, questions.get(connection, deniz), by="bo")
        for id in left:
            moderation.approve(connection, questions.get(connection, id), by="bo")
        queue.close(connection, hour.id, by="clock")
        edition = store.add_edition(connection, hour.id, address=hour.id[::-1], tick_duration="1/30")
        store.finish_edition(connection, edition.id, 40 * 30)
        store.move_office_hour(connection, hour.id, State.ENDED, ended_at=began + timedelta(minutes=42))
    room = house.archive.room(hour.id)
    shown = [(who, "\n".join(_laid_out(text)), start, end) for who, text, start, end in SPOKEN]
    _write(room.captions("de"), _vtt([(f"<v {who}>{text}", "", start, end) for who, text, start, end in shown]))
    _write(room.words("de"), json.dumps([word.values() for word in _heard()], ensure_ascii=False))
    _write(
        room.chapters,
        _vtt([("Begrüßung", "opening", 0, 12), (ASKED[0][1][:70], chris, 12, 30), (ASKED[2][1], deniz, 30, 40)]),
    )
    room.poster.parent.mkdir(parents=True, exist_ok=True)
    _picture().save(room.poster, quality=85)
    _for_seeking(room)
    return hour


def _laid_out(text: str) -> tuple[str, ...]:
    laid = clauses.laid_out(text.split(), "de", 37)
    assert laid is not None
    return laid[0]


def _heard() -> list[Word]:
    """The words of what is spoken: one written as a name, one unsure, and some that nobody said."""
    found = []
    for who, text, start_s, end_s in SPOKEN:
        words = text.split()
        each_s = (end_s - start_s) / len(words)
        for n, word in enumerate(words):
            heard = "Lindenstrasse" if word == "Lindenstraße" else ""
            sure = 0.2 if word == "bewilligt," else 0.9
            at_s = start_s + n * each_s
            found.append(Word(word=word, start_s=at_s, end_s=at_s + each_s, probability=sure, heard=heard, speaker=who))
    for n, word in enumerate(["Untertitel", "im", "Auftrag", "des", "ZDF"]):
        found.append(Word(word=word, start_s=26 + n / 2, end_s=26.5 + n / 2, probability=0.4, doubt="phrase"))
    return found


def _for_seeking(room: Room) -> None:
    """The sheet of small pictures and the outline of the sound, drawn."""
    found = storyboard.tiles(0.0, 40.0, 160)
    sheet = Image.new("RGB", (1600, 180))
    scene = _picture().resize((160, 90))
    for number, tile in enumerate(found):
        small = scene.copy()
        ImageDraw.Draw(small).rectangle((0, 86, 160 * (number + 1) / len(found), 90), fill=(240, 200, 60))
        sheet.paste(small, (tile.x, tile.y))
    sheet.save(room.storyboard.with_suffix(".jpg"))
    loud = {"integrated_lufs": -16.1, "true_peak_dbtp": -1.4}
    heard = {"before": {"integrated_lufs": -24.3, "true_peak_dbtp": -7.9}, "after": loud}
    _write(room.rendition("loudness.json"), json.dumps(heard))
    _write(room.rendition("av1.json"), json.dumps({"saved": 0.52, "vmaf": {"480p": 94.9, "480p-av1": 95.1}}))
    _write(room.storyboard, storyboard.webvtt(found, 160, "storyboard.jpg"))
    peaks = waveform.Peaks(duration_s=40.0)
    for _, _, start_s, end_s in SPOKEN:
        at = np.arange(round((end_s - start_s) * waveform.RATE)) / waveform.RATE
        spoken = 0.5 * np.sin(700 * at) * (0.4 + 0.6 * np.abs(np.sin(4 * at)))
        peaks.add(round(start_s * waveform.RATE), spoken.astype(np.float32))
    _write(room.waveform, json.dumps(peaks.facts()))


def _under_way(house: SmallHouse, hour: OfficeHour) -> None:
    """The work after the end as it is in the middle: some done, some running, one without room on the disk."""
    began = now() - timedelta(seconds=40)
    with house.database.transaction() as connection:
        ids = transcode.worklist.add_all(connection, hour.id, 1, ["de"])
        parts = [
            steps.add(connection, kind="transcode.stretch", office_hour=hour.id, parameters={"stretch": n, "of": 5})
            for n in range(5)
        ]
        for id in (ids["poster"], ids["plan"], *parts[:2]):
            steps.change(connection, id, steps.UNFINISHED, state=steps.State.DONE, progress=1.0, started_at=began)
        for id, progress in ((ids["captions.de"], 0.2), (parts[2], 0.4)):
            running = {"state": steps.State.RUNNING, "progress": progress, "started_at": began}
            steps.change(connection, id, steps.UNFINISHED, **running)
        full = (
            "not enough room on the disk: 1.2 GB are needed, 340 MB are free; it goes on by itself when there is room"
        )
        parked = {"state": steps.State.PARKED, "error_class": "resource", "error": full, "not_before": now()}
        steps.change(connection, ids["download"], steps.UNFINISHED, **parked)


def _vtt(cues: list[tuple[str, str, float, float]]) -> str:
    def at(seconds: float) -> str:
        return f"00:{int(seconds // 60):02}:{seconds % 60:06.3f}"

    return "WEBVTT\n\n" + "\n".join(f"{id}\n{at(a)} --> {at(b)}\n{text}\n".lstrip() for text, id, a, b in cues)


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


@cache
def _picture() -> Image.Image:
    """Two people as a mixer would show them, drawn."""
    shade = np.linspace(70, 120, 720)[:, None] * np.ones((1, 1280))
    ground = np.dstack([shade * 0.7, shade * 0.85, shade]).astype(np.uint8)
    picture = Image.fromarray(ground)
    draw = ImageDraw.Draw(picture)
    for left, coat in ((0, (60, 80, 110)), (640, (110, 70, 60))):
        draw.rectangle((left + 2, 0, left + 638, 720), outline=(20, 24, 30), width=4)
        draw.ellipse((left + 200, 330, left + 440, 700 + 240), fill=coat)
        draw.ellipse((left + 235, 150, left + 405, 370), fill=(222, 184, 158))
        draw.pieslice((left + 228, 130, left + 412, 330), 180, 360, fill=(74, 56, 44))
    return picture


def main() -> None:
    folder = Path(sys.argv[1])
    port = int(sys.argv[2]) if len(sys.argv) > 2 else 8900
    folder.mkdir(parents=True, exist_ok=True)
    sample = build(folder)
    print(f"http://127.0.0.1:{port}/  staff: {EMAIL} / {PASSWORD}  host: /host/{sample.running_host_token}", flush=True)
    uvicorn.run(site(sample.house), host="127.0.0.1", port=port, log_level="warning", timeout_graceful_shutdown=1)


if __name__ == "__main__":
    main()
