"""Staff are told by mail of what is red before an office hour, once for each look and account."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from ingest import steps, store
from ingest.database import now
from ingest.engine import Engine
from ingest.officehours import OfficeHour
from tests.standins.postbox import Postbox, postbox
from tests.web.conftest import Browser, SmallHouse
from web.preflight import looks, rounds, telling
from web.preflight.lines import Line, green, red

MINUTE = timedelta(minutes=1)
SITE = "https://buergersprechstunde.example"
RED = red("%(needed)s are needed for %(minutes)s min, %(free)s are free.", "Renew the certificate today.",
          needed="6 GB", minutes=90, free="1 GB")  # fmt: skip


@pytest.fixture
def found(monkeypatch: pytest.MonkeyPatch) -> Callable[[Line], None]:
    """What the look at the disk finds; nothing else is looked at."""

    def finds(line: Line) -> None:
        monkeypatch.setattr(looks, "LOOKS", {"Disk": lambda about: line})

    return finds


@pytest.fixture
def box() -> Iterator[Postbox]:
    with postbox() as box:
        yield box


@pytest.fixture
def writing(house: SmallHouse, box: Postbox) -> SmallHouse:
    """A house whose worker tells staff through the postbox."""
    settings = replace(
        house.questions, smtp_host="127.0.0.1", smtp_port=box.port, smtp_security="none", smtp_timeout_s=1.0
    )
    office = telling.Office(settings=settings, address=lambda path: f"{SITE}{path}")
    return replace(house, engine=Engine(house.database, house.archive, telling.kinds(office), lambda step, kind: None))


def told(house: SmallHouse) -> list[steps.State | None]:
    """How the steps that tell staff end."""
    with house.database.reading() as connection:
        waiting = steps.listed(connection, steps.UNFINISHED)
    return [house.engine.run(step.id) for step in waiting]


def test_each_account_gets_one_mail_in_the_hours_language(
    writing: SmallHouse, box: Postbox, hour: OfficeHour, bo: Browser, found: Callable[[Line], None]
) -> None:
    found(RED)
    at = hour.starts_at - timedelta(hours=23)
    assert (rounds.look_ahead(writing, at), rounds.look_ahead(writing, at + MINUTE)) == (1, 0)
    assert told(writing) == [steps.State.DONE]
    assert told(writing) == []
    (mail,) = box.mails
    assert box.recipients == ["bo@example.org"]
    assert mail["Subject"] == "Vor Beginn zu klären: 1 – Sprechstunde im Advent"
    assert mail.get_content().splitlines() == [
        "Sprechstunde im Advent", "",
        "Speicherplatz: Für 90 Minuten werden 6 GB gebraucht, frei sind 1 GB.",
        "  Erneuern Sie das Zertifikat noch heute.", "",
        "Die ganze Liste und der Knopf zum erneuten Prüfen:",
        f"{SITE}/staff/office-hours/{hour.id}#preflight",
    ]  # fmt: skip


def test_nobody_is_told_when_everything_is_right(
    writing: SmallHouse, box: Postbox, hour: OfficeHour, bo: Browser, found: Callable[[Line], None]
) -> None:
    found(green("fine"))
    rounds.look_ahead(writing, hour.starts_at - timedelta(hours=23))
    with writing.database.reading() as connection:
        assert steps.listed(connection, steps.UNFINISHED) == []


def test_a_mail_server_that_is_busy_is_tried_again(
    writing: SmallHouse, box: Postbox, hour: OfficeHour, bo: Browser, found: Callable[[Line], None]
) -> None:
    found(RED)
    rounds.look_ahead(writing, hour.starts_at - timedelta(hours=23))
    box.manners = "busy"
    assert told(writing) == [steps.State.PARKED]


def test_what_comes_after_the_start_helps_nobody(
    writing: SmallHouse,
    box: Postbox,
    new_hour: Callable[..., OfficeHour],
    bo: Browser,
    found: Callable[[Line], None],
) -> None:
    hour = new_hour(starts_at=now() + timedelta(minutes=4))
    found(RED)
    rounds.look_ahead(writing, now())
    with writing.database.transaction() as connection:
        store.change_office_hour(connection, hour.id, starts_at=now() - MINUTE)
    assert told(writing) == [steps.State.DONE]
    assert box.mails == []
