"""`standing.py` and `decisions.py`: what commands make of how things stand, and what the timeline says of it."""

from dataclasses import replace
from typing import Any

import pytest

from ingest.live.room.decisions import PLACES, Refused, decide
from ingest.live.room.standing import Standing, fold
from ingest.timeline import Kind as What
from ingest.wishes import Kind

ON_AIR = Standing(begun=True, people=("ada", "chris"), question="q1")


def after(standing: Standing, kind: Kind, **payload: Any) -> Standing:
    return fold(standing, decide(standing, kind, payload))


def test_people_come_and_go_in_order() -> None:
    standing = after(after(Standing(), Kind.SHOW, person="ada"), Kind.SHOW, person="chris")
    assert standing.people == ("ada", "chris")
    assert after(standing, Kind.SHOW, person="ada") == standing
    assert after(standing, Kind.HIDE, person="ada").people == ("chris",)
    assert after(standing, Kind.HOLD, person="chris").people == ("ada",)


def test_showing_somebody_is_written_with_the_new_scene() -> None:
    assert decide(Standing(people=("ada",)), Kind.SHOW, {"person": "chris"}) == [
        (What.VISIBLE, {"person": "chris", "on": True}),
        (What.SCENE, {"name": "grid", "people": ["ada", "chris"]}),
    ]


def test_a_scene_orders_those_on_air_and_forgets_nobody() -> None:
    assert after(ON_AIR, Kind.SCENE, name="grid", people=["chris", "dana"]).people == ("chris", "ada")


def test_who_speaks_is_large_only_where_the_scene_follows() -> None:
    spoken = fold(ON_AIR, [(What.SPEAKER, {"person": "chris"})])
    assert spoken.large is None
    following = after(spoken, Kind.SCENE, name="auto")
    assert following.large == "chris"
    assert after(following, Kind.HIDE, person="chris").large is None
    assert fold(Standing(begun=True), following.as_events()).large == "chris"


def test_people_who_come_during_the_pause_are_there_after_it() -> None:
    paused = after(ON_AIR, Kind.PAUSE)
    assert (paused.paused, paused.people) == (True, ("ada", "chris"))
    back = after(after(paused, Kind.SHOW, person="bo"), Kind.RESUME)
    assert (back.paused, back.people) == (False, ("ada", "chris", "bo"))


def test_muting_and_questions() -> None:
    assert (
        after(after(ON_AIR, Kind.MUTE, person="ada", on=True), Kind.MUTE, person="ada", on=False).muted == frozenset()
    )
    assert after(ON_AIR, Kind.ON_AIR, question="q2").question == "q2"
    assert after(ON_AIR, Kind.ANSWERED, question="q1").question is None
    assert after(ON_AIR, Kind.ANSWERED, question="q0").question == "q1"


def test_a_question_taken_back_gives_its_place_to_the_one_before() -> None:
    wrong = after(after(ON_AIR, Kind.ANSWERED, question="q1"), Kind.ON_AIR, question="q2")
    right = after(wrong, Kind.TAKE_BACK, question="q2", again="q1")
    assert (right.question, right.answered) == ("q1", frozenset())
    assert after(wrong, Kind.TAKE_BACK, question="q2").question is None


def test_a_mark_says_how_far_it_reaches_back() -> None:
    assert decide(ON_AIR, Kind.MARK, {"by": "bo", "reason": "a name", "back_s": 30}) == [
        (What.MARK, {"by": "bo", "reason": "a name", "back_s": 30})
    ]


@pytest.mark.parametrize(
    ("standing", "kind", "payload", "reason"),
    [
        (ON_AIR, Kind.START, {}, "on air already"),
        (Standing(), Kind.END, {}, "not on air yet"),
        (Standing(), Kind.PAUSE, {}, "not on air yet"),
        (Standing(), Kind.CUT, {}, "not on air yet"),
        (Standing(begun=True, ending=True), Kind.SHOW, {"person": "ada"}, "is over"),
        (Standing(begun=True, ending=True, over=True), Kind.CUT, {}, "is over"),
        (ON_AIR, Kind.SHOW, {}, "which person"),
        (Standing(begun=True, over=True), Kind.SHOW, {"person": "ada"}, "is over"),
        (Standing(people=tuple(map(str, range(PLACES)))), Kind.SHOW, {"person": "ada"}, "12 people"),
    ],
)
def test_what_cannot_be_done_is_refused_with_a_reason(
    standing: Standing, kind: Kind, payload: dict[str, Any], reason: str
) -> None:
    with pytest.raises(Refused, match=reason):
        decide(standing, kind, payload)


def test_a_timeline_says_how_things_stand() -> None:
    standing = Standing(begun=True, people=("chris", "ada"), muted=frozenset({"ada"}), question="q1")
    assert fold(Standing(), [(What.BEGIN, {}), *standing.as_events()]) == standing


def test_a_cut_stands_until_it_is_said_to_go_on() -> None:
    cut = ON_AIR.after(What.CUT, {"on": True, "from": 40, "by": "bo"})
    assert cut == replace(ON_AIR, cut_from=40)
    assert cut.after(What.CUT, {"on": False, "from": 40, "until": 90, "by": "bo"}) == ON_AIR
    assert decide(replace(ON_AIR, ending=True), Kind.CUT, {}) == []


def test_an_end_can_be_taken_back_and_everything_is_as_before() -> None:
    paused = after(ON_AIR, Kind.PAUSE)
    for before in (ON_AIR, paused):
        closing = before.after(What.CLOSING, {"wall": "", "undo_s": 10})
        assert (closing.slide, closing.people) == ("over", before.people)
        assert decide(closing, Kind.UNDO_END, {}) == []
        assert closing.after(What.REOPENED, {"by": "bo"}) == before
        assert closing.after(What.END, {}).closing is False


@pytest.mark.parametrize("kind", [Kind.END, Kind.PAUSE, Kind.RESUME, Kind.SHOW, Kind.SCENE, Kind.ON_AIR])
def test_nothing_new_goes_on_air_while_it_ends(kind: Kind) -> None:
    with pytest.raises(Refused, match="take the end back first"):
        decide(replace(ON_AIR, closing=True), kind, {"person": "bo", "name": "grid", "question": "q2"})


def test_nothing_is_taken_back_that_was_not_asked_for() -> None:
    with pytest.raises(Refused, match="nothing to take back"):
        decide(ON_AIR, Kind.UNDO_END, {})


def test_who_hides_is_there_until_they_are_back_or_go_off_air() -> None:
    hidden = after(ON_AIR, Kind.AWAY, person="ada", on=True)
    assert (hidden.people, hidden.away) == (("ada", "chris"), frozenset({"ada"}))
    assert decide(hidden, Kind.AWAY, {"person": "ada", "on": True}) == []
    assert decide(ON_AIR, Kind.AWAY, {"person": "bo", "on": True}) == []
    assert after(hidden, Kind.AWAY, person="ada", on=False) == ON_AIR
    assert after(hidden, Kind.HIDE, person="ada").away == frozenset()
    assert fold(Standing(begun=True), hidden.as_events()) == hidden


def test_who_mutes_themself_does_not_undo_what_staff_did() -> None:
    both = after(after(ON_AIR, Kind.MUTE, person="ada", on=True), Kind.MUTE, person="ada", on=True, own=True)
    assert after(both, Kind.MUTE, person="ada", on=False, own=True).silent == {"ada"}
    assert after(both, Kind.MUTE, person="ada", on=False).silent == {"ada"}
    assert fold(Standing(begun=True), both.as_events()) == both


def test_who_switches_their_camera_off_is_unseen_until_it_is_on_again() -> None:
    off = after(ON_AIR, Kind.CAMERA, person="ada", on=False)
    assert (off.people, off.unseen, off.silent) == (("ada", "chris"), frozenset({"ada"}), frozenset())
    assert fold(Standing(begun=True), off.as_events()) == off
    assert after(off, Kind.CAMERA, person="ada", on=True) == ON_AIR


def test_what_goes_outside() -> None:
    slides = [Standing(), ON_AIR, after(ON_AIR, Kind.PAUSE), replace(ON_AIR, closing=True), replace(ON_AIR, over=True)]
    assert [each.slide for each in slides[:4]] == ["soon", None, "pause", "over"]
    assert [each.outside for each in slides[:4]] == [False, True, False, False]
    assert not replace(ON_AIR, cut_from=3).outside


@pytest.mark.parametrize("kind", [Kind.HOLD, Kind.HIDE, Kind.ADMIT, Kind.MUTE, Kind.UNSHARE])
def test_after_the_end_people_can_still_be_sent_out_of_the_room(kind: Kind) -> None:
    decide(replace(ON_AIR, ending=True, over=True), kind, {"person": "ada"})
