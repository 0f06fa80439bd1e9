"""An empty installation comes in; the office's name, texts and first staff account are asked for or taken.

From the environment: OFFICEHOURS_OFFICE_NAME, OFFICEHOURS_IMPRINT, OFFICEHOURS_PRIVACY, OFFICEHOURS_STAFF_EMAIL,
OFFICEHOURS_STAFF_PASSWORD. What is missing is asked for at a terminal; without one the line says which variable
is wanted.
"""

import getpass
import os
import sys
from collections.abc import Mapping

from ingest import store
from ingest.accounts import MINIMUM_LENGTH, PasswordTooShort, hash_password
from ingest.database import Database
from web.house import House, open_house
from web.mendable import Mendable
from web.migrate import upgrade

QUESTIONS = {
    "name": ("OFFICEHOURS_OFFICE_NAME", "Name of the office (for example: Stadt Lindenau, Bürgermeisterin)"),
    "imprint": ("OFFICEHOURS_IMPRINT", "Imprint: who is responsible, with postal address"),
    "privacy": ("OFFICEHOURS_PRIVACY", "Privacy text, or where it can be read"),
}


class AccountRefused(ValueError):
    """The account cannot be made; the message says why."""


def first_run(house: House, environ: Mapping[str, str] | None = None) -> None:
    """Complete what is missing; nothing is asked on later runs. Raises Mendable without terminal or variable."""
    environ = os.environ if environ is None else environ
    with house.database.reading() as connection:
        missing = [name for name in QUESTIONS if not store.office_setting(connection, name)]
        nobody = not store.all_accounts(connection)
    answers = {name: _answer(*QUESTIONS[name], environ) for name in missing}
    with house.database.transaction() as connection:
        for name, value in answers.items():
            store.set_office_setting(connection, name, value)
    if nobody:
        email = _answer("OFFICEHOURS_STAFF_EMAIL", "Mail address of the first staff account", environ)
        print(create_account(house.database, email, None, _password(environ)))


def _answer(variable: str, question: str, environ: Mapping[str, str]) -> str:

    if environ.get(variable, "").strip():
        return environ[variable].strip()
    if not sys.stdin.isatty():
        raise Mendable(f"the first run needs {variable} ({question})")
    while not (answer := input(f"{question}: ").strip()):
        pass
    return answer


def _password(environ: Mapping[str, str]) -> str:

    if environ.get("OFFICEHOURS_STAFF_PASSWORD"):
        return environ["OFFICEHOURS_STAFF_PASSWORD"]
    if not sys.stdin.isatty():
        raise Mendable("the account needs a password in OFFICEHOURS_STAFF_PASSWORD")
    return getpass.getpass(f"Password (at least {MINIMUM_LENGTH} characters): ")


def add_account(email: str, name: str | None) -> str:
    """The command `officehours user`: a new account, or a new password for one. Raises AccountRefused."""
    house = open_house()
    upgrade(house.database.url)
    return create_account(house.database, email, name, _password(os.environ))


def create_account(database: Database, email: str, name: str | None, password: str) -> str:
    """Make the account or set its password; returns the sentence to print. Raises AccountRefused."""
    local, at, domain = email.strip().partition("@")
    if not ((local and at and "." in domain) or domain == "localhost"):
        raise AccountRefused(f"{email!r} is not a mail address")
    try:
        digest = hash_password(password)
    except PasswordTooShort as error:
        raise AccountRefused(str(error)) from error
    with database.transaction() as connection:
        known = store.account_by_email(connection, email)
        if known is not None:
            store.set_password(connection, known.id, digest)
            return f"{known.email} has a new password"
        account = store.add_account(connection, email=email, name=name or local, password_hash=digest)
    return f"{account.email} can sign in now"
