"""Each word once, under the name of whoever said it."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from tests.transcode.test_cues import said
from transcode.overlaps import ECHO, echoes, filled, whose
from transcode.sources import Source
from transcode.speech import Word
from transcode.voice import Stretch

ADA = said("Wir bauen die Brücke im Herbst.", speaker="ada")


def stretch(start_s: float, end_s: float) -> Stretch:
    return Stretch(start_s=start_s, end_s=end_s)


def test_the_mix_says_only_what_no_track_says() -> None:
    mixed = said("Wir bauen die Brücke im Herbst. Danke sehr.")
    assert [word.word for word in filled(ADA, mixed)[len(ADA) :]] == ["Danke", "sehr."]
    assert filled([], mixed) == mixed


def test_a_word_that_the_mix_places_a_little_later_is_not_said_twice() -> None:
    late = [replace(ADA[-1], start_s=ADA[-1].end_s, end_s=ADA[-1].end_s + 0.4, speaker="")]
    other = said("Danke.", start_s=ADA[-1].end_s)
    assert filled(ADA, [*late, *other]) == [*ADA, *other]


def test_words_of_the_mix_are_those_of_the_one_without_a_track() -> None:
    mix = Source(heard=(stretch(0, 3),), who=((stretch(0.8, 1.6), "chris"), (stretch(1.6, 9), "")))
    found = whose(said("eins zwei drei vier fünf"), mix)
    assert [(word.word, word.speaker) for word in found] == [("drei", "chris"), ("vier", "chris"), ("fünf", "")]


def test_words_of_a_track_are_its_persons() -> None:
    track = Source(person="ada", part=1, heard=(stretch(0, 1),), who=((stretch(0, 1), "ada"),))
    assert {word.speaker for word in whose(said("eins zwei drei vier"), track)} == {"ada"}


def test_an_echo_in_another_track_is_kept_and_not_shown() -> None:
    echo = [replace(word, speaker="chris", start_s=word.start_s + 0.3, probability=0.5) for word in ADA]
    answer = said("Ja, genau.", start_s=1.0, speaker="chris")
    found = echoes(filled([*ADA, *echo, *answer], []))
    assert [word.doubt for word in found if word.speaker == "ada"] == [""] * 6
    assert [word.word for word in found if word.doubt == ECHO] == [word.word for word in ADA]
    assert [word.word for word in found if word.speaker == "chris" and not word.doubt] == ["Ja,", "genau."]


def test_two_who_say_ja_genau_at_once_have_both_said_it() -> None:
    both = said("Ja, genau.", speaker="ada") + said("Ja, genau.", speaker="chris")
    assert echoes(both) == both


def test_the_same_sentence_said_again_later_is_no_echo() -> None:
    again = [replace(word, speaker="chris", start_s=word.start_s + 5, end_s=word.end_s + 5) for word in ADA]
    assert not any(word.doubt for word in echoes([*ADA, *again]))


words = st.lists(
    st.builds(
        lambda text, at, speaker, sure: Word(word=text, start_s=at, end_s=at + 0.3, probability=sure, speaker=speaker),
        st.sampled_from(["ja", "nein", "doch"]),
        st.floats(0, 20),
        st.sampled_from(["ada", "chris", ""]),
        st.floats(0, 1),
    ),
    max_size=25,
).map(lambda found: sorted(found, key=lambda word: word.start_s))


@given(words)
def test_no_word_is_lost_and_of_an_echo_one_voice_is_left(heard: list[Word]) -> None:
    found = echoes(heard)
    assert [replace(word, doubt="") for word in found] == heard
    for word in found:
        if word.doubt:
            near = [each for each in found if abs(each.start_s - word.start_s) <= 0.6 and each.word == word.word]
            assert any(each.speaker not in (word.speaker, "") for each in near)


@given(words, words)
def test_nothing_of_the_mix_is_beside_a_tracks_word(tracked: list[Word], mixed: list[Word]) -> None:
    left = [word for word in filled(tracked, mixed) if word not in tracked]
    assert all(word.end_s <= each.start_s or each.end_s <= word.start_s for word in left for each in tracked)
