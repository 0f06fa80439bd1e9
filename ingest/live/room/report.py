"""A room comes in; what the studio and its pages are told of it goes out.

Messages out: `hello`, `state` four times a second, `done`, `refused`, `started`, `paused`, `ended`, `part` (on the
disk), `trouble`; and of the steward `vacant`. A studio that has just come is told again what it may have missed.
"""

import logging
from fractions import Fraction
from typing import Any

from ingest.live.cmaf.segments import Edge
from ingest.live.room.airtime import Tell
from ingest.live.room.guard import Guard
from ingest.live.room.house import House
from ingest.live.room.orders import Orders
from ingest.live.room.programme import Programme
from ingest.live.room.steward import Steward
from ingest.live.room.viewers import Viewers

log = logging.getLogger(__name__)


class Report:
    """See the module. `edge` is how far the recording is on the disk. Belongs to the event loop."""

    def __init__(
        self,
        *,
        orders: Orders,
        house: House,
        programme: Programme,
        guard: Guard,
        viewers: Viewers,
        steward: Steward,
        frame_rate: int,
        tell: Tell,
    ) -> None:
        self.edge: Edge | None = None
        self._trouble = ""
        self._orders, self._house, self._programme = orders, house, programme
        self._guard, self._viewers, self._steward = guard, viewers, steward
        self._frame_rate, self._tell = frame_rate, tell

    def everything(self) -> None:
        """Tell a studio that has just come what it may have missed; it does each once."""
        standing, airtime = self._orders.standing, self._orders.airtime
        if standing.begun:
            duration = str(Fraction(1, self._frame_rate))
            self._tell({"tell": "started", "wall": airtime.began_at, "tick_duration": duration})
        if standing.paused:
            self._tell({"tell": "paused", "paused": True})
        self._tell_edge()
        if standing.over:
            self._tell({"tell": "ended", "ticks": airtime.ended_ticks})

    def state(self) -> dict[str, Any]:
        """The room as pages show it."""
        standing, tick, figures = self._orders.standing, self._programme.tick, self._programme.figures
        return {
            "open": True,
            "on_air": standing.slide is None,
            "outside": standing.outside,
            "paused": standing.paused,
            "count_s": None if standing.begun else self._orders.airtime.count.left_s,
            "undo_s": self._orders.airtime.count.left_s if standing.closing else None,
            "ends_empty_in_s": self._steward.vacancy.ends_in_s,
            "room_picture": self._house.greenroom.shown,
            "over": standing.over,
            "tick": tick,
            "seconds": None if tick is None else round(tick / self._frame_rate, 2),
            "question": standing.question,
            "scene": standing.scene,
            "speaker": standing.speaker,
            "cut": standing.cut_from is not None,
            "delay_s": self._orders.showing.delay_s,
            "ending": standing.ending,
            "trouble": self._trouble,
            "alarms": self._guard.alarms(),
            "viewers": len(self._viewers),
            "ticks": figures.ticks,
            "late": figures.late,
            "ease": self._programme.shedding.ease.name.lower(),
            "load": round(self._programme.shedding.load, 2),
            "people": self._house.state(),
        }

    def on_disk(self, edge: Edge) -> None:
        """One more part of the recording can be fetched."""
        self.edge = edge
        self._tell_edge()

    def failed(self, error: Exception) -> None:
        """The recording has stopped; the room goes on."""
        self._trouble = f"recording has stopped: {error}"
        log.error(self._trouble)
        self._tell({"tell": "trouble", "message": self._trouble})

    def _tell_edge(self) -> None:
        if (edge := self.edge) is not None:
            wall = edge.wall.isoformat()
            self._tell({"tell": "part", "number": edge.number, "parts": edge.parts, "wall": wall})
