"""Room on the disk is promised to a step before it begins

Revision: pipeline_room, after 0001.
"""

import sqlalchemy as sa
from alembic import op

revision = "pipeline_room"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("steps", sa.Column("reserved_bytes", sa.BigInteger(), server_default="0", nullable=False))


def downgrade() -> None:
    op.drop_column("steps", "reserved_bytes")
