"""Words come in, a stand-in for the recogniser goes out that hears them: where, and in what it was asked to listen.

Everyday tests need no speech model; what the real one does is shown in tests/transcode/test_journey.py.
"""

from collections.abc import Callable, Sequence
from pathlib import Path

from transcode.speech import Piece, Word


class Scribe:
    """A `speech.Transcriber`. `hears`: the words of a file, in its time; `asked`: all pieces it was given."""

    def __init__(
        self, hears: Callable[[Path], Sequence[Word]] | Sequence[Word] = (), identity: str = "scribe 1"
    ) -> None:
        self.identity = identity
        self.asked: list[Piece] = []
        self._hears = hears

    def hear(
        self,
        pieces: Sequence[Piece],
        keep: Callable[[int, list[Word]], None],
        progress: Callable[[float], None],
        *,
        quietly: bool = False,
    ) -> None:
        for number, piece in enumerate(pieces):
            self.asked.append(piece)
            keep(number, [word for word in self.words(piece.path) if within(word, piece)])
            progress((number + 1) / len(pieces))

    def words(self, path: Path) -> Sequence[Word]:
        return self._hears(path) if callable(self._hears) else self._hears


def within(word: Word, piece: Piece) -> bool:
    """Whether a word is heard in a piece: begins in it, where there is no silence."""
    inside = piece.start_s <= word.start_s < piece.end_s
    return inside and (piece.heard is None or any(each.start_s <= word.start_s < each.end_s for each in piece.heard))
