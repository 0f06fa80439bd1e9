"""Letters to askers, and by which address they are reached

Revision: 0004, after 0003.
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "letters",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("question", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("step", sa.String(length=32), nullable=False),
        sa.Column("link", sa.Text(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("error", sa.Text(), nullable=False),
        sa.Column("wanted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["question"], ["questions.id"], name=op.f("fk_letters_question_questions")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_letters")),
        sa.UniqueConstraint("question", "kind", name=op.f("uq_letters_question_kind")),
        sa.UniqueConstraint("step", name=op.f("uq_letters_step")),
    )
    with op.batch_alter_table("letters", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_letters_question"), ["question"], unique=False)

    op.create_table(
        "question_reach",
        sa.Column("question", sa.String(length=32), nullable=False),
        sa.Column("address", sa.String(length=64), nullable=False),
        sa.Column("token", sa.String(length=64), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("stopped_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("dead_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["question"], ["questions.id"], name=op.f("fk_question_reach_question_questions")),
        sa.PrimaryKeyConstraint("question", name=op.f("pk_question_reach")),
        sa.UniqueConstraint("token", name=op.f("uq_question_reach_token")),
    )
    with op.batch_alter_table("question_reach", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_question_reach_address"), ["address"], unique=False)


def downgrade() -> None:
    for table in ("question_reach", "letters"):
        op.drop_table(table)
