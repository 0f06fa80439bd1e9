"""What a mail server's answers mean."""

import pytest

from questions.post import Later, NoSuchAddress, Refused, Setup, refusal


@pytest.mark.parametrize(
    ("code", "message", "of_recipient", "meaning"),
    [
        (421, "4.3.2 shutting down", False, Later),
        (450, "4.2.0 greylisted", True, Later),
        (552, "5.2.2 mailbox full", True, Later),
        (-1, "malformed", False, Later),
        (535, "5.7.8 authentication failed", False, Setup),
        (550, "5.1.1 no such user", True, NoSuchAddress),
        (550, "5.1.1 no such user", False, Refused),
        (550, "5.7.1 blocked by policy", True, Refused),
        (554, "5.6.0 rejected", False, Refused),
    ],
)
def test_an_answer_says_whose_turn_it_is(code: int, message: str, of_recipient: bool, meaning: type) -> None:
    assert type(refusal(code, message, of_recipient=of_recipient)) is meaning
