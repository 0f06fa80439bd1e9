"""Questions are sorted, supported, handed to departments and answered in writing

Revision: 0019, after 0015.
"""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("questions", sa.Column("owner", sa.String(32), nullable=True))
    op.add_column("questions", sa.Column("topic", sa.String(80), server_default="", nullable=False))
    op.add_column("questions", sa.Column("tags", sa.Text(), server_default="", nullable=False))
    op.create_index("ix_questions_office_hour_state", "questions", ["office_hour", "state"])
    op.create_index("ix_questions_office_hour_changed_at", "questions", ["office_hour", "changed_at"])
    op.create_table(
        "question_presence",
        sa.Column("account", sa.String(32), nullable=False),
        sa.Column("office_hour", sa.String(32), nullable=False),
        sa.Column("question", sa.String(32), nullable=True),
        sa.Column("writing", sa.Boolean(), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["account"], ["accounts.id"], name=op.f("fk_question_presence_account_accounts")),
        sa.ForeignKeyConstraint(
            ["office_hour"], ["office_hours.id"], name=op.f("fk_question_presence_office_hour_office_hours")
        ),
        sa.ForeignKeyConstraint(["question"], ["questions.id"], name=op.f("fk_question_presence_question_questions")),
        sa.PrimaryKeyConstraint("account", name=op.f("pk_question_presence")),
    )
    op.create_index(op.f("ix_question_presence_office_hour"), "question_presence", ["office_hour"])
    op.create_table(
        "question_answers",
        sa.Column("question", sa.String(32), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("by", sa.String(64), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["question"], ["questions.id"], name=op.f("fk_question_answers_question_questions")),
        sa.PrimaryKeyConstraint("question", name=op.f("pk_question_answers")),
    )
    op.create_table(
        "question_lists",
        sa.Column("office_hour", sa.String(32), nullable=False),
        sa.Column("hidden", sa.Boolean(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["office_hour"], ["office_hours.id"], name=op.f("fk_question_lists_office_hour_office_hours")
        ),
        sa.PrimaryKeyConstraint("office_hour", name=op.f("pk_question_lists")),
    )
    op.create_table(
        "question_supports",
        sa.Column("question", sa.String(32), nullable=False),
        sa.Column("supporter", sa.String(64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["question"], ["questions.id"], name=op.f("fk_question_supports_question_questions")),
        sa.PrimaryKeyConstraint("question", "supporter", name=op.f("pk_question_supports")),
    )
    op.create_index("ix_question_supports_supporter", "question_supports", ["supporter"])
    op.create_table(
        "question_wishes",
        sa.Column("question", sa.String(32), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("became", sa.String(32), nullable=True),
        sa.ForeignKeyConstraint(["question"], ["questions.id"], name=op.f("fk_question_wishes_question_questions")),
        sa.PrimaryKeyConstraint("question", name=op.f("pk_question_wishes")),
    )
    op.create_table(
        "errands",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("question", sa.String(32), nullable=False),
        sa.Column("purpose", sa.String(32), nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("department", sa.Text(), nullable=False),
        sa.Column("sealed", sa.Text(), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("sealed_link", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("remark", sa.Text(), nullable=False),
        sa.Column("asked_by", sa.String(64), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reminded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("told", sa.String(32), nullable=True),
        sa.Column("notice", sa.String(32), nullable=True),
        sa.Column("step", sa.String(32), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("error", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["question"], ["questions.id"], name=op.f("fk_errands_question_questions")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_errands")),
        sa.UniqueConstraint("digest", name=op.f("uq_errands_digest")),
    )
    op.create_index(op.f("ix_errands_question"), "errands", ["question"])
    op.create_index(op.f("ix_errands_state"), "errands", ["state"])
    op.create_table(
        "errand_lines",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("errand", sa.String(32), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(64), nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["errand"], ["errands.id"], name=op.f("fk_errand_lines_errand_errands")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_errand_lines")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_errand_lines_errand"), "errand_lines", ["errand"])
    op.create_table(
        "host_desks",
        sa.Column("office_hour", sa.String(32), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("sealed_link", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["office_hour"], ["office_hours.id"], name=op.f("fk_host_desks_office_hour_office_hours")
        ),
        sa.PrimaryKeyConstraint("office_hour", name=op.f("pk_host_desks")),
        sa.UniqueConstraint("digest", name=op.f("uq_host_desks_digest")),
    )


def downgrade() -> None:
    for table in (
        "host_desks", "errand_lines", "errands", "question_wishes", "question_supports", "question_lists",
        "question_answers", "question_presence",
    ):  # fmt: skip
        op.drop_table(table)
    for index in ("ix_questions_office_hour_changed_at", "ix_questions_office_hour_state"):
        op.drop_index(index, "questions")
    with op.batch_alter_table("questions") as batch_op:
        for column in ("tags", "topic", "owner"):
            batch_op.drop_column(column)
