"""Beginnings that were moved, the opening card's own words, and which notice somebody with a need got

Revision: 0013, after 0012.
"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("office_hours", sa.Column("moved_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("office_hours", sa.Column("moved_from", sa.DateTime(timezone=True), nullable=True))
    op.add_column("office_hours", sa.Column("opening_text", sa.Text(), nullable=False, server_default=""))
    op.add_column("office_hours", sa.Column("opening_version", sa.Integer(), nullable=False, server_default="1"))
    op.add_column("access_needs", sa.Column("notice", sa.String(32), nullable=True))
    op.add_column("access_needs", sa.Column("noticed_at", sa.DateTime(timezone=True), nullable=True))
    op.execute("UPDATE access_needs SET notice = 'cancelled' WHERE told IS NOT NULL")


def downgrade() -> None:
    for column in ("noticed_at", "notice"):
        op.drop_column("access_needs", column)
    for column in ("opening_version", "opening_text", "moved_from", "moved_at"):
        op.drop_column("office_hours", column)
