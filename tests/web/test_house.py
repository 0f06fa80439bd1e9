"""Settings that cannot work together are told at the start, in one sentence."""

import pytest

import questions.settings
import web.settings
from ingest.settings import SettingError
from web.house import check_letters, check_mailbox, page_address

SENDING = {"smtp_host": "mail.example.org", "letters_from": "fragen@stadt.example"}
SITE = {"public_url": "https://stadt.example/"}


@pytest.mark.parametrize(
    ("letters", "site", "named"),
    [
        ({}, {}, ""),
        (SENDING, SITE, ""),
        ({"smtp_host": "mail.example.org"}, SITE, "LETTERS_FROM"),
        (SENDING | {"letters_from": "a@b.example\nBcc: c@d.example"}, SITE, "LETTERS_FROM"),
        (SENDING, {}, "PUBLIC_URL"),
        (SENDING | {"smtp_security": "ssl"}, SITE, "SMTP_SECURITY"),
    ],
)
def test_letters_need_a_sender_and_an_address(letters: dict[str, str], site: dict[str, str], named: str) -> None:
    given = questions.settings.Settings(**letters), web.settings.Settings(**site)  # type: ignore[arg-type]
    if named:
        with pytest.raises(SettingError, match=f"OFFICEHOURS_{named}"):
            check_letters(*given)
    else:
        check_letters(*given)


def test_a_mailbox_needs_a_name_and_a_password() -> None:
    with pytest.raises(SettingError, match="OFFICEHOURS_IMAP_USER"):
        check_mailbox(questions.settings.Settings(imap_host="mail.example.org"))
    with pytest.raises(SettingError, match="OFFICEHOURS_IMAP_SECURITY"):
        check_mailbox(questions.settings.Settings(imap_host="mail.example.org", imap_security="ssl"))
    check_mailbox(questions.settings.Settings())


def test_pages_have_an_address_without_a_browser() -> None:
    assert (
        page_address(web.settings.Settings(public_url="https://stadt.example/"))("/q/1") == "https://stadt.example/q/1"
    )
