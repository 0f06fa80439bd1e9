"""Files are written whole or not at all, and nobody leaves the archive's folder."""

from pathlib import Path

import pytest

from ingest.archive import Archive, digest, write_text, write_whole


def test_a_file_is_replaced_whole(tmp_path: Path) -> None:
    path = tmp_path / "new" / "index.m3u8"
    write_text(path, "one")
    write_text(path, "two")
    assert path.read_text() == "two"
    assert list(path.parent.iterdir()) == [path]


def test_a_failed_write_leaves_the_old_file_and_no_litter(tmp_path: Path) -> None:
    path = tmp_path / "index.m3u8"
    write_text(path, "old")

    def half() -> None:
        with write_whole(path) as beside:
            beside.write_text("ha")
            raise OSError("No space left on device")

    with pytest.raises(OSError, match="No space"):
        half()
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("id", ["", "..", "../x", "a/b", "a.b"])
def test_an_id_that_is_a_path_is_refused(tmp_path: Path, id: str) -> None:
    with pytest.raises(ValueError, match="not an office hour's id"):
        Archive(tmp_path).room(id)


def test_names_of_segments_sort_as_they_were_written(tmp_path: Path) -> None:
    programme = Archive(tmp_path).room("abc").programme()
    for number in (10, 9, 2):
        write_text(programme.segment("video", number), "x")
    assert [path.name for path in programme.segments("video")] == ["00000002.m4s", "00000009.m4s", "00000010.m4s"]


def test_digest_is_sha256(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"abc")
    assert digest(tmp_path / "a") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"


def test_erasing_an_office_hour_erases_its_folder_and_twice_is_fine(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    write_text(archive.room("abc").timeline, "{}")
    archive.erase("abc")
    archive.erase("abc")
    assert not archive.room("abc").root.exists()
