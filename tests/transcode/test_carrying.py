"""The machine has heard anew: what people corrected stays, what may not be there goes."""

from transcode.carrying import SEAM, Carried, carried
from transcode.editing import Doubt, Passage


def said(id: str, start_s: float, end_s: float, text: str, **values: object) -> Passage:
    return Passage(id=id, start_ms=round(1000 * start_s), end_ms=round(1000 * end_s), text=text, **values)  # type: ignore[arg-type]


BEFORE = [
    said("1", 0, 2, "Guten Abend."),
    said("2", 2, 4, "Wann kommt der Radweg?", hand=True, checked=True),
    said("3", 4, 6, "Im April.", checked=True),
    said("4", 6, 8, "Untertitel von", hand=True, out=True),
]


def shown(found: Carried) -> list[tuple[float, str]]:
    passages = sorted(found.passages, key=lambda each: each.start_ms)
    return [(each.start_ms / 1000, each.text) for each in passages if not each.out]


def test_corrections_stand_over_the_new_words() -> None:
    anew = [
        said("n1", 0, 1.9, "Guten Abend!"),
        said("n2", 2.1, 3.9, "Wann kommt der Rathweg?"),
        said("n3", 4, 6, "Im April."),
    ]
    found = carried(BEFORE, anew, (), {})
    assert shown(found) == [(0.0, "Guten Abend!"), (2.0, "Wann kommt der Radweg?"), (4.0, "Im April.")]
    assert (found.kept, found.lost) == (3, 0)
    assert [each.checked for each in found.passages if each.text == "Im April."] == [True]


def test_what_somebody_left_out_stays_out() -> None:
    found = carried(BEFORE, [said("n4", 6.1, 8, "Untertitel von")], (), {})
    assert [(each.text, each.out) for each in found.passages if each.start_ms > 5900] == [("Untertitel von", True)]
    without = carried(BEFORE, [], (), {})
    assert [each.text for each in without.passages if each.out] == ["Untertitel von"]


def test_a_new_passage_beside_a_correction_is_shortened_and_says_so() -> None:
    (mine, new) = sorted(
        carried([BEFORE[1]], [said("n", 3, 8, "Radweg? Im April.")], (), {}).passages, key=lambda p: p.start_ms
    )
    assert (mine.end_ms, new.start_ms, new.end_ms) == (4000, 4000, 8000)
    assert new.doubts == (Doubt(kind=SEAM, word=""),)


def test_what_lies_in_a_dark_stretch_is_lost_and_counted() -> None:
    found = carried(BEFORE, [said("n1", 0, 2, "Guten Abend.")], [(2500, 3500)], {})
    assert (shown(found), found.kept, found.lost) == ([(0.0, "Guten Abend.")], 2, 1)


def test_names_that_may_not_be_shown_are_replaced_in_corrections_too() -> None:
    before = [said("1", 0, 2, "Frau Erika Neumann fragt.", speaker="Erika Neumann", hand=True)]
    (found,) = carried(before, [], (), {"Erika Neumann": "eine Bürgerin"}).passages
    assert (found.text, found.speaker) == ("Frau eine Bürgerin fragt.", "eine Bürgerin")
