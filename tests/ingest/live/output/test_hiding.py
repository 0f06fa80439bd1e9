"""What may not be kept goes dark when it leaves the time that viewers can rewind, and at the latest at the end.

Ada is on air throughout; Chris from the 4th to the 8th second of sixteen, segments 3 and 4 of eight.
"""

import shutil
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from ingest import archive
from ingest.live.mix.cards import Cards
from ingest.live.mix.video import Encoder
from ingest.live.output.dark import Curtain
from ingest.live.output.hiding import Hiding
from ingest.people import Scope
from ingest.timeline import Event, Kind
from tests.standins.recorded import Recording, cast, record
from tests.standins.reel import Form

FORM = Form(width=160, height=90, frame_rate=30, bitrate=150_000, preset="ultrafast")
END = 16 * 30
NEIGHBOURS = {2, 3, 4, 5}  # with the margin: he comes and goes exactly where segments begin


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Recording:
    return record(archive.Archive(tmp_path_factory.mktemp("made")), "abc", cast(1), length_s=16, form=FORM)


@pytest.fixture
def made(original: Recording, tmp_path: Path) -> Recording:
    room = archive.Archive(tmp_path).room("abc")
    shutil.copytree(original.room.root, room.root)
    return replace(original, room=room)


def hiding(room: archive.Room, window: int = 3, kept: bool = True) -> Hiding:
    encoder = partial(Encoder, width=160, height=90, frame_rate=30, bitrate=FORM.bitrate, preset=FORM.preset)
    cards = Cards(room.cards)
    found = Hiding(
        room, lambda: Curtain(encoder, cards, width=160, height=90, frame_rate=30), frame_rate=30, window=window,
        kept=kept,
    )  # fmt: skip
    found.title, found.topics = "Nicht gezeigt", {"chris": "Radweg"}
    return found


def events(*scopes: Scope, then: tuple[Scope, ...] | None = None) -> list[Event]:
    def said(tick: int, agreed: tuple[Scope, ...]) -> Event:
        return Event(
            tick=tick, kind=Kind.CONSENT, values={"person": "chris", "scopes": [each.value for each in agreed]}
        )

    def seen(tick: int, person: str, on: bool) -> Event:
        return Event(tick=tick, kind=Kind.VISIBLE, values={"person": person, "on": on})

    later = [] if then is None else [said(300, then)]
    return [seen(0, "ada", True), said(120, scopes), seen(120, "chris", True), seen(240, "chris", False), *later]


def contents(room: archive.Room, kind: str = "video") -> dict[int, bytes]:
    return {int(path.stem): path.read_bytes() for path in room.programme().segments(kind)}


def changed(room: archive.Room, before: dict[int, bytes], kind: str = "video") -> set[int]:
    now = contents(room, kind)
    return {number for number, content in before.items() if now.get(number) != content}


def test_recording_refused_stays_within_the_window_and_is_dark_behind_it(made: Recording) -> None:
    room, before, sound = made.room, contents(made.room), contents(made.room, "audio")
    hides = hiding(room)
    said = events(Scope.LIVE, Scope.NAME)
    hides.look(said, 240, newest=4)
    assert changed(room, before) == set()
    hides.look(said, 330, newest=6)
    assert changed(room, before) == changed(room, sound, "audio") == {2, 3}
    assert hides.finish(said, END) == changed(room, before) == NEIGHBOURS


def test_live_taken_back_is_dark_at_once(made: Recording) -> None:
    before = contents(made.room)
    hides = hiding(made.room, window=150)
    hides.look(events(*Scope), 299, newest=5)
    assert changed(made.room, before) == set()
    hides.look(events(*Scope, then=(Scope.NAME,)), 301, newest=5)
    assert changed(made.room, before) == NEIGHBOURS


def test_a_name_taken_back_leaves_the_picture_and_not_the_sound(made: Recording) -> None:
    before, sound = contents(made.room), contents(made.room, "audio")
    agreed = (Scope.LIVE, Scope.RECORDING, Scope.OUTSIDE)
    hiding(made.room).finish(events(*Scope, then=agreed), END)
    assert (changed(made.room, before), changed(made.room, sound, "audio")) == (NEIGHBOURS, set())


@pytest.mark.parametrize(
    "agreed", [tuple(Scope), (Scope.LIVE, Scope.RECORDING), (Scope.LIVE, Scope.RECORDING, Scope.NAME)]
)
def test_nothing_is_dark_of_who_agrees_to_be_recorded(made: Recording, agreed: tuple[Scope, ...]) -> None:
    before = contents(made.room)
    assert hiding(made.room).finish(events(*agreed), END) == set()
    assert changed(made.room, before) == set()


def test_tracks_of_who_refused_go_and_others_stay(made: Recording) -> None:
    tracks = made.room.tracks
    for name in ("chris.mkv", "chris-2.mkv", "ada.mkv"):
        (tracks / name).write_bytes(b"sound and picture")
    hiding(made.room).finish(events(*Scope), END, {"chris": {Scope.RECORDING}})
    assert not {"chris.mkv", "chris-2.mkv"} & {path.name for path in tracks.iterdir()}
    assert (tracks / "ada.mkv").exists()


def test_live_only_keeps_no_segment_behind_the_window(made: Recording) -> None:
    hides = hiding(made.room, window=3, kept=False)
    hides.look(events(*Scope), 300, newest=7)
    assert set(contents(made.room)) == set(contents(made.room, "audio")) == {5, 6, 7, 8}


def test_a_new_process_finds_what_the_one_before_has_covered(made: Recording) -> None:
    said = events(Scope.LIVE)
    hiding(made.room).finish(said, END)
    before = contents(made.room)
    assert hiding(made.room).finish(said, END) == NEIGHBOURS
    assert changed(made.room, before) == set()
