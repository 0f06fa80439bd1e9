"""What a hundred pages ask for at once is made once; each gets its own form token."""

import re
import threading

from ingest import events
from ingest.officehours import OfficeHour
from tests.web.conftest import Browser, SmallHouse
from web.shared import Shared


def test_an_answer_is_good_until_something_happens_or_it_is_old(house: SmallHouse, hour: OfficeHour) -> None:
    clock = [0.0]
    shared = Shared(clock=lambda: clock[0])
    numbers = iter("123456")

    def ask() -> str:
        return shared.get(house, "x", lambda: next(numbers))

    assert [ask(), ask()] == ["1", "1"]
    with house.database.transaction() as connection:
        events.write(connection, "question", hour.id, "1")
    assert [ask(), ask()] == ["2", "2"]
    clock[0] = 3.0
    assert ask() == "3"


def test_those_who_ask_at_once_wait_for_one(house: SmallHouse) -> None:
    shared = Shared()
    entered, go = threading.Event(), threading.Event()

    def slow() -> str:
        entered.set()
        assert go.wait(5)
        return "words"

    found: list[str] = []
    threads = [threading.Thread(target=lambda: found.append(shared.get(house, "x", slow))) for _ in range(8)]
    for thread in threads:
        thread.start()
    assert entered.wait(5)
    go.set()
    for thread in threads:
        thread.join(5)
    assert (found, shared.made) == (["words"] * 8, 1)


def test_a_shared_list_holds_each_readers_own_token(bo: Browser, house: SmallHouse, hour: OfficeHour) -> None:
    bo.fill(f"/office-hours/{hour.id}/ask", question="Wann?", consent="yes")
    page = f"/staff/office-hours/{hour.id}/questions"
    token = bo.token(page)
    part = bo.get(f"{page}?part=list").text
    assert set(re.findall(r'name="csrf" value="([^"]*)"', part)) == {token}
    assert "%form-token%" not in part
