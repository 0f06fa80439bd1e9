"""How things shall stand comes in; programme and people look like it, and the tick at which they do goes out.

Words come with the briefing and with commands; the timeline has none of them.
"""

import asyncio
from collections.abc import Mapping
from concurrent.futures import Future
from typing import Any

from ingest.live.mix.cards import Slide
from ingest.live.mix.scene import Scene
from ingest.live.mix.typed_card import Typed
from ingest.live.room.binding import Binding
from ingest.live.room.cutting import EFFECT_S
from ingest.live.room.house import House
from ingest.live.room.programme import Programme
from ingest.live.room.standing import Standing


class Showing:
    """See the module. `delay_s` is the broadcast delay. Belongs to the event loop."""

    def __init__(self, programme: Programme, house: House, binding: Binding, delay_s: float) -> None:
        self.delay_s = delay_s
        self._programme, self._house, self._binding = programme, house, binding
        self._title, self._host = "", ""
        self._slide_words: Mapping[str, str] = {}
        self._cut_words = ""
        self._questions: dict[str, tuple[str, str]] = {}
        self._lines: dict[str, tuple[str, str]] = {}
        self._shown = Standing()

    def brief(self, title: str, host: str, slide_words: Mapping[str, str]) -> None:
        """The words of slides, by their kind (`Standing.slide`)."""
        self._title, self._host, self._slide_words = title, host, slide_words

    def learn(self, payload: Mapping[str, Any]) -> None:
        """The words of a command."""
        if "question" in payload and "text" in payload:
            self._questions[payload["question"]] = (str(payload["text"]), str(payload.get("author") or ""))
        if payload.get("line"):
            self._lines[payload["line"]] = (str(payload.get("text") or ""), str(payload.get("words") or ""))
        if payload.get("cut_words"):
            self._cut_words = str(payload["cut_words"])

    def hold(self, delay_s: float) -> None:
        """Broadcast so much later than it is made."""
        self.delay_s = delay_s
        self._programme.set_delay(delay_s)
        self._house.taping.set_delay(delay_s)

    @property
    def question(self) -> str | None:
        """The one that is shown, or being drawn."""
        return self._shown.question

    @property
    def cut_slide(self) -> Slide:
        """What a cut shows."""
        return Slide("cut", self._title, self._cut_words, self._host)

    def slide(self, standing: Standing) -> Slide | None:
        """What is shown instead of people, if anything."""
        if standing.slide is None:
            return None
        words = self._slide_words.get(standing.slide, "")
        return Slide(standing.slide, self._title, words or self._host, self._host if words else "")

    async def show(self, goal: Standing, *, recorded: bool) -> int:
        """Make the programme look like `goal`; the tick at which the last of it took effect (0 before media time)."""
        before, self._shown = self._shown, goal
        people = () if goal.ending else goal.people
        slide, recorded_now = self.slide(goal), on_air(goal) if recorded else ()
        self._house.set_quiet(silent=goal.silent, away=goal.away, unseen=goal.unseen)
        self._house.set_pinned(goal.pinned)
        places = self._house.places([person for person in people if person not in goal.lost])
        self._binding.shows(before, goal, self.delay_s)
        self._house.taping.stop(but=recorded_now)
        self._house.pictures.set_on_air(people, seen=slide is None)
        await self._house.pictures.ready()
        # Letters are drawn by the thread that asks for them, which takes some ten milliseconds.
        typed = None if goal.ending else self._typed(goal)
        effects = [await asyncio.to_thread(self._programme.set_scene, places, Scene(goal.scene), goal.large, typed)]
        if goal.question != before.question or goal.ending:
            question = None if goal.ending else goal.question
            effects.append(await asyncio.to_thread(self._show_question, question))
        if before == Standing() or slide != self.slide(before):
            effects.append(await asyncio.to_thread(self._programme.set_slide, slide))
        tick = max([await effect(each) or 0 for each in effects])
        self._house.taping.record(recorded_now)  # only now: nothing is kept of what was said before the tick
        return tick

    def _typed(self, standing: Standing) -> Typed | None:
        if standing.below is None:
            return None
        person, line = standing.below
        text, words = self._lines.get(line, ("", ""))
        return Typed(line=line, name=self._house.presence(person).name, words=words, text=text) if text else None

    def _show_question(self, question: str | None) -> "Future[int | None]":
        if question is None:
            return self._programme.clear_question()
        return self._programme.set_question(*self._questions.get(question, ("", "")))


def on_air(standing: Standing) -> tuple[str, ...]:
    """Of whom a track is written: nobody under a slide, nor who is lost or asked to be hidden."""
    if standing.slide is not None:
        return ()
    return tuple(person for person in standing.visible if person not in standing.away)


async def effect(future: "Future[Any]") -> Any:
    """The tick at which a change took effect. Raises TimeoutError when the programme stands still."""
    return await asyncio.wait_for(asyncio.wrap_future(future), EFFECT_S)
