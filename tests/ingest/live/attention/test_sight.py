"""`ingest/live/attention/sight.py`: a face that breathes, a picture that stands, a lens behind a cover."""

import av
import numpy as np
import pytest

from ingest.live.attention.sight import Eye, Seen
from ingest.live.mix.video import planes_of
from tests.ingest.live.fakes import grey
from tests.standins.clips import FOLDER


def noisy(seed: int) -> av.VideoFrame:
    frame = grey(640, 360, 120)
    luma = planes_of(frame)[0]
    luma[:] = np.random.default_rng(seed).normal(120, 2, luma.shape).astype(np.uint8)
    return frame


@pytest.mark.parametrize("name", ["ada", "chris"])
def test_a_face_of_the_demo_never_stands_still(name: str) -> None:
    eye, seen = Eye(), []
    with av.open(str(FOLDER / f"{name}.mp4")) as file:
        rate = round(float(file.streams.video[0].average_rate or 25))
        for number, frame in enumerate(file.decode(video=0)):
            if number % rate == 0:
                seen.append(eye.look(frame))
            if len(seen) == 8:
                break
    assert seen == [Seen(still=False, dark=False)] * 8


def test_the_same_picture_again_stands_still_also_after_a_mended_pixel() -> None:
    eye, picture = Eye(), noisy(1)
    eye.look(picture)
    again = noisy(1)
    planes_of(again)[0][0, 0] += 5
    assert eye.look(again) == Seen(still=True, dark=False)


def test_noise_of_a_camera_before_a_wall_is_no_still_picture() -> None:
    eye = Eye()
    eye.look(noisy(1))
    assert eye.look(noisy(2)) == Seen(still=False, dark=False)


def test_a_covered_lens_is_dark_and_a_night_with_a_lamp_is_not() -> None:
    night = grey(640, 360, 17)
    planes_of(night)[0][100:180, 200:320] = 200
    assert Eye().look(grey(640, 360, 19)) == Seen(still=False, dark=True)
    assert Eye().look(night) == Seen(still=False, dark=False)


def test_after_a_while_without_a_look_and_after_a_turn_nothing_is_compared() -> None:
    eye = Eye()
    eye.look(grey(640, 360, 120))
    assert eye.look(grey(360, 640, 120)).still is False
    eye.forget()
    assert eye.look(grey(360, 640, 120)).still is False
