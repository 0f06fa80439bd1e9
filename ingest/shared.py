"""An archive in an object store: every host works in a folder, fetches what a step needs and puts what it made.

The folder is a copy that may be thrown away once all of it is in the store. What is known of both lies beside the
archive (`<data>/mirror/<office hour>.json`), with one lock for changes and one that says that somebody works there.
"""

import fcntl
import json
import os
import shutil
import time
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from threading import Event

from ingest import at_once, disk, mirror
from ingest.archive import Alive, Archive, whose, write_text
from ingest.mirror import Known, Local, Wanted
from ingest.objects import Away, Object, Objects, Opened

LOOK_S = 0.1
KNOWN_BY = "timeline.jsonl"


@dataclass(frozen=True)
class SharedArchive(Archive):
    """As `Archive`, where the folder below `root` is this host's copy of what lies in `objects`."""

    objects: Objects
    notes: Path
    spare_bytes: int = 0

    @property
    def one_disk(self) -> bool:
        return False

    # What steps do

    @contextmanager
    def in_use(self, office_hour: str) -> Iterator[None]:
        """While this lasts nobody on this host frees the folder."""
        with self._locked(office_hour, "use", fcntl.LOCK_SH):
            yield

    def bring(self, office_hour: str, wanted: Wanted = mirror.everything, alive: Alive = lambda: None) -> bool:
        """Fetch all small files, then the media that are `wanted`; whether anything was another than before.

        `wanted` is first asked when the small files are here. Raises Away, disk.NoRoom, and what `alive` raises.
        """
        with self._noted(office_hour, alive) as known:
            there = self.objects.listing(office_hour)
            if known and not there:
                raise Away(
                    f"the archive's store has nothing of {office_hour} any more: is OFFICEHOURS_ARCHIVE_URL right?"
                )
            small = self._bring(office_hour, there, known, mirror.is_small, alive)
            media = self._bring(office_hour, there, known, lambda name: mirror.is_small(name) or wanted(name), alive)
        return small or media

    def _bring(
        self, office_hour: str, there: dict[str, Object], known: dict[str, Known], wanted: Wanted, alive: Alive
    ) -> bool:
        root = self.room(office_hour).root
        plan = mirror.to_bring(self._here(office_hour), there, known, wanted)
        for name in plan.drop:
            (root / name).unlink(missing_ok=True)
            known.pop(name, None)
        needed = sum(there[name].size for name in plan.fetch)
        if needed:
            disk.check(needed, free=disk.free_bytes(root), promised=0, spare=self.spare_bytes)

        def fetch(name: str, stop: Event) -> Known | None:
            try:
                found = self.objects.fetch(f"{office_hour}/{name}", root / name, partial(at_once.go_on, stop))
            except FileNotFoundError:
                return None  # erased between the listing and now
            return _known(root / name, found.etag)

        for name, noted in at_once.each(plan.fetch, fetch, alive):
            if noted is not None:
                known[name] = noted
        return bool(plan.fetch or plan.drop)

    def put(self, office_hour: str, alive: Alive = lambda: None, *, on_air: bool = False) -> bool:
        """Put everything that was made, changed or removed here; of a room `on_air` only what does not grow any more.

        True when there was anything. Raises Away, and what `alive` raises.
        """
        root = self.room(office_hour).root

        def put(name: str, stop: Event) -> Known | None:
            try:
                before = (root / name).stat()
                tag = self.objects.put(root / name, f"{office_hour}/{name}", partial(at_once.go_on, stop))
            except FileNotFoundError:
                return None  # replaced meanwhile by a step that puts it itself
            return Known(size=before.st_size, mtime_ns=before.st_mtime_ns, etag=tag)

        with self._noted(office_hour, alive) as known:
            here = self._here(office_hour)
            if on_air:
                here = {name: here[name] for name in mirror.closed(here)}
            plan = mirror.to_put(here, known)
            for group in plan.put:
                for name, noted in at_once.each(group, put, alive):
                    if noted is not None:
                        known[name] = noted
            if plan.erase and not on_air:
                self.objects.delete(f"{office_hour}/{name}" for name in plan.erase)
                for name in plan.erase:
                    known.pop(name)
        return bool(plan.put or plan.erase)

    def arrived(self, office_hour: str) -> bool:
        """Whether a recording is here: its timeline is put last of all."""
        return self.room(office_hour).timeline.exists()

    # Files that belong to no office hour yet

    def lend(self, name: str, file: Path) -> None:
        """Raises Away."""
        if self.objects.size(name) != file.stat().st_size:
            self.objects.put(file, name)

    def borrow(self, name: str, file: Path, alive: Alive = lambda: None) -> None:
        """Raises FileNotFoundError when it has not been lent, Away, and what `alive` raises."""
        if not file.exists():
            size = self.objects.size(name)
            if size is None:
                raise FileNotFoundError(name)
            disk.check(size, free=disk.free_bytes(file.parent), promised=0, spare=self.spare_bytes)

            def fetch(name: str, stop: Event) -> None:
                self.objects.fetch(name, file, partial(at_once.go_on, stop))

            list(at_once.each([name], fetch, alive))

    def give_back(self, name: str) -> None:
        """Raises Away."""
        self.objects.delete([name])

    # What pages and the clock do

    def handed_over(self, office_hour: str) -> bool:
        """Whether the whole recording is in the store."""
        return KNOWN_BY in self._read(office_hour)

    def open(self, office_hour: str, name: str, asked: str = "") -> Opened | None:
        """A file from the store; None when it has to be looked for in the folder, because the room is not handed over.

        Raises FileNotFoundError when it is nowhere, ValueError for a range outside, Away.
        """
        try:
            return self.objects.open(f"{self.room(office_hour).root.name}/{name}", asked)
        except FileNotFoundError:
            if self.handed_over(office_hour):
                raise
            return None

    def erase(self, office_hour: str) -> None:
        """Delete everything of an office hour, in the store first. Raises Away: then it has to be asked again."""
        self.objects.delete(f"{office_hour}/{name}" for name in self.objects.listing(office_hour))
        self.forget(office_hour)

    def forget(self, office_hour: str) -> None:
        """Delete this host's copy, and what is known of it."""
        shutil.rmtree(self.room(office_hour).root, ignore_errors=True)
        self._file(office_hour, "json").unlink(missing_ok=True)

    def with_tracks(self, among: Sequence[str]) -> list[str]:
        """Of these office hours, those that still have people's own tracks, here or in the store."""
        here = super().with_tracks(among)
        return sorted({*here, *(id for id in among if self.objects.any_below(f"{id}/tracks"))})

    def tracks(self, office_hour: str) -> frozenset[str]:
        """Those here and in the store. Raises Away."""
        return super().tracks(office_hour) | frozenset(self.objects.listing(f"{office_hour}/tracks"))

    def erase_tracks(self, office_hour: str, people: Collection[str] | None = None) -> None:
        """Delete them in the store and here; other hosts' copies go before their next step, or when they are freed.

        Raises Away.
        """
        gone = [name for name in self.tracks(office_hour) if people is None or whose(name) in people]
        self.objects.delete(f"{office_hour}/tracks/{name}" for name in gone)
        super().erase_tracks(office_hour, people)
        with self._noted(office_hour, lambda: None) as known:
            for name in gone:
                known.pop(f"tracks/{name}", None)

    # Freeing the folder

    def used_at(self, office_hour: str) -> float:
        """When this host last fetched or put something of it, in seconds of the epoch; 0 for never."""
        try:
            return self._file(office_hour, "json").stat().st_mtime
        except FileNotFoundError:
            return 0.0

    def free(self, office_hour: str, keep: Wanted = mirror.nothing) -> int:
        """Remove from the folder what lies in the store just so, but what to `keep`; how many files went.

        Nothing while somebody works there.
        """
        root, gone = self.room(office_hour).root, 0
        with suppress(BlockingIOError), self._locked(office_hour, "use", fcntl.LOCK_EX | fcntl.LOCK_NB):
            with self._noted(office_hour, lambda: None) as known:
                for name, local in self._here(office_hour).items():
                    if name in known and known[name].is_same(local) and not keep(name):
                        (root / name).unlink(missing_ok=True)
                        del known[name]
                        gone += 1
            _remove_empty(root)
        return gone

    # Notes and locks

    def _here(self, office_hour: str) -> dict[str, Local]:
        root, found = self.room(office_hour).root, {}
        for folder, _, files in os.walk(root):
            for file in files:
                path = Path(folder) / file
                name = path.relative_to(root).as_posix()
                if mirror.is_shared(name):
                    with suppress(FileNotFoundError):
                        stat = path.stat()
                        found[name] = Local(size=stat.st_size, mtime_ns=stat.st_mtime_ns)
        return found

    def _file(self, office_hour: str, kind: str) -> Path:
        return self.notes / f"{self.room(office_hour).root.name}.{kind}"

    def _read(self, office_hour: str) -> dict[str, Known]:
        try:
            noted = json.loads(self._file(office_hour, "json").read_text(encoding="utf-8"))
        except FileNotFoundError:
            return {}
        return {name: Known(**values) for name, values in noted.items()}

    @contextmanager
    def _noted(self, office_hour: str, alive: Alive) -> Iterator[dict[str, Known]]:
        """What is known, to change; written at the end, whatever happens. One at a time on this host."""
        with self._locked(office_hour, "lock", fcntl.LOCK_EX, alive):
            known = self._read(office_hour)
            if KNOWN_BY in known and not self.room(office_hour).timeline.exists():
                known = {}  # somebody has emptied the folder: that is no wish to erase anything
            try:
                yield known
            finally:
                values = {name: asdict(each) for name, each in known.items()}
                write_text(self._file(office_hour, "json"), json.dumps(values))

    @contextmanager
    def _locked(self, office_hour: str, kind: str, how: int, alive: Alive = lambda: None) -> Iterator[None]:
        """Raises BlockingIOError if `how` says not to wait."""
        self.notes.mkdir(parents=True, exist_ok=True)
        with self._file(office_hour, kind).open("a") as file:
            while True:
                try:
                    fcntl.flock(file, how | fcntl.LOCK_NB)
                    break
                except BlockingIOError:
                    if how & fcntl.LOCK_NB:
                        raise
                alive()
                time.sleep(LOOK_S)
            yield


def _known(path: Path, etag: str) -> Known:
    stat = path.stat()
    return Known(size=stat.st_size, mtime_ns=stat.st_mtime_ns, etag=etag)


def _remove_empty(root: Path) -> None:
    for folder, _, _ in os.walk(root, topdown=False):
        with suppress(OSError):
            Path(folder).rmdir()
