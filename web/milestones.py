"""What rooms report comes in; office hours begin, pause and end in their rows, and the pipeline goes on from there.

Called in threads, again and again until they return, so each may run twice.
"""

from datetime import datetime
from fractions import Fraction

import publish.pipeline
from ingest import commands, intercom, store
from ingest.database import now, random_id
from ingest.live.lobby import turn
from ingest.officehours import State
from web import opening
from web.house import House
from web.words import caption_labels, say


class Milestones:
    """Of all rooms of a studio."""

    def __init__(self, house: House) -> None:
        self._house = house

    def started(self, office_hour: str, at: datetime, tick_duration: Fraction) -> None:
        """The first tick of the programme was made: the office hour is on air."""
        with self._house.database.transaction() as connection:
            hour = store.office_hour(connection, office_hour)
            if store.edition_of(connection, office_hour) is None:
                store.add_edition(connection, office_hour, address=random_id(), tick_duration=str(tick_duration))
            if hour.state is State.BACKSTAGE:
                hour = store.move_office_hour(connection, office_hour, State.ON_AIR, began_at=at)
                start = commands.newest(connection, office_hour, {commands.Kind.START})
                if start is not None and start.payload.get("opening"):
                    opening.open_with(connection, hour)

    def paused(self, office_hour: str, paused: bool) -> None:
        """The holding slide went on or off."""
        goal = State.PAUSED if paused else State.ON_AIR
        with self._house.database.transaction() as connection:
            hour = store.office_hour(connection, office_hour)
            if hour.state in (State.ON_AIR, State.PAUSED) and hour.state is not goal:
                store.move_office_hour(connection, office_hour, goal)

    def ended(self, office_hour: str, ticks: int) -> None:
        """The recording is closed: the replay can be played, the pipeline begins."""
        with self._house.database.transaction() as connection:
            hour = store.office_hour(connection, office_hour)
            edition = store.edition_of(connection, office_hour)
            if edition is None or hour.state not in (State.ON_AIR, State.PAUSED):
                return
            store.finish_edition(connection, edition.id, ticks)
            hour = store.move_office_hour(connection, office_hour, State.ENDED, ended_at=now())
            dark, labels = say(hour.language, "This part is not shown"), caption_labels(hour.language)
            publish.pipeline.begin(connection, hour, edition, dark, labels)
            intercom.erase(connection, office_hour)
        self._house.engine.dispatch()

    def vacant(self, office_hour: str) -> None:
        """Nobody has come into a room that has not begun: it is closed; staff open it again with one press."""
        with self._house.database.transaction() as connection:
            hour = store.office_hour(connection, office_hour)
            if hour.state is State.BACKSTAGE and turn.counting(connection, hour, now()) is None:
                store.move_office_hour(connection, office_hour, State.OPEN)
