"""An office hour's id comes in, paths of its files go out. File names live here and nowhere else.

    <office hour>/timeline.jsonl   cards/<digest>.png
                  programme/<edition>/index.m3u8  video/{init.mp4,index.m3u8,00000001.m4s…}  audio/{…}
                  tracks/<person id>.mkv          only while on air; -2, -3 … each time anew
                  sealed/<number>.sealed          what was cut from the broadcast, encrypted; beside it <number>.json
                  heard/<language>/               what was said so far; goes when captions are made of it
                  renditions/  captions/  pictures/    derived: can be thrown away and made again
    .live                          a lock that rooms share while they run on this machine (`here`)

`write_whole` is how everything but the three growing files (timeline, tracks, the open segment) is written.
With an archive in an object store (`shared`) the folders are a host's copies; on a disk nothing is brought or put.
"""

import hashlib
import os
import shutil
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ingest.objects import Opened

SEGMENT_NAME = "{:08d}.m4s"
LIVE = ".live"
Alive = Callable[[], None]
"""Asked for a sign of life while files are on their way; raises to break off."""
Wanted = Callable[[str], bool]
"""Which of an office hour's media are needed, by name (`ingest.mirror`)."""


def whose(track: str) -> str:
    """The person whose track has this file name."""
    return PurePosixPath(track).stem.partition("-")[0]


@dataclass(frozen=True)
class Room:
    """The folder of one office hour, on a local disk."""

    root: Path

    @property
    def timeline(self) -> Path:
        return self.root / "timeline.jsonl"

    @property
    def lock(self) -> Path:
        return self.root / "room.lock"

    @property
    def cards(self) -> Path:
        return self.root / "cards"

    def card(self, digest: str) -> Path:
        return self.cards / f"{digest}.png"

    def programme(self, edition: int = 1) -> "Programme":
        return Programme(self.root / "programme" / str(edition))

    @property
    def tracks(self) -> Path:
        return self.root / "tracks"

    def track(self, person: str, part: int = 1) -> Path:
        """The file of a person's encoded audio and video; `part` counts their times on air."""
        return self.tracks / (f"{person}.mkv" if part == 1 else f"{person}-{part}.mkv")

    @property
    def sealed(self) -> Path:
        return self.root / "sealed"

    def sealed_stretch(self, number: int) -> Path:
        """What was cut from the broadcast, encrypted."""
        return self.sealed / f"{number}.sealed"

    def sealed_notes(self, number: int) -> Path:
        """When it was cut, who opened it, why it is kept."""
        return self.sealed / f"{number}.json"

    def rendition(self, name: str) -> Path:
        """A folder or file below renditions/: `480p/index.m3u8`, `audio/…`, `download.mp4`."""
        return self.root / "renditions" / name

    @property
    def master(self) -> Path:
        """The HLS master playlist over programme and renditions; rewritten as rungs arrive."""
        return self.root / "renditions" / "index.m3u8"

    @property
    def download(self) -> Path:
        return self.root / "renditions" / "download.mp4"

    def captions(self, language: str) -> Path:
        return self.root / "captions" / f"{language}.vtt"

    def words(self, language: str) -> Path:
        """Words as heard, with times and probabilities; `transcode/captions.py` says what each holds."""
        return self.root / "captions" / f"{language}.words.json"

    def heard(self, language: str) -> Path:
        """A folder of what was heard so far, piece by piece, until captions in this language are made of it.

        Names are not masked there, so it lies where nothing is ever served from.
        """
        return self.root / "heard" / language

    def released_captions(self, language: str) -> Path:
        """Captions as a person released them, which go before the machine's; .srt, .txt and .words.json lie beside."""
        return self.root / "captions" / f"{language}.released.vtt"

    def shown_captions(self, language: str) -> Path:
        """The captions that everybody gets: those that a person released, else the machine's."""
        released = self.released_captions(language)
        return released if released.is_file() else self.captions(language)

    @property
    def chapters(self) -> Path:
        return self.root / "captions" / "chapters.vtt"

    @property
    def poster(self) -> Path:
        return self.root / "pictures" / "poster.jpg"

    @property
    def storyboard(self) -> Path:
        """WebVTT over small pictures of the whole length, which lie beside it."""
        return self.root / "pictures" / "storyboard.vtt"

    @property
    def waveform(self) -> Path:
        """The peaks of the sound."""
        return self.root / "pictures" / "waveform.json"

    @property
    def fine_waveform(self) -> Path:
        """The same for who works on a second of it."""
        return self.root / "pictures" / "waveform.fine.json"


@dataclass(frozen=True)
class Programme:
    """One edition of the programme as segments and playlists."""

    root: Path

    @property
    def index(self) -> Path:
        return self.root / "index.m3u8"

    def folder(self, kind: str) -> Path:
        """`kind` is "video" or "audio"."""
        return self.root / kind

    def init(self, kind: str) -> Path:
        return self.folder(kind) / "init.mp4"

    def playlist(self, kind: str) -> Path:
        return self.folder(kind) / "index.m3u8"

    def segment(self, kind: str, number: int) -> Path:
        """Segments count from 1 and never start again, also after a crash."""
        return self.folder(kind) / SEGMENT_NAME.format(number)

    def segments(self, kind: str) -> list[Path]:
        return sorted(self.folder(kind).glob("*.m4s"))


@dataclass(frozen=True)
class Archive:
    """All office hours of this installation below one folder."""

    root: Path

    def room(self, office_hour: str) -> Room:
        if not office_hour.isalnum():
            raise ValueError(f"not an office hour's id: {office_hour!r}")
        return Room(self.root / office_hour)

    def erase(self, office_hour: str) -> None:
        """Delete everything of an office hour; it is fine if nothing is there."""
        shutil.rmtree(self.room(office_hour).root, ignore_errors=True)

    def with_tracks(self, among: Sequence[str]) -> list[str]:
        """Of these office hours, those that still have people's own tracks."""
        return sorted(id for id in among if (kept := self.room(id).tracks).is_dir() and any(kept.iterdir()))

    def tracks(self, office_hour: str) -> frozenset[str]:
        """The names of the files of people's own tracks, wherever they lie."""
        return frozenset(file.name for file in self.room(office_hour).tracks.glob("*.mkv"))

    def erase_tracks(self, office_hour: str, people: Collection[str] | None = None) -> None:
        """Delete people's own tracks, of all or of some; programme, captions and timeline stay."""
        for file in self.room(office_hour).tracks.glob("*"):
            if people is None or whose(file.name) in people:
                file.unlink(missing_ok=True)

    # What only an archive in an object store has to do

    @property
    def one_disk(self) -> bool:
        """Whether all hosts write to the same disk."""
        return True

    @contextmanager
    def in_use(self, office_hour: str) -> Iterator[None]:
        """While this lasts the folder is not freed."""
        yield

    def bring(self, office_hour: str, wanted: Wanted, alive: Alive = lambda: None) -> bool:
        """Fetch what others have put; whether anything was another than before."""
        return False

    def put(self, office_hour: str, alive: Alive = lambda: None, *, on_air: bool = False) -> bool:
        """Give others what was made here; whether there was anything."""
        return False

    def arrived(self, office_hour: str) -> bool:
        """Whether the recording can be here: on a disk whatever there is is here."""
        return True

    def lend(self, name: str, file: Path) -> None:
        """Let other hosts have a file that belongs to no office hour yet."""

    def borrow(self, name: str, file: Path, alive: Alive = lambda: None) -> None:
        """Fetch such a file to where it lies on the host that has it, unless it is there."""

    def give_back(self, name: str) -> None:
        """Nobody needs that file any more; fine if it is gone."""

    def open(self, office_hour: str, name: str, asked: str = "") -> "Opened | None":
        """A file that is to be read from somewhere else than the folder."""
        return None


@contextmanager
def write_whole(path: Path) -> Iterator[Path]:
    """Yield a path beside `path` to write to; on success fsync, rename over `path`, fsync the folder.

    On an error the half-written file is removed and `path` stays as it was.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{os.getpid()}-{os.urandom(4).hex()}-{path.name}")
    try:
        yield beside
        sync(beside)
        beside.replace(path)
        sync(path.parent)
    finally:
        beside.unlink(missing_ok=True)


def write_text(path: Path, text: str) -> None:
    """Replace `path` by `text` (UTF-8), whole or not at all."""
    with write_whole(path) as beside:
        beside.write_text(text, encoding="utf-8")


def digest(path: Path) -> str:
    """SHA-256 of a file, hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def sync(path: Path) -> None:
    """Return when a file, or what a folder lists, would outlive a power cut."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
