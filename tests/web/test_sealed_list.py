"""`officehours sealed`: nothing is opened without a name and a reason, and both are listed afterwards."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from ingest import sealed
from ingest.database import now
from ingest.officehours import OfficeHour
from ingest.sealing import SealedFile, public_key
from tests.web.conftest import SmallHouse
from web import sealed_list, worker
from web.mendable import Mendable


@pytest.fixture
def any_house(house: SmallHouse, hour: OfficeHour) -> Any:
    file = SealedFile(house.archive.room(hour.id).sealed_stretch(1), public_key(house.safe))
    file.append(b"what was said")
    file.close()
    return house


def test_a_stretch_is_opened_by_name_and_the_list_says_so(
    any_house: Any, hour: OfficeHour, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "cut.mkv"
    with pytest.raises(Mendable, match="who opens it and why"):
        sealed_list.open_stretch(any_house, hour.id, 1, out, by="Bo", why="")
    assert not out.exists()
    sealed_list.open_stretch(any_house, hour.id, 1, out, by="Bo", why="complaint 12")
    assert out.read_bytes() == b"what was said"
    sealed_list.list_stretches(any_house, hour.id)
    assert "erased 30 days after it began" in (told := capsys.readouterr().out)
    assert "by Bo: complaint 12" in told


def test_a_stretch_is_kept_for_a_reason(any_house: Any, hour: OfficeHour, capsys: pytest.CaptureFixture[str]) -> None:
    sealed_list.keep(any_house, hour.id, 1, by="Bo", why="charges were brought")
    sealed_list.list_stretches(any_house, hour.id)
    assert "kept by Bo: charges were brought" in capsys.readouterr().out
    with pytest.raises(Mendable, match="no cut stretch 2"):
        sealed_list.keep(any_house, hour.id, 2, by="Bo", why="x")
    with pytest.raises(Mendable):
        sealed_list.list_stretches(any_house, "0" * 32)


def test_the_clock_erases_what_is_past_its_time(any_house: Any, hour: OfficeHour) -> None:
    room = any_house.archive.room(hour.id)
    worker.tidy(any_house)
    assert room.sealed_stretch(1).exists()
    sealed.note(room, 1, began=(now() - timedelta(days=31)).isoformat())
    worker.tidy(any_house)
    assert not room.sealed_stretch(1).exists()
