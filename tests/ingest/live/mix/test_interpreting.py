"""Jana interprets, Chris signs, Dana and Emil ask, Ada hosts: whose words Jana's voice is."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.live.mix.interpreting import RULE, by_rule, credited, spoken_for
from ingest.live.room.decisions import Refused, decide
from ingest.live.room.standing import Standing, fold
from ingest.timeline import Kind as What
from ingest.wishes import Kind

PEOPLE = ("ada", "jana", "chris", "dana", "emil")


def after(standing: Standing, kind: Kind, **payload: Any) -> Standing:
    return fold(standing, decide(standing, kind, payload))


def on_air() -> Standing:
    standing = after(Standing(begun=True), Kind.SHOW, person="ada", host=True)
    standing = after(standing, Kind.SHOW, person="jana", apart=True)
    return after(standing, Kind.SHOW, person="dana", guest=True)


@pytest.mark.parametrize(
    ("people", "signs", "guests", "whom"),
    [
        (("ada", "dana"), (), ("dana",), "dana"),
        (("ada", "chris", "dana"), ("chris",), ("chris", "dana"), "chris"),
        (("ada", "chris", "dana"), ("chris", "dana"), ("chris", "dana"), "dana"),
        (("ada", "dana", "emil"), (), ("dana", "emil"), None),
        (("ada",), (), ("dana",), None),
    ],
)
def test_by_itself_it_is_who_signs_or_the_only_guest(
    people: tuple[str, ...], signs: tuple[str, ...], guests: tuple[str, ...], whom: str | None
) -> None:
    assert by_rule(people, signs, guests) == whom


@given(
    st.lists(st.sampled_from(PEOPLE), unique=True),
    st.sets(st.sampled_from(PEOPLE)),
    st.sets(st.sampled_from(PEOPLE)),
    st.sets(st.sampled_from(PEOPLE)),
    st.dictionaries(st.sampled_from(PEOPLE), st.none() | st.sampled_from(PEOPLE)),
)
def test_nobody_speaks_for_who_is_not_there(
    people: list[str], interpreters: set[str], signs: set[str], guests: set[str], chosen: dict[str, str | None]
) -> None:
    found = spoken_for(people, interpreters=interpreters, signs=signs, guests=guests, chosen=chosen)
    assert set(found) == interpreters & set(people)
    for whom, _ in found.values():
        assert whom is None or (whom in people and whom not in interpreters)


def test_an_interpreters_voice_makes_large_whom_they_speak_for() -> None:
    assert credited({"ada": 0.0, "chris": 0.0}, {"jana": 0.2}, {"jana": "chris"}) == {"ada": 0.0, "chris": 0.2}
    assert credited({"ada": 0.1}, {"jana": 0.2}, {"jana": "chris"}) == {"ada": 0.1, "chris": 0.2}  # Chris is muted
    assert credited({"ada": 0.1}, {"jana": 0.2}, {"jana": None}) == {"ada": 0.1}


def test_the_timeline_says_for_whom_from_when() -> None:
    standing = on_air()
    assert standing.voices == {"jana": "dana"}
    assert decide(standing, Kind.SHOW, {"person": "chris", "guest": True, "signs": True}) == [
        (What.PINNED, {"person": "chris", "on": True, "why": "signs"}),
        (What.VISIBLE, {"person": "chris", "on": True, "guest": True}),
        (What.SCENE, {"name": "grid", "people": ["ada", "jana", "dana", "chris"]}),
        (What.SPEAKS_FOR, {"person": "jana", "whom": "chris", "by": RULE}),
    ]


def test_what_staff_said_holds_until_that_person_goes() -> None:
    chosen = after(on_air(), Kind.SPEAKS_FOR, person="jana", whom="ada")
    assert (chosen.voices, chosen.chosen) == ({"jana": "ada"}, {"jana": "ada"})
    more = after(chosen, Kind.SHOW, person="chris", guest=True, signs=True)
    assert more.voices == {"jana": "ada"}
    assert after(more, Kind.HIDE, person="ada").voices == {"jana": "chris"}
    assert after(after(more, Kind.HIDE, person="ada"), Kind.SHOW, person="ada").voices == {"jana": "chris"}


def test_nobody_is_a_choice_too_and_can_be_given_back_to_the_rule() -> None:
    nobody = after(on_air(), Kind.SPEAKS_FOR, person="jana", whom=None)
    assert nobody.voices == {"jana": None}
    assert after(nobody, Kind.SHOW, person="chris", guest=True, signs=True).voices == {"jana": None}
    back = after(nobody, Kind.SPEAKS_FOR, person="jana", rule=True)
    assert (back.voices, back.chosen) == ({"jana": "dana"}, {})
    assert after(nobody, Kind.HIDE, person="jana").chosen == {}


def test_somebody_who_begins_to_sign_is_spoken_for_and_pinned() -> None:
    standing = after(on_air(), Kind.SHOW, person="emil", guest=True)
    assert (standing.voices, set(standing.pinned)) == ({"jana": None}, {"jana"})
    signing = after(standing, Kind.SIGNS, person="emil", on=True)
    assert (signing.voices, set(signing.pinned)) == ({"jana": "emil"}, {"jana", "emil"})
    assert after(signing, Kind.SIGNS, person="emil", on=False) == standing
    assert decide(signing, Kind.SIGNS, {"person": "emil", "on": True}) == []


@pytest.mark.parametrize("whom", ["chris", "jana"])
def test_a_press_that_came_too_late_names_nobody_wrongly(whom: str) -> None:
    with pytest.raises(Refused, match="is not on air"):
        decide(on_air(), Kind.SPEAKS_FOR, {"person": "jana", "whom": whom})
    with pytest.raises(Refused, match="does not interpret"):
        decide(on_air(), Kind.SPEAKS_FOR, {"person": "dana", "whom": "ada"})


def test_a_room_that_starts_anew_knows_it_from_the_timeline() -> None:
    standing = after(after(on_air(), Kind.SHOW, person="chris", guest=True, signs=True), Kind.TYPED, **TYPED)
    standing = after(standing, Kind.SPEAKS_FOR, person="jana", whom="ada")
    events = [(What.BEGIN, {}), *standing.as_events(), (What.TYPED, {"person": "chris", "line": "l1"})]
    assert fold(Standing(), events) == standing


TYPED = {"person": "chris", "line": "l1", "text": "Wann fährt der Bus?", "words": "schreibt"}


def test_a_typed_line_stands_until_taken_off_or_its_person_goes() -> None:
    standing = after(on_air(), Kind.SHOW, person="chris", guest=True)
    written = after(standing, Kind.TYPED, **TYPED)
    assert written.below == ("chris", "l1")
    assert after(written, Kind.TYPED, person="chris", line=None) == standing
    assert after(written, Kind.TYPED, person="dana", line=None) == written
    assert after(written, Kind.HIDE, person="dana").below == ("chris", "l1")
    gone = after(written, Kind.HOLD, person="chris")
    assert (gone.typed, after(gone, Kind.SHOW, person="chris").typed) == (None, None)
    assert after(written, Kind.AWAY, person="chris", on=True).below is None
    assert after(written, Kind.PAUSE).typed == ("chris", "l1")


def test_a_typed_line_goes_with_the_consent_to_the_name() -> None:
    written = after(after(on_air(), Kind.SHOW, person="chris", guest=True), Kind.TYPED, **TYPED)
    assert after(written, Kind.CONSENT, person="chris", scopes=["live", "recording"]).typed is None
    assert after(written, Kind.CONSENT, person="chris", scopes=["live", "name"]).below == ("chris", "l1")
    assert after(written, Kind.CONSENT, person="chris", scopes=["name"]).typed is None


def test_nothing_is_shown_of_who_is_not_on_air() -> None:
    with pytest.raises(Refused, match="not on air any more"):
        decide(on_air(), Kind.TYPED, TYPED)
    with pytest.raises(Refused, match="not on air yet"):
        decide(Standing(people=("chris",)), Kind.TYPED, TYPED)
