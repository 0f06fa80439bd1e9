"""Windows hold all voice and no long silence; voice without words is found."""

from hypothesis import given
from hypothesis import strategies as st

from transcode import voice
from transcode.voice import Stretch


def stretch(start_s: float, end_s: float) -> Stretch:
    return Stretch(start_s=start_s, end_s=end_s)


def test_neighbours_share_a_window_until_it_is_full() -> None:
    spoken = [stretch(0, 10), stretch(11, 20), stretch(21, 31), stretch(40, 41)]
    assert voice.windows(spoken) == [stretch(0, 20), stretch(21, 31), stretch(40, 41)]


@given(st.lists(st.tuples(st.floats(0.1, 90), st.floats(0.1, 9)), max_size=30))
def test_windows_hold_all_voice_and_fit_the_model(spoken: list[tuple[float, float]]) -> None:
    at_s, stretches = 0.0, []
    for length_s, pause_s in spoken:
        stretches.append(stretch(at_s, at_s + length_s))
        at_s += length_s + pause_s
    found = voice.windows(stretches)
    assert all(window.length_s <= voice.WINDOW_S + 1e-6 for window in found)
    for each in stretches:
        covered = sum(max(0.0, min(w.end_s, each.end_s) - max(w.start_s, each.start_s)) for w in found)
        assert abs(covered - each.length_s) < 1e-6


def test_voice_without_words_is_heard_again() -> None:
    words = [stretch(0.2, 1.0), stretch(1.0, 2.0), stretch(6.0, 7.0)]
    missed = voice.unheard([stretch(0, 7.5), stretch(20, 21), stretch(30, 33)], words)
    assert missed == [stretch(1.7, 6.3), stretch(29.7, 33.3)]
