"""The office itself: accounts of staff, and facts about it."""

from dataclasses import asdict

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from ingest.accounts import Account
from ingest.database import UtcDateTime, metadata, now, random_id, row_as, rows_as

accounts = sa.Table(
    "accounts",
    metadata,
    sa.Column("id", sa.String(32), primary_key=True),
    sa.Column("email", sa.String(254), nullable=False, unique=True),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("password_hash", sa.Text, nullable=False),
    sa.Column("created_at", UtcDateTime, nullable=False),
)
office_settings = sa.Table(
    "office_settings",
    metadata,
    sa.Column("name", sa.String(64), primary_key=True),
    sa.Column("value", sa.Text, nullable=False),
)


def add_account(connection: Connection, *, email: str, name: str, password_hash: str) -> Account:
    """Raises sqlalchemy's IntegrityError when the address is taken."""
    account = Account(
        id=random_id(), email=email.strip().lower(), name=name, password_hash=password_hash, created_at=now()
    )
    connection.execute(accounts.insert().values(**asdict(account)))
    return account


def set_password(connection: Connection, account: str, password_hash: str) -> None:
    connection.execute(accounts.update().where(accounts.c.id == account).values(password_hash=password_hash))


def account(connection: Connection, id: str) -> Account | None:
    return row_as(Account, connection, sa.select(accounts).where(accounts.c.id == id))


def account_by_email(connection: Connection, email: str) -> Account | None:
    return row_as(Account, connection, sa.select(accounts).where(accounts.c.email == email.strip().lower()))


def all_accounts(connection: Connection) -> list[Account]:
    return rows_as(Account, connection, sa.select(accounts).order_by(accounts.c.email))


def office_setting(connection: Connection, name: str) -> str:
    """A fact about the office ("name", "imprint", "privacy"), or an empty text."""
    value = connection.scalar(sa.select(office_settings.c.value).where(office_settings.c.name == name))
    return value or ""


def set_office_setting(connection: Connection, name: str, value: str) -> None:
    connection.execute(office_settings.delete().where(office_settings.c.name == name))
    connection.execute(office_settings.insert().values(name=name, value=value))
