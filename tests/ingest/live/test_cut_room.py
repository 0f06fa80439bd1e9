"""A cut in a real room with real senders, across a kill: neither recording nor tracks hold anything of it."""

import asyncio
import io
import os
import signal
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ingest import sealed
from ingest.commands import Kind
from ingest.timeline import Kind as What
from ingest.timeline import read
from tests.ingest.live.senders import Door, Sender, file_of, sending
from tests.ingest.live.studio.test_rooms import Stage, stage
from tests.standins.media import COLOURS, SAMPLE_RATE, Region, find_beeps, pixels, read_frames, read_sound

__all__ = ["stage"]
pytestmark = pytest.mark.journey
ADA, CHRIS = Sender("ada", 1000), Sender("chris", 1500)
DELAY_S = 4
MIDDLE = Region(0.4, 0.4, 0.6, 0.6)


def people_in(media: Any) -> set[str]:
    """Whose colour fills a picture's middle, over all pictures; flashes and slides are nobody's."""
    found = set()
    for _, frame in read_frames(media):
        seen = MIDDLE.cut(pixels(frame, "rgb24")).reshape(-1, 3).mean(axis=0)
        found |= {name for name, colour in COLOURS.items() if max(abs(seen - colour)) < 30}
    return found


def loudest(media: Any, hertz: int) -> float:
    """The amplitude of a tone in the loudest 20 ms; a beep has 0.2, and an edge of another tone a twentieth of that."""
    sound = read_sound(media)
    blocks = sound[: len(sound) // 960 * 960].reshape(-1, 960)
    wave = np.hanning(960) * np.exp(-2j * np.pi * hertz * np.arange(960) / SAMPLE_RATE)
    return float(np.abs(blocks @ wave).max() / 480 * 2)


async def show_chris_for_a_second(stage: Stage) -> None:
    """He takes Ada's place in the picture, and is cut."""
    await stage.wish(Kind.HIDE, person="ada")
    await stage.wish(Kind.SHOW, person="chris", name="Chris", role="")
    await asyncio.sleep(1)
    await stage.wish(Kind.CUT, by="bo")


async def test_of_a_cut_nothing_is_recorded_across_a_kill_and_up_to_the_end(stage: Stage) -> None:
    room = stage.archive.room(stage.hour.id)
    door = Door(stage.rooms, stage.hour.id)
    async with door.open() as address, AsyncExitStack() as cameras:
        await cameras.enter_async_context(sending((ADA, CHRIS), address))
        await stage.both_connected()
        await stage.wish(Kind.SHOW, person="ada", name="Ada", role="")
        await asyncio.sleep(1)
        await stage.wish(Kind.START, delay_s=DELAY_S, cut_words="Gleich geht es weiter.")
        await asyncio.sleep(DELAY_S + 3)
        await show_chris_for_a_second(stage)
        await stage.until(lambda: stage.state["cut"])
        await asyncio.sleep(1)
        made = stage.state["tick"]
        os.kill(stage.pid, signal.SIGKILL)
        await stage.until(lambda: not stage.state["open"])
        await stage.until(lambda: stage.state["open"] and stage.state["tick"] is not None)
        assert stage.state["cut"]
        async with sending((ADA, CHRIS), address):
            await stage.both_connected()
            await asyncio.sleep(2)
            await stage.wish(Kind.HIDE, person="chris")
            await stage.wish(Kind.SHOW, person="ada", name="Ada", role="")
            await asyncio.sleep(1)
            on = await stage.wish(Kind.GO_ON, by="bo")
            await asyncio.sleep(DELAY_S + 3)
            ended = await stage.wish(Kind.END)
            assert ended.tick is not None
            assert ("ended", ended.tick + 1) not in stage.told
            await stage.until(lambda: stage.told[-1][0] == "ended")

    resumed = next(event for event in read(room.timeline) if event.kind is What.RESUMED)
    cut = [event.values for event in read(room.timeline) if event.kind is What.CUT]
    assert made - DELAY_S * 30 - resumed.values["next"] <= 30
    assert [(each["on"], each["by"]) for each in cut] == [(True, "bo"), (False, "bo")]
    assert cut[1]["until"] == on.tick
    assert people_in(file_of(room.programme(), "video")) == {"ada"}
    assert sum(1 for _ in read_frames(file_of(room.programme(), "video"))) == stage.told[-1][1]
    assert loudest(file_of(room.programme(), "audio"), CHRIS.pitch_hz) < 0.02
    assert loudest(file_of(room.programme(), "audio"), ADA.pitch_hz) > 0.08
    quiet = (cut[0]["from"] / 30, cut[1]["until"] / 30)
    beeps = find_beeps(file_of(room.programme(), "audio"), ADA.pitch_hz)
    assert not [at for at in beeps if quiet[0] < at < quiet[1]]
    assert len([at for at in beeps if at > quiet[1]]) >= 3
    assert not list(room.tracks.glob("chris*"))
    _ada_is_in_her_tracks(list(room.tracks.glob("ada*")))
    _the_office_can_open_it(stage)


def _ada_is_in_her_tracks(tracks: list[Path]) -> None:
    assert tracks
    assert all(people_in(track) <= {"ada"} for track in tracks)
    assert sum(len(find_beeps(track, ADA.pitch_hz)) for track in tracks) >= 4


def _the_office_can_open_it(stage: Stage) -> None:
    """One stretch up to the kill, of what had left the delay by then, and one after it, in which Chris is."""
    room = stage.archive.room(stage.hour.id)
    contents = [
        sealed.open_stretch(room, number, stage.safe, by="bo", why="test", at=datetime.now(UTC)) for number in (1, 2)
    ]
    assert b"matroska" not in room.sealed_stretch(2).read_bytes()
    assert [people_in(io.BytesIO(content)) for content in contents] == [{"ada"}, {"ada", "chris"}]
