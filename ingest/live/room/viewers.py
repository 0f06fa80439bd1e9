"""A viewer's WHEP offer comes in; they see and hear what the public does, until they go or the broadcast is over.

Nobody knows who they are. There are at most as many as the setting says; everybody else watches LL-HLS, which costs a
fifth. What they get is the programme behind the broadcast delay.
"""

import secrets
from collections.abc import Sequence

from ingest.live.room.programme import Programme
from ingest.live.webrtc.fanout import Fanout
from ingest.live.webrtc.packetise import fits_browsers
from ingest.live.webrtc.relay import Relay


class NotOffered(RuntimeError):
    """No (further) viewer can be served like this; the text says why. LL-HLS is there for everybody."""


class Viewers:
    """The viewers of one room. Belongs to the event loop; made before the programme starts."""

    def __init__(
        self, programme: Programme, *, picture: tuple[int, int, int], most: int, ice_servers: Sequence[str] = ()
    ) -> None:
        """`picture`: width, height, frames a second."""
        self.most = most if fits_browsers(*picture) else 0
        self.fanout = Fanout(picture[2], programme.request_keyframe)
        self._ice_servers = ice_servers
        self._relays: dict[str, Relay] = {}
        programme.add_public_packet_sink(self.fanout.picture)
        programme.add_public_sound_sink(self.fanout.sound)

    def __len__(self) -> int:
        return len(self._relays)

    async def watch(self, sdp: str) -> tuple[str, str]:
        """Send somebody the programme: (resource, answer). Raises BadOffer, NotOffered."""
        if len(self._relays) >= self.most:
            raise NotOffered(f"{len(self._relays)} of {self.most} viewers watch this way; watch by HLS")
        relay = Relay(self.fanout, on_gone=self._gone, ice_servers=self._ice_servers)
        resource = secrets.token_hex(16)
        self._relays[resource] = relay  # before the answer: offers that come meanwhile are counted
        return resource, await relay.answer(sdp)

    async def delete(self, resource: str) -> bool:
        """Close the connection with this address; False when there is none."""
        relay = self._relays.get(resource)
        if relay is not None:
            await relay.close()
        return relay is not None

    async def close(self) -> None:
        """Close every connection."""
        for relay in list(self._relays.values()):
            await relay.close()

    def _gone(self, relay: Relay) -> None:
        self._relays = {name: each for name, each in self._relays.items() if each is not relay}
