"""How guests take part and since when they wait; lines of the staff to them

Revision: 0010, after 0009.
"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "guests",
        sa.Column("person", sa.String(length=32), nullable=False),
        sa.Column("office_hour", sa.String(length=32), nullable=False),
        sa.Column("way", sa.String(32), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("parent", sa.String(32), nullable=False),
        sa.Column("parent_digest", sa.String(length=64), nullable=True),
        sa.Column("parent_sealed", sa.Text(), nullable=False),
        sa.Column("browser", sa.String(length=64), nullable=False),
        sa.Column("called_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("called_by", sa.Text(), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("missed", sa.Integer(), nullable=False),
        sa.Column("gone", sa.String(32), nullable=True),
        sa.Column("sent_to", sa.String(length=32), nullable=True),
        sa.ForeignKeyConstraint(["office_hour"], ["office_hours.id"], name=op.f("fk_guests_office_hour_office_hours")),
        sa.ForeignKeyConstraint(["person"], ["persons.id"], name=op.f("fk_guests_person_persons")),
        sa.ForeignKeyConstraint(["sent_to"], ["office_hours.id"], name=op.f("fk_guests_sent_to_office_hours")),
        sa.PrimaryKeyConstraint("person", name=op.f("pk_guests")),
        sa.UniqueConstraint("parent_digest", name=op.f("uq_guests_parent_digest")),
    )
    op.create_index(op.f("ix_guests_browser"), "guests", ["browser"])
    op.create_index(op.f("ix_guests_office_hour"), "guests", ["office_hour"])
    op.create_table(
        "waiting_notes",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("office_hour", sa.String(length=32), nullable=False),
        sa.Column("person", sa.String(length=32), nullable=True),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["office_hour"], ["office_hours.id"], name=op.f("fk_waiting_notes_office_hour_office_hours")
        ),
        sa.ForeignKeyConstraint(["person"], ["persons.id"], name=op.f("fk_waiting_notes_person_persons")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_waiting_notes")),
    )
    op.create_index(op.f("ix_waiting_notes_office_hour"), "waiting_notes", ["office_hour"])


def downgrade() -> None:
    op.drop_table("waiting_notes")
    op.drop_table("guests")
