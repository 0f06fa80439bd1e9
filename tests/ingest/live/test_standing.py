from dataclasses import replace
from typing import Any

import pytest

from ingest.live.standing import PLACES, Refused, Standing, decide, fold
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
