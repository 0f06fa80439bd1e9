"""What people ask for comes in from any thread; plans come out at the tick, and everyone who asked is told which."""

import threading
from concurrent.futures import Future
from dataclasses import dataclass, replace
from typing import Any

from ingest.live.mix.cards import Slide
from ingest.live.mix.scene import Scene
from ingest.live.mix.stage import Place, Plan, Stage
from ingest.live.mix.typed_card import Typed

Told = Future[int | None]


@dataclass(frozen=True)
class Wanted:
    """What was last asked for, all of it."""

    places: tuple[Place, ...] = ()
    question: tuple[str, str] | None = None
    slide: Slide | None = None
    scene: Scene = Scene.GRID
    speaker: str | None = None
    count: str = ""
    typed: Typed | None = None


class Changes:
    """Collects changes between two ticks; the newest plan wins, and all who asked are told the same tick."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._planning = threading.Lock()
        self._lock = threading.Lock()
        self._wanted = Wanted()
        self._next: Plan | None = None
        self._waiting: list[Told] = []

    def change(self, **changes: Any) -> Told:
        """Change fields of what is wanted; letters are drawn here, in the caller's time."""
        told: Told = Future()
        with self._planning:
            wanted = replace(self._wanted, **changes)
            plan = self._stage.plan(
                wanted.places,
                wanted.question,
                wanted.slide,
                wanted.scene,
                wanted.speaker,
                wanted.count,
                wanted.typed,
            )
            self._wanted = wanted
            with self._lock:
                self._next = plan
                self._waiting.append(told)
        return told

    def take(self) -> tuple[Plan | None, list[Told]]:
        """The newest plan, once, and who waits for it; None when nothing was asked for since."""
        with self._lock:
            plan, self._next = self._next, None
            waiting, self._waiting = self._waiting, []
            return plan, waiting


def tell(waiting: list[Told], tick: int | None) -> None:
    """Tell those who asked at which tick their change took effect."""
    for each in waiting:
        if each.set_running_or_notify_cancel():
            each.set_result(tick)
