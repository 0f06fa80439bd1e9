"""`ingest/live/mix/stage.py` and `video.py`: what is drawn where, and what is left alone."""

from dataclasses import dataclass
from pathlib import Path
from typing import cast

import av
import numpy as np
import pytest

from ingest.live.mix.cards import PANEL, SLATE, Slide
from ingest.live.mix.scene import Scene
from ingest.live.mix.source import Samples
from ingest.live.mix.stage import Place, Stage
from ingest.live.mix.typed_card import Typed, draw_typed
from ingest.live.mix.video import Canvas, Encoder, Keyframes, Overlay, colour, planes_of
from tests.ingest.live.fakes import fitted, grey

WIDTH, HEIGHT = 640, 360


@dataclass
class Still:
    """A person with one picture."""

    person: str
    frame: av.VideoFrame | None
    leaves: bool = False

    def picture(self) -> av.VideoFrame | None:
        return self.frame

    def fitted(self, width: int, height: int) -> av.VideoFrame:
        if self.leaves:
            raise LookupError
        return fitted(self.frame, width, height)

    def sound(self, samples: int) -> Samples:
        return np.zeros(samples, np.float32)


@pytest.fixture
def stage(tmp_path: Path) -> Stage:
    return Stage(WIDTH, HEIGHT, tmp_path)


def luma(frame: av.VideoFrame, x: int, y: int) -> int:
    return int(planes_of(frame)[0][y, x])


def place(person: str, frame: av.VideoFrame | None, name: str = "") -> Place:
    return Place(person, name or person.title(), "", Still(person, frame))


def test_two_people_are_side_by_side_on_slate(stage: Stage) -> None:
    plan = stage.plan([place("ada", grey(1280, 720, 200)), place("chris", grey(320, 180, 100))], None, None)
    frame = stage.draw(plan)
    assert luma(frame, 160, 160) == pytest.approx(200, abs=1)
    assert luma(frame, 480, 160) == pytest.approx(100, abs=1)
    assert luma(frame, 5, 5) == colour(*SLATE)[0]


def test_an_upright_picture_has_quiet_bars_beside_it(stage: Stage) -> None:
    frame = stage.draw(stage.plan([place("ada", grey(360, 640, 200))], None, None))
    assert luma(frame, 320, 100) == pytest.approx(200, abs=1)
    assert luma(frame, 40, 100) == colour(*PANEL)[0]


def test_a_missing_picture_is_a_card_and_comes_back(stage: Stage) -> None:
    ada = place("ada", grey(640, 360, 200))
    plan = stage.plan([ada], None, None)
    assert luma(stage.draw(plan), 60, 60) == pytest.approx(200, abs=1)
    assert isinstance(ada.source, Still)
    bright, ada.source.frame = ada.source.frame, None
    assert luma(stage.draw(plan), 60, 60) == colour(*PANEL)[0]
    ada.source.frame = bright
    assert luma(stage.draw(plan), 60, 60) == pytest.approx(200, abs=1)


def test_a_picture_that_did_not_change_is_not_drawn_again(stage: Stage) -> None:
    plan = stage.plan([place("ada", grey(640, 360, 200))], None, None)
    frame = stage.draw(plan)
    planes_of(frame)[0][60, 60] = 17
    assert luma(stage.draw(plan), 60, 60) == 17


def test_a_question_makes_room_for_itself(stage: Stage) -> None:
    people = [place("ada", grey(640, 360, 200))]
    alone = stage.plan(people, None, None)
    asked = stage.plan(people, ("Wann kommt der Radweg?", "Chris"), None)
    assert alone.tiles[0].box.height == HEIGHT
    assert asked.question is not None
    bottom = asked.tiles[0].box.y + asked.tiles[0].box.height
    assert bottom < asked.question_at[1] <= HEIGHT - asked.question.height
    assert luma(stage.draw(asked), 620, asked.question_at[1] + 8) == colour(*PANEL)[0]


def test_a_slide_hides_everyone(stage: Stage) -> None:
    people = [place("ada", grey(640, 360, 200))]
    frame = stage.draw(stage.plan(people, ("Warum?", "Chris"), Slide("pause", "Kurze Pause")))
    assert luma(frame, 600, 200) == colour(*SLATE)[0]
    assert luma(stage.draw(stage.plan(people, None, None)), 600, 200) == pytest.approx(200, abs=1)


def test_a_plan_names_its_cards(stage: Stage) -> None:
    plan = stage.plan([place("ada", None)], ("Warum?", "Chris"), Slide("soon", "Gleich"))
    assert [(card.kind, card.of) for card in plan.cards] == [
        ("question", ""),
        ("person", "ada"),
        ("missing", "ada"),
        ("slide", "soon"),
    ]


def test_a_card_is_laid_over_the_picture_by_its_opacity() -> None:
    canvas = Canvas(8, 8)
    pixels = np.zeros((4, 4, 4), np.uint8)
    pixels[...] = (255, 255, 255, 255)
    canvas.lay(0, 0, Overlay.of(pixels))
    assert luma(canvas.frame, 0, 0) == 235
    pixels[..., 3] = 128
    planes_of(canvas.frame)[0][:] = 35
    canvas.lay(4, 4, Overlay.of(pixels))
    assert luma(canvas.frame, 5, 5) == pytest.approx(135, abs=2)
    assert luma(canvas.frame, 3, 3) == 35


def test_colours_are_bt_601_in_limited_range() -> None:
    assert colour(255, 255, 255) == (235, 128, 128)
    assert colour(0, 0, 0) == (16, 128, 128)
    assert colour(255, 0, 0) == (81, 90, 240)


def test_every_frame_is_one_packet_and_says_its_colours() -> None:
    encoder = Encoder(width=64, height=64, frame_rate=25, bitrate=100_000, preset="ultrafast")
    canvas = Canvas(64, 64)
    packets = [encoder.encode(canvas.frame, number % 10 == 0) for number in range(30)]
    decoder = av.CodecContext.create("h264", "r")
    frames = [frame for packet in packets for frame in decoder.decode(av.Packet(packet))] + decoder.decode(None)
    assert [number for number, frame in enumerate(frames) if frame.key_frame] == [0, 10, 20]
    assert (int(frames[0].colorspace), int(frames[0].color_range)) == (6, 1)


def test_keyframes_keep_their_beat_and_others_come_once_a_second_at_most() -> None:
    keyframes = Keyframes(25)
    found = []
    for frame in range(150):
        if frame == 7:
            keyframes.begin(frame)
        keyframes.wanted = keyframes.wanted or frame in (8, 20, 40, 41, 120)
        if keyframes.due(frame):
            found.append(frame)
    assert found == [0, 7, 32, 57, 107, 132]


@pytest.fixture
def fading(tmp_path: Path) -> Stage:
    return Stage(WIDTH, HEIGHT, tmp_path, fade_ticks=3)


def test_a_new_scene_shines_through_the_old_one_for_a_few_ticks(fading: Stage) -> None:
    ada, chris = place("ada", grey(640, 360, 200)), place("chris", grey(640, 360, 40))
    fading.draw(fading.plan([ada, chris], None, None, Scene.FULL, "ada"))
    plan = fading.plan([ada, chris], None, None, Scene.FULL, "chris")
    assert [luma(fading.draw(plan), 320, 100) for _ in range(4)] == pytest.approx([160, 120, 80, 40], abs=1)


def test_nobody_who_has_left_shines_through(fading: Stage) -> None:
    ada, chris = place("ada", grey(640, 360, 200)), place("chris", grey(640, 360, 40))
    fading.draw(fading.plan([ada, chris], None, None, Scene.FULL, "ada"))
    assert luma(fading.draw(fading.plan([chris], None, None)), 320, 100) == pytest.approx(40, abs=1)
    fading.draw(fading.plan([ada, chris], None, None, Scene.FULL, "ada"))
    assert luma(fading.draw(fading.plan([ada, chris], None, Slide("pause", "Pause"))), 600, 200) == colour(*SLATE)[0]


def test_who_leaves_in_the_middle_of_a_fade_is_gone_at_once(fading: Stage) -> None:
    ada, chris = place("ada", grey(640, 360, 200)), place("chris", grey(640, 360, 40))
    fading.draw(fading.plan([ada, chris], None, None, Scene.FULL, "ada"))
    assert luma(fading.draw(fading.plan([ada, chris], None, None, Scene.FULL, "chris")), 320, 100) > 150
    assert luma(fading.draw(fading.plan([chris], None, None)), 320, 100) == pytest.approx(40, abs=1)


def test_a_busy_room_does_not_fade(fading: Stage) -> None:
    ada, chris = place("ada", grey(640, 360, 200)), place("chris", grey(640, 360, 40))
    fading.draw(fading.plan([ada, chris], None, None, Scene.FULL, "ada"))
    plan = fading.plan([ada, chris], None, None, Scene.FULL, "chris")
    assert luma(fading.draw(plan, fading=False), 320, 100) == pytest.approx(40, abs=1)


@pytest.mark.parametrize("size", [(640, 480), (360, 640), (321, 181), (1, 1), (7680, 16)])
def test_a_picture_may_turn_or_change_its_size_in_mid_stream(stage: Stage, size: tuple[int, int]) -> None:
    ada = place("ada", grey(640, 360, 200))
    plan = stage.plan([ada], None, None)
    stage.draw(plan)
    assert isinstance(ada.source, Still)
    ada.source.frame = grey(*size, 90)
    turned = stage.draw(plan)
    assert luma(turned, 320, 178) == pytest.approx(90, abs=2)
    assert luma(turned, 2, 2) == (90 if size[0] * 9 == size[1] * 16 else pytest.approx(colour(*PANEL)[0], abs=60))
    ada.source.frame = grey(1280, 720, 150)
    assert luma(stage.draw(plan), 2, 2) == pytest.approx(150, abs=1)


def test_a_slide_counts_without_being_drawn_again(stage: Stage) -> None:
    slide = Slide("soon", "Gleich")
    first = stage.plan([], None, slide, count="Beginnt in 00:07")
    frame = stage.draw(first)
    left, top = first.count_at
    before = planes_of(frame)[0].copy()
    planes_of(frame)[0][2, 2] = 99
    after = planes_of(stage.draw(stage.plan([], None, slide, count="Beginnt in 00:06")))[0]
    assert after[2, 2] == 99
    assert (before[top : top + 52, left:] != after[top : top + 52, left:]).any()
    assert stage.draw(stage.plan([], None, slide)) is frame
    assert luma(frame, 2, 2) == colour(*SLATE)[0]


def test_who_goes_while_they_are_drawn_stops_no_tick(stage: Stage) -> None:
    ada = place("ada", grey(320, 180, 200))
    cast(Still, ada.source).leaves = True
    before = luma(stage.draw(stage.plan([ada], None, None)), WIDTH // 2, HEIGHT // 2)
    cast(Still, ada.source).leaves = False
    assert luma(stage.draw(stage.plan([ada], None, None)), WIDTH // 2, HEIGHT // 2) == 200 != before


LINE = Typed(line="l1", name="Chris", words="schreibt", text="Der Bus fährt nur noch zweimal am Tag.")


def test_a_typed_line_stands_where_a_question_would_and_goes_again(stage: Stage) -> None:
    people = [place("ada", grey(640, 360, 200)), place("chris", grey(640, 360, 200))]
    asked = ("Wann kommt der Radweg?", "Dana")
    frame = stage.draw(stage.plan(people, asked, None, typed=LINE))
    plan = stage.plan(people, asked, None, typed=LINE)
    assert [card.of for card in plan.cards if card.kind in ("typed", "question")] == ["l1"]
    assert plan.question is not None
    _, top = plan.question_at
    assert luma(frame, 600, top + 4) == colour(*PANEL)[0]
    after = stage.plan(people, asked, None)
    assert [card.kind for card in after.cards if card.kind in ("typed", "question")] == ["question"]
    alone = stage.draw(stage.plan(people, None, None))
    assert luma(alone, 600, top + 4) != colour(*PANEL)[0]


def test_the_longest_typed_line_is_shown_whole() -> None:
    long = Typed(line="l2", name="Chris", words="schreibt", text="Donaudampfschifffahrt " * 9)
    short = draw_typed(LINE, 1280, 720)
    assert short.height < draw_typed(long, 1280, 720).height <= 720 * 0.27


def test_who_is_pinned_is_large_although_somebody_else_speaks(stage: Stage) -> None:
    people = [place(f"p{each}", grey(640, 360, 60 + each)) for each in range(5)]
    signs = Place("chris", "Chris", "", Still("chris", grey(640, 360, 200)), pinned=True)
    plan = stage.plan([*people, signs], None, None, Scene.SPEAKER, "p0")
    (tile,) = [tile for tile in plan.tiles if tile.place.person == "chris"]
    assert tile.box.width * tile.box.height * 6 >= WIDTH * HEIGHT
