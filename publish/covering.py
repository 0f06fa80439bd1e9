"""Who was on air and what they refuse come in; whether the recording has to be covered goes out."""

from sqlalchemy.engine import Connection

from ingest import commands, steps, store
from ingest.commands import Kind
from ingest.people import Scope
from transcode import cover
from transcode.worklist import COVER

IN_IT = frozenset({Scope.RECORDING, Scope.NAME})
"""Who takes one of these back is to be seen or read in the recording as it is."""


def shown(connection: Connection, office_hour: str) -> set[str]:
    """Who was ever put on air."""
    history = commands.history(connection, office_hour)
    return {str(each.payload.get("person")) for each in history if each.kind is Kind.SHOW}


def to_cover(connection: Connection, office_hour: str) -> bool:
    """Whether the recording holds somebody who may not be in it as they are."""
    refused, seen = cover.refused(connection, office_hour), shown(connection, office_hour)
    return any(refused.get(person, frozenset()) & IN_IT for person in seen)


def to_leave_out(connection: Connection, office_hour: str) -> bool:
    """Whether somebody on air ever refused other platforms: what was on air then stays without, whatever came later."""
    said, seen = store.consents_in(connection, office_hour), shown(connection, office_hour)
    return any(answer.scope is Scope.OUTSIDE and not answer.holds for person in seen for answer in said.get(person, ()))


def being_covered(connection: Connection, office_hour: str) -> bool:
    """Whether somebody who took back is still to be covered: until then nothing is released."""
    from_cover = [step for step in steps.of_office_hour(connection, office_hour) if step.kind == COVER]
    return any(step.state not in (steps.State.DONE, steps.State.CANCELLED) for step in from_cover)
