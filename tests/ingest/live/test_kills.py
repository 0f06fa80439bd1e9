"""A room is killed again and again at random moments while people send: little is lost, and all are back soon."""

import asyncio
import os
import random
import signal

import aiortc.rtcrtpreceiver
import pytest

from ingest.commands import Kind
from ingest.live.webrtc import hooks
from ingest.timeline import Kind as What
from ingest.timeline import read
from tests.ingest.live.cameras import persistent
from tests.ingest.live.senders import file_of
from tests.ingest.live.studio.test_rooms import Stage, stage
from tests.standins.media import read_frames

__all__ = ["stage"]
# The contract: everything older than a second can be played; media time goes on after 4 s; all send after 10 s.
LOST_TICKS, TICK_S, BACK_S = 30, 4.0, 10.0
PEOPLE = ("ada", "chris")


@pytest.fixture(autouse=True)
def _no_decoders(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(aiortc.rtcrtpreceiver, "decoder_worker", hooks._no_decoder)


@pytest.mark.parametrize(
    "kills", [pytest.param(3, marks=pytest.mark.journey), pytest.param(50, marks=pytest.mark.soak)]
)
async def test_a_kill_loses_at_most_the_last_second(stage: Stage, kills: int) -> None:
    chance = random.Random(kills)
    made, tick_s, back_s = [], [], []
    async with persistent(stage.rooms, stage.hour.id, PEOPLE):
        await stage.until(lambda: all_send(stage))
        for person in PEOPLE:
            await stage.wish(Kind.SHOW, person=person, name=person.title(), role="")
        await stage.wish(Kind.START)
        for _ in range(kills):
            await asyncio.sleep(chance.uniform(0.2, 2.2))
            made.append(stage.state["tick"])
            os.kill(stage.pid, signal.SIGKILL)
            gone_s = await stage.until(lambda: not stage.state["open"])
            tick_s.append(gone_s + await stage.until(lambda: stage.state["open"] and stage.state["tick"] is not None))
            back_s.append(tick_s[-1] + await stage.until(lambda: all_send(stage)))
        ended = await stage.wish(Kind.END)

    room = stage.archive.room(stage.hour.id)
    resumed = [event.values["next"] for event in read(room.timeline) if event.kind is What.RESUMED]
    lost = [before - after for before, after in zip(made, resumed, strict=True)]
    print(
        f"{kills} kills: at most {max(lost)} ticks lost, a tick after {max(tick_s):.1f} s, all after {max(back_s):.1f}"
    )
    assert max(lost) <= LOST_TICKS
    assert max(tick_s) <= TICK_S
    assert max(back_s) <= BACK_S
    assert ended.tick is not None
    assert sum(1 for _ in read_frames(file_of(room.programme(), "video"))) == ended.tick + 1


def all_send(stage: Stage) -> bool:
    """Whether everybody is connected and seen."""
    people = {each["person"]: each["connected"] and not each["gap"] for each in stage.state["people"]}
    return all(people.get(person) for person in PEOPLE)
