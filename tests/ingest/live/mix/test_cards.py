"""`ingest/live/mix/cards.py` and `letters.py`: cards as they are drawn, and where they are kept."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from ingest.archive import digest
from ingest.live.mix import cards
from ingest.live.mix.cards import Cards, Slide
from ingest.live.mix.letters import Face, balanced, font, font_for, right_to_left, shortened, wrapped

LONG = (
    "Wann wird die Straße vor der Grundschule Köln-Bocklemünd endlich verkehrsberuhigt, und weshalb wurden die im "
    "März zugesagten Bodenschwellen trotz Beschluss der Bezirksvertretung bis heute nicht aufgestellt – ist dafür "
    "das Straßenbauamt oder das Ordnungsamt zuständig?"
)


def test_a_card_is_kept_under_its_digest(tmp_path: Path) -> None:
    card = Cards(tmp_path).name("Ada Größmann", "Abgeordnete", 640, 360)
    path = tmp_path / f"{card.digest}.png"
    assert digest(path) == card.digest
    assert (np.asarray(Image.open(path)) == card.pixels).all()


def test_the_same_words_give_the_same_card(tmp_path: Path) -> None:
    one, again, other = (Cards(tmp_path).name(name, "", 640, 360) for name in ("Ada", "Ada", "Bo"))
    assert one.digest == again.digest
    assert one.digest != other.digest
    assert len(list(tmp_path.iterdir())) == 2


@pytest.mark.parametrize("name", ["A", "Żaneta Wójcik-Łukaszewska", "Dr. " + "von und zu " * 20])
@pytest.mark.parametrize("size", [(1280, 720), (610, 342), (298, 166)])
def test_a_name_fits_its_tile(name: str, size: tuple[int, int]) -> None:
    image = cards.draw_name(name, "Mitglied des Deutschen Bundestages", *size)
    assert image.width <= size[0] - 2 * cards.inset(size[1])
    assert image.height <= size[1] / 3
    assert image.width % 2 == image.height % 2 == 0


def test_a_question_grows_with_its_length_and_leaves_room_for_people() -> None:
    short, *long = (cards.draw_question(text, "Chris", 1280, 720).height for text in ("Warum?", LONG, LONG * 5))
    assert short < 120 < min(long)
    assert max(long) < 240


@pytest.mark.parametrize("letter", "äöüÄÖÜßẞ„“–€éłşğžњ")
def test_letters_of_german_and_its_neighbours_are_there(letter: str) -> None:
    for face in Face:
        drawn, missing = (bytes(font(face, 40).getmask(each)) for each in (letter, "\U0010ffff"))
        assert drawn != missing


@pytest.mark.parametrize(
    ("text", "letters"), [("Οδός", "Οδός"), ("Вулиця Щорса", "ВулицяЩр"), ("مرحبا", "مرحبا"), ("Şişli Łódź", "ŞşŁóź")]
)
def test_every_script_has_its_letters(text: str, letters: str) -> None:
    for face in Face:
        for letter in letters:
            drawn, missing = (bytes(font_for(text, face, 40).getmask(each)) for each in (letter, "\U0010ffff"))
            assert drawn != missing


def test_arabic_is_joined_and_begins_at_the_right() -> None:
    face = font_for("سلام", Face.PLAIN, 60)
    assert face.getlength("سلام") < sum(face.getlength(each) for each in "سلام")
    assert [right_to_left(text) for text in ("متى", "«12» متى", "Wann", "Ali علي", "", "12")] == [
        True,
        True,
        False,
        False,
        False,
        False,
    ]
    pixels = np.asarray(cards.draw_question("متى يُفتح المسبح؟", "علي", 1280, 720))
    assert (pixels[:, -1, :3] == cards.ACCENT).all()
    assert (pixels[:, 0, :3] == cards.PANEL).all()
    ink = np.flatnonzero((pixels[..., 0] > 200).any(axis=0))
    assert ink.min() > 640


def test_a_slide_carries_the_sign_of_the_office_on_a_light_plate(tmp_path: Path) -> None:
    Image.new("RGBA", (400, 100), (200, 0, 0, 255)).save(tmp_path / "sign.png")
    pixels = Cards(tmp_path, tmp_path / "sign.png").slide(Slide("soon", "Gleich"), 1280, 720).pixels
    assert tuple(pixels[66, 200, :3]) == cards.TEXT
    assert tuple(pixels[110, 200, :3]) == (200, 0, 0)


def test_what_counts_down_hides_what_it_counted_before() -> None:
    sizes = {cards.draw_count(words, 1280, 720).size for words in ("Beginnt in 12:34", "5", "")}
    assert sizes == {cards.count_size(1280, 720)}
    ones, eights = (cards.draw_count(f"Beginnt in {time}", 1280, 720) for time in ("11:11", "88:88"))
    widths = [np.flatnonzero((np.asarray(each)[..., 0] > 60).any(axis=0)).max() for each in (ones, eights)]
    assert abs(int(widths[0]) - int(widths[1])) <= 8  # figures of one width; a one has more white around it


def test_lines_are_no_wider_than_allowed_and_lose_nothing() -> None:
    face = font(Face.PLAIN, 30)
    for lines in (wrapped(LONG, face, 400), balanced(LONG, face, 400)):
        assert " ".join(lines) == LONG
        assert all(face.getlength(line) <= 401 for line in lines)
    assert wrapped("Donaudampfschifffahrtsgesellschaft" * 3, face, 300)[0] != ""
    assert wrapped("", face, 300) == []


def test_balanced_lines_leave_no_word_alone() -> None:
    face = font(Face.STRONG, 60)
    first, second = balanced("Die Bürgersprechstunde in Köln beginnt gleich um 18 Uhr", face, 1056)
    assert 0.6 < face.getlength(second) / face.getlength(first) < 1.6


def test_what_does_not_fit_ends_with_an_ellipsis() -> None:
    face = font(Face.PLAIN, 30)
    assert shortened("Ada", face, 300) == "Ada"
    short = shortened("Ada " * 50, face, 300)
    assert short.endswith("Ada…")
    assert face.getlength(short) <= 320


@pytest.mark.parametrize(
    ("name", "letters"),
    [("Ada Größmann", "AG"), ("Chris", "C"), ("von der Ö", "VÖ"), ("", ""), ("  (Gast) ", ""), ("Bo Bo", "B")],
)
def test_initials(name: str, letters: str) -> None:
    assert cards.initials(name) == letters


@pytest.mark.parametrize("size", [(1280, 720), (640, 360), (1920, 1080)])
def test_a_slide_fills_the_picture_and_keeps_its_edges_free(size: tuple[int, int]) -> None:
    slide = Slide("soon", LONG, LONG, LONG)
    pixels = np.asarray(cards.draw_slide(slide, *size))
    edge = size[0] // 20
    assert pixels.shape == (size[1], size[0], 3)
    for strip in (pixels[:, :edge], pixels[:, -edge:], pixels[: edge // 2], pixels[-edge // 2 :]):
        assert (strip == cards.SLATE).all()


def test_a_sign_that_cannot_be_read_holds_nobody_up(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    assert Cards(tmp_path, tmp_path / "none.png").slide(Slide("soon", "Gleich"), 640, 360).pixels.shape == (360, 640, 4)
    assert "without the office's sign" in caplog.text
