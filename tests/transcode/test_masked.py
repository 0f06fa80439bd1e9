"""Nobody reads a name in captions that its person did not want to be shown."""

from transcode.cues import cues
from transcode.masked import masked
from transcode.speech import Word
from transcode.webvtt import transcript, webvtt

MASKS = {"Erika Neumann": "eine Bürgerin"}


def words(text: str, heard: dict[str, str] | None = None) -> list[Word]:
    return [
        Word(word=word, start_s=n * 0.5, end_s=n * 0.5 + 0.4, probability=0.9, heard=(heard or {}).get(word, ""))
        for n, word in enumerate(text.split())
    ]


def test_captions_and_transcript_have_the_pseudonym() -> None:
    said = masked(words("Guten Tag, Erika Neumann, wie geht es Frau Neumanns Hund?"), MASKS)
    assert [word.word for word in said] == [
        "Guten", "Tag,", "eine Bürgerin,", "wie", "geht", "es", "Frau", "eine Bürgerin", "Hund?",
    ]  # fmt: skip
    assert (said[2].start_s, said[2].end_s) == (1.0, 1.9)
    for text in (webvtt(cues(said, "de"), said), transcript(said)):
        assert "eine Bürgerin" in text.replace("\n", " ")
        assert "Erika" not in text
        assert "Neumann" not in text


def test_what_was_heard_instead_is_not_kept_for_the_editor() -> None:
    said = masked(words("Frau Neumann fragt", {"Neumann": "Neumond"}), MASKS)
    assert [(word.word, word.heard) for word in said] == [("Frau", ""), ("eine Bürgerin", ""), ("fragt", "")]
    assert "Neumond" not in webvtt(cues(said, "de"), said)


def test_without_masks_nothing_changes() -> None:
    said = words("Erika Neumann fragt", {"Neumann": "Neumond"})
    assert masked(said, {}) == said
