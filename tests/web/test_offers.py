"""Whatever the state: exactly one button leads on, each button has its sentence, and none is refused."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import product

import pytest

from ingest.officehours import MOVES as STATE_MOVES
from ingest.officehours import OfficeHour, State, Visibility
from web import words
from web.offers import START, offers
from web.pages.staff import LINE, MOVES

AT = datetime(2000, 1, 1, tzinfo=UTC)
"""Before everything that is planned in tests."""
GOALS = {
    "open": State.OPEN, "close": State.PLANNED, "backstage": State.BACKSTAGE, "leave": State.OPEN,
    "cancel": State.CANCELLED, "start": State.ON_AIR, "pause": State.PAUSED, "resume": State.ON_AIR, "end": State.ENDED,
    "review": State.IN_REVIEW,
}  # fmt: skip


@pytest.mark.parametrize(("state", "visibility", "recorded"), list(product(State, Visibility, (True, False))))
def test_every_button_makes_an_allowed_move_and_says_what_it_does(
    hour: OfficeHour, state: State, visibility: Visibility, recorded: bool
) -> None:
    choice = offers(replace(hour, state=state, visibility=visibility, recorded=recorded), AT)
    for offer in (choice.next, *choice.others):
        assert bool(offer.move) != bool(offer.leads)
        assert not offer.move or offer.move in MOVES | LINE
        assert offer.move not in GOALS or GOALS[offer.move] in STATE_MOVES[state]
        assert words.say("de", offer.says) != offer.says
    assert len({offer.label for offer in (choice.next, *choice.others)}) == 1 + len(choice.others)


NEXT = {
    State.PLANNED: "open", State.OPEN: "backstage", State.BACKSTAGE: "start", State.ON_AIR: "end",
    State.PAUSED: "resume", State.ENDED: "review", State.IN_REVIEW: "release", State.EXPIRED: "", State.CANCELLED: "",
}  # fmt: skip


@pytest.mark.parametrize("state", State)
def test_the_next_button_leads_on(hour: OfficeHour, state: State) -> None:
    assert offers(replace(hour, state=state), AT).next.move == NEXT[state]


def test_who_begins_late_reads_what_those_who_wait_read(hour: OfficeHour) -> None:
    backstage = replace(hour, state=State.BACKSTAGE)
    late = offers(backstage, hour.starts_at + timedelta(seconds=1)).next
    assert (offers(backstage, hour.starts_at).next.says, late.move) == (START.says, "start")
    assert "etwas später" in words.say("de", late.says)


def test_after_the_release_the_next_one_is_announced_and_it_can_be_taken_back(hour: OfficeHour) -> None:
    released = replace(hour, state=State.IN_REVIEW, visibility=Visibility.RELEASED)
    assert offers(released, AT).next.leads == f"/staff/office-hours/new?like={hour.id}"
    assert [offer.move for offer in offers(released, AT).others] == ["withdraw"]
    withdrawn = replace(released, visibility=Visibility.WITHDRAWN)
    assert [offers(withdrawn, AT).next.move, *offers(withdrawn, AT).others] == ["release"]


def test_what_was_live_only_has_nothing_to_release(hour: OfficeHour) -> None:
    over = offers(replace(hour, state=State.ENDED, recorded=False), AT)
    assert (over.next.move, over.others) == ("", ())
