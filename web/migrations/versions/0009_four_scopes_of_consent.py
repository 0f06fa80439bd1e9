"""Four scopes of consent, each given or refused; a pseudonym; who looked at a mark

Revision: 0009, after 0011.

Old rows said "I speak myself" or "read my question out". The wording of both showed the name. The first one spoke of
broadcast, recording and publication, not of other platforms: that scope counts as refused, since nobody was asked.
"""

from uuid import uuid4

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0011"
branch_labels = None
depends_on = None

MEANT = {
    "live_and_recording": {"live": True, "recording": True, "outside": False, "name": True},
    "read_out": {"live": False, "recording": False, "outside": False, "name": True},
}


def upgrade() -> None:
    op.add_column("persons", sa.Column("pseudonym", sa.Text(), server_default="", nullable=False))
    op.add_column("consents", sa.Column("given", sa.Boolean(), server_default=sa.true(), nullable=False))
    op.execute("ALTER TABLE consents RENAME COLUMN given_at TO decided_at")
    _split(op.get_bind())
    with op.batch_alter_table("consents") as table:
        table.alter_column("given", server_default=None)
    op.add_column("marks", sa.Column("settled_by", sa.String(length=64), server_default="", nullable=False))
    op.add_column("marks", sa.Column("note", sa.Text(), server_default="", nullable=False))


def _table() -> sa.TableClause:
    return sa.table(
        "consents",
        sa.column("id", sa.String), sa.column("person", sa.String), sa.column("scope", sa.String),
        sa.column("given", sa.Boolean), sa.column("text_version", sa.Integer),
        sa.column("decided_at", sa.DateTime(timezone=True)), sa.column("taken_back_at", sa.DateTime(timezone=True)),
    )  # fmt: skip


def _split(connection: sa.Connection) -> None:
    consents = _table()
    for row in connection.execute(sa.select(consents)).mappings().all():
        for scope, given in MEANT[row["scope"]].items():
            values = dict(row) | {"id": uuid4().hex, "scope": scope, "given": given}
            connection.execute(consents.insert().values(**values))
        connection.execute(consents.delete().where(consents.c.id == row["id"]))


def downgrade() -> None:
    """One row for each person again: who spoke live did so, everybody else was read out."""
    op.drop_column("marks", "note")
    op.drop_column("marks", "settled_by")
    consents, connection = _table(), op.get_bind()
    for row in connection.execute(sa.select(consents)).mappings().all():
        if row["scope"] == "live":
            scope = "live_and_recording" if row["given"] else "read_out"
            connection.execute(consents.update().where(consents.c.id == row["id"]).values(scope=scope))
        else:
            connection.execute(consents.delete().where(consents.c.id == row["id"]))
    op.drop_column("consents", "given")
    op.execute("ALTER TABLE consents RENAME COLUMN decided_at TO given_at")
    op.drop_column("persons", "pseudonym")
