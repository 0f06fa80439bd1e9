"""What a step says that it will write is more than it writes, and not absurdly more."""

from pathlib import Path

from ingest.archive import Room
from tests.transcode import recorded
from transcode import footprint
from transcode.ladder import Rung

LITTLE = footprint.LITTLE


def test_sizes_count_whole_and_cut() -> None:
    rungs = [Rung(name="480p", height=480, bitrate=1_000_000), Rung(name="240p", height=240, bitrate=350_000)]
    assert footprint.of_stretch(rungs, 60.0) == LITTLE + round(2.1 * 60 * 1_350_000 / 8)
    assert footprint.of_sound(3600.0) == LITTLE + round(2.1 * 3600 * 192_000 / 8)


def test_a_download_is_the_programme_once_more(tmp_path: Path) -> None:
    programme = recorded.programme(Room(tmp_path).programme(), seconds=4, size="320x180")
    files = [path for path in programme.root.rglob("*") if path.suffix in (".m4s", ".mp4")]
    assert footprint.of_download(programme) == LITTLE + round(1.05 * sum(path.stat().st_size for path in files))
    assert footprint.duration_s(programme) > 3.9


def test_a_small_file_of_a_long_film_needs_the_room_of_a_programme(tmp_path: Path) -> None:
    film = tmp_path / "slides.mp4"
    recorded.run(["-f", "lavfi", "-i", "color=size=64x64:rate=1:duration=600", str(film)])
    assert film.stat().st_size < 100_000
    assert footprint.of_import(film) > 2 * 600 * 2_500_000 / 8
    letter = tmp_path / "letter.mp4"
    letter.write_text("Sehr geehrte Damen und Herren")
    assert footprint.of_import(letter) == LITTLE
