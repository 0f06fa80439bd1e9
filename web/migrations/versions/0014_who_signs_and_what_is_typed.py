"""Who speaks in sign language, and what people type to be shown below the picture

Revision: 0014, after 0013.
"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("guests", sa.Column("signs", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.create_table(
        "typed_lines",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("office_hour", sa.String(length=32), nullable=False),
        sa.Column("person", sa.String(length=32), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["office_hour"], ["office_hours.id"], name=op.f("fk_typed_lines_office_hour_office_hours")
        ),
        sa.ForeignKeyConstraint(["person"], ["persons.id"], name=op.f("fk_typed_lines_person_persons")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_typed_lines")),
    )
    op.create_index(op.f("ix_typed_lines_office_hour"), "typed_lines", ["office_hour"])


def downgrade() -> None:
    op.drop_table("typed_lines")
    op.drop_column("guests", "signs")
