"""Other people's recordings become programmes, or are refused with the reason."""

from fractions import Fraction
from pathlib import Path

import pytest

from ingest import steps
from ingest.archive import Programme
from tests.transcode import recorded
from transcode import playlists, probe, repair
from transcode.encode import Means
from transcode.probe import NotAVideo, Picture
from transcode.settings import Settings

MEANS = Means(settings=Settings(niceness=0))


@pytest.fixture
def programme(tmp_path: Path) -> Programme:
    (tmp_path / "programme").mkdir()
    return Programme(tmp_path / "programme" / "1")


def picture(rate: str, size: tuple[int, int] = (640, 360)) -> Picture:
    return Picture(codec="", frames=1, start_s=0, end_s=1, width=size[0], height=size[1], frame_rate=Fraction(rate))


@pytest.mark.parametrize(
    ("measured", "rate"), [("25", 25), ("24", 25), ("30000/1001", 30), ("50", 25), ("60", 30), ("12.5", 25), ("0", 30)]
)
def test_odd_rates_become_even(measured: str, rate: int) -> None:
    assert repair.rate_for(picture(measured)) == rate


def test_sizes_are_even_and_not_enlarged() -> None:
    assert [repair.size_for(picture("25", size)) for size in ((641, 361), (3840, 2160), (406, 720))] == [
        (640, 360),
        (1920, 1080),
        (406, 720),
    ]


def test_an_odd_film_becomes_a_programme_of_two_second_segments(tmp_path: Path, programme: Programme) -> None:
    film = tmp_path / "film.mkv"
    drawn = ["-f", "lavfi", "-i", "testsrc2=size=161x91:rate=24:duration=5", "-itsoffset", "0.7"]
    drawn += ["-f", "lavfi", "-i", "sine=440:sample_rate=44100:duration=4", "-c:v", "mpeg4", "-c:a", "flac"]
    recorded.run([*drawn, str(film)])
    repair.repair(film, programme, MEANS, preset="ultrafast")
    video, audio = playlists.read(programme.playlist("video")), playlists.read(programme.playlist("audio"))
    assert [each.duration_s for each in video.segments] == [2.0, 2.0, 1.0]
    assert recorded.picture_times(programme.playlist("video")) == [Fraction(n, 25) for n in range(125)]
    assert abs(audio.duration_s - 4.7) < 0.05  # late sound begins with silence
    sound = probe.sound_of(programme.playlist("audio"))
    assert (sound.start_s, sound.sample_rate) == (0.0, 48_000)
    assert "video/index.m3u8" in programme.index.read_text(encoding="utf-8")


def test_what_is_no_video_is_refused_and_leaves_nothing(tmp_path: Path, programme: Programme) -> None:
    text, tone = tmp_path / "letter.mp4", tmp_path / "tone.m4a"
    text.write_text("Sehr geehrte Damen und Herren")
    recorded.run(["-f", "lavfi", "-i", "sine=440:duration=1", str(tone)])
    for film, why in ((text, "cannot be read"), (tone, "has no picture"), (tmp_path / "none.mp4", "there is no file")):
        with pytest.raises(NotAVideo, match=why):
            repair.repair(film, programme, MEANS)
    assert list(programme.root.parent.iterdir()) == []


REFUSED = {"abgeschnitten_ohne_moov.mp4", "leer.mp4", "text_als.mp4", "nur_ton.m4a"}


@pytest.mark.beside
@pytest.mark.journey
def test_every_broken_file_is_mended_or_refused(shared: Path, tmp_path: Path) -> None:
    refused: set[tuple[object, ...]] = set()
    for film in sorted((shared / "fixtures/derived/kaputt").iterdir()):
        programme = Programme(tmp_path / film.stem / "1")
        programme.root.parent.mkdir()
        try:
            repair.repair(film, programme, MEANS, preset="ultrafast")
        except steps.Permanent as error:
            refused.add((film.name, film.name in str(error), *programme.root.parent.iterdir()))
            continue
        source, video = probe.picture_of(film), programme.playlist("video")
        got = probe.picture_of(video)
        assert abs(got.end_s - (source.end_s - source.start_s)) < 0.1, film.name
        assert (got.width, got.height) == (source.width // 2 * 2, source.height // 2 * 2)
        assert probe.size_of(video) == (got.width, got.height)
    assert refused == {(name, True) for name in REFUSED}  # named in the sentence, and nothing left behind
