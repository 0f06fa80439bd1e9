"""What takes long: a listener killed at every piece, and forty minutes in which nobody says a word."""

import contextlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from ingest import steps
from ingest.archive import Room
from tests.transcode import recorded
from transcode import listening, pieces
from transcode.encode import Means
from transcode.settings import Settings
from transcode.sources import Source
from transcode.speech import Whisper, transcribe
from transcode.voice import Stretch

pytestmark = pytest.mark.soak
SETTINGS = Settings()


@pytest.fixture(scope="module")
def whisper(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Whisper]:
    whisper = Whisper(settings=SETTINGS, store=tmp_path_factory.mktemp("models"))
    yield whisper
    whisper.listeners.close()


def test_a_listener_killed_at_every_piece_loses_nothing(
    shared: Path, whisper: Whisper, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("transcode.pieces.PIECE_S", 8.0)
    film, stretch = shared / "fixtures/derived/beitrag_de_60s.mp4", Stretch(start_s=0.0, end_s=24.0)
    source = Source(person="ada", part=1, heard=(stretch,), who=((stretch, "ada"),))
    wanted = pieces.parts(source, film, "de", whisper.identity)
    calm, killed = Room(tmp_path / "calm"), Room(tmp_path / "killed")
    listening.hear(calm, "de", wanted, whisper, Means(settings=SETTINGS))
    times = 0
    while missing := len(pieces.unheard(killed, "de", wanted)):

        def kill() -> None:
            if len(pieces.unheard(killed, "de", wanted)) < missing:
                raise steps.Stopped  # as one whose lease is lost: its child is ended at once

        with contextlib.suppress(steps.Stopped):
            listening.hear(killed, "de", wanted, whisper, Means(settings=SETTINGS, confirm=kill))
        times += 1
    assert times == len(wanted)
    found = [[word.word for word in listening.said(room, "de", wanted)] for room in (calm, killed)]
    assert found[0] == found[1]  # how sure it was may differ in the third place: other windows were beside it
    assert len(found[0]) > 30


def test_forty_minutes_of_a_quiet_room_are_a_success_without_a_word(whisper: Whisper, tmp_path: Path) -> None:
    path = tmp_path / "quiet.mkv"
    recorded.run(["-f", "lavfi", "-i", "anoisesrc=d=2400:a=0.002:c=pink:r=48000", "-c:a", "libopus", str(path)])
    assert [word for word in transcribe(whisper, path, "de") if not word.doubt] == []
