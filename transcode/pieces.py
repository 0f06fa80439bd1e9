"""Sources come in, pieces of a minute go out, each heard by itself; and their words, kept until captions are made.

A piece begins and ends in the quietest moment near its minute, which the child that listens finds in the sound: both
neighbours see the same seconds and find the same moment. So pieces can be heard while the office hour runs, in any
order, by any worker, and a worker that is killed loses the one it was at. What was heard of a piece lies in a file
under the key of all that it depends on; when consent or a cut changes that, it is another key, and the old file goes.

    heard/<language>/<key>.json     [Word.values(), …] in media time; `speaker` is a person's id
"""

import hashlib
import json
import math
import shutil
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from ingest import archive
from transcode.sources import Source, within
from transcode.speech import Piece, Word
from transcode.voice import EDGE_S, Stretch

RECIPE = 1  # raised when the same sound gives other words
PIECE_S = 60.0
SETTLED_S = 3.0
"""A track is written this much behind the programme at most: flushed each second, and 0.5 s behind the delay."""


@dataclass(frozen=True, kw_only=True)
class Part:
    """A piece of a source, under its key."""

    source: Source
    piece: Piece
    key: str

    def placed(self, words: Sequence[Word], language: str) -> list[Word]:
        """The piece's words, which are in the file's time, in media time, with their person and, if other, language."""
        person, spoken = self.source.person, self.piece.language

        def at(file_s: float) -> float:
            return round(max(self.source.media_s(file_s), 0.0), 3)

        found = []
        for each in words:
            own = each.language or spoken
            other = "" if own == language else own
            start_s, end_s = at(each.start_s), at(each.end_s)
            found.append(replace(each, start_s=start_s, end_s=end_s, speaker=person, language=other))
        return found


def parts(source: Source, path: Path, language: str, identity: str, until_s: float = math.inf) -> list[Part]:
    """The pieces of a source that lie before `until_s` whole, as far as there is something to hear in them."""
    found: list[Part] = []
    last_s = max((each.end_s for each in source.heard), default=0.0)
    # The last word may be said after the pause that a piece ends in: there may be a little of one more.
    for number in range(math.ceil((last_s + EDGE_S) / PIECE_S) if source.heard else 0):
        start_s, end_s = number * PIECE_S, (number + 1) * PIECE_S
        if end_s + EDGE_S + SETTLED_S > until_s:
            break
        around = Stretch(start_s=start_s - EDGE_S, end_s=end_s + EDGE_S)
        heard = within(source.heard, [around])
        if heard and heard[0].start_s < end_s:  # what begins later has silence before it, in which the piece ends
            piece = Piece(
                path=path,
                language=language,
                start_s=_milliseconds(source.file_s(start_s)) if number else -math.inf,
                end_s=_milliseconds(source.file_s(end_s)),
                heard=tuple(_in_file(source, each) for each in heard),
            )
            found.append(Part(source=source, piece=piece, key=key(source, piece, identity)))
    return found


def _in_file(source: Source, stretch: Stretch) -> Stretch:
    start_s, end_s = source.file_s(stretch.start_s), source.file_s(stretch.end_s)
    return Stretch(start_s=_milliseconds(start_s), end_s=_milliseconds(end_s))


def _milliseconds(at_s: float) -> float:
    return round(at_s, 3)


def key(source: Source, piece: Piece, identity: str) -> str:
    """What the words of a piece depend on, as a name. Of a track that is still written only what is behind."""
    heard = [[each.start_s, each.end_s] for each in piece.heard or ()]
    place = [_milliseconds(source.media_s(each.start_s)) for each in piece.heard or ()]
    whole = [source.person, source.part, piece.path.name, str(piece.start_s), piece.end_s, heard, place]
    text = json.dumps([whole, piece.language, identity, RECIPE])
    return hashlib.sha256(text.encode()).hexdigest()[:40]


# Kept


def keep(room: archive.Room, language: str, part: Part, words: Sequence[Word]) -> None:
    """Write down what was heard of a piece for captions in `language`, whole or not at all."""
    values = [word.values() for word in part.placed(words, language)]
    archive.write_text(_file(room, language, part), json.dumps(values, ensure_ascii=False) + "\n")


def kept(room: archive.Room, language: str, part: Part) -> list[Word] | None:
    """What was heard of a piece, or None when it was not."""
    try:
        values = json.loads(_file(room, language, part).read_text(encoding="utf-8"))
        return [Word(**each) for each in values]
    except (FileNotFoundError, TypeError, ValueError):
        return None


def unheard(room: archive.Room, language: str, wanted: Sequence[Part]) -> list[Part]:
    """Those of them of which nothing is kept, or nothing that can be read."""
    return [part for part in wanted if kept(room, language, part) is None]


def forget(room: archive.Room, language: str, but: Sequence[Part] = ()) -> None:
    """Erase what was heard, but for these pieces."""
    folder, left = room.heard(language), {part.key for part in but}
    if not left:
        shutil.rmtree(folder, ignore_errors=True)
        with suppress(OSError):  # another language is still heard
            folder.parent.rmdir()
        return
    for path in folder.glob("*.json"):
        if path.stem not in left:
            path.unlink(missing_ok=True)


def _file(room: archive.Room, language: str, part: Part) -> Path:
    return room.heard(language) / f"{part.key}.json"
