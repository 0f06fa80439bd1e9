"""A live address comes in; the office hour that is on air behind it goes out, and for a moment after its end."""

import time
from collections.abc import Awaitable, Callable
from datetime import timedelta

from ingest import store
from ingest.database import Database, now
from ingest.officehours import ON_AIR, State, Visibility

LAST_WORDS_S = 3.5
"""How long after the end the live files stay. Players hear of it at once or within two seconds, fetch the last of it
and play it from what they hold. With `LOOK_AGAIN_S` the addresses are gone 4.5 s after the end; 5 are allowed."""
LOOK_AGAIN_S = 1.0
"""How long an address is believed to be on air before the row is looked at again."""
MOST = 1000  # guessed addresses must not grow the table
InThread = Callable[[Callable[[], str | None]], Awaitable[str | None]]


class LiveAddresses:
    """See the module. `in_thread` runs what touches the database."""

    def __init__(self, database: Database, in_thread: InThread) -> None:
        self._database, self._in_thread = database, in_thread
        self._ending: set[str] = set()
        self._known: dict[str, tuple[float, str | None]] = {}

    def ending(self, address: str) -> bool:
        """Whether what is behind it is over, and can still be fetched."""
        return address in self._ending

    async def on_air(self, address: str) -> str | None:
        """The office hour on air at a live address, None when there is none (any more)."""
        looked, office_hour = self._known.get(address, (0.0, None))
        if time.monotonic() - looked > LOOK_AGAIN_S:
            office_hour = await self._in_thread(lambda: self._look_up(address))
            if len(self._known) > MOST:
                self._known.clear()
            self._known[address] = (time.monotonic(), office_hour)
        return office_hour

    def _look_up(self, address: str) -> str | None:
        with self._database.reading() as connection:
            edition = store.edition_at(connection, address)
            if edition is None:
                return None
            hour = store.office_hour(connection, edition.office_hour)
        just_ended = hour.ended_at is not None and now() - hour.ended_at < timedelta(seconds=LAST_WORDS_S)
        ending = just_ended and hour.state is State.ENDED
        if ending:
            self._ending.add(address)
        else:
            self._ending.discard(address)
        watched = hour.state in ON_AIR or ending
        return hour.id if watched and hour.visibility is not Visibility.WITHDRAWN else None
