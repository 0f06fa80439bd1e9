"""`web/worker.py`: what the clock tidies away, and when."""

from datetime import timedelta
from typing import Any

from ingest import store
from ingest.database import now
from ingest.officehours import OfficeHour
from tests.web.conftest import SmallHouse
from web import worker


def test_the_clock_erases_tracks_so_many_days_after_the_release(house: SmallHouse, hour: OfficeHour) -> None:
    any_house: Any = house
    room = any_house.archive.room(hour.id)
    room.tracks.mkdir(parents=True, exist_ok=True)
    for part in (1, 2):
        room.track("ada", part).write_bytes(b"what Ada said")
    kept = timedelta(days=any_house.ingest.tracks_kept_days)
    for since, left in ((kept - timedelta(hours=1), 2), (kept + timedelta(hours=1), 0)):
        with any_house.database.transaction() as connection:
            connection.execute(store.office_hours.update().values(released_at=now() - since))
        worker.tidy(any_house)
        assert len(list(room.tracks.iterdir())) == left
    assert room.root.exists()
