"""What a browser measured of itself comes in; one sentence for its owner goes out. Pure values.

Nothing that is kept says who it was: no name, no address, of the browser only its family.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

from web.rendering import N_


class Verdict(Enum):
    """How somebody can take part, the worst that was found first."""

    IN_APP = "in_app"
    BROWSER = "browser"
    BUSY = "busy"
    NO_LINE = "no_line"
    NO_MICROPHONE = "no_microphone"
    UNSTEADY = "unsteady"
    NO_CAMERA = "no_camera"
    SLOW = "slow"
    SILENT = "silent"
    LOUDSPEAKER = "loudspeaker"
    SOCKET = "socket"
    FINE = "fine"


SENTENCES: Mapping[Verdict, str] = {
    Verdict.IN_APP: N_("Please open this page in Safari, Chrome or Firefox: inside another app there is no camera."),
    Verdict.BROWSER: N_("This browser cannot take part: please use a current Firefox, Chrome, Edge or Safari."),
    Verdict.BUSY: N_("Just now too many are testing: please try again in a few minutes."),
    Verdict.NO_LINE: N_("You can watch and write, but not speak: your network lets neither sound nor picture through."),
    Verdict.NO_MICROPHONE: N_("You cannot be heard: no microphone was found or allowed. You can ask in writing."),
    Verdict.UNSTEADY: N_("Your line is too unsteady to speak: try another network, or ask in writing."),
    Verdict.NO_CAMERA: N_("You can take part with sound only: no camera was found or allowed."),
    Verdict.SLOW: N_("You can take part with sound only: your line is too slow or unsteady for a picture."),
    Verdict.SILENT: N_(
        "Everything works but the microphone: nothing was heard from it. Choose another one and test again."
    ),
    Verdict.LOUDSPEAKER: N_("Everything works but the loudspeaker: turn it up or use headphones, and test again."),
    Verdict.SOCKET: N_(
        "You can take part; your page may follow a little late, because your network holds signals back."
    ),
    Verdict.FINE: N_("Everything works: you can take part with picture and sound."),
}
GOOD = frozenset({Verdict.FINE, Verdict.SOCKET})
PARTLY = frozenset({Verdict.NO_CAMERA, Verdict.SLOW, Verdict.SILENT, Verdict.LOUDSPEAKER})
SMALLEST_PICTURE_KBPS = 300
"""Below this a face is a mosaic; the test sends about three times as much."""
BROKEN_LOSS, POOR_LOSS = 0.15, 0.05
"""Speech is understood with one packet of seven missing, a picture is torn from one of twenty on."""
BROKEN_DELAY_MS, POOR_DELAY_MS = 1500, 600
"""There and back. From one and a half seconds on people talk into each other all the time."""


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What was measured; of what could not be measured the value that counts as bad."""

    browser: bool = False
    in_app: bool = False
    camera: bool = False
    microphone: bool = False
    voice: bool = False
    loudspeaker: bool | None = None  # None: nobody said
    socket: bool = False
    connected: bool = False
    busy: bool = False  # there was no place for the test
    sent_kbps: int = 0
    back_kbps: int = 0
    lost: float = 1.0
    delay_ms: int = 0


def read(given: Mapping[str, Any], user_agent: str = "") -> Facts:
    """From what a page sent; anything strange counts as not working."""
    said = given.get("loudspeaker")
    return Facts(
        **{
            name: given.get(name) is True
            for name in ("browser", "camera", "microphone", "voice", "socket", "connected", "busy")
        },
        in_app=is_in_app(user_agent),
        loudspeaker=said if isinstance(said, bool) else None,
        sent_kbps=_whole(given.get("sent_kbps"), 100_000),
        back_kbps=_whole(given.get("back_kbps"), 100_000),
        lost=min(1.0, max(0.0, _number(given.get("lost"), 1.0))),
        delay_ms=_whole(given.get("delay_ms"), 60_000),
    )


def _number(value: Any, otherwise: float) -> float:
    fits = isinstance(value, int | float) and not isinstance(value, bool) and value == value
    return float(value) if fits else otherwise


def _whole(value: Any, most: int) -> int:
    return round(min(float(most), max(0.0, _number(value, 0.0))))


def verdict(facts: Facts) -> Verdict:
    """The first thing that keeps somebody from taking part as they wish."""
    broken = facts.lost > BROKEN_LOSS or facts.delay_ms > BROKEN_DELAY_MS
    poor = facts.lost > POOR_LOSS or facts.delay_ms > POOR_DELAY_MS or facts.back_kbps < SMALLEST_PICTURE_KBPS
    found = {
        Verdict.IN_APP: facts.in_app and not facts.camera,
        Verdict.BROWSER: not facts.browser,
        Verdict.BUSY: facts.busy,
        Verdict.NO_LINE: not facts.connected,
        Verdict.NO_MICROPHONE: not facts.microphone,
        Verdict.UNSTEADY: broken,
        Verdict.NO_CAMERA: not facts.camera,
        Verdict.SLOW: poor,
        Verdict.SILENT: not facts.voice,
        Verdict.LOUDSPEAKER: facts.loudspeaker is False,
        Verdict.SOCKET: not facts.socket,
    }
    return next((each for each, true in found.items() if true), Verdict.FINE)


APPS = re.compile(r"FBAN|FBAV|Instagram|WhatsApp|Line/|Snapchat|TikTok|musical_ly|; wv\)")
FAMILIES = (
    ("Edge", re.compile(r"Edg(e|A|iOS)?/")),
    ("Firefox", re.compile(r"Firefox/|FxiOS/")),
    ("Chrome", re.compile(r"Chrom(e|ium)/|CriOS/")),
    ("Safari", re.compile(r"Version/.*Safari/")),
)
PHONE = re.compile(r"Mobi|Android|iPhone|iPad")


def is_in_app(user_agent: str) -> bool:
    """Whether the page is shown by the browser inside another app, which often gives no camera."""
    return APPS.search(user_agent) is not None


def family(user_agent: str) -> str:
    """`Firefox` or `Safari, phone`: enough to help somebody, too little to know them again."""
    name = next((name for name, sign in FAMILIES if sign.search(user_agent)), "?")
    return f"{name}, phone" if PHONE.search(user_agent) else name
