"""A form with a proof of work is taken more often than one without; a proof is good once, and only ours."""

import base64
import json
from datetime import timedelta
from pathlib import Path

import altcha
import pytest

from ingest.database import now
from ingest.officehours import OfficeHour, State
from ingest.secrets import open_safe
from ingest.store import add_office_hour
from tests.web.conftest import Browser, small_house
from web import proof
from web.asgi import site
from web.proof import Proofs


@pytest.fixture(autouse=True)
def easy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(proof, "COST", 1)


@pytest.fixture
def proofs(tmp_path: Path) -> Proofs:
    return Proofs(open_safe(tmp_path / "key"))


def solved(puzzle: dict[str, object]) -> str:
    """What the worker of the page finds."""
    challenge = altcha.Challenge.from_dict(puzzle)
    solution = altcha.solve_challenge(challenge)
    assert solution is not None
    return str(altcha.Payload(challenge, solution).to_base64())


def test_a_proof_is_good_once(proofs: Proofs) -> None:
    payload = solved(proofs.puzzle(now()))
    assert [proofs.holds(payload) for _ in range(2)] == [True, False]


def test_an_old_a_made_up_and_a_changed_one_are_none(proofs: Proofs, tmp_path: Path) -> None:
    old = solved(proofs.puzzle(now() - timedelta(hours=3)))
    foreign = solved(Proofs(open_safe(tmp_path / "other")).puzzle(now()))
    easier = json.loads(base64.b64decode(solved(proofs.puzzle(now()))))
    easier["challenge"]["parameters"]["keyPrefix"] = ""
    changed = base64.b64encode(json.dumps(easier).encode()).decode()
    for payload in (old, foreign, changed, "", "x" * 5000, "bm90aGluZw==", "ÿ", "e30="):
        assert not proofs.holds(payload)


def test_without_a_proof_a_form_is_taken_less_often(tmp_path: Path) -> None:
    house = small_house(tmp_path, unproven_per_hour=2, questions_per_hour=3)
    with house.database.transaction() as connection:
        facts = {"title": "Sprechstunde", "host_name": "Ada", "starts_at": now() + timedelta(days=1)}
        hour: OfficeHour = add_office_hour(connection, state=State.OPEN, **facts)
    app = site(house)
    browser, page = Browser(app), f"/office-hours/{hour.id}/ask"

    def ask(proof: str) -> int:
        return int(browser.fill(page, question="Wann?", consent="yes", proof=proof).status_code)

    plain = [ask("") for _ in range(3)]
    proven = [ask(solved(app.state.proofs.puzzle(now()))) for _ in range(4)]
    house.database.close()
    assert (plain, proven) == ([303, 303, 429], [303, 303, 303, 429])
