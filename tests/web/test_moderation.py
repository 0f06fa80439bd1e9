"""Bo decides on the page of questions: narrowed by the address, with colleagues beside, thousands without lag."""

import re
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from ingest import store
from ingest.database import now
from ingest.officehours import OfficeHour
from questions import answers, intake, lists, mail, presence
from questions import store as questions
from questions.question import Channel, Question, State
from questions.sources import Arrival
from tests.web.conftest import Browser, SmallHouse

Ask = Callable[..., Question]


@pytest.fixture
def ask(house: SmallHouse, hour: OfficeHour) -> Ask:
    def ask(text: str, **values: object) -> Question:
        facts: dict[str, Any] = {"channel": Channel.FORM, "message": text, "asked_at": now(), "office_hour": hour.id}
        with house.database.transaction() as connection:
            taken = intake.take(
                connection, Arrival(**(facts | {"text": text, "original_text": text} | values)), house.safe
            )
        assert taken is not None
        return taken

    return ask


def press(bo: Browser, hour: OfficeHour, to: str = "", **fields: str) -> int:
    page = f"/staff/office-hours/{hour.id}/questions"
    return int(bo.fill(f"{page}?view=listed", f"{page}{to}", **fields).status_code)


def state_of(house: SmallHouse, question: Question) -> State:
    with house.database.reading() as connection:
        return questions.get(connection, question.id).state


def test_the_address_says_what_is_shown(bo: Browser, hour: OfficeHour, ask: Ask) -> None:
    ask("Wann kommt die Tram?")
    pool = ask("Bleibt das Freibad offen?", channel=Channel.MAIL)
    page = f"/staff/office-hours/{hour.id}/questions"
    for narrowed in ("?words=freibad", "?channel=mail"):
        found = re.findall(r'data-question="(\w+)"', bo.get(f"{page}{narrowed}").text)
        assert found == [pool.id]
    assert "Hier passt nichts" in bo.get(f"{page}?words=nirgends").text
    assert bo.get(f"{page}?at={pool.id}&part=one").text.count("Bleibt das Freibad offen?") >= 1
    assert bo.get(f"{page}?part=none").status_code == 404


def test_nobody_but_staff_reads_them(browser: Browser, hour: OfficeHour, ask: Ask) -> None:
    ask("Wann kommt die Tram?")
    for path in ("questions", "questions.csv", "questions.json"):
        answer = browser.get(f"/staff/office-hours/{hour.id}/{path}", follow_redirects=False)
        assert answer.status_code == 303
    assert browser.get("/staff/erase", follow_redirects=False).status_code == 303


def test_what_a_colleague_writes_in_is_left_alone(bo: Browser, house: SmallHouse, hour: OfficeHour, ask: Ask) -> None:
    question = ask("Wann kommt die Tram?")
    with house.database.transaction() as connection:
        eva = store.add_account(connection, email="eva@x.example", name="Eva", password_hash="")
        presence.here(connection, eva.id, hour.id, question.id, writing=True, at=now())
    page = bo.get(f"/staff/office-hours/{hour.id}/questions").text
    assert ("Eva schreibt gerade in dieser Frage" in page, "Auch hier:" in page) == (True, True)
    assert press(bo, hour, do="approve", question=question.id) == 409
    assert press(bo, hour, "/many", do="approve", **{f"pick-{question.id}": "yes"}) == 409
    with house.database.transaction() as connection:
        presence.gone(connection, eva.id)
    assert press(bo, hour, do="approve", question=question.id) == 303
    assert state_of(house, question) is State.APPROVED


def test_a_page_says_where_its_reader_is(bo: Browser, house: SmallHouse, hour: OfficeHour, ask: Ask) -> None:
    question = ask("Wann kommt die Tram?")
    assert press(bo, hour, "/here", at=question.id, writing="yes") == 204
    with house.database.reading() as connection:
        (seen,) = presence.others(connection, hour.id, "", now())
    assert (seen.name, seen.question, seen.writing) == ("Bo", question.id, True)
    assert press(bo, hour, "/here", at="nobodys") == 204
    assert press(bo, hour, "/here", gone="yes") == 204


def test_topic_tags_and_owner_narrow_the_list(bo: Browser, house: SmallHouse, hour: OfficeHour, ask: Ask) -> None:
    one, two = ask("Wann kommt die Tram?"), ask("Bleibt das Freibad offen?")
    assert press(bo, hour, do="sort", question=one.id, topic="Verkehr", tags="tram, #nord") == 303
    assert press(bo, hour, "/many", do="tag", tag="dringend", **{f"pick-{one.id}": "yes"}) == 303
    assert press(bo, hour, do="look_after", question=two.id) == 303
    with house.database.reading() as connection:
        found = questions.by_ids(connection, [one.id, two.id])
        (account,) = store.all_accounts(connection)
    assert (found[one.id].topic, found[one.id].tag_list) == ("Verkehr", ["tram", "nord", "dringend"])
    assert found[two.id].owner == account.id
    page = f"/staff/office-hours/{hour.id}/questions"
    for narrowed, wanted in (("tag=nord", one), ("topic=Verkehr", one), (f"owner={account.id}", two)):
        assert re.findall(r'data-question="(\w+)"', bo.get(f"{page}?{narrowed}").text) == [wanted.id]
    assert press(bo, hour, do="look_after", question=two.id, owner="nobodys") == 400


def test_an_answer_in_writing_is_public_at_once(bo: Browser, house: SmallHouse, hour: OfficeHour, ask: Ask) -> None:
    question = ask("Wann kommt die Tram?")
    assert press(bo, hour, do="answer", question=question.id, answer="Im April.") == 303
    assert state_of(house, question) is State.IN_WRITING
    assert "Im April." in bo.get(f"/q/{question.id}").text


def test_several_are_put_together_with_the_open_one(bo: Browser, house: SmallHouse, hour: OfficeHour, ask: Ask) -> None:
    asked = [ask(f"Wann kommt die Tram {number}?") for number in range(3)]
    ticked = {f"pick-{question.id}": "yes" for question in asked}
    assert press(bo, hour, "/many", do="merge", into=asked[0].id, **ticked) == 303
    assert [state_of(house, question) for question in asked] == [State.NEW, State.MERGED, State.MERGED]
    page = bo.get(f"/staff/office-hours/{hour.id}/questions?at={asked[0].id}").text
    assert ("3-mal gestellt" in page, "Sie spricht auch für 2" in page) == (True, True)


def test_alike_ones_come_apart_and_merge_by_one_key(bo: Browser, hour: OfficeHour, ask: Ask) -> None:
    one = ask("Wann kommt der Radweg an der Lindenstraße?")
    ask("Kommt der Radweg in der Lindenstraße bald?")
    part = bo.get(f"/staff/office-hours/{hour.id}/questions?part=alike&at={one.id}").text
    assert ("Kommt der Radweg in der Lindenstraße bald?" in part, 'data-key="M"' in part) == (True, True)


def test_the_list_is_switched_off_and_a_day_is_promised(
    bo: Browser, browser: Browser, house: SmallHouse, hour: OfficeHour
) -> None:
    public = f"/office-hours/{hour.id}/questions"
    assert browser.get(public).status_code == 200
    assert press(bo, hour, "/list", do="hide") == 303
    assert browser.get(public).status_code == 404
    assert press(bo, hour, "/list", do="show") == 303
    assert press(bo, hour, "/list", do="promise", due_on="2026-12-05") == 303
    assert (press(bo, hour, "/list", do="promise", due_on="5.12."), press(bo, hour, "/list", do="?")) == (400, 400)
    with house.database.reading() as connection:
        known = lists.of(connection, hour.id)
    assert (known.hidden, str(known.due_on)) == (False, "2026-12-05")


def test_staff_erase_what_somebody_left(bo: Browser, house: SmallHouse, browser: Browser, hour: OfficeHour) -> None:
    browser.fill(f"/office-hours/{hour.id}/ask", question="Wann?", email="c@x.example", consent="yes")
    looked = bo.fill("/staff/erase", said="c@x.example")
    assert ("Das wurde gefunden" in looked.text, "Wann?" in looked.text) == (True, True)
    assert "Es ist gelöscht" in bo.fill("/staff/erase", said="c@x.example", sure="yes").text
    assert "Nichts gefunden" in bo.fill("/staff/erase", said="c@x.example").text


def test_files_hold_all_questions_and_no_contact(
    bo: Browser, browser: Browser, house: SmallHouse, hour: OfficeHour
) -> None:
    browser.fill(f"/office-hours/{hour.id}/ask", question="Wann?", name="Chris", email="c@x.example", consent="yes")
    page = f"/staff/office-hours/{hour.id}/questions"
    table, listed = bo.get(f"{page}.csv"), bo.get(f"{page}.json")
    assert ("Wann?" in table.text, listed.json()[0]["author"], "c@x" in table.text + listed.text) == (
        True, "Chris", False,
    )  # fmt: skip
    assert (table.headers["content-type"], bo.get(f"{page}.xlsx").status_code) == ("text/csv; charset=utf-8", 404)


def test_five_thousand_questions_make_no_page_slow(bo: Browser, house: SmallHouse, hour: OfficeHour, ask: Ask) -> None:
    from dataclasses import asdict, replace

    first = ask("Wann kommt die Tram?")
    rows = [
        asdict(replace(first, id=f"{number:032x}", message=str(number), text=f"Wann kommt die Tram {number}?"))
        for number in range(5000)
    ]
    with house.database.transaction() as connection:
        connection.execute(questions.questions.insert(), rows)
    page = f"/staff/office-hours/{hour.id}/questions"
    bo.get(page)
    began = time.monotonic()
    for part in ("?part=list", "?part=one", "?part=list&words=4711"):
        assert bo.get(f"{page}{part}").status_code == 200
    assert time.monotonic() - began < 1.5  # some 60 ms alone; all of them on a page take seconds


def test_an_answer_of_a_colleague_is_not_overwritten_by_an_old_page(
    bo: Browser, house: SmallHouse, hour: OfficeHour, ask: Ask
) -> None:
    question = ask("Wan komt die Tram?")
    old = re.search(r'name="was" value="(\w+)"', bo.get(f"/staff/office-hours/{hour.id}/questions").text)
    assert old
    assert press(bo, hour, do="reword", question=question.id, text="Wann kommt die Tram?", was=old[1]) == 303
    assert press(bo, hour, do="reword", question=question.id, text="Tram?", was=old[1]) == 409


def test_what_was_given_in_writing_is_shown_to_be_changed(
    bo: Browser, house: SmallHouse, hour: OfficeHour, ask: Ask
) -> None:
    question = ask("Wann kommt die Tram?")
    press(bo, hour, do="answer", question=question.id, answer="Im April.")
    assert press(bo, hour, do="answer", question=question.id, answer="Im Mai.") == 303
    with house.database.reading() as connection:
        answer = answers.of(connection, question.id)
    assert answer is not None
    assert (answer.text, answer.changed_at is not None) == ("Im Mai.", True)
    assert answer.written_at <= now() + timedelta(seconds=1)


def test_a_forwarded_mail_is_taken_as_the_question_of_who_wrote_it(
    bo: Browser, house: SmallHouse, hour: OfficeHour
) -> None:
    raw = (
        "From: Dana <dana@x.example>\nMessage-ID: <1@x>\nSubject: WG: Radweg\n\nBitte aufnehmen.\n\n"
        "Von: Erika Mustermann <erika@x.example>\nGesendet: Montag\nAn: Dana\nBetreff: Radweg\n\nWann ist er fertig?\n"
    )
    with house.database.transaction() as connection:
        question = intake.take(connection, mail.read(raw.encode(), received_at=now()), house.safe)
    assert question is not None
    page = f"/staff/office-hours/{hour.id}/questions?at={question.id}"
    before = bo.get(page).text
    assert ("Erika Mustermann" in before, "Als deren Frage nehmen" in before) == (True, True)
    assert bo.fill(page, page.partition("?")[0], do="take_for", question=question.id).status_code == 303
    after = bo.get(page).text
    assert ("Wann ist er fertig?" in after, "Als deren Frage nehmen" in after) == (True, False)
    assert bo.fill(page, page.partition("?")[0], do="take_for", question=question.id).status_code == 409
