"""Looks before office hours, signs of life, passed device checks, tests of citizens' devices, rehearsals

Revision: 0007, after 0005.
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "preflights",
        sa.Column("office_hour", sa.String(length=32), nullable=False),
        sa.Column("occasion", sa.String(length=32), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lines", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["office_hour"], ["office_hours.id"], name=op.f("fk_preflights_office_hour_office_hours")
        ),
        sa.PrimaryKeyConstraint("office_hour", "occasion", name=op.f("pk_preflights")),
    )
    op.create_table(
        "signs_of_life",
        sa.Column("queue", sa.String(length=32), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("queue", name=op.f("pk_signs_of_life")),
    )
    op.create_table(
        "device_checks",
        sa.Column("person", sa.String(length=32), nullable=False),
        sa.Column("camera", sa.Boolean(), nullable=False),
        sa.Column("microphone", sa.Boolean(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person"], ["persons.id"], name=op.f("fk_device_checks_person_persons")),
        sa.PrimaryKeyConstraint("person", name=op.f("pk_device_checks")),
    )
    op.create_table(
        "device_tests",
        sa.Column("code", sa.String(length=4), nullable=False),
        sa.Column("verdict", sa.String(length=32), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("browser", sa.String(length=32), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_device_tests")),
    )
    op.create_index(op.f("ix_device_tests_at"), "device_tests", ["at"])
    op.add_column("office_hours", sa.Column("rehearsal_of", sa.String(length=32), nullable=True))
    op.create_index(op.f("ix_office_hours_rehearsal_of"), "office_hours", ["rehearsal_of"])


def downgrade() -> None:
    op.drop_index(op.f("ix_office_hours_rehearsal_of"), "office_hours")
    op.drop_column("office_hours", "rehearsal_of")
    for table in ("device_tests", "device_checks", "signs_of_life", "preflights"):
        op.drop_table(table)
