"""The language is given, and only a clear case is another one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transcode import languages
from transcode.voice import Stretch


@pytest.mark.parametrize(
    ("probable", "doubtful"),
    [({"de": 0.97, "en": 0.01}, False), ({"de": 0.55, "en": 0.4}, True), ({"en": 0.99}, True), ({}, False)],
)
def test_half_a_minute_is_looked_at_closer_where_the_given_language_is_no_clear_winner(
    probable: dict[str, float], doubtful: bool
) -> None:
    assert languages.doubtful("de", probable) is doubtful


@pytest.mark.parametrize(
    ("probable", "length_s", "language"),
    [
        ({"de": 0.97}, 4.0, "de"),
        ({"en": 0.95, "de": 0.02}, 4.0, "en"),
        ({"nl": 0.6, "de": 0.35}, 4.0, "de"),  # a dialect sounds like much
        ({"en": 0.95}, 0.8, ""),
        ({}, 4.0, "de"),
    ],
)
def test_a_stretch_is_in_another_language_only_where_that_is_sure(
    probable: dict[str, float], length_s: float, language: str
) -> None:
    assert languages.chosen("de", probable, length_s) == language


def stretch(start_s: float, end_s: float) -> Stretch:
    return Stretch(start_s=start_s, end_s=end_s)


def test_neighbours_in_one_language_are_heard_together() -> None:
    found = [("de", stretch(0, 3)), ("", stretch(3.2, 4)), ("en", stretch(4.5, 8)), ("en", stretch(8.1, 9))]
    assert languages.joined(found, "de") == [("de", stretch(0, 4)), ("en", stretch(4.5, 9))]
    assert languages.joined([("", stretch(0, 1))], "de") == [("de", stretch(0, 1))]


@given(st.lists(st.tuples(st.sampled_from(["de", "en", ""]), st.floats(0.2, 29), st.floats(0, 4)), max_size=12))
def test_every_stretch_is_heard_in_some_language_and_fits(given_: list[tuple[str, float, float]]) -> None:
    stretches, at_s = [], 0.0
    for language, length_s, pause_s in given_:
        stretches.append((language, stretch(at_s, at_s + length_s)))
        at_s += length_s + pause_s
    found = languages.joined(stretches, "de")
    assert all(language for language, _ in found)
    for _, each in stretches:
        assert any(other.start_s <= each.start_s and each.end_s <= other.end_s for _, other in found)
    assert all(each.length_s <= languages.TOGETHER_S for _, each in found)
