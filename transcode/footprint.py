"""A programme and a ladder come in; how many bytes each step will write at most goes out, to be reserved on the disk.

What is written twice on the way (whole, then cut into segments; beside, then renamed) counts twice.
"""

from collections.abc import Sequence
from pathlib import Path

from ingest import archive
from transcode import loudness, playlists, probe, repair
from transcode.ladder import TOP_BITRATE, Rung

LITTLE = 2_000_000  # playlists, captions, a picture
BOXES = 1.05  # the share of headers in a fragmented file, and what an encoder is over its bitrate
CHANNELS = 2


def size_of(*found: Path) -> int:
    """Bytes of a programme's playlists with all they name; what is not there has none."""
    return sum(
        file.stat().st_size
        for path in found
        if path.exists()
        for file in playlists.files(path, playlists.read(path))
        if file.exists()
    )


def duration_s(programme: archive.Programme) -> float:
    """How long picture or sound is, whichever is longer."""
    tracks = [programme.playlist(kind) for kind in ("video", "audio")]
    return max((playlists.read(path).duration_s for path in tracks if path.exists()), default=0.0)


def of_download(programme: archive.Programme) -> int:
    """The programme once more."""
    return LITTLE + round(BOXES * size_of(programme.playlist("video"), programme.playlist("audio")))


def of_stretch(rungs: Sequence[Rung], length_s: float) -> int:
    """All sizes of a stretch, whole and cut."""
    return LITTLE + round(2 * BOXES * length_s * sum(rung.bitrate for rung in rungs) / 8)


def of_sound(length_s: float) -> int:
    """The sound, whole and cut."""
    return LITTLE + round(2 * BOXES * length_s * loudness.BITRATE * CHANNELS / 8)


def of_import(film: Path) -> int:
    """Somebody else's recording as a programme, whole and cut: as large as it is, or as the live room would make it.

    A file that cannot be opened is refused before anything is written.
    """
    try:
        with probe.open_media(film) as container:
            said_s = min((container.duration or 0) / 1e6, repair.LONGEST_S)
    except probe.NotAVideo:
        return LITTLE
    bitrate = TOP_BITRATE + CHANNELS * loudness.BITRATE
    return LITTLE + 2 * max(film.stat().st_size, round(BOXES * said_s * bitrate / 8))
