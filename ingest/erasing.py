"""An office hour's id comes in; every row that belongs to it is gone, in every package's tables.

The tables say themselves what belongs together: whatever names the office hour, and whatever cannot be without a row
that is gone. A reference that may be empty is emptied instead: staff who tried a guest's place stay signed in.
"""

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from ingest.database import metadata

Where = sa.ColumnElement[bool]


def erase_rows(connection: Connection, office_hour: str) -> None:
    """Delete all rows of an office hour, those that hang on others first. Files are `Archive.erase`'s."""
    for table in reversed(metadata.sorted_tables):
        if "office_hour" in table.c:
            _erase(connection, table, table.c.office_hour == office_hour)
    hours = metadata.tables["office_hours"]
    _erase(connection, hours, hours.c.id == office_hour)


def _erase(connection: Connection, table: sa.Table, where: Where) -> None:
    for child in metadata.sorted_tables:
        for key in child.foreign_keys:
            if key.column.table is table:
                hanging = key.parent.in_(sa.select(key.column).where(where))
                if key.parent.nullable:
                    connection.execute(child.update().where(hanging).values({key.parent.name: None}))
                else:
                    _erase(connection, child, hanging)
    connection.execute(table.delete().where(where))
