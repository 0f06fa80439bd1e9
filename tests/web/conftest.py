"""A small house, the site over it, and browsers of the usual cast."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from starlette.applications import Starlette
from starlette.testclient import TestClient

import ingest.settings
import questions.settings
import transcode.settings
import web.settings
from ingest import store
from ingest.archive import Archive
from ingest.database import Database, now
from ingest.engine import Engine
from ingest.officehours import OfficeHour, State
from ingest.secrets import Safe, open_safe
from tests.standins.tables import tabled
from web import store as web_store
from web.asgi import site
from web.sessions import COOKIE

PASSWORD = "a password of Bo's"
ORIGIN = "http://testserver"


@dataclass(frozen=True, kw_only=True)
class SmallHouse:
    """What the site needs of `web.house.House`; its engine rings nobody."""

    settings: web.settings.Settings
    ingest: ingest.settings.Settings
    questions: questions.settings.Settings
    transcode: transcode.settings.Settings
    database: Database
    archive: Archive
    safe: Safe
    engine: Engine


def small_house(folder: Path, url: str = "", **settings: object) -> SmallHouse:
    """A house on a folder of its own, its tables made."""
    database = tabled(url or f"sqlite:///{folder / 'site.sqlite3'}")
    archive = Archive(folder / "archive")
    return SmallHouse(
        settings=web.settings.Settings(**{"posts_per_minute": 10_000, "unproven_per_hour": 1000, **settings}),  # type: ignore[arg-type]
        ingest=ingest.settings.Settings(data=folder),
        questions=questions.settings.Settings(smtp_host="mail.example.org", letters_from="fragen@stadt.example"),
        transcode=transcode.settings.Settings(),
        database=database,
        archive=archive,
        safe=open_safe(folder / "secret.key"),
        engine=Engine(database, archive, [], lambda step, kind: None),
    )


class Browser(TestClient):
    """A browser: keeps its cookies, reads the token off a page and sends it with each form."""

    def token(self, page: str) -> str:
        found = re.search(r'name="csrf" value="([0-9a-f]+)"', self.get(page).text)
        assert found, f"{page} has no form"
        return found[1]

    def fill(self, page: str, to: str | None = None, **fields: str) -> "Response":  # type: ignore[name-defined]  # noqa: F821
        """Open `page`, fill its form and send it (to `to`, or where the page is)."""
        fields["csrf"] = self.token(page)
        return self.post(to or page, data=fields, headers={"Origin": ORIGIN}, follow_redirects=False)

    def sign_in(self, email: str = "bo@example.org", password: str = PASSWORD) -> "Browser":
        assert self.fill("/login", email=email, password=password).status_code == 303
        return self


@pytest.fixture
def house(tmp_path: Path) -> Iterator[SmallHouse]:
    house = small_house(tmp_path)
    yield house
    house.database.close()


@pytest.fixture
def app(house: SmallHouse) -> Starlette:
    return site(house)


@pytest.fixture
def browser(app: Starlette) -> Browser:
    """Somebody nobody knows."""
    return Browser(app)


@pytest.fixture(scope="session")
def password_hash() -> str:
    """One that is quickly compared: a hash says itself how much work that is. Real ones: tests/ingest/test_store.py."""
    return PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)


@pytest.fixture
def bo(app: Starlette, house: SmallHouse, password_hash: str) -> Browser:
    """Bo of the staff, signed in (without the password's tenth of a second; its own tests pay that)."""
    with house.database.transaction() as connection:
        account = store.add_account(connection, email="bo@example.org", name="Bo", password_hash=password_hash)
        key = web_store.open_session(connection, account=account.id, person=None, expires_at=now() + timedelta(hours=1))
    return Browser(app, cookies={COOKIE: key})


@pytest.fixture
def new_hour(house: SmallHouse) -> Callable[..., OfficeHour]:
    """Announce an office hour of Ada's that starts tomorrow."""

    def announce(state: State = State.OPEN, **values: object) -> OfficeHour:
        facts = {"title": "Sprechstunde im Advent", "host_name": "Ada", "starts_at": now() + timedelta(days=1)}
        with house.database.transaction() as connection:
            return store.add_office_hour(connection, state=state, **(facts | values))

    return announce


@pytest.fixture
def hour(new_hour: Callable[..., OfficeHour], request: pytest.FixtureRequest) -> OfficeHour:
    """Open for questions, or in the state that the marker `hour` names."""
    mark = request.node.get_closest_marker("hour")
    state = mark.args[0] if mark else State.OPEN
    return new_hour(state, began_at=now() if state is State.ON_AIR else None)


def join(
    browser: Browser, hour: OfficeHour, name: str = "Chris", scope: str = "live_and_recording", **more: str
) -> None:
    """All three steps of the form; `more`: `way` and `under_18`."""
    page = f"/office-hours/{hour.id}/join"
    facts = {"name": name, "topic": "Wann kommt der Radweg?"}
    way = {"way": "read_out" if scope == "read_out" else "video"} | more
    assert 'value="way"' in browser.fill(page, step="name", **facts).text
    assert 'value="consent"' in browser.fill(page, step="way", **facts, **way).text
    answer = browser.fill(page, step="consent", **facts, **way, scope=scope)
    assert answer.headers["location"] == f"/office-hours/{hour.id}/place"


@pytest.fixture
def chris(app: Starlette, hour: OfficeHour) -> Browser:
    """A guest who waits."""
    browser = Browser(app)
    join(browser, hour)
    return browser


def person_of(house: SmallHouse, hour: OfficeHour, name: str = "Chris") -> str:
    with house.database.reading() as connection:
        return next(person.id for person in store.persons_of(connection, hour.id) if person.name == name)
