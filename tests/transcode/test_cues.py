"""Words become cues that a person can read."""

import itertools
import re
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from transcode import cues, lint
from transcode.cues import FASTEST, Cue, Flag
from transcode.lint import Rule
from transcode.speech import Word


def said(text: str, start_s: float = 0.0, word_s: float = 0.4, speaker: str = "") -> list[Word]:
    """The words of `text`, one after the other without a pause."""
    return [
        Word(
            word=word, start_s=start_s + n * word_s, end_s=start_s + (n + 1) * word_s, probability=0.9, speaker=speaker
        )
        for n, word in enumerate(text.split())
    ]


def texts(words: list[Word], language: str = "de") -> list[str]:
    return [cue.text for cue in cues.cues(words, language)]


def test_cue_ends_with_the_sentence() -> None:
    words = said("Guten Abend, meine Damen und Herren. Willkommen zur Sprechstunde.")
    assert texts(words) == ["Guten Abend, meine Damen und Herren.", "Willkommen zur Sprechstunde."]


def test_cue_ends_at_a_pause() -> None:
    shown = cues.cues(said("Das ist so") + said("sagte sie", start_s=3.0))
    assert [cue.text for cue in shown] == ["Das ist so", "sagte sie"]
    assert shown[1].start_s == 3.0


def test_full_cue_is_cut_after_a_comma() -> None:
    words = said(
        "Wir haben in dieser Woche lange beraten, ob die Buslinie nach Feldkirchen wieder fahren soll.", word_s=0.3
    )
    assert cues.cues(words)[0].text.endswith("lange beraten,")


def test_lines_break_at_a_preposition_not_after_an_article() -> None:
    (cue,) = cues.cues(said("Der Bürgermeister spricht heute mit der neuen Leiterin der Schule.", word_s=0.5))
    assert cue.lines == ("Der Bürgermeister spricht heute", "mit der neuen Leiterin der Schule.")


def test_first_and_last_name_stay_together_in_english_too() -> None:
    (cue,) = cues.cues(said("We welcome to our evening Ada Lovelace, who answers you.", word_s=0.5), "en")
    assert any("Ada Lovelace" in line for line in cue.lines)


def test_short_cue_stays_for_a_second_and_not_into_the_next() -> None:
    words = said("Ja.", word_s=0.2) + said("Gern.", start_s=1.02, word_s=0.3)
    first, second = cues.cues(words)
    assert (first.start_s, first.end_s) == (0.0, 1.0)
    assert second.start_s == 1.04  # a frame after the first


def test_two_words_in_a_second_share_a_cue() -> None:
    assert texts(said("Ja. Nein.", word_s=0.3)) == ["Ja. Nein."]


def test_long_compound_is_hyphenated() -> None:
    words = said("Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft", word_s=3.0)
    shown = cues.cues(words)
    assert max(len(line) for cue in shown for line in cue.lines) <= 37
    joined = "".join(line for cue in shown for line in cue.lines).replace("-", "")
    assert joined == words[0].word


def test_doubtful_words_are_not_shown() -> None:
    doubtful = Word(word="Amara", start_s=5.0, end_s=6.0, probability=0.2, doubt="phrase")
    assert texts([*said("Hallo."), doubtful]) == ["Hallo."]


def test_thirty_seconds_of_speech_give_four_cues_at_least() -> None:
    assert len(cues.cues(said("und dann " * 37, word_s=0.4))) >= 4


def test_no_cue_holds_two_speakers() -> None:
    words = said("Guten Abend", speaker="Ada") + said("guten Abend auch.", start_s=0.8, speaker="Chris")
    shown = cues.cues(words)
    assert [(cue.speaker, cue.text) for cue in shown] == [("Ada", "Guten Abend"), ("Chris", "guten Abend auch.")]


def test_two_who_speak_at_once_are_shown_one_after_the_other() -> None:
    ada = said("Ich möchte das noch zu Ende sagen.", word_s=0.4, speaker="Ada")
    chris = said("Darf ich etwas fragen?", start_s=1.1, word_s=0.4, speaker="Chris")
    shown = cues.cues([*ada, *chris])
    assert [cue.text for cue in shown] == ["Ich möchte das noch zu Ende sagen.", "Darf ich etwas fragen?"]
    assert 2.8 <= shown[1].start_s <= 2.84  # Ada has finished at 2.8
    assert not lint.faults(shown)


def test_fast_speech_takes_free_time_after_it() -> None:
    (cue,) = cues.cues(said("Abgeordnetenentschädigungsgesetzentwurf kommt bald.", word_s=0.3)[:3])
    assert cue.end_s - cue.start_s >= len(cue.text) / 15
    assert not cue.flags


def test_fast_speech_borrows_a_little_of_slow_neighbours() -> None:
    before = said("Langsam sprach sie hier.", word_s=0.6)
    fast = said("Fünfunddreißig Abgeordnete waren dafür.", start_s=2.7, word_s=0.5)
    after = said("Und dann kam sie.", start_s=4.75, word_s=0.6)
    shown = cues.cues([*before, *fast, *after])
    assert not lint.faults(shown)
    assert 2.4 <= shown[1].start_s <= 2.7
    assert 4.75 <= shown[2].start_s <= 5.15


def test_speech_too_fast_for_the_rules_is_flagged_and_kept() -> None:
    words = said("Bundesverfassungsgerichtsentscheidung " * 12, word_s=0.5)
    shown = cues.cues(words)
    assert "".join(texts(words)).count("Bundes") == 12
    assert {Flag.FAST} <= set().union(*(cue.flags for cue in shown))


def test_changed_name_is_flagged() -> None:
    words = [Word(word="Gütschow", start_s=0, end_s=1, probability=0.6, heard="Gütscho")]
    assert cues.cues(words)[0].flags == {Flag.NAME}


def test_what_was_heard_unsurely_is_flagged() -> None:
    surely, unsurely = (
        Word(word=each, start_s=at, end_s=at + 1, probability=at / 4) for each, at in (("Ja.", 3), ("Ja.", 1))
    )
    assert [cues.cues([word])[0].flags for word in (surely, unsurely)] == [frozenset(), {Flag.UNSURE}]


def test_another_language_is_a_turn_of_its_own_and_flagged() -> None:
    english = [replace(word, language="en") for word in said("Thank you.", start_s=0.8)]
    german, other = cues.cues([*said("Guten Abend."), *english])
    assert (german.text, german.language, german.flags) == ("Guten Abend.", "", frozenset())
    assert (other.text, other.language, other.flags) == ("Thank you.", "en", frozenset({Flag.LANGUAGE}))


SPOKEN = st.lists(
    st.tuples(
        st.text(min_size=1, max_size=60),
        st.floats(min_value=0.02, max_value=9.0),
        st.floats(min_value=0.0, max_value=3.0),
        st.sampled_from(["", "", "", "Ada", "Chris"]),
    ),
    max_size=60,
)


def shown_of(spoken: list[tuple[str, float, float, str]], overlap: float) -> tuple[list[Word], list[Cue]]:
    words, at_s = [], 0.0
    for text, length_s, pause_s, speaker in spoken:
        words.append(Word(word=text, start_s=at_s, end_s=at_s + length_s, probability=1.0, speaker=speaker))
        at_s += length_s * overlap + pause_s
    return words, cues.cues(words)


@settings(max_examples=80, deadline=None)
@given(SPOKEN, st.sampled_from([1.0, 0.5]))
def test_every_cue_keeps_the_limits_or_says_why(spoken: list[tuple[str, float, float, str]], overlap: float) -> None:
    words, shown = shown_of(spoken, overlap)
    found = lint.faults(shown)
    assert {fault.rule for fault in found} <= {Rule.FAST}
    assert {fault.number for fault in found} == {n for n, cue in enumerate(shown, 1) if Flag.FAST in cue.flags}
    assert all(before.end_s < after.start_s for before, after in itertools.pairwise(shown))
    speakers = {word.speaker for word in words}
    for speaker in speakers:
        kept = "".join("".join(cue.lines) for cue in shown if cue.speaker == speaker)
        spoken_text = "".join(word.word for word in words if word.speaker == speaker)
        assert re.sub(r"[\s-]", "", kept) == re.sub(r"[\s-]", "", spoken_text)


@settings(max_examples=80, deadline=None)
@given(SPOKEN)
def test_no_cue_leaves_its_voice_unflagged(spoken: list[tuple[str, float, float, str]]) -> None:
    same = [(text, length_s, pause_s, "Ada") for text, length_s, pause_s, _ in spoken]
    words, shown = shown_of(same, 1.0)
    starts = [part.start_s for word in words for part in cues.fitting(word)]  # a word may be longer than a line
    for cue in shown:
        if Flag.LATE not in cue.flags and len(cue.text.split()) > 1:
            assert any(cue.start_s - 0.41 <= start <= cue.start_s + 0.31 for start in starts)


@settings(max_examples=80, deadline=None)
@given(SPOKEN, st.sampled_from([1.0, 0.5]))
def test_free_time_is_taken_until_a_cue_can_be_read_in_comfort(
    spoken: list[tuple[str, float, float, str]], overlap: float
) -> None:
    _, shown = shown_of(spoken, overlap)
    for cue, after in itertools.pairwise([*shown, None]):
        assert cue is not None
        wanted_s = min(max(len(cue.text) / cues.READING, cues.SHORTEST_S), cues.LONGEST_S)
        free_s = after.start_s - cues.GAP_S - cue.start_s if after else wanted_s
        assert cue.end_s - cue.start_s >= min(wanted_s, free_s) - 0.002  # times are whole milliseconds


# Between these nothing breaks; before and after them everything may.
TOGETHER = {
    "de": ["der Rat", "in dem Park", "Frau Oertzen", "Anton Bruckner", "30 Prozent", "eine Schule", "12. Mai"],
    "en": ["the council", "in the park", "Mrs. Miller", "Ada Lovelace", "30 percent", "every school"],
}
BETWEEN = {"de": ["geht", "kommt", "und", "fragt", "wenn"], "en": ["goes", "comes", "and", "asks", "when"]}


def phrases(language: str) -> st.SearchStrategy[list[str]]:
    pair = st.tuples(st.sampled_from(BETWEEN[language]), st.sampled_from(TOGETHER[language]))
    return st.lists(pair, min_size=1, max_size=14).map(lambda pairs: [each for pair in pairs for each in pair])


@settings(max_examples=80, deadline=None)
@given(st.sampled_from(["de", "en"]).flatmap(lambda language: st.tuples(st.just(language), phrases(language))))
def test_articles_names_and_numbers_stay_with_what_they_belong_to(spoken: tuple[str, list[str]]) -> None:
    language, parts = spoken
    words = said(" ".join(parts), word_s=0.5)
    shown = cues.cues(words, language)
    places = set(itertools.accumulate((len(each.split()) for each in parts), initial=0))
    at = 0
    for cue in shown:
        for line in cue.lines:
            assert at in places, f"{line!r} of {cue.text!r}"
            at += len(line.split())
    assert at == len(words)


EVERYDAY = [
    "Ja, gern.",
    "Wir gehen heute mit der Schule in den neuen Park, weil er seit Mai wieder offen ist.",
    "Was kostet das die Stadt?",
    "Frau Oertzen hat in der Woche vor Ostern lange mit uns darüber gesprochen.",
]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from(EVERYDAY), max_size=8))
def test_everyday_speech_breaks_no_rule_at_all(sentences: list[str]) -> None:
    words: list[Word] = []
    for sentence in sentences:
        words += said(sentence, start_s=words[-1].end_s + 0.3 if words else 0.0, word_s=0.42)
    shown = cues.cues(words)
    assert lint.faults(shown) == []
    assert all(cue.characters_a_second <= FASTEST for cue in shown)
