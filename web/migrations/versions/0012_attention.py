"""What is wrong in a room, when staff were last there, and seats that go on with a telephone

Revision: 0012, after 0010.
"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    hour = sa.ForeignKeyConstraint
    op.create_table(
        "alarms",
        sa.Column("office_hour", sa.String(length=32), nullable=False),
        sa.Column("fault", sa.String(32), nullable=False),
        sa.Column("person", sa.String(length=32), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=True),
        hour(["office_hour"], ["office_hours.id"], name=op.f("fk_alarms_office_hour_office_hours")),
        sa.PrimaryKeyConstraint("office_hour", "fault", "person", name=op.f("pk_alarms")),
    )
    op.create_table(
        "attendance",
        sa.Column("office_hour", sa.String(length=32), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        hour(["office_hour"], ["office_hours.id"], name=op.f("fk_attendance_office_hour_office_hours")),
        sa.PrimaryKeyConstraint("office_hour", name=op.f("pk_attendance")),
    )
    person = sa.ForeignKeyConstraint
    op.create_table(
        "phone_links",
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("person", sa.String(length=32), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        person(["person"], ["persons.id"], name=op.f("fk_phone_links_person_persons")),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_phone_links")),
    )
    op.create_table(
        "seat_pages",
        sa.Column("person", sa.String(length=32), nullable=False),
        sa.Column("page", sa.String(length=64), nullable=False),
        person(["person"], ["persons.id"], name=op.f("fk_seat_pages_person_persons")),
        sa.PrimaryKeyConstraint("person", name=op.f("pk_seat_pages")),
    )


def downgrade() -> None:
    for table in ("seat_pages", "phone_links", "attendance", "alarms"):
        op.drop_table(table)
