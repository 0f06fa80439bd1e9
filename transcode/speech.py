"""Pieces of sound and their language come in, words with times go out, each doubtful one saying why.

`Transcriber` is what the captions step needs; `Whisper` does it in a child process (hearing.py), so that it can be
stopped and its lease renewed. Nothing recognised is thrown away: what was probably not spoken is marked.
"""

import json
import math
import re
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass, field
from importlib import metadata
from pathlib import Path
from typing import Any, Protocol

from ingest import steps
from transcode import models, process
from transcode.listener import Listeners
from transcode.settings import Settings
from transcode.spare import never
from transcode.voice import Stretch

# Limits as OpenAI's decoder uses them itself; a segment past them is kept by faster-whisper when no retry did better.
NO_SPEECH, UNLIKELY, REPETITIVE = 0.6, -1.0, 2.4
NO_TIME_S = 0.03  # The shortest German word takes more than twice this.
REPEATS = 3
QUIET_NICENESS = 19
"""Of a child that listens while an office hour is on air: of a core that others want it gets a seventieth."""
NEVER_SPOKEN = re.compile(
    r"untertitel(ung)? (der|von|im auftrag|des|aus)\b|amara\.org|\bzdf für funk\b|subtitles by\b|copyright wdr"
    r"|vielen dank fürs zuschauen|thanks for watching|transcri(bed|ption) by\b",
    re.IGNORECASE,
)
"""Lines of training material that models of this family say into silence."""


@dataclass(frozen=True, kw_only=True)
class Word:
    """A word in media time; `doubt` says why it was probably not spoken.

    `heard` is what was recognised where a name was written instead; `speaker` the name to show, where known, and until
    names are put on words the person's id; `language` the one it was said in, where that is not the captions' own.
    """

    word: str
    start_s: float
    end_s: float
    probability: float
    doubt: str = ""
    heard: str = ""
    speaker: str = ""
    language: str = ""

    def values(self) -> dict[str, Any]:
        """As stored in the words file; `doubt` only where there is one."""
        return {name: value for name, value in asdict(self).items() if value != "" or name == "word"}


@dataclass(frozen=True, kw_only=True)
class Piece:
    """From when to when a file is to be heard, in its own time, and in which language.

    It begins and ends in the quietest moment near these times. `heard`: what of it is not silence to the listener; None
    is all of it.
    """

    path: Path
    language: str
    start_s: float = -math.inf
    end_s: float = math.inf
    heard: tuple[Stretch, ...] | None = None

    def values(self) -> dict[str, Any]:
        """As the child is told."""
        bounds = {"start_s": self.start_s, "end_s": self.end_s}
        heard = None if self.heard is None else [[each.start_s, each.end_s] for each in self.heard]
        known = {name: at_s for name, at_s in bounds.items() if math.isfinite(at_s)}
        return {"path": str(self.path), "language": self.language, "heard": heard, **known}


class Transcriber(Protocol):
    """Something that writes down what is said."""

    @property
    def identity(self) -> str:
        """Model and parameters in a line: part of the key of what it made."""

    def hear(
        self,
        pieces: Sequence[Piece],
        keep: Callable[[int, list[Word]], None],
        progress: Callable[[float], None],
        *,
        quietly: bool = False,
    ) -> None:
        """Hear the pieces and `keep` the words of each, by its number, as soon as they are known.

        Words are in order of time, the file's own; none where nothing is said. `quietly`: with what the processor has
        left. Raises steps errors.
        """


def transcribe(
    transcriber: Transcriber, path: Path, language: str, progress: Callable[[float], None] = lambda fraction: None
) -> list[Word]:
    """All words of a file or playlist. Raises steps errors."""
    found: list[Word] = []
    transcriber.hear([Piece(path=path, language=language)], lambda number, words: found.extend(words), progress)
    return found


@dataclass
class Heard:
    """Reads the lines of the child process; `keep` is given each piece's words when all of them are known."""

    pieces: Sequence[Piece] = ()
    keep: Callable[[int, list[Word]], None] = lambda number, words: None
    duration_s: float = 0.0
    error: steps.StepError | None = None
    done: bool = False
    _words: dict[int, list[Word]] = field(default_factory=dict)
    _lines: int = 0
    _at_s: float = 0.0

    def read(self, line: str) -> float | None:
        """Take one line; gives the seconds heard so far. Lines of other makers are left alone."""
        try:
            values = json.loads(line)
        except ValueError:
            return None
        if not isinstance(values, dict):
            return None
        number = int(values.get("piece", 0))
        if "error" in values:
            kind = steps.Transient if values["turn"] == "transient" else steps.Permanent
            self.error = kind(f"speech recognition: {values['error']}")
        elif "segment" in values:
            self._words.setdefault(number, []).extend(words_of(values["segment"], self._own(number)))
        elif "whole" in values:
            self.keep(number, sorted(self._words.pop(number, []), key=lambda word: word.start_s))
        self.duration_s = values.get("duration_s", self.duration_s)
        self._at_s = values.get("at_s", self._at_s)
        self.done = self.done or bool(values.get("done"))
        self._lines += 1
        # Decoding and loading are progress too, though nothing is heard meanwhile.
        return self._at_s + self._lines / 1000

    def _own(self, number: int) -> str:
        return self.pieces[number].language if number < len(self.pieces) else ""


@dataclass(frozen=True, kw_only=True)
class Whisper:
    """faster-whisper in a child process that stays alive; `store` is the folder for models."""

    settings: Settings
    store: Path
    listeners: Listeners = field(default_factory=Listeners, compare=False, repr=False)
    rests: Callable[[], bool] = field(default=never, compare=False, repr=False)

    @property
    def identity(self) -> str:
        version = metadata.version("faster-whisper")
        pinned = models.SHA256 if self.settings.speech_model == models.PACKAGED else ""
        return (
            f"faster-whisper {version} batched {self.settings.speech_model} {pinned} {self.settings.speech_precision}"
        )

    def hear(
        self,
        pieces: Sequence[Piece],
        keep: Callable[[int, list[Word]], None],
        progress: Callable[[float], None],
        *,
        quietly: bool = False,
    ) -> None:
        """See Transcriber. Eight windows of 30 s must be done within the stall limit for speech."""
        heard = Heard(pieces=pieces, keep=keep)
        try:
            self.listeners.ask(
                self.command(quietly=quietly),
                QUIET_NICENESS if quietly else self.settings.niceness,
                {"pieces": [piece.values() for piece in pieces]},
                read=heard.read,
                over=lambda: heard.done,
                report=lambda at: progress(min(at / heard.duration_s, 1.0) if heard.duration_s else 0.0),
                stall_s=self.settings.speech_stall_s,
                rests=self.rests,
            )
        except process.Failed as error:
            raise heard.error or error from error

    def command(self, *, quietly: bool = False) -> list[str]:
        """The child's argument list; joins the packaged model first if that was never done."""
        settings = self.settings
        model = models.find(settings.speech_model, self.store)
        command = [sys.executable, "-m", "transcode.hearing", "--model", model, "--store", str(self.store)]
        command += ["--threads", str(1 if quietly else settings.speech_threads)]
        command += ["--precision", settings.speech_precision]
        return [*command, *(["--pin"] if settings.speech_model == models.PACKAGED else [])]


def words_of(segment: dict[str, Any], own: str = "") -> list[Word]:
    """The words of one recognised segment, marked where it was probably not spoken, or not in the `own` language."""
    language = segment.get("language", "")
    said = {"language": language} if own and language not in ("", own) else {}
    words = [
        Word(**{**each, **said, "word": each["word"].strip()})
        for each in glued(segment["words"])
        if each["word"].strip()
    ]
    why = doubt(segment, [each.word for each in words])
    timeless = frozenset[int]() if why else without_time(words)
    doubts = [why or ("no time" if number in timeless else "") for number in range(len(words))]
    return [
        Word(**{**asdict(each), "doubt": doubt}) if doubt else each for each, doubt in zip(words, doubts, strict=True)
    ]


def without_time(words: Sequence[Word]) -> frozenset[int]:
    """Which words were not spoken because two or more in a row take no time, with equal ones just before them.

    Where a recording ends within a sentence, the model likes to go on: "bla bla bla bla", all at one moment.
    """
    found: set[int] = set()
    for first in range(len(words) - 1):
        pair = words[first : first + 2]
        if all(each.end_s - each.start_s < NO_TIME_S for each in pair):
            found |= {first, first + 1}
            before = first - 1
            while before >= 0 and words[before].word == pair[0].word:
                found.add(before)
                before -= 1
    return frozenset(found)


def glued(words: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Words as people count them: a piece without a space before it, or "-like this", belongs to the one before."""
    whole: list[dict[str, Any]] = []
    for each in words:
        text = each["word"]
        if whole and text.strip() and (not text.startswith(" ") or re.match(r" -\w", text)):
            before = whole[-1]
            joined = {"word": before["word"].rstrip() + text.strip(), "end_s": each["end_s"]}
            whole[-1] = before | joined | {"probability": min(before["probability"], each["probability"])}
        else:
            whole.append(each)
    return whole


def doubt(segment: dict[str, Any], words: Sequence[str]) -> str:
    """Why a segment was probably not spoken, or ""."""
    if segment["no_speech"] > NO_SPEECH and segment["likelihood"] < UNLIKELY:
        return "silence"
    if segment["compression"] > REPETITIVE or repeats(words):
        return "repetition"
    return "phrase" if NEVER_SPOKEN.search(segment["text"]) else ""


def repeats(words: Iterable[str]) -> bool:
    """True for a phrase of two to eight words three times in a row, or one word six times.

    "Nein, nein, nein!" is something people say, and stays.
    """
    plain = [re.sub(r"\W", "", word).lower() for word in words]
    for length in range(1, 9):
        times = REPEATS if length > 1 else 2 * REPEATS
        for start in range(len(plain) - length * times + 1):
            stretch = plain[start : start + length * times]
            if stretch == stretch[:length] * times:
                return True
    return False
