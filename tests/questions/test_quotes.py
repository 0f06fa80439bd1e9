"""What stays of a reply."""

import pytest

from questions.quotes import own_words, public_words

QUOTE = "> Schicken Sie uns Ihre Fragen!\n> Ihr Rathaus"


@pytest.mark.parametrize(
    "text",
    [
        f"Neu.\n\nAm 04.10.26 um 18:12 schrieb Rathaus:\n{QUOTE}",
        f"Am 04.10.26 um 18:12 schrieb Rathaus:\n{QUOTE}\n\nNeu.",
        f"Neu.\n\nAm So., 4. Okt. 2026 um 03:12 Uhr schrieb Rathaus <\nfragen@rathaus.example>:\n\n{QUOTE}",
        f"Neu.\n\nRathaus <fragen@rathaus.example> schrieb am 06.10.2026 um 00:12 Uhr:\n{QUOTE}",
        "Neu.\n\n-----Ursprüngliche Nachricht-----\nVon: Rathaus\nGesendet: gestern\nAn: Chris\nBetreff: x\n\nAlt.",
        "Neu.\n________________________________\nVon: Rathaus\nGesendet: gestern\nAn: Chris\nBetreff: x\n\nAlt.",
        "Neu.\n\nAm 04.10.2026 um 18:12 schrieb Rathaus <a@b.example>:\n\nAlt ohne Zeichen.",
        f"Neu.\n\n-- \nChris\nTel. 0341 555\n\nOn Mon, Oct 5, 2026 at 9:12 AM Rathaus wrote:\n{QUOTE}",
        "Neu.\n\nVon meinem iPhone gesendet",
        f"Neu.\n\n----- Original Message -----\n{QUOTE}",
    ],
)
def test_reply_keeps_only_the_new_text(text: str) -> None:
    assert own_words(text) == "Neu."


@pytest.mark.parametrize(
    "text",
    [
        "Am 3. Oktober um 10 Uhr schrieb die Zeitung über den Radweg:\nIst das wahr?",
        "Am 17.10. ist kein Seminar, das heißt es gibt folgendes zu besprechen:\nAlles.",
        "Von: hier nach dort\nWie lange noch?",
        "- erstens\n- zweitens",
        "Was heißt a > b?",
    ],
)
def test_what_only_sounds_like_a_quote_stays(text: str) -> None:
    assert own_words(text) == text


def test_answers_between_quotes_all_stay() -> None:
    assert own_words("> Frage A?\nJa.\n> Frage B?\nNein.") == "Ja.\nNein."


def test_a_mail_that_is_nothing_but_a_quote_is_kept() -> None:
    assert own_words("> Wann kommt die Tram?") == "Wann kommt die Tram?"


def test_the_public_words_hold_no_name_or_address() -> None:
    own = "Sehr geehrte Frau Ada,\n\nwann kommt die Tram?\n\nMit freundlichen Grüßen\nChris Öztürk\nMatr. 5154326"
    assert public_words(own) == "wann kommt die Tram?"
    assert public_words("Viele Grüße") == "Viele Grüße"


def test_a_long_hostile_text_is_read_in_bounded_time() -> None:
    own_words("Am " * 30_000 + "schrieb" + "> " * 1000)
    own_words("\n".join(["Am 1.1. schrieb <a@b.c"] * 20_000))
    own_words(" \n" * 100_000)
