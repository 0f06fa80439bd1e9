"""A recording made elsewhere comes in piece by piece, goes on after a break, and is taken or refused."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from ingest import steps, store
from ingest.database import now
from ingest.officehours import State as HourState
from ingest.officehours import Visibility
from tests.standins.tables import migrate
from tests.transcode import recorded
from tests.web.conftest import ORIGIN, Browser, SmallHouse
from web import taking, uploads
from web.house import House, open_house
from web.uploads import State

FACTS = {"file_name": "saal.mp4", "size": 10, "changed": 1, "title": "Bürgersaal", "host_name": "Ada", "language": "de"}
PAGE = "/staff/uploads"


class Sender:
    """Bo's browser as the page's script uses it."""

    def __init__(self, browser: Browser) -> None:
        self.browser = browser
        self.headers = {"Origin": ORIGIN, "X-CSRF": browser.token(PAGE), "Accept": "application/json"}

    def begin(self, **facts: Any) -> Any:
        return self.browser.post(PAGE, json=FACTS | facts, headers=self.headers)

    def piece(self, id: str, offset: int, data: bytes) -> Any:
        headers = self.headers | {"Upload-Offset": str(offset)}
        return self.browser.patch(f"{PAGE}/{id}", content=data, headers=headers)


@pytest.fixture
def sender(bo: Browser) -> Sender:
    return Sender(bo)


def test_a_file_comes_in_pieces_and_the_last_one_begins_the_work(sender: Sender, house: SmallHouse) -> None:
    begun = sender.begin()
    id = begun.json()["id"]
    assert (begun.status_code, begun.json()) == (201, {"id": id, "offset": 0, "size": 10, "state": "receiving"})
    assert sender.piece(id, 0, b"01234").json()["offset"] == 5
    assert sender.piece(id, 5, b"56789").json() == {"id": id, "offset": 10, "size": 10, "state": "received"}
    assert uploads.path_of(house.ingest.data, id).read_bytes() == b"0123456789"
    with house.database.reading() as connection:
        assert [step.parameters for step in steps.listed(connection, steps.State)] == [{"upload": id}]


def test_the_same_file_goes_on_where_it_was(sender: Sender) -> None:
    id = sender.begin().json()["id"]
    sender.piece(id, 0, b"01234")
    assert sender.begin(title="Anders").json() == {"id": id, "offset": 5, "size": 10, "state": "receiving"}
    assert sender.begin(changed=2).json()["id"] != id


def test_a_piece_from_elsewhere_is_told_where_the_file_ends(sender: Sender, bo: Browser) -> None:
    id = sender.begin().json()["id"]
    sender.piece(id, 0, b"01234")
    answer = sender.piece(id, 0, b"01234")
    assert (answer.status_code, answer.json()) == (409, {"offset": 5})
    assert bo.get(f"{PAGE}/{id}").json()["offset"] == 5


def test_two_that_write_at_once_do_not_mix(sender: Sender, house: SmallHouse) -> None:
    id = sender.begin().json()["id"]
    with uploads.appending(house.ingest.data, id, 0):
        assert sender.piece(id, 0, b"01234").status_code == 409


def test_more_than_was_said_is_refused(sender: Sender, house: SmallHouse) -> None:
    id = sender.begin().json()["id"]
    assert sender.piece(id, 0, b"x" * 11).status_code == 413
    assert uploads.offset_of(house.ingest.data, id) == 0


@pytest.mark.parametrize(("size", "status"), [(0, 400), (20_000_000_001, 413), ("10", 400)])
def test_what_cannot_be_taken_is_said_before_a_byte_is_sent(sender: Sender, size: object, status: int) -> None:
    assert sender.begin(size=size).status_code == status


def test_a_piece_needs_the_token_of_the_page_and_a_member_of_staff(sender: Sender, browser: Browser) -> None:
    id = sender.begin().json()["id"]
    sender.headers["X-CSRF"] = "forged"
    assert sender.piece(id, 0, b"01234").status_code == 403
    assert browser.get(f"{PAGE}/{id}", follow_redirects=False).status_code == 303
    assert browser.patch(f"{PAGE}/{id}", content=b"0").status_code == 403


def test_an_upload_can_be_removed_with_all_that_is_here(sender: Sender, bo: Browser, house: SmallHouse) -> None:
    id = sender.begin().json()["id"]
    sender.piece(id, 0, b"01234")
    assert "50\xa0%" in bo.get(PAGE, headers={"Accept-Language": "de"}).text or "50 %" in bo.get(PAGE).text
    assert bo.fill(PAGE, f"{PAGE}/{id}", do="remove").status_code == 303
    assert not uploads.path_of(house.ingest.data, id).exists()
    assert bo.get(f"{PAGE}/{id}").status_code == 404


def test_what_nobody_goes_on_with_is_forgotten_after_a_week(sender: Sender, house: SmallHouse) -> None:
    id = sender.begin().json()["id"]
    with house.database.transaction() as connection:
        assert uploads.forget(connection, now() + timedelta(days=6)) == []
        assert uploads.forget(connection, now() + timedelta(days=8)) == [id]


# The step


@pytest.fixture
def big_house(tmp_path: Path) -> Iterator[House]:
    house = open_house({"OFFICEHOURS_DATA": str(tmp_path / "data"), "OFFICEHOURS_NICENESS": "0"})
    migrate(house.database.url)
    yield house
    house.close()


def uploaded(house: House, data: bytes) -> str:
    facts = {"title": "Bürgersaal", "host_name": "Ada", "language": "de", "release": True}
    with house.database.transaction() as connection:
        upload = uploads.begin(
            connection, account="bo", file_name="saal.mp4", size_bytes=len(data), fingerprint="f", **facts
        )
    with uploads.appending(house.ingest.data, upload.id, 0) as file:
        file.write(data)
    with house.database.transaction() as connection:
        assert uploads.complete(connection, upload.id)
    return upload.id


def run_step(house: House, id: str) -> steps.State | None:
    with house.database.reading() as connection:
        step = uploads.get(connection, id).step
    assert step is not None
    return house.engine.run(step)


def test_an_upload_becomes_an_office_hour_with_its_pipeline(big_house: House, tmp_path: Path) -> None:
    film = tmp_path / "saal.mp4"
    recorded.run(["-f", "lavfi", "-i", "testsrc2=size=160x90:rate=30:duration=2", str(film)])
    id = uploaded(big_house, film.read_bytes())
    assert run_step(big_house, id) is steps.State.DONE
    with big_house.database.reading() as connection:
        hour = store.office_hour(connection, id)
        assert uploads.get(connection, id).state is State.TAKEN
        kinds = {step.kind for step in steps.of_office_hour(connection, id)}
    assert (hour.title, hour.state, hour.visibility) == ("Bürgersaal", HourState.ENDED, Visibility.HELD)
    assert {"transcode.plan", "transcode.captions", "publish.release"} <= kinds
    assert not uploads.path_of(big_house.ingest.data, id).exists()


def test_a_letter_is_refused_by_its_own_name_and_nothing_is_left(big_house: House) -> None:
    id = uploaded(big_house, b"Sehr geehrte Damen und Herren")
    assert run_step(big_house, id) is steps.State.DONE
    with big_house.database.reading() as connection:
        upload = uploads.get(connection, id)
    assert upload.state is State.REFUSED
    assert upload.error.startswith("saal.mp4 cannot be read as video")
    assert not big_house.archive.room(id).root.exists()
    assert not uploads.path_of(big_house.ingest.data, id).exists()


def test_a_playlist_cannot_make_us_read_another_file(big_house: House, tmp_path: Path) -> None:
    film = tmp_path / "secret.mp4"
    recorded.run(["-f", "lavfi", "-i", "testsrc2=size=160x90:rate=30:duration=2", str(film)])
    for text in (f"#EXTM3U\n#EXTINF:2,\n{film}\n#EXT-X-ENDLIST\n", f"ffconcat version 1.0\nfile {film}\n"):
        id = uploaded(big_house, text.encode())
        run_step(big_house, id)
        with big_house.database.reading() as connection:
            assert uploads.get(connection, id).state is State.REFUSED


def test_a_step_that_is_run_again_after_the_office_hour_stands_changes_nothing(
    big_house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    film = tmp_path / "saal.mp4"
    recorded.run(["-f", "lavfi", "-i", "testsrc2=size=160x90:rate=30:duration=2", str(film)])
    id = uploaded(big_house, film.read_bytes())
    run_step(big_house, id)
    monkeypatch.setattr(taking, "_take", lambda *given: pytest.fail("it is taken already"))
    with big_house.database.transaction() as connection:
        step = uploads.get(connection, id).step
        assert step is not None
        steps.change(connection, step, frozenset({steps.State.DONE}), state=steps.State.READY)
    assert run_step(big_house, id) is steps.State.DONE
