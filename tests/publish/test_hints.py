"""Names and words that will have been said."""

from publish.hints import words_of


def test_words_of_a_question_are_places_and_things_not_every_beginning() -> None:
    asked = ["Wann wird der Radweg in der Lindenstraße gebaut? Seit zwei Jahren steht dort nur ein Schild."]
    assert words_of(asked) == ["Radweg", "Lindenstraße", "Jahren", "Schild"]


def test_the_town_is_in_the_title_and_in_the_office() -> None:
    given = ["Bürgersprechstunde in Lindenau", "Oberbürgermeisterin von Lindenau", "Q&A with the Mayor of Springfield"]
    assert words_of(given) == ["Lindenau", "Springfield"]
