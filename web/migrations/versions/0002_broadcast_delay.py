"""An office hour has a broadcast delay

Revision: 0002, after 0001.
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("office_hours", sa.Column("delay_s", sa.Integer(), server_default="0", nullable=False))


def downgrade() -> None:
    op.drop_column("office_hours", "delay_s")
