"""Staff note what a telephone caller agrees to

Revision: 0015, after 0014.
"""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("consents", sa.Column("noted_by", sa.Text(), server_default="", nullable=False))


def downgrade() -> None:
    op.drop_column("consents", "noted_by")
