import aiortc.rtcrtpreceiver
import pytest

from ingest.live import hooks


def test_the_installed_aiortc_has_every_hook() -> None:
    hooks.check()


def test_a_missing_hook_is_named_with_the_version_that_has_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(aiortc.rtcrtpreceiver, "decoder_worker")
    monkeypatch.delattr(aiortc.rtcrtpreceiver.RTCRtpReceiver, "_handle_rtp_packet")
    with pytest.raises(hooks.HookError, match=r"aiortc==1\.16\.\*.*_handle_rtp_packet.*decoder_worker"):
        hooks.check()


def test_another_version_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hooks, "PINNED", {"aiortc": "1.17."})
    with pytest.raises(hooks.HookError, match=r"wrong versions: \['aiortc 1\.16"):
        hooks.check()
