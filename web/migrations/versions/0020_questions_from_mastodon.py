"""Questions from Mastodon: how far a stream was read, and which post a question was

Revision: 0020, after 0019.
"""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "social_cursors",
        sa.Column("stream", sa.String(64), nullable=False),
        sa.Column("newest", sa.String(64), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("stream", name=op.f("pk_social_cursors")),
    )
    op.create_table(
        "question_posts",
        sa.Column("question", sa.String(32), nullable=False),
        sa.Column("post", sa.String(64), nullable=False),
        sa.Column("edited_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("looked_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["question"], ["questions.id"], name=op.f("fk_question_posts_question_questions")),
        sa.PrimaryKeyConstraint("question", name=op.f("pk_question_posts")),
    )


def downgrade() -> None:
    for table in ("question_posts", "social_cursors"):
        op.drop_table(table)
