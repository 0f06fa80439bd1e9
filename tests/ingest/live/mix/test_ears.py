"""`ingest/live/mix/ears.py` behind a desk: what each said and what each was sent, by whole blocks."""

import numpy as np

from ingest.live.mix.desk import Desk
from ingest.live.mix.ears import MOST, Ears
from ingest.live.mix.pace import Epoch
from ingest.live.mix.source import BLOCK_SAMPLES, Samples
from ingest.live.mix.stage import Place
from tests.ingest.live.fakes import FakeClock
from tests.ingest.live.mix.test_desk import Speaker


def tone(level: float, blocks: int) -> Samples:
    return np.full(blocks * BLOCK_SAMPLES, level, np.float32)


def desk_of(ears: Ears, *places: Place) -> Desk:
    desk = Desk(Epoch(FakeClock()), lambda block: None, lambda error: None)
    desk.set_ears(ears.heard)
    desk.set_heard(places, held=False)
    return desk


def test_everybody_is_heard_as_they_came_beside_what_they_were_sent() -> None:
    ears = Ears()
    desk = desk_of(
        ears,
        Place("ada", "Ada", "", Speaker("ada", tone(0.25, 5))),
        Place("chris", "Chris", "", Speaker("chris", tone(0.5, 5)), muted=True),
    )
    desk.set_listeners({"ada": lambda block: None})
    for _ in range(5):
        desk._block()
    heard = ears.take()
    assert {person: sound.max() for person, (sound, _) in heard.items()} == {"ada": 0.25, "chris": 0.5}
    assert heard["chris"][1] is None  # who hears nothing
    assert heard["ada"][1] is not None
    assert heard["ada"][1].max() == 0  # Chris is muted
    assert ears.take() == {}


def test_who_nobody_listens_to_for_long_is_forgotten_but_for_the_last_three_seconds() -> None:
    ears = Ears()
    desk = desk_of(ears, Place("ada", "Ada", "", Speaker("ada", tone(0.1, MOST + 50))))
    for _ in range(MOST + 50):
        desk._block()
    assert len(ears.take()["ada"][0]) == MOST * BLOCK_SAMPLES


def test_who_came_in_between_is_heard_from_the_next_look() -> None:
    ears = Ears()
    ada = Place("ada", "Ada", "", Speaker("ada", tone(0.1, 9)))
    desk = desk_of(ears, ada)
    desk._block()
    desk.set_heard((ada, Place("chris", "Chris", "", Speaker("chris", tone(0.1, 9)))), held=False)
    desk._block()
    assert set(ears.take()) == {"ada"}
    desk._block()
    assert set(ears.take()) == {"ada", "chris"}
