"""`ingest/live/output/viewing.py`: every playlist of a recording being written, read the way players do."""

import asyncio
from itertools import pairwise
from pathlib import Path

import pytest

from ingest.live.cmaf.lowlatency import Requested, part_address
from ingest.live.cmaf.segments import Edge
from ingest.live.output import viewing
from ingest.live.output.viewing import TooFar, Viewing
from tests.ingest.live.output.test_recorder import Studio
from tests.ingest.live.rules import broken_promises, broken_rules, understood


class Watched:
    """A recording that is watched while it is written: all playlists of both kinds, in order."""

    def __init__(self, folder: Path, rate: int = 25, segments: int = 150) -> None:
        self.folder, self.rate = folder, rate
        self.edges: list[Edge] = []
        self.studio = Studio(folder, rate=rate, on_edge=self.edges.append, forced_every=7)
        self.viewing = Viewing(self.studio.programme, segments)
        self.texts: dict[str, list[str]] = {"video": [], "audio": []}

    async def feed(self, parts: int) -> None:
        for _ in range(parts):
            self.studio.feed(self.rate * 2 // 5)
            await self.look()

    async def look(self) -> None:
        if self.edges:
            self.viewing.told(self.edges[-1])
        await self.viewing._look()
        for kind, texts in self.texts.items():
            other = "audio" if kind == "video" else "video"
            delta = await self.viewing.playlist(kind, Requested(skip=True))
            texts.append(await self.viewing.playlist(kind, Requested()))
            assert broken_rules(delta) == []
            newest = understood(texts[-1])
            if newest.parts and not newest.ended:
                assert newest.values("#EXT-X-RENDITION-REPORT")["URI"] == f"../{other}/index.m3u8"

    @property
    def hinted(self) -> tuple[int, int]:
        """Segment and index of the part that comes next (sound is a frame behind, so not what was fed counts)."""
        return self.edges[-1].number, self.edges[-1].parts

    async def crash(self) -> None:
        """The process dies; another one goes on."""
        self.studio = Studio(self.folder, rate=self.rate, on_edge=self.edges.append)
        await self.look()

    def broken(self) -> list[str]:
        found = [rule for texts in self.texts.values() for text in texts for rule in broken_rules(text)]
        for texts in self.texts.values():
            for before, after in pairwise(texts):
                found += broken_promises(before, after)
        return found


@pytest.mark.parametrize("rate", [25, 30])
async def test_every_playlist_keeps_the_rules_also_after_crashes(tmp_path: Path, rate: int) -> None:
    watched = Watched(tmp_path, rate, segments=8)
    await watched.feed(23)
    await watched.crash()
    await watched.feed(31)
    await watched.crash()
    await watched.crash()
    await watched.feed(7)
    watched.studio.finish()
    await watched.look()
    assert watched.broken() == []
    last = understood(watched.texts["video"][-1])
    assert last.ended
    assert last.first > 1
    kinds = [understood(watched.texts[kind][-2]) for kind in ("video", "audio")]
    assert kinds[0].next_number == kinds[1].next_number
    assert kinds[0].gaps == kinds[1].gaps


async def test_a_playlist_comes_with_the_part_that_was_waited_for(tmp_path: Path) -> None:
    watched = Watched(tmp_path)
    await watched.feed(7)
    waiting = asyncio.create_task(watched.viewing.playlist("video", Requested(*watched.hinted)))
    hinted = asyncio.create_task(watched.viewing.part("audio", *watched.hinted))
    await asyncio.sleep(0)
    assert not waiting.done()
    address = part_address(*watched.hinted)
    watched.studio.feed(10)
    watched.viewing.told(watched.edges[-1])
    assert f'URI="{address}"\n' in (await waiting).replace(",INDEPENDENT=YES", "").split("#EXT-X-PRELOAD-HINT")[0]
    assert (await hinted)[4:8] == b"moof"


async def test_parts_are_the_bytes_of_their_segment(tmp_path: Path) -> None:
    watched = Watched(tmp_path)
    await watched.feed(6)
    for kind in ("video", "audio"):
        parts = [await watched.viewing.part(kind, 1, n) for n in range(5)]
        assert b"".join(parts) == watched.studio.programme.segment(kind, 1).read_bytes()


async def test_what_cannot_come_is_refused(tmp_path: Path) -> None:
    watched = Watched(tmp_path)
    await watched.feed(7)
    for number, index in [(1, 5), (2, 3), (3, 0), (99, 0)]:
        with pytest.raises(FileNotFoundError):
            await watched.viewing.part("video", number, index)
    with pytest.raises(TooFar):
        await watched.viewing.playlist("video", Requested(9))
    assert await watched.viewing.has_segment(1)
    assert not await watched.viewing.has_segment(2)


async def test_a_hint_that_does_not_come_true_is_taken_back(tmp_path: Path) -> None:
    watched = Watched(tmp_path)
    await watched.feed(7)
    hinted = asyncio.create_task(watched.viewing.part("video", *watched.hinted))
    await asyncio.sleep(0)
    await watched.crash()
    with pytest.raises(FileNotFoundError):
        await hinted


async def test_whoever_waits_for_what_has_ended_is_told_so(tmp_path: Path) -> None:
    watched = Watched(tmp_path)
    await watched.feed(7)
    waiting = asyncio.create_task(watched.viewing.playlist("video", Requested(*watched.hinted)))
    await asyncio.sleep(0)
    watched.studio.finish()
    await watched.viewing._look()
    assert "#EXT-X-ENDLIST" in await waiting


async def test_waiting_has_an_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(viewing, "PATIENCE_S", 0.01)
    watched = Watched(tmp_path)
    await watched.feed(7)
    with pytest.raises(TimeoutError):
        await watched.viewing.playlist("video", Requested(*watched.hinted))


async def test_a_studio_that_starts_again_knows_everything_from_the_disk(tmp_path: Path) -> None:
    watched = Watched(tmp_path)
    await watched.feed(12)
    new = Viewing(watched.studio.programme, 150)
    assert "00000002.4.m4s" in await new.playlist("video", Requested())
    assert '00000003.0.m4s",INDEPENDENT' not in await new.playlist("video", Requested())
    new.told(watched.edges[-1])
    assert await new.playlist("video", Requested(3, 0)) == await watched.viewing.playlist("video", Requested())


async def test_before_the_first_segment_there_is_nothing_to_see(tmp_path: Path) -> None:
    viewing = Viewing(Studio(tmp_path / "a").programme, 150)
    assert "PRELOAD-HINT" in await viewing.playlist("video", Requested())
    with pytest.raises(FileNotFoundError):
        await Viewing(type(viewing._programme)(tmp_path / "b"), 150).playlist("video", Requested())
