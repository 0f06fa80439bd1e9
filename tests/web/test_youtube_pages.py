"""Bo connects the channel and puts a recording on YouTube; what cannot be done says why."""

import json
from collections.abc import Callable

import pytest
from starlette.applications import Starlette

from ingest import steps, store
from ingest.database import now, random_id
from ingest.officehours import OfficeHour, State, Visibility
from ingest.work import Kind
from publish import pipeline, withdrawal
from publish import store as publications
from publish.publication import Publication, TargetName
from publish.publication import State as Published
from publish.targets import refusals
from publish.targets.permission import SCOPE
from tests.web.conftest import ORIGIN, Browser, SmallHouse
from web.pages.publications import Trouble, Word, lines

PAGE = "/staff/youtube"
SECRET = "GOCSPX-very-secret"
ALLOWED = {"type": "authorized_user", "client_id": "c.apps", "client_secret": SECRET, "refresh_token": "1//refresh"}
Wish = Callable[..., int]


def kept(house: SmallHouse) -> str:
    with house.database.reading() as connection:
        return publications.credentials(connection, TargetName.YOUTUBE)


@pytest.fixture
def connected(house: SmallHouse) -> None:
    with house.database.transaction() as connection:
        publications.set_credentials(connection, TargetName.YOUTUBE, house.safe.seal(json.dumps(ALLOWED)))


@pytest.fixture(autouse=True)
def workers(house: SmallHouse) -> None:
    """Somebody knows these steps, but nobody comes to do them."""
    for name in (pipeline.YOUTUBE, withdrawal.WITHDRAW):
        house.engine.kinds[name] = Kind(name=name, queue="light", run=lambda work: None)


@pytest.fixture
def recording(house: SmallHouse, new_hour: Callable[..., OfficeHour]) -> OfficeHour:
    """An office hour that is over and released."""
    hour = new_hour(State.ENDED, visibility=Visibility.RELEASED)
    with house.database.transaction() as connection:
        store.add_edition(connection, hour.id, address=random_id(), tick_duration="1/30")
    return hour


def page_of(hour: OfficeHour, part: str = "") -> str:
    return f"/staff/office-hours/{hour.id}" + (f"?part={part}" if part else "")


def press(browser: Browser, hour: OfficeHour, move: str, **more: str) -> "Response":  # type: ignore[name-defined]  # noqa: F821
    return browser.fill(page_of(hour), f"{page_of(hour)}/move", move=move, **more)


def there(house: SmallHouse, hour: OfficeHour) -> Publication:
    with house.database.reading() as connection:
        (found,) = publications.of_office_hour(connection, hour.id)
    return found


def steps_of(house: SmallHouse, hour: OfficeHour, kind: str = pipeline.YOUTUBE) -> list[steps.Step]:
    with house.database.reading() as connection:
        return [step for step in steps.of_office_hour(connection, hour.id) if step.kind == kind]


# The channel


def test_strangers_and_guests_see_nothing_of_it(browser: Browser) -> None:
    assert browser.get(PAGE, follow_redirects=False).headers["location"].startswith("/login")
    fields = {"move": "connect", "permission": json.dumps(ALLOWED), "csrf": browser.token("/login")}
    assert browser.post(PAGE, data=fields, headers={"Origin": ORIGIN}).status_code == 401


def test_a_pasted_permission_is_kept_sealed_and_never_shown(bo: Browser, house: SmallHouse) -> None:
    assert bo.fill(PAGE, move="connect", permission=json.dumps(ALLOWED)).status_code == 303
    assert json.loads(house.safe.open(kept(house))) == ALLOWED
    shown = bo.get(PAGE).text
    assert "Der Kanal ist verbunden." in shown
    assert not [
        secret for secret in (*ALLOWED.values(), kept(house)) if secret != "authorized_user" and secret in shown
    ]


@pytest.mark.parametrize(
    ("pasted", "sentence"),
    [
        (SECRET, "Das ist nicht die Datei"),
        (json.dumps({"installed": ALLOWED}), "ein Schritt zu früh"),
        (json.dumps(ALLOWED | {"type": "service_account"}), "andere Art"),
        (json.dumps(ALLOWED | {"refresh_token": ""}), "In der Datei fehlt etwas: refresh_token"),
        (json.dumps(ALLOWED | {"scopes": ["email"]}), f"dieser Bereich (Scope) gebraucht: {SCOPE}"),
    ],
)
def test_what_is_no_permission_is_refused_and_not_given_back(
    bo: Browser, house: SmallHouse, pasted: str, sentence: str
) -> None:
    answer = bo.fill(PAGE, move="connect", permission=pasted)
    assert (answer.status_code, kept(house)) == (422, "")
    assert sentence in answer.text
    assert SECRET not in answer.text


@pytest.mark.usefixtures("connected")
def test_the_channel_is_disconnected_after_asking_once(bo: Browser, house: SmallHouse) -> None:
    assert "Kanal trennen?" in bo.fill(PAGE, move="disconnect").text
    assert kept(house)
    assert bo.fill(PAGE, move="disconnect", sure="yes").headers["location"] == PAGE
    assert kept(house) == ""
    assert bo.fill(PAGE, move="dance").status_code == 400


def test_the_page_says_in_both_languages_what_leaves_the_house(bo: Browser, app: Starlette) -> None:
    for language, sentences in {
        "de": ("verlassen das Haus", "Rechtsgrundlage"),
        "en": ("leave this house", "legal basis"),
    }.items():
        shown = bo.get(PAGE, headers={"Accept-Language": language}).text
        assert [sentence for sentence in sentences if sentence not in shown] == []


# A recording


def test_before_there_is_a_recording_nothing_is_said_of_it(bo: Browser, hour: OfficeHour) -> None:
    assert "YouTube" not in bo.get(page_of(hour)).text.split("<main")[1]
    assert press(bo, hour, "put_on_youtube").status_code == 409


def test_without_a_channel_the_page_says_so(bo: Browser, house: SmallHouse, recording: OfficeHour) -> None:
    shown = bo.get(page_of(recording)).text
    assert "Es ist noch kein Kanal verbunden." in shown
    assert "put_on_youtube" not in shown
    refused = press(bo, recording, "put_on_youtube", sure="yes")
    assert (refused.status_code, "Es ist noch kein Kanal verbunden." in refused.text) == (409, True)
    assert steps_of(house, recording) == []


@pytest.mark.usefixtures("connected")
@pytest.mark.parametrize("visibility", [Visibility.HELD, Visibility.WITHDRAWN])
def test_what_is_not_released_is_not_put_there(
    bo: Browser, house: SmallHouse, recording: OfficeHour, visibility: Visibility
) -> None:
    with house.database.transaction() as connection:
        store.change_office_hour(connection, recording.id, visibility=visibility)
    refused = press(bo, recording, "put_on_youtube")
    assert (refused.status_code, "Geben Sie die Aufzeichnung zuerst frei" in refused.text) == (409, True)
    assert "Geben Sie die Aufzeichnung zuerst frei" in bo.get(page_of(recording)).text


@pytest.mark.usefixtures("connected")
def test_it_is_asked_about_once_and_wished(bo: Browser, house: SmallHouse, recording: OfficeHour) -> None:
    asked = press(bo, recording, "put_on_youtube")
    assert (asked.status_code, "Rechtsgrundlage" in asked.text, steps_of(house, recording)) == (200, True, [])
    assert press(bo, recording, "put_on_youtube", sure="yes").status_code == 303
    assert press(bo, recording, "put_on_youtube", sure="yes").status_code == 303
    (step,) = steps_of(house, recording)
    assert step.parameters == {"publication": there(house, recording).id}


@pytest.mark.usefixtures("connected")
def test_the_host_may_not(app: Starlette, house: SmallHouse, recording: OfficeHour) -> None:
    dana = Browser(app)
    fields = {"move": "put_on_youtube", "sure": "yes", "csrf": dana.token("/login")}
    answer = dana.post(f"{page_of(recording)}/move", data=fields, headers={"Origin": ORIGIN})
    assert (answer.status_code, steps_of(house, recording)) == (401, [])


@pytest.mark.usefixtures("connected")
def test_it_is_taken_back_from_youtube_only_and_can_be_put_there_again(
    bo: Browser, house: SmallHouse, recording: OfficeHour
) -> None:
    assert press(bo, recording, "take_from_youtube", sure="yes").status_code == 409
    press(bo, recording, "put_on_youtube", sure="yes")
    assert "Von YouTube zurückziehen" in bo.get(page_of(recording, "publications")).text
    assert "Aufzeichnung von YouTube zurückziehen?" in press(bo, recording, "take_from_youtube").text
    assert press(bo, recording, "take_from_youtube", sure="yes").status_code == 303
    assert there(house, recording).state is Published.WITHDRAWN
    assert [step.state for step in steps_of(house, recording)] == [steps.State.CANCELLED]
    with house.database.reading() as connection:
        assert store.office_hour(connection, recording.id).visibility is Visibility.RELEASED
    refused = press(bo, recording, "put_on_youtube")
    assert (refused.status_code, "wird noch von YouTube zurückgezogen" in refused.text) == (409, True)
    end(house, steps_of(house, recording, withdrawal.WITHDRAW)[0], steps.State.DONE)
    assert press(bo, recording, "put_on_youtube", sure="yes").status_code == 303
    assert there(house, recording).state is Published.PLANNED
    assert len(steps_of(house, recording)) == 2


@pytest.mark.usefixtures("connected")
def test_a_refusal_stands_there_in_words_with_what_to_do(bo: Browser, house: SmallHouse, recording: OfficeHour) -> None:
    press(bo, recording, "put_on_youtube", sure="yes")
    (step,) = steps_of(house, recording)
    end(house, step, steps.State.FAILED, error=f"{refusals.RECONNECT}: invalid_grant", error_class="permanent")
    shown = bo.get(page_of(recording)).text
    for sentence in (
        "YouTube erkennt die Erlaubnis des Amts nicht mehr an",
        "Verbinden Sie den Kanal neu",
        "Bitte eingreifen",
    ):
        assert shown.count(sentence) == 1
    assert shown.count("invalid_grant") == 1
    assert bo.fill(page_of(recording), f"{page_of(recording)}/steps", step=step.id).status_code == 303
    (step,) = steps_of(house, recording)
    assert step.state is steps.State.SENT


@pytest.mark.usefixtures("connected")
def test_when_it_is_public_its_address_stands_there(bo: Browser, house: SmallHouse, recording: OfficeHour) -> None:
    press(bo, recording, "put_on_youtube", sure="yes")
    with house.database.transaction() as connection:
        found = there(house, recording)
        for state in (Published.UPLOADING, Published.UPLOADED, Published.PUBLIC):
            found = publications.move(connection, found, state, address="https://youtu.be/v1")
    shown = bo.get(page_of(recording, "publications")).text
    assert 'href="https://youtu.be/v1"' in shown
    assert f'href="/replay/{recording.id}"' in shown
    assert "Auf YouTube veröffentlichen" not in shown


def end(house: SmallHouse, step: steps.Step, state: steps.State, **values: object) -> None:
    with house.database.transaction() as connection:
        steps.change(connection, step.id, frozenset(steps.State), state=state, finished_at=now(), **values)


@pytest.mark.parametrize(
    ("state", "step_state", "error_class", "word", "trouble"),
    [
        (Published.PLANNED, steps.State.WAITING, "", Word.WAITING, Trouble.NONE),
        (Published.PLANNED, steps.State.READY, "", Word.NEXT, Trouble.NONE),
        (Published.UPLOADING, steps.State.RUNNING, "", Word.UPLOADING, Trouble.NONE),
        (Published.UPLOADED, steps.State.RUNNING, "", Word.FINISHING, Trouble.NONE),
        (Published.UPLOADING, steps.State.PARKED, "transient", Word.PARKED, Trouble.UNREACHABLE),
        (Published.PLANNED, steps.State.PARKED, "resource", Word.PARKED, Trouble.QUOTA),
        (Published.UPLOADING, steps.State.FAILED, "permanent", Word.STOPPED, Trouble.OTHER),
        (Published.UPLOADING, steps.State.QUARANTINED, "poison", Word.STOPPED, Trouble.OTHER),
        (Published.PUBLIC, steps.State.DONE, "", Word.PUBLIC, Trouble.NONE),
        (Published.WITHDRAWN, steps.State.READY, "", Word.LEAVING, Trouble.NONE),
        (Published.WITHDRAWN, steps.State.FAILED, "permanent", Word.STUCK, Trouble.OTHER),
        (Published.WITHDRAWN, steps.State.DONE, "", Word.WITHDRAWN, Trouble.NONE),
    ],
)
def test_every_state_has_its_word(
    bo: Browser,
    house: SmallHouse,
    recording: OfficeHour,
    state: Published,
    step_state: steps.State,
    error_class: str,
    word: Word,
    trouble: Trouble,
) -> None:
    kind = withdrawal.WITHDRAW if state is Published.WITHDRAWN else pipeline.YOUTUBE
    with house.database.transaction() as connection:
        planned = publications.plan(connection, recording.id, 1, TargetName.YOUTUBE)
        publications.remember(connection, planned, state=state)
        step = steps.get(
            connection,
            steps.add(connection, kind=kind, office_hour=recording.id, parameters={"publication": planned.id}),
        )
    values = {"error": "told to fail"} if error_class else {}
    end(house, step, step_state, error_class=error_class, not_before=now(), **values)
    with house.database.reading() as connection:
        work = steps.of_office_hour(connection, recording.id)
        _, line = lines(publications.of_office_hour(connection, recording.id), work, recording)
    assert (line.word, line.trouble, bool(line.retry)) == (word, trouble, word in (Word.STOPPED, Word.STUCK))
    for language in ("de", "en"):
        shown = bo.get(page_of(recording, "publications"), headers={"Accept-Language": language})
        assert (shown.status_code, ("told to fail" in shown.text)) == (200, bool(error_class))
