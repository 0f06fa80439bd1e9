"""What is ready and what is under way comes in; which steps are sent next goes out.

Each office hour has a share of places, so none starves another; what is playable first is first by its priority.
"""

from collections.abc import Iterable, Mapping, Sequence

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from ingest.database import rows_as
from ingest.steps import IN_FLIGHT, State, Step, steps
from ingest.work import Kind


def next_ones(connection: Connection, kinds: Iterable[Kind], share: int) -> list[Step]:
    """Which steps to send now, `share` at most of each office hour under way."""
    return choose(_ready(connection), _under_way(connection), share, _places(connection, kinds))


def choose(
    ready: Sequence[Step], in_flight: Mapping[str | None, int], share: int, places: Mapping[str, int] | None = None
) -> list[Step]:
    """Which of `ready` (in order) to send so that no office hour has more than `share` under way.

    Steps that belong to no office hour (fetching a mailbox) have no share. `places` says of some kinds how many more
    of them may be sent, whosever they are.
    """
    counts, left = dict(in_flight), dict(places or {})
    chosen = []
    for step in ready:
        if left.get(step.kind, 1) <= 0 or (step.office_hour is not None and counts.get(step.office_hour, 0) >= share):
            continue
        counts[step.office_hour] = counts.get(step.office_hour, 0) + 1
        if step.kind in left:
            left[step.kind] -= 1
        chosen.append(step)
    return chosen


def _ready(connection: Connection) -> list[Step]:
    query = sa.select(steps).where(steps.c.state == State.READY).order_by(steps.c.priority, steps.c.created_at)
    return rows_as(Step, connection, query)


def _under_way(connection: Connection) -> dict[str | None, int]:
    query = (
        sa.select(steps.c.office_hour, sa.func.count())
        .where(steps.c.state.in_(IN_FLIGHT))
        .group_by(steps.c.office_hour)
    )
    return {row[0]: row[1] for row in connection.execute(query)}


def _places(connection: Connection, kinds: Iterable[Kind]) -> dict[str, int]:
    """How many more steps of each limited kind may be sent."""
    limited = {kind.name: kind.at_once for kind in kinds if kind.at_once}
    query = sa.select(steps.c.kind, sa.func.count()).where(steps.c.state.in_(IN_FLIGHT), steps.c.kind.in_(limited))
    under_way = {row[0]: row[1] for row in connection.execute(query.group_by(steps.c.kind))}
    return {name: most - under_way.get(name, 0) for name, most in limited.items()}
