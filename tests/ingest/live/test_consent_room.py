"""Real senders in a real room: who refuses to be recorded is live and then dark; who takes back is gone within 2 s.

Ada is on air throughout. Chris has a colour and a tone of his own, which whoever decodes an output looks for.
"""

import asyncio
import time
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from ingest import commands, store
from ingest.archive import Room
from ingest.commands import Kind
from ingest.live.lobby import agreement, waiting
from ingest.live.output.withheld import MARGIN_TICKS
from ingest.people import Person, Role, Scope
from tests.ingest.conftest import guest
from tests.ingest.live.senders import Door, Sender, file_of, sending
from tests.ingest.live.studio.test_rooms import TILES, Stage, stage
from tests.ingest.live.test_cut_room import loudest
from tests.standins.media import COLOURS, find_beeps, pixels, read_frames

__all__ = ["stage"]
pytestmark = pytest.mark.journey
SEGMENT = 60
TALKS_S = 10.0


def frames_with(room: Room, name: str) -> list[int]:
    """The ticks in whose picture somebody's colour fills their tile of two; flashes are nobody's."""
    found = []
    for number, (_, frame) in enumerate(read_frames(file_of(room.programme(), "video"))):
        seen = TILES[name].cut(pixels(frame, "rgb24")).reshape(-1, 3).mean(axis=0)
        if max(abs(seen - COLOURS[name])) < 30:
            found.append(number)
    return found


def on_air(stage: Stage, agrees: frozenset[Scope]) -> tuple[Person, Person]:
    """Ada, who hosts, and Chris, who was asked."""
    with stage.database.transaction() as connection:
        ada = store.add_person(connection, stage.hour.id, name="Ada", role=Role.HOST)
        chris = guest(connection, stage.hour.id, "Chris", agrees)
        waiting.admit(connection, chris)
    return ada, chris


async def begun(stage: Stage, address: str, cameras: AsyncExitStack, people: tuple[Person, Person]) -> None:
    """Both send, Ada is on air."""
    ada, chris = people
    senders = Sender("ada", 1000, ada.id), Sender("chris", 1500, chris.id)
    await cameras.enter_async_context(sending(senders, address))
    await stage.both_connected()
    await stage.wish(Kind.SHOW, person=ada.id, name="Ada", role="")
    await stage.wish(Kind.START)


async def done(stage: Stage) -> int:
    """The newest wish is applied; at which tick."""
    with stage.database.reading() as connection:
        id = commands.history(connection, stage.hour.id)[-1].id
    stage.rooms.ring()
    await stage.until(lambda: stage.command(id).state is commands.State.DONE)
    return stage.command(id).tick or 0


async def show(stage: Stage, chris: Person) -> int:
    """Chris goes on air; from which tick."""
    with stage.database.transaction() as connection:
        waiting.show(connection, chris)
    return await done(stage)


async def ended(stage: Stage) -> None:
    await stage.wish(Kind.END)
    await stage.until(lambda: stage.told[-1][0] == "ended")


async def test_who_refuses_to_be_recorded_is_live_and_dark_in_the_replay(stage: Stage) -> None:
    room = stage.archive.room(stage.hour.id)
    people = on_air(stage, frozenset({Scope.LIVE, Scope.NAME}))
    ada, chris = people
    async with Door(stage.rooms, stage.hour.id).open() as address, AsyncExitStack() as cameras:
        await begun(stage, address, cameras, people)
        await asyncio.sleep(4)
        start = await show(stage, chris)
        await asyncio.sleep(TALKS_S)
        assert len(frames_with(room, "chris")) > 7 * 30, "live he is seen as everybody else"
        assert loudest(file_of(room.programme(), "audio"), 1500) > 0.08
        gone = await stage.wish(Kind.HIDE, person=chris.id)
        await asyncio.sleep(5)
        await ended(stage)
    assert gone.tick is not None
    assert frames_with(room, "chris") == []
    assert loudest(file_of(room.programme(), "audio"), 1500) < 0.02
    dark = ((start - MARGIN_TICKS) // SEGMENT * 2.0, -(-(gone.tick + MARGIN_TICKS) // SEGMENT) * 2.0)
    beeps = find_beeps(file_of(room.programme(), "audio"), 1000)
    assert not [at for at in beeps if dark[0] < at < dark[1]]
    assert [at for at in beeps if at < dark[0]]
    assert [at for at in beeps if at > dark[1]]
    assert sum(1 for _ in read_frames(file_of(room.programme(), "video"))) == stage.told[-1][1]
    assert {path.name.split("-")[0].removesuffix(".mkv") for path in room.tracks.iterdir()} == {ada.id}


async def test_who_takes_back_on_air_is_gone_within_two_seconds_and_was_never_there(stage: Stage) -> None:
    room = stage.archive.room(stage.hour.id)
    people = on_air(stage, frozenset(Scope))
    _, chris = people
    async with Door(stage.rooms, stage.hour.id).open() as address, AsyncExitStack() as cameras:
        await begun(stage, address, cameras, people)
        await asyncio.sleep(2)
        await show(stage, chris)
        await asyncio.sleep(5)
        assert _tracks(room, chris)
        pressed, tick = time.monotonic(), stage.state["tick"]
        with stage.database.transaction() as connection:
            agreement.take_back(connection, chris, {Scope.LIVE}, chris.created_at, "jemand")
        off = await done(stage)
        await stage.until(lambda: not _sends(stage, chris))
        took_s = time.monotonic() - pressed
        print(f"off air {(off - tick) / 30:.2f} s after the press, connection closed after {took_s:.2f} s")
        assert (off - tick) / 30 < 2
        assert took_s < 2
        assert not _tracks(room, chris)
        await asyncio.sleep(4)  # the open segment is closed, and what viewers could still rewind to is covered
        assert frames_with(room, "chris") == []
        await ended(stage)
    assert frames_with(room, "chris") == []
    assert loudest(file_of(room.programme(), "audio"), 1500) < 0.02
    assert not _tracks(room, chris)


def _sends(stage: Stage, person: Person) -> bool:
    return any(each["person"] == person.id and each["connected"] for each in stage.state["people"])


def _tracks(room: Room, person: Person) -> list[Path]:
    return list(room.tracks.glob(f"{person.id}*"))
