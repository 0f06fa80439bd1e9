"""A target is where recordings become public: the site itself, YouTube, …; one module each."""

from typing import Protocol

from ingest.work import Work
from publish.publication import Publication


class Target(Protocol):
    """Somewhere an edition can be seen. Both run as steps and may be run again after a crash at any point.

    Both raise the errors of `ingest.steps`: Transient, Resource, Permanent, and Stopped.
    """

    def publish(self, work: Work, publication: Publication) -> None:
        """Make the edition public there."""
        ...

    def withdraw(self, work: Work, publication: Publication) -> None:
        """Take it back: nobody sees it there any more."""
        ...
