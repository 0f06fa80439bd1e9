"""The office's own site: releasing and withdrawing is one field of the office hour, compared and set.

The office hour's state stays as it is (ended); the media addresses answer by the visibility.
"""

import logging

from sqlalchemy.engine import Connection

from ingest import store as ingest_store
from ingest.database import now
from ingest.officehours import Visibility
from ingest.steps import Work
from publish import store
from publish.publication import Publication, State, TargetName
from questions import letters
from questions import store as questions_store
from questions.question import State as Question

log = logging.getLogger(__name__)


class Site:
    """The target that every office hour has."""

    def publish(self, work: Work, publication: Publication) -> None:
        """Release what is held. What a person withdrew meanwhile stays withdrawn: only a person releases it again."""
        with work.database.transaction() as connection:
            hour = ingest_store.office_hour(connection, publication.office_hour)
            if hour.visibility is Visibility.WITHDRAWN:
                log.info("%s was withdrawn before it was released by itself; it stays so", hour.id)
                return
            release(connection, publication.office_hour)

    def withdraw(self, work: Work, publication: Publication) -> None:
        with work.database.transaction() as connection:
            withdraw(connection, publication.office_hour)


def release(connection: Connection, office_hour: str) -> None:
    """Make the newest edition public on the site and tell the askers; fine if it is.

    Raises MoveRefused, NotFound, Overtaken.
    """
    if ingest_store.office_hour(connection, office_hour).visibility is not Visibility.RELEASED:
        ingest_store.set_visibility(connection, office_hour, Visibility.RELEASED, now())
    _follow(connection, office_hour, State.PUBLIC)
    for question in questions_store.of_office_hour(connection, office_hour, [Question.ANSWERED]):
        letters.answered(connection, question, f"/q/{question.id}")


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
