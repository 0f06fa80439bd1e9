"""Names are written right where they were said, and nowhere else."""

from tests.transcode.test_cues import said
from transcode import names
from transcode.speech import Word

PLACES = ["Purkersdorf", "Quitzow", "Hesse-Wartegg", "Detmold"]
DECOYS = ["Perchtoldsdorf", "Quickborn", "Hessenthal", "Dettmann"]


def heard(text: str, **unsure: float) -> list[Word]:
    """Words heard for certain, but for those named."""
    return [
        Word(
            word=word.word, start_s=word.start_s, end_s=word.end_s, probability=unsure.get(word.word.strip(".,"), 0.99)
        )
        for word in said(text)
    ]


def test_name_is_written_and_what_was_heard_is_kept() -> None:
    words = names.corrected(heard("Das Schloss in Punkastorf, sagt man.", Punkastorf=0.3), [*PLACES, *DECOYS])
    assert " ".join(word.word for word in words) == "Das Schloss in Purkersdorf, sagt man."
    assert [word.heard for word in words if word.heard] == ["Punkastorf,"]


def test_name_heard_as_two_words_takes_their_time() -> None:
    words = names.corrected(heard("von Hesse Warteg.", Hesse=0.6, Warteg=0.5), [*PLACES, *DECOYS])
    assert [(word.word, word.start_s, word.end_s) for word in words][1:] == [
        ("Hesse-Wartegg.", 0.4, 1.2000000000000002)
    ]


def test_hyphens_of_a_name_are_mended_and_its_spelling_otherwise_left() -> None:
    words = names.corrected(heard("zur Hessewartegg und Detmold."), PLACES)
    assert " ".join(word.word for word in words) == "zur Hesse-Wartegg und Detmold."


def test_words_heard_for_certain_stay() -> None:
    words = heard("Das Schloss in Punkastorf.")
    assert names.corrected(words, PLACES) == words


def test_after_a_title_a_name_is_due() -> None:
    words = names.corrected(heard("Danke, Frau Omen Rütken.", Omen=0.95, Rütken=0.9), ["Oomen-Ruijten", "Oberursel"])
    assert [word.word for word in words] == ["Danke,", "Frau", "Oomen-Ruijten."]


def test_everyday_words_are_no_names() -> None:
    words = heard("und dieses sauste", dieses=0.6, sauste=0.6)
    assert names.corrected(words, ["Dessaus"]) == words


def test_two_names_as_near_change_nothing() -> None:
    words = heard("nach Meier.", Meier=0.3)
    assert names.corrected(words, ["Mayer", "Maier"]) == words


def test_names_nobody_said_are_not_written() -> None:
    words = heard("Die Buslinie nach Feldkirchen fährt wieder.", Buslinie=0.4, Feldkirchen=0.4, wieder=0.3)
    assert names.corrected(words, DECOYS) == words


def test_doubtful_words_stay_as_heard() -> None:
    words = [Word(word="Quizzo", start_s=0, end_s=1, probability=0.2, doubt="silence")]
    assert names.corrected(words, PLACES) == words


def test_people_are_called_by_each_part_of_their_name() -> None:
    assert names.single(["Dr. Ada Müller-Kaempff", "Bo", "Ada Oertzen"]) == ["Ada", "Müller-Kaempff", "Oertzen"]
