"""The plate that lies on every picture of a rehearsal."""

from pathlib import Path

import numpy as np

from ingest.live.mix.cards import Slide
from ingest.live.mix.mark import mark_for
from ingest.live.mix.stage import Stage
from ingest.live.mix.video import planes_of
from tests.ingest.live.fakes import grey
from tests.ingest.live.mix.test_stage import place

WIDTH, HEIGHT = 1280, 720


def picture(stage: Stage, slide: Slide | None) -> np.ndarray:
    plan = stage.plan([place("ada", grey(1280, 720, 200))], None, slide)
    stage.draw(plan)
    return planes_of(stage.draw(plan))[0].copy()


def test_there_is_none_without_a_word() -> None:
    assert mark_for("", WIDTH, HEIGHT) is None


def test_it_lies_on_people_and_on_slides_alike(tmp_path: Path) -> None:
    found = mark_for("Probe", WIDTH, HEIGHT)
    assert found is not None
    (x, y), plate = found
    marked, bare = Stage(WIDTH, HEIGHT, tmp_path, mark="Probe"), Stage(WIDTH, HEIGHT, tmp_path)
    for slide in (None, Slide("pause", "Pause")):
        seen, usual = picture(marked, slide), picture(bare, slide)
        assert (seen[y : y + plate.height, x : x + plate.width] == plate.colours[0]).all()
        changed = np.argwhere(seen != usual)
        assert changed[:, 0].max() < y + plate.height
        assert x <= changed[:, 1].min() <= changed[:, 1].max() < x + plate.width


def test_it_stands_in_the_middle_and_is_even() -> None:
    for word in ("Probe", "Rehearsal"):
        found = mark_for(word, WIDTH, HEIGHT)
        assert found is not None
        (x, y), plate = found
        assert abs(x + plate.width / 2 - WIDTH / 2) <= 2
        assert (y, x % 2, plate.width % 2, plate.height % 2) == (0, 0, 0, 0)
