import ast
import re
from pathlib import Path
from types import ModuleType
from typing import cast

import aiortc.rtcdtlstransport
import aiortc.rtcrtpreceiver
import pytest
from aiortc import RTCRtpReceiver
from aiortc.rtcrtpparameters import RTCRtpCodecParameters
from aiortc.rtp import RtcpRtpfbPacket, RtpPacket, wrap_rtx

from ingest.live.webrtc import closing, hooks, outlet, shortcut


def test_the_installed_aiortc_has_every_hook() -> None:
    hooks.check(outlet.HOOKS, shortcut.HOOKS, closing.HOOKS)


OWN = ("self", "os")


def used(module: ModuleType) -> set[str]:
    """Private names of others that the module's code touches, by their names alone."""
    tree = ast.parse(Path(str(module.__file__)).read_text("utf-8"))
    names = set()
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Attribute)
            and node.attr.startswith("_")
            and ast.unparse(node.value) not in ("self", "os")
        ):
            names.add(node.attr)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "_private":
            names.add(str(cast(ast.Constant, node.args[0]).value))
    return names - {"__name__", "__code__", "__init__"}


@pytest.mark.parametrize("module", [hooks, outlet, shortcut], ids=["in", "out", "short"])
def test_every_hook_that_is_used_is_checked_at_the_start(module: ModuleType) -> None:
    """Public names of a hook's own attributes (`ssrc_table`) are listed beside them and not found this way."""
    listed = {name for names in module.HOOKS.values() for name in names}
    assert {name for name in listed if name.startswith("_")} == used(module)


def test_nothing_private_of_a_connection_is_used_elsewhere() -> None:
    """Only `hooks`, `outlet`, `shortcut` and `closing` may; their neighbours keep to themselves."""
    found = {
        f"{path.name}: {match}"
        for path in Path(hooks.__file__).parents[1].rglob("*.py")
        if path.name not in ("hooks.py", "outlet.py", "shortcut.py", "closing.py")
        for match in re.findall(r"(?<!self)(?<!os)\._[a-z]\w+|_RTC\w+", path.read_text("utf-8"))
    }
    assert found == set()


def test_a_missing_hook_is_named_with_the_version_that_has_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(aiortc.rtcrtpreceiver, "decoder_worker")
    monkeypatch.delattr(aiortc.rtcrtpreceiver.RTCRtpReceiver, "_handle_rtp_packet")
    with pytest.raises(hooks.HookError, match=r"aiortc==1\.16\.\*.*_handle_rtp_packet.*decoder_worker"):
        hooks.check()


def test_what_neighbours_use_is_looked_for_too() -> None:
    with pytest.raises(hooks.HookError, match=r"RtpRouter\.no_such_thing"):
        hooks.check({aiortc.rtcdtlstransport.RtpRouter: ("ssrc_table", "no_such_thing")})


def test_another_version_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hooks, "PINNED", {"aiortc": "1.17."})
    with pytest.raises(hooks.HookError, match=r"wrong versions: \['aiortc 1\.16"):
        hooks.check()


class Door:
    """As much of aiortc's receiver as a `Tap` touches, for a stream of H264 with retransmission."""

    def __init__(self) -> None:
        h264 = RTCRtpCodecParameters("video/H264", 90_000, payloadType=106)
        rtx = RTCRtpCodecParameters("video/rtx", 90_000, payloadType=105, parameters={"apt": 106})
        self._RTCRtpReceiver__codecs = {106: h264, 105: rtx}
        self._RTCRtpReceiver__rtx_ssrc: dict[int, int] = {}
        self._RTCRtpReceiver__remote_streams: dict[int, object] = {}
        self.sent: list[bytes] = []

    async def _handle_rtp_packet(self, packet: RtpPacket, arrival_time_ms: int) -> None: ...

    async def _handle_rtcp_packet(self, packet: object) -> None: ...

    async def _send_rtcp_nack(self, ssrc: int, lost: list[int]) -> None:
        self.sent.append(bytes(RtcpRtpfbPacket(fmt=1, ssrc=1, media_ssrc=ssrc, lost=lost)))


def tapped() -> tuple[Door, hooks.Tap, list[int]]:
    """A receiver, its tap, and the numbers of the packets that came through."""
    door, came = Door(), list[int]()
    tap = hooks.Tap(cast(RTCRtpReceiver, door), lambda *taken: came.append(taken[2].sequence_number), lambda *_: None)
    return door, tap, came


async def test_a_repeated_packet_is_taken_although_the_offer_names_no_stream_for_it() -> None:
    door, _, came = tapped()
    first = RtpPacket(payload_type=106, sequence_number=7, ssrc=1, payload=b"\x41first")
    lost = RtpPacket(payload_type=106, sequence_number=8, ssrc=1, payload=b"\x41lost")
    again = wrap_rtx(lost, payload_type=105, sequence_number=900, ssrc=2)
    await door._handle_rtp_packet(again, 0)  # before anything else has come nobody knows whose it is
    await door._handle_rtp_packet(first, 0)
    await door._handle_rtp_packet(again, 0)
    assert came == [7, 8]


async def test_lost_packets_are_asked_for_also_where_numbers_begin_again() -> None:
    door, tap, _ = tapped()
    tap.ssrc = 1
    await tap.again([65534, 65535, 0, 3])
    assert RtcpRtpfbPacket.parse(door.sent[0][4:], 1).lost == [0, 3, 65534, 65535]
