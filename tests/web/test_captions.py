"""The caption editor's page and its JSON: who may, what is kept, who is second, files and languages."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from ingest import steps, store
from ingest.database import now
from ingest.officehours import OfficeHour, State
from ingest.people import Role
from publish import store as publications
from publish.publication import State as Published
from publish.publication import TargetName
from tests.transcode.test_cues import said
from tests.web.conftest import ORIGIN, Browser, SmallHouse
from transcode import store as captions
from transcode.cues import cues
from transcode.webvtt import webvtt
from web.editors import Editor, Editors

HEARD = [*said("Guten Abend."), *said("Wann kommt der Rathweg?", 2.0)]
ADDRESS = "a" * 32


@pytest.fixture
def hour(house: SmallHouse, new_hour: Callable[..., OfficeHour]) -> OfficeHour:
    """Over since a while, with captions of two sentences."""
    hour = new_hour(State.ENDED, began_at=now())
    with house.database.transaction() as connection:
        store.add_edition(connection, hour.id, address=ADDRESS, duration_ticks=900, tick_duration="1/30")
        store.add_person(connection, hour.id, name="Ada", role=Role.HOST)
    room = house.archive.room(hour.id)
    room.captions("de").parent.mkdir(parents=True)
    room.captions("de").write_text(webvtt(cues(HEARD), HEARD), encoding="utf-8")
    room.words("de").write_text(json.dumps([word.values() for word in HEARD]), encoding="utf-8")
    return hour


@pytest.fixture
def page(hour: OfficeHour) -> str:
    return f"/staff/office-hours/{hour.id}/captions"


def text(browser: Browser, page: str, language: str = "de") -> dict[str, Any]:
    found: dict[str, Any] = browser.get(f"{page}/{language}").json()
    return found


def send(browser: Browser, page: str, *changes: dict[str, Any], since: int = 0) -> dict[str, Any]:
    headers = {"X-CSRF": browser.token(page), "Origin": ORIGIN}
    answer = browser.post(f"{page}/de", json={"changes": list(changes), "since": since}, headers=headers)
    assert answer.status_code == 200
    found: dict[str, Any] = answer.json()
    return found


def correction(passage: dict[str, Any], right: str, id: str = "c1") -> dict[str, Any]:
    puts = [passage | {"text": right, "hand": True}]
    return {"id": id, "kind": "text", "takes": {passage["id"]: passage["seen"]}, "puts": puts}


def test_only_staff_may(browser: Browser, bo: Browser, page: str, hour: OfficeHour) -> None:
    for path in (page, f"{page}/de", f"{page}/de.vtt"):
        assert browser.get(path, headers={"Accept": "application/json"}).status_code == 401
        assert bo.get(path).status_code == 200
    assert f'href="{page}"' in bo.get(f"/staff/office-hours/{hour.id}").text


def test_an_office_hour_that_is_not_over_has_no_captions(bo: Browser, new_hour: Callable[..., OfficeHour]) -> None:
    assert bo.get(f"/staff/office-hours/{new_hour().id}/captions").status_code == 404


def test_nothing_is_written_down_until_somebody_changes_something(
    bo: Browser, page: str, house: SmallHouse, hour: OfficeHour
) -> None:
    first, second = text(bo, page)["changed"]
    with house.database.reading() as connection:
        assert captions.tracks(connection, hour.id) == []
    answer = send(bo, page, correction(second, "Wann kommt der Radweg?"))
    assert answer["refused"] == {}
    assert [each["text"] for each in text(bo, page)["changed"]] == [first["text"], "Wann kommt der Radweg?"]
    with house.database.reading() as connection:
        edits = captions.edits(connection, hour.id, "de")
    assert [(edit.number, edit.kind, edit.by) for edit in edits] == [(2, "text", "Bo"), (1, "base", "")]
    assert "Bo: hat geschrieben" in bo.get(f"{page}?part=history", headers={"Accept-Language": "de"}).text


def test_a_change_that_is_sent_again_is_made_once(bo: Browser, page: str) -> None:
    change = correction(text(bo, page)["changed"][1], "Wann kommt der Radweg?")
    again = [send(bo, page, change) for _ in range(2)]
    assert [(each["newest"], each["refused"]) for each in again] == [(2, {}), (2, {})]


def test_changes_that_waited_build_on_each_other(bo: Browser, page: str) -> None:
    passage = text(bo, page)["changed"][1]
    first = correction(passage, "Wann kommt der Radweg?")
    second = correction(first["puts"][0] | {"seen": "c1"}, "Wann kommt der Radweg endlich?", "c2")
    assert send(bo, page, first, second)["refused"] == {}
    assert text(bo, page)["changed"][1]["text"] == "Wann kommt der Radweg endlich?"


def test_who_is_second_is_told_and_hears_the_newer_words(bo: Browser, page: str) -> None:
    passage = text(bo, page)["changed"][1]
    newest = send(bo, page, correction(passage, "Wann kommt der Radweg?"))["newest"]
    late = send(bo, page, correction(passage, "Wann kommt der Ratsweg?", "c2"), since=newest - 1)
    assert late["refused"] == {"c2": "overtaken"}
    assert [each["text"] for each in late["changed"]] == ["Wann kommt der Radweg?"]
    assert late["by"] == {passage["id"]: "Bo"}
    assert late["newest"] == newest


def test_what_cannot_be_read_is_refused_and_stops_nothing_else(bo: Browser, page: str) -> None:
    passage = text(bo, page)["changed"][1]
    wrong = {"id": "c1", "kind": "text", "takes": {}, "puts": [{"id": "new"}]}
    answer = send(bo, page, wrong, correction(passage, "Wann kommt der Radweg?", "c2"))
    assert answer["refused"] == {"c1": "unreadable"}
    assert text(bo, page)["changed"][1]["text"] == "Wann kommt der Radweg?"


def test_a_name_that_may_not_be_shown_cannot_be_written(
    bo: Browser, page: str, house: SmallHouse, hour: OfficeHour
) -> None:
    with house.database.transaction() as connection:
        chris = store.add_person(connection, hour.id, name="Chris Beispiel", role=Role.GUEST)
        store.set_pseudonym(connection, chris.id, "jemand")
    send(bo, page, correction(text(bo, page)["changed"][1], "Herr Beispiel fragt."))
    assert text(bo, page)["changed"][1]["text"] == "Herr jemand fragt."


def test_a_page_hears_who_else_is_there_and_what_they_did(bo: Browser, page: str) -> None:
    def here(name: str, **query: str) -> dict[str, Any]:
        headers = {"X-CSRF": bo.token(page), "Origin": ORIGIN}
        found: dict[str, Any] = bo.patch(f"{page}/de", params={"page": name, **query}, headers=headers).json()
        return found

    passage = text(bo, page)["changed"][1]
    assert here("one", at=passage["id"], writing="yes", since="0")["others"] == []
    newest = send(bo, page, correction(passage, "Wann kommt der Radweg?"))["newest"]
    heard = here("two", since=str(newest - 1))
    assert heard["others"] == [{"page": "one", "name": "Bo", "at": passage["id"], "writing": True}]
    assert [each["text"] for each in heard["changed"]] == ["Wann kommt der Radweg?"]
    assert here("two", since=str(newest))["changed"] == []


def test_somebody_who_says_nothing_for_a_while_is_gone() -> None:
    at = 0.0
    editors = Editors(lambda: at)
    one, two = (Editor(page=name, name="Bo", at="", writing=False) for name in ("one", "two"))
    assert editors.here("hour", "de", one) == []
    assert editors.here("hour", "en", two) == []
    assert editors.here("hour", "de", two) == [one]
    editors.gone("hour", "de", "two")
    assert editors.here("hour", "de", one) == []
    at = 16.0
    assert editors.here("hour", "de", two) == []


def test_a_release_writes_the_step_that_makes_the_files(
    bo: Browser, page: str, house: SmallHouse, hour: OfficeHour
) -> None:
    send(bo, page, correction(text(bo, page)["changed"][1], "Wann kommt der Radweg?"))
    assert bo.fill(page, do="release", language="de").status_code == 303
    with house.database.reading() as connection:
        (track,) = captions.tracks(connection, hour.id)
        kinds = [step.kind for step in steps.of_office_hour(connection, hour.id)]
    assert (track.released, track.released_by, kinds) == (2, "Bo", ["transcode.edited"])
    bo.fill(page, do="hide", language="de")
    with house.database.reading() as connection:
        assert captions.tracks(connection, hour.id)[0].released == 0


def test_a_release_of_the_spoken_language_goes_to_youtube_too_if_the_film_is_there(
    bo: Browser, page: str, house: SmallHouse, hour: OfficeHour
) -> None:
    with house.database.transaction() as connection:
        film = publications.plan(connection, hour.id, 1, TargetName.YOUTUBE)
        for state in (Published.UPLOADING, Published.UPLOADED, Published.PUBLIC):
            film = publications.move(connection, film, state)
    bo.fill(page, do="bring", language="tr", text=webvtt(cues(HEARD), HEARD))
    bo.fill(page, do="release", language="tr")
    bo.fill(page, do="release", language="de")
    with house.database.reading() as connection:
        made, spoken, brought = sorted(
            steps.of_office_hour(connection, hour.id), key=lambda step: (step.kind, -len(step.parameters))
        )
    assert (made.kind, made.parameters, made.remaining) == ("publish.captions", {"publication": film.id}, 1)
    assert spoken.kind == brought.kind == "transcode.edited"


def test_the_text_can_be_fetched_as_it_is_and_as_it_was(bo: Browser, page: str) -> None:
    send(bo, page, correction(text(bo, page)["changed"][1], "Wann kommt der Radweg?"))
    assert "Wann kommt der Radweg?" in bo.get(f"{page}/de.vtt").text
    assert "Wann kommt der Radweg?" in bo.get(f"{page}/de.srt").text
    assert "Wann kommt der Radweg?" in bo.get(f"{page}/de.txt").text
    assert "Rathweg" in bo.get(f"{page}/de.vtt?at=1").text
    assert [bo.get(f"{page}/{name}").status_code for name in ("de.exe", "tr.vtt", "de.vtt?at=0", "de.vtt?at=x")] == [
        404,
        404,
        404,
        400,
    ]


def test_a_second_language_is_brought_checked_and_edited(
    bo: Browser, page: str, house: SmallHouse, hour: OfficeHour
) -> None:
    wrong = bo.fill(page, do="bring", language="en", text="WEBVTT\n\n00:01.000 --> 00:00.500\nGood evening.\n")
    assert wrong.status_code == 422
    assert "This ends before it begins." in wrong.text or "zu Ende" in wrong.text
    assert "00:01.000 --&gt; 00:00.500" in wrong.text
    assert (
        bo.fill(page, do="bring", language="en", text="1\n00:00:01,000 --> 00:00:02,500\nGood evening.\n").status_code
        == 303
    )
    assert [each["text"] for each in text(bo, page, "en")["changed"]] == ["Good evening."]
    again = {"do": "bring", "language": "en", "text": "WEBVTT\n\n00:01.000 --> 00:02.500\nHello.\n"}
    assert bo.fill(page, **again).status_code == 409
    assert bo.fill(page, over="yes", **again).status_code == 303
    assert [each["text"] for each in text(bo, page, "en")["changed"]] == ["Hello."]
    assert "Good evening." in bo.get(f"{page}/en.vtt?at=1").text
    assert bo.fill(page, do="bring", language="xx", text="WEBVTT").status_code == 400


def test_the_player_lists_released_languages_and_says_what_a_machine_translated(
    bo: Browser, browser: Browser, page: str, house: SmallHouse, hour: OfficeHour
) -> None:
    bo.fill(page, do="bring", language="tr", text="WEBVTT\n\n00:01.000 --> 00:02.500\nMerhaba.\n")
    with house.database.transaction() as connection:
        track = captions.track(connection, hour.id, "tr")
        assert track is not None
        captions.change_track(connection, track, origin=captions.Origin.TRANSLATED)
    room = house.archive.room(hour.id)
    assert "Türkçe" not in bo.get(f"/replay/{hour.id}").text
    bo.fill(page, do="release", language="tr")
    room.released_captions("tr").write_text("WEBVTT\n")
    replay = bo.get(f"/replay/{hour.id}", headers={"Accept-Language": "de"}).text
    assert (
        f'src="/media/{ADDRESS}/captions/tr.released.vtt" srclang="tr" label="Türkçe (maschinell übersetzt)"' in replay
    )
