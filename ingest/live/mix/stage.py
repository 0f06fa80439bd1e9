"""Who is on air, the question and the slide come in; a drawn plan goes out, and pictures by it, frame after frame.

`Stage.plan` runs where a change is asked for and may take its time over letters; `Stage.draw` runs in the tick and
only copies. A plan is a value: the tick takes a new one whole.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import av

from ingest.live.mix import cards, scene
from ingest.live.mix.fade import Fade
from ingest.live.mix.letters import right_to_left
from ingest.live.mix.mark import mark_for
from ingest.live.mix.scene import Box, Scene
from ingest.live.mix.source import Source
from ingest.live.mix.typed_card import Typed, draw_typed
from ingest.live.mix.video import Canvas, Overlay, colour

log = logging.getLogger(__name__)
_BACKGROUND = colour(*cards.SLATE)
_BARS = colour(*cards.PANEL)
MOST_OVERLAYS = 128  # a slide of 1080 lines takes 12 MB, a name a hundredth of that


@dataclass(frozen=True)
class Place:
    """One person on air: who, as what (words as they shall be shown), and where picture and sound come from.

    `screen`: the picture is what the person shares, not their face; `pinned`: they have a large tile in every scene.
    """

    person: str
    name: str
    role: str
    source: Source
    muted: bool = False
    screen: bool = False
    pinned: bool = False


@dataclass(frozen=True)
class Shown:
    """A card that is part of a plan, for the timeline: kind "person", "missing", "question", "typed" or "slide", and of
    whom.
    """

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
    """Everything the tick needs to draw a scene. With a slide nothing else is drawn.

    `places`: who is on air; those without a tile are heard and not seen.
    """

    tiles: tuple[Tile, ...] = ()
    places: tuple[Place, ...] = ()
    question: Overlay | None = None
    question_at: tuple[int, int] = (0, 0)
    slide: Overlay | None = None
    count: Overlay | None = None
    count_at: tuple[int, int] = (0, 0)
    cards: tuple[Shown, ...] = ()

    @property
    def look(self) -> object:
        """What a change of calls for a fade: who is where, and what is asked."""
        return [(tile.place.person, tile.box) for tile in self.tiles], id(self.question), id(self.slide)


def may_fade(before: Plan | None, after: Plan) -> bool:
    """Whether the old picture may shine through the new one: never of somebody who is no longer on air, nor into a
    slide, which says that nothing more is seen.
    """
    if before is None or after.slide is not None or not (before.tiles or before.slide):
        return False
    there = {place.person for place in after.places}
    return all(place.person in there for place in before.places)


class Stage:
    """Plans and draws the pictures of one room."""

    def __init__(
        self,
        width: int,
        height: int,
        folder: Path | None,
        *,
        fade_ticks: int = 0,
        logo: Path | None = None,
        mark: str = "",
    ) -> None:
        """`mark`: a word that lies on every picture."""
        self.width, self.height = width, height
        self.canvas = Canvas(width, height)
        self.last = self.canvas.frame
        self._cards = cards.Cards(folder, logo)
        self._mark = mark_for(mark, width, height)
        self._overlays: dict[str, Overlay] = {}
        self._fade = Fade(width, height, fade_ticks)
        self._plan: Plan | None = None
        self._drawn: dict[str, av.VideoFrame | None] = {}
        self._silent: set[str] = set()

    def plan(
        self,
        places: Sequence[Place],
        question: tuple[str, str] | None,
        slide: cards.Slide | None,
        wished: Scene = Scene.GRID,
        speaker: str | None = None,
        count: str = "",
        typed: Typed | None = None,
    ) -> Plan:
        """Draw the cards of a scene and say where everything goes. `question`: text and author; `count`: words at the
        foot of the slide that change every second; `typed`: what somebody wrote, in the place of the question. Raises
        ValueError for more than twelve people.
        """
        shown: list[Shown] = []
        below, at = self._question(question, shown) if typed is None else self._typed(typed, shown)
        band = below.height + scene.gap(self.height) if below else 0
        who = next((number for number, place in enumerate(places) if place.person == speaker), None)
        screens = [place.screen for place in places]
        if len(places) > scene.MOST_TILES:
            raise ValueError(f"a scene has room for {scene.MOST_TILES} people, not for {len(places)}")
        pinned = [number for number, place in enumerate(places) if place.pinned]
        boxes = scene.arranged(wished, self.width, self.height, screens, who, band, pinned)
        tiles = tuple(self._tile(place, box, shown) for place, box in zip(places, boxes, strict=True) if box)
        held = counted = None
        if slide is not None:
            card = self._cards.slide(slide, self.width, self.height)
            shown.append(Shown("slide", slide.kind, card.digest))
            held = self._overlay(card)
            counted = self._counted(count, slide) if count else None
        return Plan(
            tiles=tiles,
            places=tuple(places),
            question=below,
            question_at=at,
            slide=held,
            count=counted,
            count_at=cards.count_at(self.width, self.height),
            cards=tuple(shown),
        )

    def _counted(self, words: str, slide: cards.Slide) -> Overlay:
        reverse = right_to_left(slide.title)
        return Overlay.of(self._cards.count(words, self.width, self.height, reverse=reverse))

    def _overlay(self, card: cards.Card) -> Overlay:
        """The card ready to be laid; made once, since a whole slide takes some 50 ms."""
        if card.digest not in self._overlays:
            if len(self._overlays) >= MOST_OVERLAYS:
                self._overlays.clear()
            self._overlays[card.digest] = Overlay.of(card.pixels)
        return self._overlays[card.digest]

    def _question(self, question: tuple[str, str] | None, shown: list[Shown]) -> tuple[Overlay | None, tuple[int, int]]:
        if question is None:
            return None, (0, 0)
        card = self._cards.question(*question, self.width, self.height)
        shown.append(Shown("question", "", card.digest))
        return self._at_the_foot(card)

    def _typed(self, typed: Typed, shown: list[Shown]) -> tuple[Overlay, tuple[int, int]]:
        """Below the picture and not in the tile, where it would lie on the hands of who signs, or be too small."""
        key = ("typed", typed, self.width, self.height)
        card = self._cards.card(key, lambda: draw_typed(typed, self.width, self.height))
        shown.append(Shown("typed", typed.line, card.digest))
        return self._at_the_foot(card)

    def _at_the_foot(self, card: cards.Card) -> tuple[Overlay, tuple[int, int]]:
        overlay = self._overlay(card)
        edge = scene.margin(self.height)
        return overlay, ((self.width - overlay.width) // 4 * 2, self.height - edge - overlay.height)

    def _tile(self, place: Place, box: Box, shown: list[Shown]) -> Tile:
        # What is shared is to be read, so its name is as small as that of a tile of half the size.
        role, tall = ("", box.height // 2) if place.screen else (place.role, box.height)
        name = self._cards.name(place.name, role, box.width, tall)
        missing = self._cards.missing(place.name, box.width, box.height)
        shown += [Shown("person", place.person, name.digest), Shown("missing", place.person, missing.digest)]
        overlay, inset = self._overlay(name), cards.inset(box.height) if box.height == self.height else 0
        at = (box.x + inset, box.y + box.height - inset - overlay.height)
        return Tile(place, box, overlay, at, self._overlay(missing))

    def draw(self, plan: Plan, *, fading: bool = True) -> av.VideoFrame:
        """The picture of this tick; what did not change since the last one is left as it is.

        Without `fading` a new scene is there at once.
        """
        if plan is not self._plan:
            self._begin(plan)
        if plan.slide is None:
            for tile in plan.tiles:
                self._draw_tile(tile)
        if self._mark is not None:
            (x, y), plate = self._mark
            self.canvas.lay(x, y, plate)
        if not fading:
            self._fade.stop()
        self.last = self._fade.of(self.canvas.frame)
        return self.last

    def _begin(self, plan: Plan) -> None:
        before, self._plan = self._plan, plan
        if before is not None and plan.slide is not None and plan.slide is before.slide and plan.count is not None:
            self.canvas.lay(*plan.count_at, plan.count)
            return
        if not may_fade(before, plan):
            self._fade.stop()
        elif before is not None and before.look != plan.look:
            self._fade.begin(self.last)
        self._paint(plan)

    def _paint(self, plan: Plan) -> None:
        self._drawn = {}
        self.canvas.fill(Box(0, 0, self.width, self.height), _BACKGROUND)
        if plan.slide is not None:
            self.canvas.lay(0, 0, plan.slide)
            if plan.count is not None:
                self.canvas.lay(*plan.count_at, plan.count)
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
            try:
                fitted = tile.place.source.fitted(inner.width, inner.height)
            except LookupError:
                return  # they have gone in this moment: the next tick draws their card
            if before is None or (before.width, before.height) != (frame.width, frame.height):
                self.canvas.fill(box, _BARS)
            self.canvas.put(inner, fitted)
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
