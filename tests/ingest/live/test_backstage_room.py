"""A real room with real connections: who is in it hears and sees each other, and nobody else does.

Code words are tones. Ada and Chris send and listen, Dana waits, a viewer watches; afterwards the files are searched.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from aiortc import RTCPeerConnection, RTCRtpSender, RTCSessionDescription
from aiortc.mediastreams import MediaStreamError

from ingest import store
from ingest.commands import Kind, State
from ingest.database import Database
from ingest.live.lobby.signs import Sign, sign_of
from ingest.live.mix.greenroom import WIDTH
from ingest.officehours import OfficeHour
from ingest.officehours import State as HourState
from ingest.timeline import Kind as What
from ingest.timeline import read
from tests.ingest.live.cameras import WANTED, Packets
from tests.ingest.live.packets import opus, pictures, tone
from tests.ingest.live.reading import seen
from tests.ingest.live.studio.test_rooms import Stage
from tests.ingest.live.test_code_word import heard_by, loudest
from tests.standins.media import read_sound

ON_AIR_HZ = 440.0
CODE_WORDS = {"before": 700.0, "beside": 1100.0, "pause": 1570.0, "closing": 1930.0, "after": 2310.0}
WORD_S, SETTLES_S = 1.0, 1.2
LEFT = 0.04  # amplitude: where a tone is torn off between two packets, a little of every pitch is heard; a word has 0.2
SILENCE = [frame.data for frame in opus(tone(1.0, 0.0))]


class Ears:
    """A connection out: what is heard, and how wide the picture is."""

    def __init__(self) -> None:
        self.sound: list[np.ndarray[Any, np.dtype[np.float32]]] = []
        self.width = 0
        self._connection = RTCPeerConnection()
        self._tasks: list[asyncio.Task[None]] = []

    async def open(self, door: Any) -> None:
        for kind in ("video", "audio"):
            self._connection.addTransceiver(kind, direction="recvonly")
        await self._connection.setLocalDescription(await self._connection.createOffer())
        _, answer = await door(self._connection.localDescription.sdp)
        await self._connection.setRemoteDescription(RTCSessionDescription(answer, "answer"))
        for transceiver in self._connection.getTransceivers():
            self._tasks.append(asyncio.create_task(self._listen(transceiver.receiver.track)))

    async def _listen(self, track: Any) -> None:
        with contextlib.suppress(MediaStreamError):
            while True:
                frame = await track.recv()
                if isinstance(frame, av.VideoFrame):
                    self.width = frame.width
                else:
                    self.sound.append(frame.to_ndarray().reshape(-1, 2)[:, 0].astype(np.float32) / 32768)

    async def close(self) -> None:
        for task in self._tasks:
            task.cancel()
        await self._connection.close()


class Mouth:
    """A connection in: a microphone that is silent or says a tone, and a camera."""

    def __init__(self) -> None:
        self._connection = RTCPeerConnection()
        self._audio = Packets("audio", SILENCE)

    async def open(self, door: Any) -> None:
        for track in (Packets("video", [each.data for each in pictures(30, group=15)]), self._audio):
            transceiver = self._connection.addTransceiver(track, direction="sendonly")
            codecs = RTCRtpSender.getCapabilities(track.kind).codecs
            transceiver.setCodecPreferences([codec for codec in codecs if codec.mimeType in WANTED])
        await self._connection.setLocalDescription(await self._connection.createOffer())
        _, answer = await door(self._connection.localDescription.sdp)
        await self._connection.setRemoteDescription(RTCSessionDescription(answer, "answer"))

    async def says(self, hertz: float) -> None:
        """A word, and then nothing until the last of it has arrived everywhere."""
        self._audio._packets = [frame.data for frame in opus(tone(1.0, hertz))]
        await asyncio.sleep(WORD_S)
        self._audio._packets = SILENCE
        await asyncio.sleep(SETTLES_S)

    async def close(self) -> None:
        await self._connection.close()


class Room:
    """The cast in a real room."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.mouths = {"ada": Mouth(), "chris": Mouth()}
        self.ears = {"ada": Ears(), "chris": Ears(), "dana": Ears(), "viewer": Ears()}

    async def open(self) -> None:
        rooms, id = self.stage.rooms, self.stage.hour.id
        for person, mouth in self.mouths.items():
            await mouth.open(lambda sdp, person=person: rooms.whip(id, person, sdp))
        for person, ears in self.ears.items():
            inside = person != "dana"
            if person == "viewer":
                await ears.open(lambda sdp: rooms.watch(id, sdp))
            else:
                await ears.open(lambda sdp, person=person, inside=inside: rooms.whep(id, person, sdp, inside=inside))
        await self.stage.until(lambda: all(each.width for each in self.ears.values()))

    async def word(self, person: str, hertz: float) -> set[str]:
        """Who heard it."""
        before = {each: len(ears.sound) for each, ears in self.ears.items()}
        await self.mouths[person].says(hertz)
        new = {each: ears.sound[before[each] :] for each, ears in self.ears.items()}
        return heard_by({each: loudest(np.concatenate(blocks), hertz) for each, blocks in new.items() if blocks})

    async def do(self, kind: Kind, **payload: Any) -> None:
        command = await self.stage.wish(kind, **payload)
        assert command.state is State.DONE, command.reason

    async def see(self, **widths: int) -> None:
        await self.stage.until(lambda: all(self.ears[each].width == width for each, width in widths.items()), 10)

    async def close(self) -> None:
        everyone: list[Mouth | Ears] = [*self.mouths.values(), *self.ears.values()]
        for each in everyone:
            await each.close()


@pytest.fixture
async def room(database: Database, hour: OfficeHour, tmp_path: Path) -> AsyncIterator[Room]:
    with database.transaction() as connection:
        store.move_office_hour(connection, hour.id, HourState.OPEN)
        store.move_office_hour(connection, hour.id, HourState.BACKSTAGE)
    stage = Stage(database, hour, tmp_path / "archive")
    await stage.rooms.start()
    room = Room(stage)
    try:
        await stage.until(lambda: stage.state["open"])
        await room.open()
        yield room
    finally:
        await room.close()
        await stage.rooms.stop()


@pytest.mark.journey
async def test_backstage_is_a_room_of_its_own_before_between_and_after(room: Room) -> None:
    inside, outside = {"ada": WIDTH, "chris": WIDTH}, {"dana": 1280, "viewer": 1280}
    await room.see(**inside, **outside)
    assert await room.word("ada", CODE_WORDS["before"]) == {"chris"}
    await room.do(Kind.SHOW, person="ada", name="Ada", role="")
    await room.do(Kind.START, count_s=1)
    await room.see(ada=1280, chris=1280, **outside)
    assert await room.word("ada", ON_AIR_HZ) == {"chris", "dana", "viewer"}
    assert await room.word("chris", CODE_WORDS["beside"]) == set()
    await room.do(Kind.PAUSE)
    # The page is told twice a second, so that its sign has changed within a second.
    assert await room.stage.until(lambda: sign_of(room.stage.state, "ada") is Sign.NOT_ON_AIR) < 0.5
    await room.see(**inside, **outside)
    assert await room.word("ada", CODE_WORDS["pause"]) == {"chris"}
    await room.do(Kind.RESUME)
    assert await room.word("ada", ON_AIR_HZ) == {"chris", "dana", "viewer"}
    await room.do(Kind.END, undo_s=4)
    assert await room.word("ada", CODE_WORDS["closing"]) == {"chris"}
    await room.stage.until(lambda: room.stage.state["over"])
    await room.see(**inside)
    assert await room.word("chris", CODE_WORDS["after"]) == {"ada"}

    archive = room.stage.archive.room(room.stage.hour.id)
    broadcast = seen(archive.programme()).sound
    tracks = {path.name: read_sound(path) for path in sorted(archive.root.glob("tracks/*"))}
    assert [name.removesuffix(".mkv") for name in tracks] == ["ada-2", "ada"]
    for sound in (broadcast, *tracks.values()):
        assert loudest(sound, ON_AIR_HZ) > 0.1
        assert {word: loudest(sound, hertz) > LEFT for word, hertz in CODE_WORDS.items()} == dict.fromkeys(
            CODE_WORDS, False
        )
    ends = [event.kind for event in read(archive.timeline) if event.kind in (What.CLOSING, What.END)]
    assert ends == [What.CLOSING, What.END]
