"""What lies in a local folder, in the store, and what was known of both comes in; what to fetch and to put goes out.

`known` holds each file as it was when both sides were the same. Whoever differs from it has changed: both sides may,
when a worker was cut off; then the newer one counts. Pure: `shared` does it.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath

from ingest.objects import Object

MEDIA = frozenset({".m4s", ".mp4", ".m4a", ".mkv"})
"""What is large: fetched only where it is needed. All else (playlists, captions, pictures, notes) always is."""
STAYS = frozenset({"sealed", "room.lock"})
"""What never leaves the studio's machine: what was cut from a broadcast, and a lock."""

Wanted = Callable[[str], bool]


@dataclass(frozen=True, kw_only=True)
class Local:
    """A file as it lies here."""

    size: int
    mtime_ns: int


@dataclass(frozen=True, kw_only=True)
class Known:
    """A file as it lay here when it was the same as the object with this tag."""

    size: int
    mtime_ns: int
    etag: str

    def is_same(self, here: Local | None) -> bool:
        return here is not None and (here.size, here.mtime_ns) == (self.size, self.mtime_ns)


@dataclass(frozen=True, kw_only=True)
class Bringing:
    """Names to fetch, and names that are out of date here and go."""

    fetch: tuple[str, ...]
    drop: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Putting:
    """Names to put, in groups: none before all of the group before; and names to erase after that."""

    put: tuple[tuple[str, ...], ...]
    erase: tuple[str, ...]


def everything(name: str) -> bool:
    """Wanted by whom all media are needed, but people's own tracks."""
    return not name.startswith("tracks/")


def with_tracks(name: str) -> bool:
    """Wanted by whom people's own tracks are needed as well."""
    return True


def nothing(name: str) -> bool:
    """Wanted by whom no media are needed."""
    return False


def is_small(name: str) -> bool:
    """Whether everybody has it."""
    return PurePosixPath(name).suffix not in MEDIA


def is_shared(name: str) -> bool:
    """Whether a file belongs into the store: finished, and not only this machine's."""
    parts = PurePosixPath(name).parts
    return parts[0] not in STAYS and not any(part.startswith(".") for part in parts)


def closed(names: Iterable[str]) -> frozenset[str]:
    """Of the files of a room that is on air, those that grow no more: cards, and segments that have a later one."""
    paths = [PurePosixPath(name) for name in names]
    segments = [path for path in paths if path.parts[0] == "programme" and path.suffix == ".m4s"]
    newest: dict[PurePosixPath, str] = {}
    for path in segments:
        newest[path.parent] = max(path.name, newest.get(path.parent, ""))
    done = [path for path in segments if path.name < newest[path.parent]]
    done += [path for path in paths if path.parts[0] == "cards" or path.name == "init.mp4"]
    return frozenset(map(str, done))


def to_bring(
    here: Mapping[str, Local], there: Mapping[str, Object], known: Mapping[str, Known], wanted: Wanted
) -> Bringing:
    """What makes the folder as the store is, without touching what was done here and not yet put."""
    fetch: list[str] = []
    drop: list[str] = []
    for name, remote in there.items():
        noted, local = known.get(name), here.get(name)
        if noted is not None and noted.etag == remote.etag:
            continue  # the same as ever; if it is gone here, a step has removed it and will say so
        if local is None or _gives_way(local, noted, remote):
            (fetch if wanted(name) else drop).append(name)
    gone = [name for name, noted in known.items() if name not in there and noted.is_same(here.get(name))]
    return Bringing(fetch=tuple(fetch), drop=tuple(name for name in [*drop, *gone] if name in here))


def _gives_way(local: Local, noted: Known | None, remote: Object) -> bool:
    """Whether what lies here is as it was known, or older than what somebody else has put since."""
    return (noted is not None and noted.is_same(local)) or remote.modified.timestamp() * 1e9 > local.mtime_ns


def to_put(here: Mapping[str, Local], known: Mapping[str, Known]) -> Putting:
    """What makes the store as the folder is, so that whoever looks meanwhile never finds a name without its file."""
    changed = [name for name, local in here.items() if name not in known or not known[name].is_same(local)]
    groups: dict[int, list[str]] = {}
    for name in sorted(changed):
        groups.setdefault(_rank(name), []).append(name)
    erase = tuple(name for name in known if name not in here)
    return Putting(put=tuple(tuple(groups[rank]) for rank in sorted(groups)), erase=erase)


def _rank(name: str) -> int:
    """Media, then what is about them, then what names them; the timeline says that all of a recording is here."""
    if name == "timeline.jsonl":
        return 5
    if name == "renditions/index.m3u8":
        return 4
    if name.endswith(".m3u8"):
        return 3
    if name.endswith(".made.json"):
        return 2
    return 1 if is_small(name) else 0
