"""What of a room is heard, in which file: its timeline says it, and which tracks are still there."""

import shutil
from pathlib import Path
from typing import Any

import pytest

from ingest import steps
from ingest.archive import Room
from ingest.live.cmaf import boxes
from ingest.people import Scope
from ingest.timeline import Kind, Writer
from tests.transcode import recorded
from transcode import listening, playlists
from transcode.listening import Rows
from transcode.pieces import Part
from transcode.voice import Stretch


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    room = Room(tmp_path_factory.mktemp("room"))
    recorded.programme(room.programme(), seconds=8, size="64x64")
    return room.root


@pytest.fixture
def room(original: Path, tmp_path: Path) -> Room:
    room = Room(tmp_path / "room")
    room.root.mkdir()
    (room.root / "programme").symlink_to(original / "programme")
    return room


def on_air(room: Room, *people: str, later: tuple[str, int] | None = None) -> None:
    """All of them from the beginning to the end, each with a track that is there; somebody else from a second on."""
    room.tracks.mkdir()
    with Writer(room.timeline) as writer:
        writer.append(Kind.BEGIN, 0, tick_duration="1/25")
        for person in people:
            writer.append(Kind.VISIBLE, 0, person=person, on=True)
            room.track(person).write_bytes(b"")
        for second in range(8):
            for person in people:
                clock: dict[str, Any] = {
                    "person": person,
                    "track": "audio",
                    "part": 1,
                    "rtp": 48_000 * second,
                    "clock_rate": 48_000,
                }
                writer.append(Kind.CLOCK, second * 25, **clock)
            if later is not None and second == later[1]:
                writer.append(Kind.VISIBLE, second * 25, person=later[0], on=True)
        writer.append(Kind.END, 200)


def heard(room: Room, known: Rows | None = None, *, so_far: bool = False) -> list[Part]:
    return listening.pieces_of(room, 1, "de", "scribe", known or Rows(), so_far=so_far)


def test_of_an_upload_all_is_heard(room: Room) -> None:
    (part,) = heard(room)
    assert part.piece.path == room.programme().playlist("audio")
    assert part.source.who[0][1] == ""


def test_tracks_that_lie_elsewhere_are_planned_as_those_that_lie_here(room: Room) -> None:
    on_air(room, "ada", "dana")
    here = [part.key for part in heard(room)]
    shutil.rmtree(room.tracks)

    def planned(*tracks: str) -> list[str]:
        return [part.key for part in listening.pieces_of(room, 1, "de", "scribe", Rows(), tracks=tracks)]

    assert planned("ada.mkv", "dana.mkv") == here
    assert planned("ada.mkv")[0] == here[0]
    assert planned("ada.mkv")[1] != here[1]  # Dana is heard in the mix


def test_everybody_in_their_own_language(room: Room) -> None:
    on_air(room, "ada", "dana")
    found = heard(room, Rows(languages={"dana": "en"}))
    assert [(part.piece.path, part.piece.language) for part in found] == [
        (room.track("ada"), "de"),
        (room.track("dana"), "en"),
    ]


def test_without_tracks_the_mix_is_heard(room: Room) -> None:
    on_air(room, "ada", "dana")
    for path in room.tracks.iterdir():
        path.unlink()
    (part,) = heard(room)
    assert part.source.mixed
    assert part.piece.path == room.programme().playlist("audio")


def test_who_refused_darkens_whole_segments_for_everybody(room: Room) -> None:
    on_air(room, "ada", later=("chris", 5))
    (room.root / "programme").unlink()
    for number in range(4):
        path = room.programme().segment("video", number + 1)
        path.parent.mkdir(parents=True, exist_ok=True)
        sample = boxes.Sample(data=b"x", duration=2 * boxes.VIDEO_TIMESCALE)
        path.write_bytes(boxes.part(1, number * 2 * boxes.VIDEO_TIMESCALE, [sample]))
    (part,) = heard(room, Rows(refuse={"chris": {Scope.RECORDING}}))
    assert part.piece.heard == (Stretch(start_s=0.0, end_s=4.0),)


def test_a_programme_without_an_end_is_waited_for(room: Room, original: Path) -> None:
    (room.root / "programme").unlink()
    programme = recorded.programme(room.programme(), seconds=2, size="64x64")
    text = programme.playlist("audio").read_text(encoding="utf-8")
    programme.playlist("audio").write_text(text.replace("#EXT-X-ENDLIST\n", ""), encoding="utf-8")
    on_air(room, "ada")
    with pytest.raises(playlists.StillRecording):
        heard(room)
    assert heard(room, so_far=True) == []  # no minute is whole


def test_a_piece_that_is_gone_is_worth_another_try(room: Room) -> None:
    with pytest.raises(steps.Transient):
        listening.said(room, "de", heard(room))


def test_stretches_are_in_seconds(room: Room) -> None:
    on_air(room, "ada")
    assert heard(room)[0].source.heard == (Stretch(start_s=0.0, end_s=8.0),)
