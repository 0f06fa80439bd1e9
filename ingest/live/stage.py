"""Who is on air, the question and the slide come in; a drawn plan goes out, and pictures by it, frame after frame.

`Stage.plan` runs where a change is asked for and may take its time over letters; `Stage.draw` runs in the tick and
only copies. A plan is a value: the tick takes a new one whole.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import av

from ingest.live import cards, scene
from ingest.live.scene import Box
from ingest.live.source import Source
from ingest.live.video import Canvas, Overlay, Scaler, colour

log = logging.getLogger(__name__)
_BACKGROUND = colour(*cards.SLATE)
_BARS = colour(*cards.PANEL)


@dataclass(frozen=True)
class Place:
    """One person on air: who, as what (words as they shall be shown), and where picture and sound come from."""

    person: str
    name: str
    role: str
    source: Source
    muted: bool = False


@dataclass(frozen=True)
class Shown:
    """A card that is part of a plan, for the timeline: kind "person", "missing", "question" or "slide", and of whom."""

    kind: str
    of: str
    digest: str


@dataclass(frozen=True)
class Tile:
    """A person's place in the picture, with the cards that may lie there."""

    place: Place
    box: Box
    name: Overlay
    name_at: tuple[int, int]
    missing: Overlay


@dataclass(frozen=True)
class Plan:
    """Everything the tick needs to draw a scene. With a slide nothing else is drawn."""

    tiles: tuple[Tile, ...] = ()
    question: Overlay | None = None
    question_at: tuple[int, int] = (0, 0)
    slide: Overlay | None = None
    cards: tuple[Shown, ...] = ()

    @property
    def places(self) -> tuple[Place, ...]:
        return tuple(tile.place for tile in self.tiles)


class Stage:
    """Plans and draws the pictures of one room."""

    def __init__(self, width: int, height: int, folder: Path) -> None:
        self.width, self.height = width, height
        self.canvas = Canvas(width, height)
        self._cards = cards.Cards(folder)
        self._plan: Plan | None = None
        self._scalers: dict[str, Scaler] = {}
        self._drawn: dict[str, av.VideoFrame | None] = {}
        self._silent: set[str] = set()

    def plan(self, places: Sequence[Place], question: tuple[str, str] | None, slide: cards.Slide | None) -> Plan:
        """Draw the cards of a scene and say where everything goes. `question`: text and author."""
        shown: list[Shown] = []
        below, at = self._question(question, shown)
        band = below.height + scene.gap(self.height) if below else 0
        boxes = scene.layout(self.width, self.height, len(places), band)
        tiles = tuple(self._tile(place, box, shown) for place, box in zip(places, boxes, strict=True))
        held = None
        if slide is not None:
            card = self._cards.slide(slide, self.width, self.height)
            shown.append(Shown("slide", slide.kind, card.digest))
            held = Overlay.of(card.pixels)
        return Plan(tiles=tiles, question=below, question_at=at, slide=held, cards=tuple(shown))

    def _question(self, question: tuple[str, str] | None, shown: list[Shown]) -> tuple[Overlay | None, tuple[int, int]]:
        if question is None:
            return None, (0, 0)
        card = self._cards.question(*question, self.width, self.height)
        shown.append(Shown("question", "", card.digest))
        overlay = Overlay.of(card.pixels)
        edge = scene.margin(self.height)
        return overlay, ((self.width - overlay.width) // 4 * 2, self.height - edge - overlay.height)

    def _tile(self, place: Place, box: Box, shown: list[Shown]) -> Tile:
        name = self._cards.name(place.name, place.role, box.width, box.height)
        missing = self._cards.missing(place.name, box.width, box.height)
        shown += [Shown("person", place.person, name.digest), Shown("missing", place.person, missing.digest)]
        overlay, inset = Overlay.of(name.pixels), cards.inset(box.height)
        at = (box.x + inset, box.y + box.height - inset - overlay.height)
        return Tile(place, box, overlay, at, Overlay.of(missing.pixels))

    def draw(self, plan: Plan) -> av.VideoFrame:
        """The picture of this tick; what did not change since the last one is left as it is."""
        if plan is not self._plan:
            self._begin(plan)
        if plan.slide is None:
            for tile in plan.tiles:
                self._draw_tile(tile)
        return self.canvas.frame

    def _begin(self, plan: Plan) -> None:
        self._plan = plan
        self._drawn = {}
        self._scalers = {tile.place.person: self._scalers.get(tile.place.person, Scaler()) for tile in plan.tiles}
        self.canvas.fill(Box(0, 0, self.width, self.height), _BACKGROUND)
        if plan.slide is not None:
            self.canvas.lay(0, 0, plan.slide)
        elif plan.question is not None:
            self.canvas.lay(*plan.question_at, plan.question)

    def _draw_tile(self, tile: Tile) -> None:
        person, box = tile.place.person, tile.box
        frame = self._picture(tile.place)
        if person in self._drawn and self._drawn[person] is frame:
            return
        before = self._drawn.get(person)
        if frame is None:
            self.canvas.lay(box.x, box.y, tile.missing)
        else:
            inner = scene.fitted(box, frame.width, frame.height)
            if before is None or (before.width, before.height) != (frame.width, frame.height):
                self.canvas.fill(box, _BARS)
            self.canvas.put(inner, self._scalers[person].to(frame, inner.width, inner.height))
        self.canvas.lay(*tile.name_at, tile.name)
        self._drawn[person] = frame

    def _picture(self, place: Place) -> av.VideoFrame | None:
        try:
            frame = place.source.picture()
        except Exception:
            # One person's broken connection must not end the office hour of all; their name card is shown.
            if place.person not in self._silent:
                log.exception("no picture from person %s", place.person)
            self._silent.add(place.person)
            return None
        self._silent.discard(place.person)
        return frame
