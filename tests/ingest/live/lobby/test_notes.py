"""A line to one is read by one, a line to all by everybody who waits then."""

from datetime import timedelta

import pytest

from ingest import store
from ingest.database import Database, now
from ingest.live.lobby import notes
from ingest.officehours import OfficeHour
from ingest.people import Role


def test_lines_reach_whom_they_are_for(database: Database, hour: OfficeHour) -> None:
    with database.transaction() as connection:
        chris, dana = (store.add_person(connection, hour.id, name=name, role=Role.GUEST) for name in ("Chris", "Dana"))
        at = now()
        notes.write(connection, hour.id, chris.id, " Gleich sind Sie dran. ", by="Bo", at=at)
        notes.write(connection, hour.id, None, "Es dauert fünf Minuten länger.", by="Bo", at=at + timedelta(seconds=1))
        notes.write(connection, hour.id, None, "Das war vor Ihrer Zeit.", by="Bo", at=at - timedelta(hours=1))
        mine = [note.text for note in notes.for_person(connection, chris)]
        hers = [note.text for note in notes.for_person(connection, dana)]
        assert mine == ["Gleich sind Sie dran.", "Es dauert fünf Minuten länger."]
        assert hers == ["Es dauert fünf Minuten länger."]
        assert notes.forget(connection, [hour.id]) == 3
        assert notes.of_office_hour(connection, hour.id) == []


@pytest.mark.parametrize("text", ["", "   ", "x" * (notes.LENGTH + 1)])
def test_an_empty_or_endless_line_is_refused(database: Database, hour: OfficeHour, text: str) -> None:
    with pytest.raises(ValueError, match="1 to 400"), database.transaction() as connection:
        notes.write(connection, hour.id, None, text, by="Bo", at=now())
