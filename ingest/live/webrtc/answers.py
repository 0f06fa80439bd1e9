"""An offer and a connection come in, and what is to be made ready for it; the answer goes out, or an error for its
sender. Whoever sends, watches or tries their line is answered here.
"""

from collections.abc import Callable, Sequence

from aiortc import RTCPeerConnection
from aiortc.sdp import SessionDescription

from ingest.live.webrtc import hooks
from ingest.live.webrtc.offers import PARSE_ERRORS, BadOffer, read_offer, remote


async def answer_to(
    sdp: str,
    connection: RTCPeerConnection,
    directions: Sequence[str],
    prepare: Callable[[SessionDescription], None],
    agree: Callable[[], None] = lambda: None,
) -> str:
    """The answer; media flows when ICE and DTLS are done. Raises BadOffer, and then the connection is to be closed.

    `directions`: of which one media of the offer has to have one. `prepare` adds what we send and take: aiortc heeds
    preferences only before the offer is set. `agree` looks at what was agreed on.
    """
    try:
        prepare(read_offer(sdp, directions))
        await connection.setRemoteDescription(remote(sdp))
        hooks.shield(connection)
        await connection.setLocalDescription(await connection.createAnswer())
        agree()
    except BadOffer:
        raise
    except PARSE_ERRORS as error:
        raise BadOffer(f"the offer cannot be answered: {error}") from error
    return connection.localDescription.sdp
