"""The running order with its turns, marks, notes between host and staff; a longer hour, a closed queue

Revision: 0011, after 0008.
"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("office_hours", sa.Column("extra_minutes", sa.Integer(), server_default="0", nullable=False))
    op.add_column("office_hours", sa.Column("queue_closed_at", sa.DateTime(timezone=True), nullable=True))
    op.create_table(
        "running_order",
        sa.Column("office_hour", sa.String(length=32), nullable=False),
        sa.Column("item", sa.String(length=48), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("question", sa.String(length=32), nullable=True),
        sa.ForeignKeyConstraint(
            ["office_hour"], ["office_hours.id"], name=op.f("fk_running_order_office_hour_office_hours")
        ),
        sa.ForeignKeyConstraint(["question"], ["questions.id"], name=op.f("fk_running_order_question_questions")),
        sa.PrimaryKeyConstraint("office_hour", "item", name=op.f("pk_running_order")),
    )
    op.create_table(
        "turns",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("office_hour", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("person", sa.String(length=32), nullable=True),
        sa.Column("question", sa.String(length=32), nullable=True),
        sa.Column("budget_s", sa.Integer(), nullable=False),
        sa.Column("by", sa.String(length=64), nullable=False),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("before", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["office_hour"], ["office_hours.id"], name=op.f("fk_turns_office_hour_office_hours")),
        sa.ForeignKeyConstraint(["person"], ["persons.id"], name=op.f("fk_turns_person_persons")),
        sa.ForeignKeyConstraint(["question"], ["questions.id"], name=op.f("fk_turns_question_questions")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_turns")),
    )
    op.create_index(op.f("ix_turns_office_hour"), "turns", ["office_hour"])
    op.create_index(
        "uq_turns_now",
        "turns",
        ["office_hour"],
        unique=True,
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_table(
        "marks",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("office_hour", sa.String(length=32), nullable=False),
        sa.Column("command", sa.String(length=32), nullable=False),
        sa.Column("by", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("back_s", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["office_hour"], ["office_hours.id"], name=op.f("fk_marks_office_hour_office_hours")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_marks")),
    )
    op.create_index(op.f("ix_marks_office_hour"), "marks", ["office_hour"])
    op.create_table(
        "intercom_notes",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("office_hour", sa.String(length=32), nullable=False),
        sa.Column("sender", sa.String(length=32), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["office_hour"], ["office_hours.id"], name=op.f("fk_intercom_notes_office_hour_office_hours")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_intercom_notes")),
    )
    op.create_index(op.f("ix_intercom_notes_office_hour"), "intercom_notes", ["office_hour"])


def downgrade() -> None:
    for table in ("intercom_notes", "marks", "turns", "running_order"):
        op.drop_table(table)
    op.drop_column("office_hours", "queue_closed_at")
    op.drop_column("office_hours", "extra_minutes")
