"""One person of a room, with a connection or without: the tile and the seat stay when the network goes."""

from dataclasses import asdict, dataclass, field
from typing import Any

from ingest.live.mix.source import Absent, Unseen
from ingest.live.mix.stage import Place
from ingest.live.mix.wanted import Wanted, wanted
from ingest.live.webrtc.belated import Belated
from ingest.live.webrtc.receive import Peer, PersonSource
from ingest.live.webrtc.relay import Relay
from ingest.people import SCREEN


@dataclass
class Presence:
    """One person. `gap` is what the timeline last said about them; `recorded` that a track is wanted, `seen` that the
    picture is decoded unless it is `spared` for now; `returning` that it has only now begun to be
    decoded again; `came` that they were let in once."""

    person: str
    source: PersonSource
    name: str = ""
    role: str = ""
    relay: Relay | None = None
    inside: bool | None = None  # let in, or sent back to wait; None while no command said so
    away: bool = False
    unseen: bool = False  # the camera is off by their own wish
    silent: bool = False
    pinned: bool = False  # a large tile in every scene, never spared
    lent: bool = False  # a screen that a guest shares for this turn
    track: Belated | None = None
    parts: int = 0  # of their tracks; a file is there only when something of it has left the delay
    on_air: bool = False
    seen: bool = False
    spared: bool = False
    returning: bool = False
    tileless_since: float | None = None
    recorded: bool = False
    wanted_at: float = 0.0  # since when a track is wanted of the connection that is there
    gap: bool = False
    came: bool = False
    spoke_at: float = -1.0
    wanted: Wanted = field(default_factory=lambda: wanted(None, 30))
    resources: dict[str, Peer | Relay] = field(default_factory=dict)

    @property
    def screen(self) -> bool:
        """Whether this is not the person but what they share."""
        return self.person.endswith(SCREEN)

    @property
    def connected(self) -> bool:
        return self.source.peer is not None and self.source.peer.connected

    @property
    def listens(self) -> bool:
        """Whether they hear the room and not what a viewer does."""
        return self.relay is not None and self.relay.line.own_sound

    def place(self) -> Place:
        """The person as the mixer takes them."""
        return Place(
            person=self.person,
            name=self.name,
            role=self.role,
            source=Absent(self.source) if self.away else Unseen(self.source) if self.unseen else self.source,
            muted=self.silent,
            screen=self.screen,
            pinned=self.pinned,
        )

    def told(self, *, shares: bool) -> dict[str, Any]:
        """The person for the pages; `shares`: whether their screen is shown."""
        return {
            "person": self.person,
            "name": self.name,
            "connected": self.connected,
            "screen": shares,
            "hears": self.relay is not None,
            "inside": self.connected or self.listens,
            "on_air": self.on_air,
            "gap": self.gap,
            "muted": self.silent,
            "away": self.away,
            "unseen": self.unseen,
            "level": round(self.source.level, 4),
            "send": asdict(self.wanted),
            "connection": {} if self.source.peer is None else self.source.peer.figures(),
        }


class People(dict[str, Presence]):
    """Everybody who is or was in the room, by their ids."""

    def of(self, person: str) -> Presence:
        """The person, made when they are new."""
        return self.setdefault(person, Presence(person, PersonSource(person)))
