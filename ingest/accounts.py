"""Staff accounts: a name, an address and a password go in; who is signing in comes out.

Passwords are kept as argon2id hashes with the library's own recommended parameters.
"""

from dataclasses import dataclass
from datetime import datetime
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

MINIMUM_LENGTH = 12
"""Characters of a password: length is what NIST SP 800-63B asks for, composition rules are not."""

_hasher = PasswordHasher()


class PasswordTooShort(ValueError):
    """The password has fewer characters than MINIMUM_LENGTH."""


@dataclass(frozen=True, kw_only=True)
class Account:
    """Somebody who works here."""

    id: str
    email: str
    name: str
    password_hash: str
    created_at: datetime


def hash_password(password: str) -> str:
    """Raises PasswordTooShort."""
    if len(password) < MINIMUM_LENGTH:
        raise PasswordTooShort(f"a password needs at least {MINIMUM_LENGTH} characters")
    return _hasher.hash(password)


@cache
def _nobodys_hash() -> str:
    """Something to compare with when there is no account; made on first use, for it takes 0.3 s."""
    return _hasher.hash("nobody signs in with this")


def password_fits(account: Account | None, password: str) -> bool:
    """True if `password` is the account's; takes as long when there is no such account."""
    try:
        return _hasher.verify(account.password_hash if account else _nobodys_hash(), password) and account is not None
    except (VerificationError, InvalidHashError):
        return False
