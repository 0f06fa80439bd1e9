"""Two hosts with a folder each and one store: what one makes the other has, and what is erased is gone everywhere."""

import shutil
from pathlib import Path

import pytest

from ingest import disk, mirror
from ingest.archive import write_text
from ingest.objects import Away, Objects, open_objects, range_of
from ingest.settings import SettingError
from ingest.shared import SharedArchive

HOUR = "abc"
CAPTIONS = "captions/de.vtt"


@pytest.fixture
def objects() -> Objects:
    return open_objects("memory:///")


def host(folder: Path, objects: Objects) -> SharedArchive:
    return SharedArchive(folder / "archive", objects, folder / "mirror")


@pytest.fixture
def studio(tmp_path: Path, objects: Objects) -> SharedArchive:
    """The host on which something was recorded and handed over."""
    made = host(tmp_path / "studio", objects)
    room = made.room(HOUR)
    for number in (1, 2):
        write_text(room.programme().segment("video", number), f"segment {number}")
    write_text(room.programme().playlist("video"), "#EXTM3U")
    write_text(room.track("ada"), "what Ada said")
    write_text(room.sealed_stretch(1), "what was cut")
    write_text(room.timeline, "{}")
    made.put(HOUR)
    return made


@pytest.fixture
def worker(tmp_path: Path, objects: Objects, studio: SharedArchive) -> SharedArchive:
    return host(tmp_path / "worker", objects)


def files(archive: SharedArchive) -> set[str]:
    root = archive.room(HOUR).root
    return {path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_file()}


def test_a_host_fetches_what_is_small_and_the_media_it_needs(worker: SharedArchive) -> None:
    assert not worker.arrived(HOUR)
    assert worker.bring(HOUR, lambda name: name.endswith("00000002.m4s"))
    assert files(worker) == {"timeline.jsonl", "programme/1/video/index.m3u8", "programme/1/video/00000002.m4s"}
    assert worker.arrived(HOUR)
    assert not worker.bring(HOUR, lambda name: name.endswith("00000002.m4s"))
    assert worker.bring(HOUR, mirror.everything)
    assert not any(name.startswith(("tracks", "sealed")) for name in files(worker))


def test_what_one_made_replaced_or_removed_the_others_find_so(worker: SharedArchive, studio: SharedArchive) -> None:
    worker.bring(HOUR)
    write_text(worker.room(HOUR).captions("de"), "WEBVTT")
    write_text(worker.room(HOUR).programme().segment("video", 2), "dark")
    worker.room(HOUR).programme().segment("video", 1).unlink()
    worker.put(HOUR)
    assert studio.bring(HOUR, mirror.nothing)
    assert files(studio) == {CAPTIONS, "timeline.jsonl", "programme/1/video/index.m3u8", "sealed/1.sealed"} | {
        "tracks/ada.mkv"
    }  # the old segment is gone, the dark one is fetched by whom it is needed
    studio.bring(HOUR)
    assert studio.room(HOUR).programme().segment("video", 2).read_text() == "dark"


def test_a_room_on_air_gives_what_grows_no_more(tmp_path: Path, objects: Objects) -> None:
    on_air = host(tmp_path, objects)
    for number in (1, 2, 3):
        write_text(on_air.room(HOUR).programme().segment("video", number), str(number))
    write_text(on_air.room(HOUR).timeline, "{}")
    on_air.put(HOUR, on_air=True)
    assert set(objects.listing(HOUR)) == {f"programme/1/video/0000000{number}.m4s" for number in (1, 2)}
    assert not on_air.handed_over(HOUR)
    on_air.put(HOUR)
    assert on_air.handed_over(HOUR)


def test_an_emptied_folder_is_no_wish_to_erase(studio: SharedArchive, objects: Objects) -> None:
    before = objects.listing(HOUR)
    shutil.rmtree(studio.root)
    studio.put(HOUR)
    assert objects.listing(HOUR) == before
    studio.bring(HOUR)
    assert studio.arrived(HOUR)


def test_a_store_that_has_lost_everything_takes_nothing_with_it(studio: SharedArchive, objects: Objects) -> None:
    objects.delete(f"{HOUR}/{name}" for name in objects.listing(HOUR))
    with pytest.raises(Away, match="has nothing of abc any more"):
        studio.bring(HOUR)
    assert studio.arrived(HOUR)


def test_erasing_erases_in_the_store_and_twice_is_fine(studio: SharedArchive, objects: Objects) -> None:
    studio.erase(HOUR)
    studio.erase(HOUR)
    assert objects.listing(HOUR) == {}
    assert not studio.room(HOUR).root.exists()


def test_tracks_are_erased_in_the_store_by_whichever_host(worker: SharedArchive, objects: Objects) -> None:
    assert worker.with_tracks([HOUR, "other"]) == [HOUR]
    worker.erase_tracks(HOUR)
    assert worker.with_tracks([HOUR, "other"]) == []
    assert not any(name.startswith("tracks/") for name in objects.listing(HOUR))


def test_one_persons_tracks_are_known_and_erased_by_a_host_that_never_had_them(
    worker: SharedArchive, studio: SharedArchive, objects: Objects
) -> None:
    for part in (1, 2):
        write_text(studio.room(HOUR).track("chris", part), "what Chris said")
    studio.put(HOUR)
    worker.bring(HOUR)
    assert worker.tracks(HOUR) == {"ada.mkv", "chris.mkv", "chris-2.mkv"}
    worker.erase_tracks(HOUR, {"chris"})
    worker.put(HOUR)
    assert worker.tracks(HOUR) == {"ada.mkv"}
    assert set(objects.listing(f"{HOUR}/tracks")) == {"ada.mkv"}
    studio.bring(HOUR, mirror.nothing)
    assert studio.tracks(HOUR) == {"ada.mkv"}


def test_a_copy_is_freed_when_nobody_works_there_and_all_of_it_is_in_the_store(studio: SharedArchive) -> None:
    with studio.in_use(HOUR):
        assert studio.free(HOUR) == 0
    write_text(studio.room(HOUR).captions("de"), "not yet put")
    studio.free(HOUR, mirror.is_small)
    kept = {"timeline.jsonl", "programme/1/video/index.m3u8", "sealed/1.sealed", CAPTIONS}
    assert files(studio) == kept
    studio.free(HOUR)
    assert files(studio) == {"sealed/1.sealed", CAPTIONS}


def test_a_recording_is_read_from_the_store_in_ranges(worker: SharedArchive, tmp_path: Path) -> None:
    name = "programme/1/video/00000001.m4s"
    part = worker.open(HOUR, name, "bytes=2-4")
    assert part is not None
    assert (b"".join(part.pieces), part.start, part.stop, part.size) == (b"gme", 2, 5, 9)
    whole = worker.open(HOUR, name)
    assert whole is not None
    assert b"".join(whole.pieces) == b"segment 1"
    assert worker.open(HOUR, "captions/en.vtt") is None  # this host has never seen it: maybe it lies in the folder
    worker.bring(HOUR, mirror.nothing)
    with pytest.raises(FileNotFoundError):
        worker.open(HOUR, "captions/en.vtt")


def test_a_disk_that_is_too_small_is_named_before_anything_is_fetched(
    tmp_path: Path, objects: Objects, studio: SharedArchive
) -> None:
    small = SharedArchive(tmp_path / "archive", objects, tmp_path / "mirror", spare_bytes=2**60)
    with pytest.raises(disk.NoRoom):
        small.bring(HOUR)
    assert files(small) == set()


def test_a_step_that_is_not_ours_any_more_stops_between_two_files(studio: SharedArchive, objects: Objects) -> None:
    write_text(studio.room(HOUR).captions("de"), "late")
    with pytest.raises(RuntimeError, match="not mine"):
        studio.put(HOUR, _not_mine)
    assert studio.room(HOUR).captions("de").read_text() == "late"


def _not_mine() -> None:
    raise RuntimeError("not mine")


def test_an_upload_is_lent_borrowed_and_given_back(
    studio: SharedArchive, worker: SharedArchive, objects: Objects, tmp_path: Path
) -> None:
    film, copy = tmp_path / "film", tmp_path / "copy"
    with pytest.raises(FileNotFoundError):
        worker.borrow("uploads/1", copy)
    film.write_bytes(bytes(9_000_000))  # in parts
    studio.lend("uploads/1", film)
    worker.borrow("uploads/1", copy)
    assert copy.read_bytes() == film.read_bytes()
    worker.give_back("uploads/1")
    assert objects.size("uploads/1") is None


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("bytes=0-0", (0, 1)),
        ("bytes=5-", (5, 10)),
        ("bytes=-3", (7, 10)),
        ("bytes=5-99", (5, 10)),
        ("bytes=-99", (0, 10)),
    ]
    + [(text, None) for text in ("bytes=0-1,5-6", "bytes=-", "lines=0-1", "bytes=a-b", "bytes")],
)
def test_ranges_as_http_says_them(asked: str, found: tuple[int, int] | None) -> None:
    assert range_of(asked, 10) == found


@pytest.mark.parametrize("asked", ["bytes=10-", "bytes=5-4", "bytes=-0"])
def test_a_range_outside_is_refused(asked: str) -> None:
    with pytest.raises(ValueError, match="not within 10 bytes"):
        range_of(asked, 10)


def test_an_address_that_is_no_store_is_named() -> None:
    with pytest.raises(SettingError, match="OFFICEHOURS_ARCHIVE_URL"):
        open_objects("nothing://bucket")
