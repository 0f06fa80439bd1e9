"""What an announcement says: a short address, times for questions, access services; needs and wordings of consents

Revision: 0006, after 0005.
"""

import secrets

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

COLUMNS = (
    "short", "questions_from", "questions_until", "captioned", "signed", "needs_until", "help_phone", "cancelled_note",
    "revision",
)  # fmt: skip


def upgrade() -> None:
    when = sa.DateTime(timezone=True)
    for column in (
        sa.Column("short", sa.String(length=32), nullable=True),
        sa.Column("questions_from", when, nullable=True),
        sa.Column("questions_until", when, nullable=True),
        sa.Column("captioned", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("signed", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("needs_until", when, nullable=True),
        sa.Column("help_phone", sa.Text(), server_default="", nullable=False),
        sa.Column("cancelled_note", sa.Text(), server_default="", nullable=False),
        sa.Column("revision", sa.Integer(), server_default="0", nullable=False),
    ):
        op.add_column("office_hours", column)
    _short_addresses()
    op.create_index("uq_office_hours_short", "office_hours", ["short"], unique=True)
    op.create_table(
        "consent_wordings",
        sa.Column("office_hour", sa.String(length=32), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("since", when, nullable=False),
        sa.ForeignKeyConstraint(
            ["office_hour"], ["office_hours.id"], name=op.f("fk_consent_wordings_office_hour_office_hours")
        ),
        sa.PrimaryKeyConstraint("office_hour", "version", name=op.f("pk_consent_wordings")),
    )
    op.execute(
        "INSERT INTO consent_wordings (office_hour, version, text, since)"
        " SELECT id, consent_version, consent_text, created_at FROM office_hours"
    )
    op.create_table(
        "access_needs",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("office_hour", sa.String(length=32), nullable=False),
        sa.Column("service", sa.String(32), nullable=False),
        sa.Column("sealed", sa.Text(), nullable=False),
        sa.Column("address", sa.String(length=64), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("said_at", when, nullable=False),
        sa.Column("arranged_at", when, nullable=True),
        sa.Column("told", sa.String(32), nullable=True),
        sa.Column("step", sa.String(length=32), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("error", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["office_hour"], ["office_hours.id"], name=op.f("fk_access_needs_office_hour_office_hours")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_access_needs")),
    )
    op.create_index(op.f("ix_access_needs_office_hour"), "access_needs", ["office_hour"], unique=False)


def _short_addresses() -> None:
    """Those that are announced already get one of digits, each another."""
    hours = sa.table("office_hours", sa.column("id"), sa.column("short"))
    ids = list(op.get_bind().scalars(sa.select(hours.c.id)))
    for id, number in zip(ids, secrets.SystemRandom().sample(range(4, 10_000 + len(ids)), len(ids)), strict=True):
        op.execute(hours.update().where(hours.c.id == id).values(short=f"haus{number:04}"))


def downgrade() -> None:
    op.drop_table("access_needs")
    op.drop_table("consent_wordings")
    op.drop_index("uq_office_hours_short", "office_hours")
    for column in COLUMNS:
        op.drop_column("office_hours", column)
