"""SDP of somebody's browser comes in; a checked offer goes out, or an error whose text is for its sender."""

import re
from collections.abc import Sequence

import aiortc.exceptions
from aiortc import RTCConfiguration, RTCIceServer, RTCRtpReceiver, RTCSessionDescription
from aiortc.rtcrtpparameters import RTCRtpCodecCapability
from aiortc.sdp import SessionDescription

SDP_BYTES = 64_000  # Chromium's offer has 6 kB.
HIDDEN = re.compile(r"a=candidate:[^\r\n]* [^ \r\n]+\.local [^\r\n]*\r\n")
PARSE_ERRORS = (
    ValueError,  # including UnicodeError
    KeyError,
    IndexError,
    AttributeError,
    AssertionError,
    TypeError,
    StopIteration,  # a format is described that the media does not have
    aiortc.exceptions.InternalError,
    aiortc.exceptions.InvalidAccessError,
    aiortc.exceptions.InvalidStateError,
    aiortc.exceptions.OperationError,
)


class BadOffer(ValueError):
    """The offer is no SDP, or not one of a camera and a microphone we can receive. The text is for its sender."""


def configuration(ice_servers: Sequence[str]) -> RTCConfiguration:
    """ICE servers as given and never any other: without a list aiortc would ask a third party."""
    return RTCConfiguration(iceServers=[RTCIceServer(urls=url) for url in ice_servers])


def read_offer(sdp: str, directions: Sequence[str]) -> SessionDescription:
    """Parse an offer and check what aiortc does not. Raises BadOffer."""
    if len(sdp) > SDP_BYTES:
        raise BadOffer(f"the offer has {len(sdp)} characters, at most {SDP_BYTES} are read")
    if not sdp.lstrip().startswith("v=0"):
        raise BadOffer("the offer is no SDP: it does not begin with v=0")
    try:
        description = SessionDescription.parse(sdp)
    except PARSE_ERRORS as error:
        raise BadOffer(f"the offer is no valid SDP: {error}") from error
    kinds = [media.kind for media in description.media]
    if not kinds or len(kinds) != len(set(kinds)) or not set(kinds) <= {"audio", "video"}:
        raise BadOffer(
            f"an offer has one audio and one video at most, one of them at least, no other; this has {kinds}"
        )
    mids = [media.rtp.muxId for media in description.media]
    bundled = [item for group in description.group if group.semantic == "BUNDLE" for item in group.items]
    if "" in mids or len(mids) != len(set(mids)) or not set(bundled) <= set(mids):
        raise BadOffer(f"each media of an offer has an a=mid of its own, and BUNDLE names no others; this has {mids}")
    if not any(media.direction in directions for media in description.media):
        raise BadOffer(f"no media of the offer has one of the directions {', '.join(directions)}")
    return description


def remote(sdp: str) -> RTCSessionDescription:
    """An offer that was read, as aiortc takes it: without addresses hidden behind names (mDNS), which browsers send as
    long as a page has no camera.

    To look them up takes a second and fails outside of the browser's own network; the browser finds us. When nothing
    else is left, nobody may say either that this is all: aioice would then open no port at all.
    """
    found = HIDDEN.sub("", sdp)
    if "a=candidate:" not in found:
        found = found.replace("a=end-of-candidates\r\n", "")
    return RTCSessionDescription(sdp=found, type="offer")


def preferred(kind: str) -> list[RTCRtpCodecCapability]:
    """What we take: Opus; H264 before VP8, with retransmission."""
    wanted = ["audio/opus"] if kind == "audio" else ["video/H264", "video/VP8", "video/rtx"]
    known = RTCRtpReceiver.getCapabilities(kind)
    assert known is not None
    ours = [codec for codec in known.codecs if codec.mimeType in wanted]
    return sorted(ours, key=lambda codec: wanted.index(codec.mimeType))


def expecting_loss(answer: str) -> str:
    """Our answer, in which Opus is asked to repeat each packet small in the next one (RFC 7587, 6.1: useinbandfec)."""
    opus = re.compile(r"a=rtpmap:(\d+) opus/48000/2\r\n")
    return opus.sub(lambda found: f"{found[0]}a=fmtp:{found[1]} minptime=10;useinbandfec=1\r\n", answer)
