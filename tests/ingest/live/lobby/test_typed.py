"""Chris types instead of speaking: kept, shown while on air, off when Chris goes, as consent allows."""

from datetime import timedelta

import pytest

from ingest import commands, store
from ingest.database import Database, now
from ingest.live.lobby import signing, typed, voices, waiting
from ingest.officehours import OfficeHour, State
from ingest.people import Person, Role
from tests.ingest.conftest import guest


def on_air(database: Database, hour: OfficeHour, name: str = "Chris") -> Person:
    with database.transaction() as connection:
        person = guest(connection, hour.id, name)
        waiting.admit(connection, person)
        waiting.show(connection, person)
        return person


def test_a_line_is_shown_and_taken_off(database: Database, hour: OfficeHour) -> None:
    chris = on_air(database, hour)
    with database.transaction() as connection:
        line = typed.write(connection, chris, "  Wann fährt\nder Bus?  ", now())
        assert typed.of_person(connection, chris) == typed.of_office_hour(connection, hour.id) == [line]
        assert line.text == "Wann fährt der Bus?"
        assert typed.on_show(connection, hour.id) is None
        typed.show(connection, line, "schreibt")
        assert typed.on_show(connection, hour.id) == line.id
        typed.take_off(connection, chris)
        assert typed.on_show(connection, hour.id) is None
        assert typed.shown(connection, hour.id) == {line.id: "Wann fährt der Bus?"}


def test_it_is_off_when_its_person_goes_and_stays_so_when_they_come_back(database: Database, hour: OfficeHour) -> None:
    chris = on_air(database, hour)
    with database.transaction() as connection:
        typed.show(connection, typed.write(connection, chris, "Guten Tag", now()), "schreibt")
        waiting.hide(connection, chris)
        assert typed.on_show(connection, hour.id) is None
        waiting.show(connection, chris)
        assert typed.on_show(connection, hour.id) is None


def test_nothing_is_shown_of_who_waits(database: Database, hour: OfficeHour) -> None:
    with database.transaction() as connection:
        line = typed.write(connection, guest(connection, hour.id), "Ich höre nichts.", now())
    with pytest.raises(store.Overtaken), database.transaction() as connection:
        typed.show(connection, line, "schreibt")


def test_a_name_that_may_not_be_shown_is_not_in_the_text(database: Database, hour: OfficeHour) -> None:
    chris = on_air(database, hour, "Chris Beispiel")
    with database.transaction() as connection:
        store.set_pseudonym(connection, chris.id, "Gast 1")
        typed.show(connection, typed.write(connection, chris, "Hier schreibt Chris Beispiel.", now()), "")
        assert list(typed.shown(connection, hour.id).values()) == ["Hier schreibt Gast 1."]


@pytest.mark.parametrize("text", ["", "  ", "x" * (typed.LENGTH + 1)])
def test_an_empty_or_endless_line_is_refused(database: Database, hour: OfficeHour, text: str) -> None:
    with database.transaction() as connection, pytest.raises(ValueError, match="1 to 200"):
        typed.write(connection, guest(connection, hour.id), text, now())


def test_lines_go_with_the_office_hour(database: Database, hour: OfficeHour) -> None:
    with database.transaction() as connection:
        typed.write(connection, guest(connection, hour.id), "Guten Tag", now() + timedelta(seconds=1))
        assert typed.forget(connection, [hour.id]) == 1


def test_who_signs_is_shown_so_from_the_start_and_the_room_hears_of_a_change(
    database: Database, hour: OfficeHour
) -> None:
    with database.transaction() as connection:
        chris = guest(connection, hour.id)
        signing.say(connection, chris, on=True)
        assert commands.waiting(connection, hour.id) == []
        for state in (State.OPEN, State.BACKSTAGE):
            store.move_office_hour(connection, hour.id, state)
        waiting.admit(connection, chris)
        waiting.show(connection, chris)
        signing.say(connection, chris, on=False)
        told = [
            (each.kind.value, each.payload.get("signs"), each.payload.get("on"))
            for each in commands.waiting(connection, hour.id)
        ]
    assert told == [("admit", None, None), ("show", True, None), ("signs", None, False)]


def test_rows_say_for_whom_an_interpreter_speaks_as_the_room_does(database: Database, hour: OfficeHour) -> None:
    chris = on_air(database, hour)
    with database.transaction() as connection:
        jana = store.add_person(connection, hour.id, name="Jana", role=Role.INTERPRETER)

        def said() -> dict[str, tuple[str | None, str]]:
            people = {person.id: person for person in store.persons_of(connection, hour.id)}
            return voices.of_office_hour(connection, hour.id, people)

        assert said() == {}
        waiting.show(connection, jana)
        assert said() == {jana.id: (chris.id, "rule")}
        voices.choose(connection, hour.id, jana.id, None)
        assert said() == {jana.id: (None, "staff")}
        voices.choose(connection, hour.id, jana.id, chris.id)
        assert said() == {jana.id: (chris.id, "staff")}
        waiting.hide(connection, chris)
        assert said() == {jana.id: (None, "rule")}
        waiting.show(connection, chris)
        assert said() == {jana.id: (chris.id, "rule")}
