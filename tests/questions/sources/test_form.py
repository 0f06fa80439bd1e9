"""What Chris types into the form, and what the page has to say about it."""

import pytest

from questions.question import Channel, Contact
from questions.sources import Arrival
from questions.sources.form import FieldError, FormError, Problem, is_address, read
from tests.ingest.conftest import NOON

GOOD = {
    "question": " Wann kommt die Tram?\r\n",
    "background": "Sie war für 2024 angekündigt.",
    "name": "Chris",
    "email": "chris@example.org",
    "consent": "yes",
    "form": "f1",
}


def test_a_good_form_is_an_arrival() -> None:
    arrival = read(GOOD, office_hour="a1", language="de", at=NOON)
    assert len(arrival.link) == 64
    assert arrival == Arrival(
        channel=Channel.FORM,
        message=arrival.message,
        link=arrival.link,
        asked_at=NOON,
        office_hour="a1",
        text="Wann kommt die Tram?",
        original_text="Wann kommt die Tram?",
        background="Sie war für 2024 angekündigt.",
        author="Chris",
        language="de",
        contact=Contact(name="Chris", address="chris@example.org"),
    )


def test_the_same_form_posted_twice_is_one_message() -> None:
    first, again = (read(GOOD, office_hour="a1", language="de", at=NOON) for _ in range(2))
    other = read(GOOD | {"form": "f2"}, office_hour="a1", language="de", at=NOON)
    assert first.message == again.message != other.message


def test_a_private_link_is_the_same_for_the_same_form_but_never_made_of_a_text_one_can_guess() -> None:
    def link(form: str) -> str:
        return read(GOOD | {"form": form}, office_hour="a1", language="de", at=NOON).link

    assert link("f" * 32) == link("f" * 32)
    assert link("f1") != link("f1")


@pytest.mark.parametrize(
    ("values", "errors"),
    [
        ({"question": "  "}, [FieldError(field="question", problem=Problem.MISSING)]),
        ({"question": "a" * 200}, []),
        ({"question": "a" * 201}, [FieldError(field="question", problem=Problem.TOO_LONG, limit=200)]),
        ({"background": "a\r\n" * 500}, []),
        ({"background": "a" * 1001}, [FieldError(field="background", problem=Problem.TOO_LONG, limit=1000)]),
        ({"email": "chris"}, [FieldError(field="email", problem=Problem.NOT_AN_ADDRESS)]),
        ({"email": "a" * 255}, [FieldError(field="email", problem=Problem.TOO_LONG, limit=254)]),
        ({"email": ""}, []),
        ({"consent": ""}, [FieldError(field="consent", problem=Problem.NOT_AGREED)]),
        (
            {"question": "", "consent": ""},
            [
                FieldError(field="question", problem=Problem.MISSING),
                FieldError(field="consent", problem=Problem.NOT_AGREED),
            ],
        ),
    ],
)
def test_every_mistake_is_told_with_its_field(values: dict[str, str], errors: list[FieldError]) -> None:
    if not errors:
        read(GOOD | values, office_hour="a1", language="de", at=NOON)
        return
    with pytest.raises(FormError) as caught:
        read(GOOD | values, office_hour="a1", language="de", at=NOON)
    assert list(caught.value.errors) == errors


@pytest.mark.parametrize(
    ("text", "good"),
    [
        ("chris@example.org", True),
        ("c.h+r@bürgeramt.example", True),
        ("chris@localhost", False),
        ("Chris <chris@example.org>", False),
        ("a@b.c\nBcc: d@e.f", False),
        ("@example.org", False),
    ],
)
def test_addresses(text: str, good: bool) -> None:
    assert is_address(text) is good
