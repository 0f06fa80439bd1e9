"""Rooms end to end: real senders, a real process, a real kill; and what the studio does about a room that is away."""

import asyncio
import itertools
import os
import signal
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from datetime import datetime
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from ingest import commands, here, store
from ingest.archive import Archive
from ingest.commands import Kind
from ingest.database import Database
from ingest.live.studio.rooms import OfferRefused, RoomGone, Rooms, socket_for
from ingest.officehours import OfficeHour, State
from ingest.sealing import public_key
from ingest.secrets import open_safe
from ingest.settings import Settings
from ingest.timeline import Kind as What
from ingest.timeline import read
from tests.ingest.live.senders import Door, Sender, file_of, sending
from tests.standins.media import Region, find_beeps, find_flashes, mean_colour, nearest_person, read_frames

ADA, CHRIS = Sender("ada", 1000), Sender("chris", 1500)
PEOPLE = (ADA, CHRIS)
# The middles of the two tiles of a grid for two, wherever exactly they lie.
TILES = {"ada": Region(0.15, 0.45, 0.35, 0.55), "chris": Region(0.65, 0.45, 0.85, 0.55)}
IN_STEP_S = 0.060  # What viewers accept of early sound is 45 ms, of late sound 125 ms (ITU-R BT.1359-1, 1998).


class Stage:
    """A studio in a test: rows, rooms, and what they reported."""

    def __init__(self, database: Database, hour: OfficeHour, folder: Path) -> None:
        self.database, self.hour = database, hour
        self.archive = Archive(folder)
        self.safe = open_safe(folder.parent / "secret.key")
        self.told: list[tuple[str, Any]] = []
        self.rooms = self.studio()

    def studio(self) -> Rooms:
        def started(office_hour: str, at: datetime, tick_duration: Fraction) -> None:
            self.told.append(("started", tick_duration))

        return Rooms(
            settings=Settings(data=self.archive.root),
            database=self.database,
            archive=self.archive,
            on_started=started,
            on_paused=lambda office_hour, paused: self.told.append(("paused", paused)),
            on_ended=lambda office_hour, ticks: self.told.append(("ended", ticks)),
            sealing_key=public_key(self.safe),
        )

    @property
    def state(self) -> dict[str, Any]:
        return self.rooms.state(self.hour.id)

    async def until(self, true: Callable[[], Any], timeout_s: float = 30.0) -> float:
        """Wait, and say for how long."""
        began = time.monotonic()
        while not true():
            assert time.monotonic() - began < timeout_s, f"not within {timeout_s} s: {self.state}"
            await asyncio.sleep(0.02)
        return time.monotonic() - began

    async def wish(self, kind: Kind, **payload: Any) -> commands.Command:
        """Write a command, ring, and wait until it was applied or refused."""
        with self.database.transaction() as connection:
            id = commands.write(connection, self.hour.id, kind, **payload)
        self.rooms.ring()
        await self.until(lambda: self.command(id).state is not commands.State.NEW)
        return self.command(id)

    def command(self, id: str) -> commands.Command:
        with self.database.reading() as connection:
            return commands.get(connection, id)

    async def both_connected(self) -> None:
        await self.until(lambda: [each["connected"] for each in self.state["people"]] == [True, True])

    async def both_on_air(self) -> None:
        for person, name in (("ada", "Ada"), ("chris", "Chris")):
            assert (await self.wish(Kind.SHOW, person=person, name=name, role="")).state is commands.State.DONE

    @property
    def pid(self) -> int:
        """The room's process, as the kernel knows it by its arguments."""
        for folder in Path("/proc").iterdir():
            if folder.name.isdigit() and str(self.archive.room(self.hour.id).root) in _arguments(folder):
                return int(folder.name)
        raise LookupError("the room has no process")


def _arguments(process: Path) -> list[str]:
    try:
        return (process / "cmdline").read_text().split("\0")
    except OSError:
        return []  # it has just ended


@pytest.fixture
async def stage(database: Database, hour: OfficeHour, tmp_path: Path) -> AsyncIterator[Stage]:
    with database.transaction() as connection:
        store.move_office_hour(connection, hour.id, State.OPEN)
        store.move_office_hour(connection, hour.id, State.BACKSTAGE)
    stage = Stage(database, hour, tmp_path / "archive")
    await stage.rooms.start()
    try:
        await stage.until(lambda: stage.state["open"])
        yield stage
    finally:
        await stage.rooms.stop()


@pytest.mark.journey
async def test_two_people_are_recorded_in_step_across_a_kill(stage: Stage) -> None:
    door = Door(stage.rooms, stage.hour.id)
    async with door.open() as address, AsyncExitStack() as cameras:
        await cameras.enter_async_context(sending(PEOPLE, address))
        await stage.both_connected()
        await stage.both_on_air()
        await asyncio.sleep(2)  # Both sender reports are in, the sound has settled.
        assert (await stage.wish(Kind.START)).tick == 0
        await asyncio.sleep(6)  # A track is written a second behind what is played, and a kill loses that much of it.
        asked = await stage.wish(Kind.ON_AIR, question="q1", text="Wann kommt der Radweg?", author="Chris")
        before_kill = stage.state["tick"]
        os.kill(stage.pid, signal.SIGKILL)
        await stage.until(lambda: not stage.state["open"])
        back_s = await stage.until(lambda: stage.state["open"] and stage.state["tick"] is not None)
        async with sending(PEOPLE, address):
            await stage.both_connected()
            again = stage.state["tick"]
            await asyncio.sleep(6)
            ended = await stage.wish(Kind.END)

    await stage.until(lambda: stage.told[-1][0] == "ended")
    room = stage.archive.room(stage.hour.id)
    events = read(room.timeline)
    resumed = next(event for event in events if event.kind is What.RESUMED)
    lost_s = (before_kill - resumed.values["next"]) / 30
    print(f"recording again {back_s:.2f} s after the kill, {max(lost_s, 0):.2f} s lost")
    assert lost_s <= 1.0
    assert asked.state is commands.State.DONE
    assert ended.tick is not None
    assert stage.told == [("started", Fraction(1, 30)), ("started", Fraction(1, 30)), ("ended", ended.tick + 1)]
    assert [event.values["question"] for event in events if event.kind is What.ON_AIR] == ["q1"]

    frames = [at for at, _ in read_frames(file_of(room.programme(), "video"))]
    assert len(frames) == ended.tick + 1
    assert frames[-1] == pytest.approx(ended.tick / 30, abs=0.001)
    for sender in PEOPLE:
        in_tile(room.programme(), sender, 1.0, resumed.values["next"] / 30)
        in_tile(room.programme(), sender, again / 30 + 1.5, frames[-1])
        for part in (1, 2):
            own = room.track(sender.person, part)
            between = find_flashes(own)[0] + 0.5
            assert nearest_person(mean_colour(own, at_s=between)) == sender.person
            assert len(find_beeps(own, sender.pitch_hz)) >= 4
    clocks = [event for event in events if event.kind is What.CLOCK]
    assert {(event.values["person"], event.values["track"], event.values["part"]) for event in clocks} == {
        (person, track, part) for person in ("ada", "chris") for track in ("audio", "video") for part in (1, 2)
    }


def in_tile(programme: Any, sender: Sender, start_s: float, end_s: float) -> None:
    """Between two media times the person is in their tile, flashes and beeps each second, and both in step."""
    video, audio = file_of(programme, "video"), file_of(programme, "audio")
    flashes = [at for at in find_flashes(video, TILES[sender.person]) if start_s < at < end_s]
    beeps = [at for at in find_beeps(audio, sender.pitch_hz) if start_s - 0.1 < at < end_s + 0.1]
    assert len(flashes) >= 3
    video.seek(0)  # the colour is looked for between two flashes, which are white
    assert nearest_person(mean_colour(video, TILES[sender.person], at_s=flashes[0] + 0.5)) == sender.person
    assert [b - a for a, b in itertools.pairwise(flashes)] == pytest.approx([1.0] * (len(flashes) - 1), abs=0.07)
    apart = [min((beep - flash for beep in beeps), key=abs) for flash in flashes]
    print(f"{sender.person}: sound after picture by {[round(1000 * each) for each in apart]} ms")
    assert max(map(abs, apart)) <= IN_STEP_S


@pytest.mark.journey
async def test_a_new_studio_takes_over_a_room_that_goes_on(stage: Stage) -> None:
    assert (await stage.wish(Kind.START)).state is commands.State.DONE
    process = stage.pid
    dead = stage.rooms._rooms[stage.hour.id]  # the studio dies: nobody says goodbye to the room
    assert stage.rooms._looking is not None
    for task in (stage.rooms._looking, *dead._tasks):
        task.cancel()
    assert dead._wire is not None
    dead._wire.close()
    stage.rooms = stage.studio()
    await stage.rooms.start()
    await stage.until(lambda: stage.state.get("tick"))
    assert stage.pid == process
    refused = await stage.wish(Kind.START)
    assert (refused.state, refused.reason) == (commands.State.REFUSED, "the office hour is on air already")
    await stage.rooms.stop()
    assert dead._process is not None
    await asyncio.wait_for(dead._process.wait(), 5)  # only here is the dead studio's child also ours to wait for


@pytest.mark.journey
async def test_a_bad_offer_is_refused_and_harms_nobody(stage: Stage) -> None:
    for offer in ("", "hello", "v=0\r\n", "v=0\r\nm=audio x\r\n", "v=0\r\n" + "a=x\r\n" * 20_000):
        with pytest.raises(OfferRefused):
            await stage.rooms.whip(stage.hour.id, "ada", offer)
        with pytest.raises(OfferRefused):
            await stage.rooms.whep(stage.hour.id, "ada", offer)
    assert stage.state["people"] == []
    with pytest.raises(RoomGone):
        await stage.rooms.whip("0" * 32, "ada", "v=0\r\n")
    assert not await stage.rooms.delete(f"{stage.hour.id}-{'0' * 32}")
    assert here.is_live(stage.archive.root)  # beside it heavy steps hold back


def test_a_sockets_path_is_short_and_belongs_to_the_folder(tmp_path: Path) -> None:
    deep = tmp_path / ("x" * 120)
    assert len(str(socket_for(deep))) < 104
    assert socket_for(deep) == socket_for(tmp_path / "." / ("x" * 120))
    assert socket_for(deep) != socket_for(tmp_path)
