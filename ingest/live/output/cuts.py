"""Wishes to cut and to go on come in from any thread; they take effect between two frames, who asked is told where.

What a cut shows is drawn and encoded beforehand: in a moment in which seconds count, nothing has to be waited for.
"""

import threading
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass

from ingest.live.mix.cards import Cards, Slide
from ingest.live.mix.still import Still, drawn, still
from ingest.live.mix.video import Encoder
from ingest.live.output.broadcast import Broadcast, Sealing
from ingest.live.output.take import Take


@dataclass(frozen=True)
class Effect:
    """The media tick at which a wish took effect, and the one from (or up to) which is cut; None: not recorded.

    A cut reaches back to what had not left the delay yet; `sealed` is the number under which it is kept.
    """

    tick: int | None
    cut_tick: int | None
    sealed: int | None = None


class Cuts:
    """See the module."""

    def __init__(
        self, broadcast: Broadcast, make_encoder: Callable[[], Encoder], cards: Cards, frame_rate: int
    ) -> None:
        self.digest = ""
        self._broadcast, self._make_encoder, self._cards = broadcast, make_encoder, cards
        self._frame_rate = frame_rate
        self._lock = threading.Lock()
        self._waiting: list[tuple[bool, bool, Future[Effect]]] = []
        self._still: Still | None = None
        self._make_sealing: Callable[[], Sealing | None] | None = None

    def prepare(self, slide: Slide, width: int, height: int, sealing: Callable[[], Sealing | None] | None) -> None:
        """Draw and encode the slide of cuts to come; some 0.2 s of work in the caller's time."""
        card = self._cards.slide(slide, width, height)
        self._still = still(self._make_encoder(), drawn(card, width, height), self._frame_rate)
        self.digest, self._make_sealing = card.digest, sealing

    def ask(self, *, on: bool, keep: bool = True) -> "Future[Effect]":
        """Cut (`on`) or go on at the next tick. Raises RuntimeError when no slide was prepared.

        `keep`: what is cut is sealed; else it is nowhere.
        """
        if self._still is None:
            raise RuntimeError("what a cut shows has not been prepared")
        told: Future[Effect] = Future()
        with self._lock:
            self._waiting.append((on, keep, told))
        return told

    def apply(self, frame: int, take: Take | None) -> bool:
        """Do what was asked for before this frame is drawn; whether it has to be a keyframe (the tick's thread)."""
        with self._lock:
            waiting, self._waiting = self._waiting, []
        for on, keep, told in waiting:
            cut = self._cut(keep) if on else self._go_on(frame)
            if told.set_running_or_notify_cancel():
                sealed = self._broadcast.sealed
                tick, cut_tick = (None, None) if take is None else (take.nearest_tick(frame), take.nearest_tick(cut))
                told.set_result(Effect(tick, cut_tick, sealed))
        return any(not on for on, *_ in waiting)

    def _cut(self, keep: bool) -> int:
        assert self._still is not None
        return self._broadcast.cut(self._still, self._make_sealing if keep else None).start

    def _go_on(self, frame: int) -> int:
        self._broadcast.go_on(frame)
        return frame
