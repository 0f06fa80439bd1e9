"""The office's own site: releasing and withdrawing is one field of the office hour, compared and set.

The office hour's state stays as it is (ended); the media addresses answer by the visibility.
"""

import logging

from sqlalchemy.engine import Connection

from ingest import marks
from ingest import store as ingest_store
from ingest.database import now
from ingest.officehours import Visibility
from ingest.store import Overtaken
from ingest.work import Work
from publish import covering, store
from publish.publication import Publication, State, TargetName
from questions import letters
from questions import store as questions_store
from questions.question import State as Question

log = logging.getLogger(__name__)


class NotYet(Overtaken):
    """What is not released until somebody has done something; the text says what."""


class MarksOpen(NotYet):
    """Somebody marked a moment, and nobody has looked at it."""


class StillCovered(NotYet):
    """Somebody who took back what they agreed to is still being covered."""


class LiveOnly(NotYet):
    """There is nothing to release: it was not recorded."""


class Site:
    """The target that every office hour has."""

    def publish(self, work: Work, publication: Publication) -> None:
        """Release what is held. What a person withdrew meanwhile stays withdrawn: only a person releases it again."""
        with work.database.transaction() as connection:
            hour = ingest_store.office_hour(connection, publication.office_hour)
            if hour.visibility is Visibility.WITHDRAWN:
                log.info("%s was withdrawn before it was released by itself; it stays so", hour.id)
                return
            try:
                release(connection, publication.office_hour)
            except MarksOpen as error:
                log.info("%s is released when its marks are settled: %s", hour.id, error)

    def withdraw(self, work: Work, publication: Publication) -> None:
        with work.database.transaction() as connection:
            withdraw(connection, publication.office_hour)


def release(connection: Connection, office_hour: str) -> None:
    """Make the newest edition public on the site and tell the askers; fine if it is.

    Raises MoveRefused, NotFound, Overtaken; of these NotYet while somebody has to look first.
    """
    _look(connection, office_hour)
    if ingest_store.office_hour(connection, office_hour).visibility is not Visibility.RELEASED:
        ingest_store.set_visibility(connection, office_hour, Visibility.RELEASED, now())
    _follow(connection, office_hour, State.PUBLIC)
    for question in questions_store.of_office_hour(connection, office_hour, [Question.ANSWERED]):
        letters.answered(connection, question, f"/q/{question.id}")


def _look(connection: Connection, office_hour: str) -> None:
    if not ingest_store.office_hour(connection, office_hour).recorded:
        raise LiveOnly("this office hour was live only")
    if open_ := marks.unsettled(connection, office_hour):
        raise MarksOpen(f"{len(open_)} marked moments were not looked at")
    if covering.being_covered(connection, office_hour):
        raise StillCovered("somebody is still being covered")


def withdraw(connection: Connection, office_hour: str) -> None:
    """Take the recording off the site; fine if it is. Raises MoveRefused for one that never was released."""
    if ingest_store.office_hour(connection, office_hour).visibility is not Visibility.WITHDRAWN:
        ingest_store.set_visibility(connection, office_hour, Visibility.WITHDRAWN, now())
    _follow(connection, office_hour, State.WITHDRAWN)


def _follow(connection: Connection, office_hour: str, goal: State) -> None:
    edition = ingest_store.edition_of(connection, office_hour)
    if edition is None:
        return
    publication = store.plan(connection, office_hour, edition.number, TargetName.SITE)
    if publication.state is not goal:
        store.move(connection, publication, goal, address=f"/replay/{office_hour}")
