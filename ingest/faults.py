"""What may go wrong with the people on air and their room, by name. Apart from the rows, so that a room's process
starts without the database, and a page without codecs.
"""

from enum import Enum


class Fault(Enum):
    """The most urgent first. NOBODY and DISK are about the room, all others about a person."""

    GONE = "gone"  # nothing comes of them
    SILENT = "silent"  # not even noise comes of the microphone
    QUIET = "quiet"  # hardly noise comes of the microphone, and nobody else speaks
    NOBODY = "nobody"  # nobody on air has been heard
    ECHO = "echo"  # the programme is heard in their microphone
    CLIPPED = "clipped"
    FROZEN = "frozen"
    DARK = "dark"
    LINE = "line"  # packets are lost or come too late
    DISK = "disk"  # it will be full before long; `minutes` says when
