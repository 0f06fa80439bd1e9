"""A room is killed again and again at random moments: of what was made, never more than the last second is lost."""

import asyncio
import os
import random
import signal

import pytest

from ingest.commands import Kind
from ingest.timeline import Kind as What
from ingest.timeline import read
from tests.ingest.live.senders import file_of
from tests.ingest.live.test_rooms import Stage, stage
from tests.standins.media import read_frames

__all__ = ["stage"]
LOST_TICKS = 30  # The contract: everything older than a second can be played.


@pytest.mark.parametrize(
    "kills", [pytest.param(3, marks=pytest.mark.journey), pytest.param(50, marks=pytest.mark.soak)]
)
async def test_a_kill_loses_at_most_the_last_second(stage: Stage, kills: int) -> None:
    chance = random.Random(kills)
    await stage.wish(Kind.START)
    made = []
    for _ in range(kills):
        await asyncio.sleep(chance.uniform(1.0, 3.0))
        made.append(stage.state["tick"])
        os.kill(stage.pid, signal.SIGKILL)
        await stage.until(lambda: not stage.state["open"])
        await stage.until(lambda: stage.state["open"] and stage.state["tick"] is not None)
    ended = await stage.wish(Kind.END)

    room = stage.archive.room(stage.hour.id)
    resumed = [event.values["next"] for event in read(room.timeline) if event.kind is What.RESUMED]
    lost = [before - after for before, after in zip(made, resumed, strict=True)]
    print(f"ticks lost by {kills} kills: {sorted(lost)[-5:]} at worst")
    assert max(lost) <= LOST_TICKS
    assert ended.tick is not None
    assert sum(1 for _ in read_frames(file_of(room.programme(), "video"))) == ended.tick + 1
