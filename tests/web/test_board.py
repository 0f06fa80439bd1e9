"""Bo moderates on the board: merges, undoes, rewords, moves many at once; everybody can read the rules."""

from datetime import timedelta

import pytest

from ingest import commands, store
from ingest.database import now
from ingest.officehours import OfficeHour
from ingest.officehours import State as Hour
from questions import freshness, intake
from questions import store as questions
from questions.question import Channel, Question, State
from questions.sources import Arrival
from tests.ingest.conftest import NOON
from tests.web.conftest import Browser, SmallHouse


@pytest.fixture
def asked(house: SmallHouse, hour: OfficeHour) -> list[Question]:
    texts = ["Wann kommt der Radweg?", "Kommt der Radweg bald?", "Herr Müller, Tel. 0341 5551234, parkt falsch?"]
    with house.database.transaction() as connection:
        taken = [
            intake.take(
                connection,
                Arrival(
                    channel=Channel.FORM, message=str(number), asked_at=NOON, office_hour=hour.id,
                    text=text, original_text=text,
                ),
                house.safe,
            )
            for number, text in enumerate(texts)
        ]  # fmt: skip
    return [question for question in taken if question]


def state_of(house: SmallHouse, question: Question) -> State:
    with house.database.reading() as connection:
        return questions.get(connection, question.id).state


def press(bo: Browser, hour: OfficeHour, many: bool = False, **fields: str) -> int:
    board = f"/staff/office-hours/{hour.id}/board"
    to = f"/staff/office-hours/{hour.id}/questions" + ("/many" if many else "")
    return int(bo.fill(board, to, **fields).status_code)


def test_similar_ones_are_suggested_merged_and_counted(
    bo: Browser, house: SmallHouse, hour: OfficeHour, asked: list[Question]
) -> None:
    board = f"/staff/office-hours/{hour.id}/board"
    assert f'name="into" value="{asked[1].id}"' in bo.get(board).text
    assert press(bo, hour, do="merge", question=asked[1].id, into=asked[0].id) == 303
    assert state_of(house, asked[1]) is State.MERGED
    page = bo.get(board).text
    assert ("2-mal gestellt" in page, "Zusammengelegt:" in page) == (True, True)


def test_the_last_move_is_undone_once(bo: Browser, house: SmallHouse, hour: OfficeHour, asked: list[Question]) -> None:
    press(bo, hour, do="approve", question=asked[0].id)
    with house.database.reading() as connection:
        change = str(questions.history(connection, asked[0].id)[-1].id)
    assert press(bo, hour, do="undo", question=asked[0].id, change=change) == 303
    assert press(bo, hour, do="undo", question=asked[0].id, change=change) == 409
    assert state_of(house, asked[0]) is State.NEW


def test_many_are_moved_at_once_and_what_was_moved_is_left(
    bo: Browser, house: SmallHouse, hour: OfficeHour, asked: list[Question]
) -> None:
    ticked = {f"pick-{question.id}": "yes" for question in asked[:2]}
    assert press(bo, hour, many=True, do="reject:off_topic", **ticked) == 303
    assert [state_of(house, question) for question in asked] == [State.REJECTED, State.REJECTED, State.NEW]
    assert press(bo, hour, many=True, do="approve", **ticked, **{f"pick-{asked[2].id}": "yes"}) == 409
    assert state_of(house, asked[2]) is State.APPROVED
    assert press(bo, hour, many=True, do="on_air", **ticked) == 400


def test_personal_data_is_marked_and_a_changed_wording_keeps_the_original(
    bo: Browser, hour: OfficeHour, asked: list[Question]
) -> None:
    board = f"/staff/office-hours/{hour.id}/board"
    page = bo.get(board).text
    assert '<mark class="private" title="Telefonnummer">0341 5551234</mark>' in page
    assert '<mark class="private" title="Name einer Person">Herr Müller</mark>' in page
    press(bo, hour, do="reword", question=asked[2].id, text="Wird am Markt falsch geparkt?")
    page = bo.get(board).text
    assert ("Wortlaut geändert" in page, "Wie sie einging: Herr Müller" in page) == (True, True)
    assert '<mark class="private"' not in page


def test_only_staff_move_questions(browser: Browser, bo: Browser, hour: OfficeHour, asked: list[Question]) -> None:
    token = browser.token(f"/office-hours/{hour.id}/ask")
    answer = browser.post(
        f"/staff/office-hours/{hour.id}/questions/many",
        data={"csrf": token, "do": "approve", f"pick-{asked[0].id}": "yes"},
        headers={"Origin": "http://testserver"},
    )
    assert answer.status_code == 401


def test_everybody_reads_the_rules(browser: Browser, hour: OfficeHour) -> None:
    assert 'href="/questions/rules"' in browser.get(f"/office-hours/{hour.id}/ask").text
    page = browser.get("/questions/rules")
    assert (page.status_code, "Sie wirbt für etwas" in page.text) == (200, True)


def test_the_board_says_when_the_mailbox_is_silent(bo: Browser, house: SmallHouse, hour: OfficeHour) -> None:
    board = f"/staff/office-hours/{hour.id}/board"
    with house.database.transaction() as connection:
        freshness.promise(connection, now() - timedelta(minutes=30), 30)
    assert "Seit 26 Minuten hätten Mails abgeholt werden müssen" in bo.get(board).text


def test_a_list_is_looked_at_and_then_taken_in_once(bo: Browser, house: SmallHouse, hour: OfficeHour) -> None:
    page = f"/staff/office-hours/{hour.id}/questions/new"
    looked = bo.fill(page, channel="letter", pasted="Frage;Name\nWann kommt der Bus?;Eva\n;Jens")
    assert ("Die Frage fehlt." in looked.text, "Noch wurde nichts übernommen." in looked.text) == (True, True)
    good = {"channel": "letter", "pasted": "Frage;Name\nWann kommt der Bus?;Eva"}
    assert "Übernehmen" in bo.fill(page, **good).text
    for _ in range(2):
        assert bo.fill(page, **good, sure="yes").status_code == 303
    with house.database.reading() as connection:
        (found,) = questions.of_office_hour(connection, hour.id, State)
    assert (found.text, found.author, found.channel) == ("Wann kommt der Bus?", "Eva", Channel.LETTER)
    assert "Eva · per Brief" in bo.get(f"/staff/office-hours/{hour.id}/board").text
    assert bo.fill(page, channel="mail", pasted="Wann?").status_code == 400


def test_staff_choose_how_people_are_arranged(bo: Browser, house: SmallHouse, hour: OfficeHour) -> None:
    with house.database.transaction() as connection:
        store.move_office_hour(connection, hour.id, Hour.BACKSTAGE)
    board, to = f"/staff/office-hours/{hour.id}/board", f"/staff/office-hours/{hour.id}/scene"
    assert bo.fill(board, to, do="speaker", person="ada").status_code == 303
    assert bo.fill(board, to, do="carousel").status_code == 400
    with house.database.reading() as connection:
        found = [(each.kind, each.payload) for each in commands.history(connection, hour.id)]
    assert found == [(commands.Kind.SCENE, {"name": "speaker", "people": ["ada"]})]
    assert 'aria-pressed="true" data-key="5"' in bo.get(board).text


def test_the_board_says_at_once_when_the_mailbox_is_closed_or_full(
    bo: Browser, house: SmallHouse, hour: OfficeHour
) -> None:
    with house.database.transaction() as connection:
        freshness.refused(connection, "mail.example.org refuses the login of fragen")
        freshness.filled(connection, 0.93)
    page = bo.get(f"/staff/office-hours/{hour.id}/board?part=attention").text
    assert ("refuses the login of fragen" in page, "fast voll (93%)" in page) == (True, True)
    with house.database.transaction() as connection:
        freshness.promise(connection, now(), 30)
        freshness.filled(connection, 0.2)
        assert (freshness.why_refused(connection), freshness.nearly_full(connection)) == ("", "")
