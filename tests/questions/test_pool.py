"""Similar questions of an office hour, kept ready: what is new, reworded or gone counts at the next look."""

from ingest.database import Database
from ingest.officehours import OfficeHour
from questions import moderation, pool
from questions.question import Reason
from tests.questions.conftest import Ask


def test_new_reworded_and_rejected_ones_count_at_once(database: Database, ask: Ask, hour: OfficeHour) -> None:
    first, second = ask("Wann kommt der Radweg an der Lindenstraße?"), ask("Kommt der Radweg in der Lindenstraße bald?")
    with database.transaction() as connection:
        known = pool.of(connection, hour.id)
        assert known.alike(connection, first) == [second.id]
    third = ask("Wann wird der Radweg an der Lindenstraße gebaut?")
    with database.transaction() as connection:
        assert set(known.alike(connection, first)) == {second.id, third.id}
        moderation.reject(connection, second, Reason.DUPLICATE, by="bo")
        assert known.alike(connection, first) == [third.id]
        moderation.reword(connection, third, text="Bleibt das Freibad offen?")
        assert known.alike(connection, first) == []


def test_the_large_index_is_made_anew_when_much_is_new(database: Database, ask: Ask, hour: OfficeHour) -> None:
    first = ask("Wann kommt der Radweg?")
    with database.transaction() as connection:
        known = pool.of(connection, hour.id)
        known.alike(connection, first)
    before = pool.MOST_NEW
    try:
        pool.MOST_NEW = 2
        later = [ask(f"Kommt der Radweg {number}?") for number in range(3)]
        with database.transaction() as connection:
            assert set(known.alike(connection, first)) == {each.id for each in later}
    finally:
        pool.MOST_NEW = before
    assert pool.of is not None
    with database.reading() as connection:
        assert pool.of(connection, hour.id) is known
