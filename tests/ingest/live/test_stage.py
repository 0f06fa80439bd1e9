"""`ingest/live/stage.py` and `video.py`: what is drawn where, and what is left alone."""

from dataclasses import dataclass
from pathlib import Path

import av
import numpy as np
import pytest

from ingest.live.cards import PANEL, SLATE, Slide
from ingest.live.source import Samples
from ingest.live.stage import Place, Stage
from ingest.live.video import Canvas, Encoder, Keyframes, Overlay, colour, planes_of
from tests.ingest.live.fakes import grey

WIDTH, HEIGHT = 640, 360


@dataclass
class Still:
    """A person with one picture."""

    person: str
    frame: av.VideoFrame | None

    def picture(self) -> av.VideoFrame | None:
        return self.frame

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
