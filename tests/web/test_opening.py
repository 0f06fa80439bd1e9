"""`web/opening.py`: what the public has to read when an office hour goes on air."""

from collections.abc import Callable

from ingest import commands
from ingest.officehours import OfficeHour, State
from tests.web.conftest import SmallHouse
from web import opening


def test_the_opening_card_is_shown_once(house: SmallHouse, new_hour: Callable[..., OfficeHour]) -> None:
    hour = new_hour(State.ON_AIR)
    with house.database.transaction() as connection:
        opening.open_with(connection, hour)
        opening.open_with(connection, hour)
        (wished,) = commands.waiting(connection, hour.id)
    assert (wished.kind, wished.payload["text"]) == (commands.Kind.ON_AIR, opening.words(hour))


def test_the_offices_own_words_come_first(new_hour: Callable[..., OfficeHour]) -> None:
    assert opening.words(new_hour(State.ON_AIR, opening_text="Willkommen!")) == "Willkommen!"


def test_the_words_say_whether_it_is_recorded(new_hour: Callable[..., OfficeHour]) -> None:
    kept, live_only = (opening.words(new_hour(State.ON_AIR, recorded=recorded)) for recorded in (True, False))
    assert "aufgezeichnet" in kept
    assert "nicht aufgezeichnet" in live_only
    assert "nicht aufgezeichnet" not in kept
