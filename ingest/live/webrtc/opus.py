"""Opus packets come in, sound goes out, and the other way round; also of packets that never came: from the next one,
which carries a coarse copy of the one before it when its sender expects loss (RFC 6716, 2.1.7), or else made up.

This is libopus itself, as it lies in PyAV's wheel: PyAV has no way to say that a packet is missing, and puts a graph of
filters with a thread for each core before every encoder.
"""

import ctypes
import ctypes.util
import functools
import logging
from pathlib import Path

import av
import numpy as np
import numpy.typing as npt

log = logging.getLogger(__name__)
RATE = 48_000
LONGEST = RATE * 120 // 1000  # samples of the longest packet there is
STEP = RATE * 25 // 10_000  # the decoder makes up sound in pieces of 2.5 ms
BITS_PER_S = 32_000  # Fullband speech in mono (RFC 7587, 3.1.1: 28 to 40 kbit/s).
LOSS_PERCENT = 10  # How much loss the redundancy inside each packet is made for.
COMPLEXITY = 5  # of 10: what browsers take on telephones; a quarter less work than the default, for each who listens
LARGEST = 1275  # bytes of a packet of 20 ms (RFC 6716, 3.2.1)
_VOIP = 2048  # opus_defines.h, as the numbers of the controls below
_SET_BITRATE, _SET_COMPLEXITY, _SET_INBAND_FEC, _SET_PACKET_LOSS_PERC = 4002, 4010, 4012, 4014
Sound = npt.NDArray[np.float32]


class OpusError(ValueError):
    """The packet is none, or torn."""


class Decoder:
    """One person's stream, mono at 48 kHz. Calls follow the order of the stream. Raises OSError without libopus."""

    def __init__(self) -> None:
        error = ctypes.c_int()
        self._library = library()
        self._sound = np.zeros(LONGEST, np.float32)
        self._place = self._sound.ctypes.data_as(ctypes.POINTER(ctypes.c_float))
        self._state = ctypes.c_void_p(self._library.opus_decoder_create(RATE, 1, ctypes.byref(error)))
        if not self._state:
            raise OSError(f"libopus refuses with {error.value}")

    def __del__(self) -> None:
        if getattr(self, "_state", None):
            self._library.opus_decoder_destroy(self._state)

    def decode(self, data: bytes) -> Sound:
        """The sound of a packet. Raises OpusError."""
        return self._call(data, LONGEST, from_next=False)

    def missing(self, samples: int, following: bytes | None = None) -> Sound:
        """`samples` of what did not come, at most 120 ms; `following`: the packet right after it, if that is there."""
        whole = min(-(-samples // STEP) * STEP, LONGEST)
        return self._call(following, whole, from_next=following is not None)[:samples]

    def _call(self, data: bytes | None, most: int, *, from_next: bool) -> Sound:
        size = len(data or b"")
        count = self._library.opus_decode_float(self._state, data, size, self._place, most, int(from_next))
        if count < 0:
            raise OpusError(f"libopus refuses a packet of {size} bytes with {count}")
        return self._sound[:count].copy()


class Encoder:
    """Speech in mono at 48 kHz, with the last packet repeated small inside each. Raises OSError without libopus."""

    def __init__(self) -> None:
        error = ctypes.c_int()
        self._library = library()
        self._state = ctypes.c_void_p(self._library.opus_encoder_create(RATE, 1, _VOIP, ctypes.byref(error)))
        if not self._state:
            raise OSError(f"libopus refuses with {error.value}")
        wanted = {_SET_BITRATE: BITS_PER_S, _SET_COMPLEXITY: COMPLEXITY}
        wanted |= {_SET_INBAND_FEC: 1, _SET_PACKET_LOSS_PERC: LOSS_PERCENT}
        for control, value in wanted.items():
            self._library.opus_encoder_ctl(self._state, control, value)
        self._packet = ctypes.create_string_buffer(LARGEST)

    def __del__(self) -> None:
        if getattr(self, "_state", None):
            self._library.opus_encoder_destroy(self._state)

    def encode(self, block: Sound) -> bytes:
        """The packet of a block: 960 samples, or another length that Opus has. Raises OpusError."""
        sound = np.ascontiguousarray(block, np.float32)
        place = sound.ctypes.data_as(ctypes.POINTER(ctypes.c_float))
        count = self._library.opus_encode_float(self._state, place, len(sound), self._packet, LARGEST)
        if count < 0:
            raise OpusError(f"libopus refuses {len(sound)} samples with {count}")
        return self._packet.raw[:count]


def repeats(data: bytes) -> bool:
    """Whether a packet carries a coarse copy of the one before it."""
    return bool(library().opus_packet_has_lbrr(data, len(data)) == 1)


@functools.cache
def library() -> ctypes.CDLL:
    """libopus of PyAV's wheel, or of the system. Raises OSError where there is neither."""
    package = Path(av.__file__).parent
    inside = [*package.parent.glob("av.libs/libopus*"), *package.glob(".dylibs/libopus*")]
    name = str(inside[0]) if inside else ctypes.util.find_library("opus")
    if name is None:
        raise OSError("libopus is neither in PyAV's wheel nor on this machine")
    found = ctypes.CDLL(name)
    found.opus_decoder_create.restype = ctypes.c_void_p
    found.opus_decoder_create.argtypes = [ctypes.c_int32, ctypes.c_int, ctypes.POINTER(ctypes.c_int)]
    found.opus_decoder_destroy.restype = None
    found.opus_decoder_destroy.argtypes = [ctypes.c_void_p]
    found.opus_encoder_create.restype = ctypes.c_void_p
    found.opus_encoder_create.argtypes = [ctypes.c_int32, ctypes.c_int, ctypes.c_int, ctypes.POINTER(ctypes.c_int)]
    found.opus_encoder_destroy.restype = None
    found.opus_encoder_destroy.argtypes = [ctypes.c_void_p]
    found.opus_encoder_ctl.restype = ctypes.c_int
    found.opus_encoder_ctl.argtypes = [ctypes.c_void_p, ctypes.c_int, ctypes.c_int]
    found.opus_encode_float.restype = ctypes.c_int32
    found.opus_encode_float.argtypes = [
        ctypes.c_void_p,
        ctypes.POINTER(ctypes.c_float),
        ctypes.c_int,
        ctypes.c_char_p,
        ctypes.c_int32,
    ]
    found.opus_packet_has_lbrr.restype = ctypes.c_int
    found.opus_packet_has_lbrr.argtypes = [ctypes.c_char_p, ctypes.c_int32]
    found.opus_decode_float.restype = ctypes.c_int
    found.opus_decode_float.argtypes = [
        ctypes.c_void_p,
        ctypes.c_char_p,
        ctypes.c_int32,
        ctypes.POINTER(ctypes.c_float),
        ctypes.c_int,
        ctypes.c_int,
    ]
    return found
