"""Captions that people worked on or brought, and each thing they did

Revision: 0018, after 0020.
"""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "caption_tracks",
        sa.Column("office_hour", sa.String(length=32), nullable=False),
        sa.Column("language", sa.String(length=16), nullable=False),
        sa.Column("origin", sa.String(32), nullable=False),
        sa.Column("source", sa.String(length=64), nullable=False),
        sa.Column("newest", sa.Integer(), nullable=False),
        sa.Column("released", sa.Integer(), nullable=False),
        sa.Column("released_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("released_by", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["office_hour"], ["office_hours.id"], name=op.f("fk_caption_tracks_office_hour_office_hours")
        ),
        sa.PrimaryKeyConstraint("office_hour", "language", name=op.f("pk_caption_tracks")),
    )
    op.create_table(
        "caption_edits",
        sa.Column("office_hour", sa.String(length=32), nullable=False),
        sa.Column("language", sa.String(length=16), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["office_hour"], ["office_hours.id"], name=op.f("fk_caption_edits_office_hour_office_hours")
        ),
        sa.PrimaryKeyConstraint("office_hour", "language", "number", name=op.f("pk_caption_edits")),
        sa.UniqueConstraint("office_hour", "language", "name", name=op.f("uq_caption_edits_office_hour_language_name")),
    )


def downgrade() -> None:
    op.drop_table("caption_edits")
    op.drop_table("caption_tracks")
