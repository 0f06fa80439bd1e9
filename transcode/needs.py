"""A step comes in; what it needs before it begins goes out: room on the disk, and which media it reads."""

from collections.abc import Callable
from functools import cache

from ingest import archive, mirror
from ingest.archive import Wanted
from ingest.work import Work
from transcode import footprint, playlists, stretches

Room = Callable[[Work], int]
Reads = Callable[[Work], Wanted]


def places(work: Work) -> tuple[archive.Room, archive.Programme]:
    """Where a step works. Raises MissingSegment when nothing was recorded."""
    room = work.archive.room(work.office_hour)
    programme = room.programme(int(work.parameters.get("edition", 1)))
    if not programme.playlist("video").exists() and not programme.playlist("audio").exists():
        raise playlists.MissingSegment(f"office hour {work.office_hour} has no programme in {programme.root}")
    return room, programme


# Room on the disk, asked before a step begins


def little(work: Work) -> int:
    """Of a step that writes playlists, captions or a picture."""
    return footprint.LITTLE


def room_of_download(work: Work) -> int:
    return footprint.of_download(places(work)[1])


def room_of_sound(work: Work) -> int:
    return footprint.of_sound(footprint.duration_s(places(work)[1]))


def room_of_stretch(work: Work) -> int:
    """Raises NoPlan when nobody has planned it."""
    room, programme = places(work)
    plan, which = stretches.read_plan(room), _which(work, room)
    cuts = playlists.read(programme.playlist("video"), which).segments[which]
    return footprint.of_stretch(plan.rungs, sum(cut.duration_s for cut in cuts))


# Which media a step reads, of an archive in an object store (`ingest.shared`)


def all_media(work: Work) -> Wanted:
    """Of a step that writes the master, or that removes what was made."""
    return mirror.everything


def the_programme(work: Work) -> Wanted:
    return lambda name: name.startswith("programme/")


def what_was_said(work: Work) -> Wanted:
    """The programme and people's own tracks."""
    return lambda name: name.startswith(("programme/", "tracks/"))


def one_stretch(work: Work) -> Wanted:
    """The programme's segments of one stretch; asked when plan and playlists are here."""

    @cache
    def files() -> frozenset[str]:
        room, programme = places(work)
        video = programme.playlist("video")
        playlist, which = playlists.parse(video.read_text(encoding="utf-8")), _which(work, room)
        named = [playlist.init, *(each.address for each in playlist.segments[which])]
        return frozenset((video.parent / each).relative_to(room.root).as_posix() for each in named)

    return lambda name: name in files()


def _which(work: Work, room: archive.Room) -> slice:
    """Raises NoPlan when nobody has planned it."""
    return stretches.read_plan(room).segments(int(work.parameters["stretch"]))
