"""Encoded frames come in, CMAF segments and playlists go out (first draft of the signatures)."""

from ingest.archive import Programme


class Recorder:
    """Writes one edition of the programme."""

    next_tick: int

    def __init__(self, programme: Programme, *, width: int, height: int, frame_rate: int, bitrate: int) -> None:
        """A new recording, from tick 0. Raises FileExistsError when there is one already: then `reopen`."""
        raise NotImplementedError

    @classmethod
    def reopen(cls, programme: Programme, *, width: int, height: int, frame_rate: int, bitrate: int) -> "Recorder":
        """Go on after a crash: trim to the last whole part, `next_tick` is the tick after it (0 in an empty folder)."""
        raise NotImplementedError
