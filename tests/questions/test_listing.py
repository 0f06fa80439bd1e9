"""A page of thousands of questions: what an address asks for, and what is found."""

import pytest

from ingest.database import Database
from ingest.officehours import OfficeHour
from questions import listing, moderation
from questions.listing import View, Wanted
from questions.question import Reason, State
from tests.questions.conftest import Ask


@pytest.mark.parametrize(
    "wanted",
    [
        Wanted(),
        Wanted(view=View.LISTED, channel="mail", owner="bo", topic="Verkehr & Bau", tag="tram", page=3),
        Wanted(words="Radweg 100%", newest_first=True, language="tr"),
    ],
)
def test_an_address_says_the_whole_wish(wanted: Wanted) -> None:
    from urllib.parse import parse_qsl

    assert listing.read(dict(parse_qsl(listing.address(wanted, page=wanted.page)))) == wanted


def test_what_is_no_choice_is_left_out() -> None:
    values = {"view": "nonsense", "channel": "fax", "page": "-7", "words": "a\0b"}
    assert listing.read(values) == Wanted(words="ab")
    assert listing.read({"page": "9" * 30}).page == 1


def test_a_choice_begins_at_the_first_page() -> None:
    assert listing.address(Wanted(page=4), view=View.ALL) == "view=all"
    assert listing.address(Wanted(page=4), page=5) == "page=5"


def test_questions_are_found_by_what_narrows_them(database: Database, ask: Ask, hour: OfficeHour) -> None:
    tram, pool, ad = ask("Wann kommt die Tram?"), ask("Bleibt das Freibad offen?"), ask("Kaufen Sie mein Auto_neu!")
    with database.transaction() as connection:
        moderation.look_after(connection, tram, "bo")
        tagged = moderation.sort(connection, pool, topic="Sport", tags="baden")
        moderation.reject(connection, ad, Reason.ADVERTISEMENT, by="bo")

        def found(**values: object) -> list[str]:
            wanted = Wanted(**values)  # type: ignore[arg-type]
            return [each.id for each in listing.look(connection, hour.id, wanted).questions]

        assert found() == sorted([tram.id, pool.id])  # asked at the same moment
        assert (found(owner="bo"), found(owner=listing.NOBODYS)) == ([tram.id], [pool.id])
        assert (found(topic="Sport"), found(tag="baden"), found(tag="bad")) == ([tagged.id], [tagged.id], [])
        assert (found(words="freibad offen"), found(words="o_f")) == ([pool.id], [])
        assert (found(view=View.ALL, words="auto_neu"), found(view=View.REJECTED)) == ([ad.id], [ad.id])
        listed = listing.look(connection, hour.id, Wanted())
    assert (listed.count, listed.views[View.REJECTED], listed.topics, listed.tags) == (2, 1, ["Sport"], ["baden"])


def test_a_page_holds_no_more_than_its_share(
    database: Database, ask: Ask, hour: OfficeHour, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listing, "PAGE", 2)
    asked = [ask(f"Frage {number}?") for number in range(5)]
    with database.reading() as connection:
        last = listing.look(connection, hour.id, Wanted(page=3))
        assert [each.id for each in last.questions] == sorted(each.id for each in asked)[4:]
        assert (last.count, last.pages) == (5, 3)
        assert len(listing.first(connection, hour.id, [State.NEW], 3)) == 3
