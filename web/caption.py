"""`officehours caption FILE`: any file with speech comes in, captions, words and a transcript go out into a folder.

Everything wrong with what was given is a Refused, whose message is the line that the person reads.
"""

import json
import re
import sys
from dataclasses import dataclass
from pathlib import Path

import ingest.settings
import transcode.settings
from ingest import archive, steps
from ingest.settings import load
from transcode import lint, webvtt
from transcode.cues import Cue, cues
from transcode.names import corrected
from transcode.speech import Transcriber, Whisper, Word, transcribe

LANGUAGE = re.compile(r"^[a-z]{2,3}$")


class Refused(Exception):
    """Something given cannot be used; the message says what and why."""


@dataclass(frozen=True, kw_only=True)
class Captioned:
    """What was heard in a file, and how it is shown."""

    words: list[Word]
    shown: list[Cue]


def caption(file: Path, language: str, out: Path, names: Path | None) -> None:
    """Write <out>/<name of the file>.<language>.{vtt,srt,words.json,txt}. Raises Refused."""
    check(file, language)
    given = names_in(names) if names is not None else []
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Refused(f"{out}: {error.strerror}") from error
    base = load(ingest.settings.Settings)
    whisper = Whisper(settings=load(transcode.settings.Settings), store=base.data.resolve() / "models")
    try:
        done = captioned(whisper, file, language, given)
    finally:
        whisper.listeners.close()
    for path in written(out / f"{file.stem}.{language}", done):
        print(path)
    faults = lint.faults(done.shown)
    print(f"{len(done.shown)} cues, {lint.within_percent(done.shown):.1f} % within the rules", file=sys.stderr)
    for fault in faults:
        print(fault, file=sys.stderr)


def check(file: Path, language: str) -> None:
    """Raises Refused for what can be seen before anything is heard."""
    if not file.is_file():
        raise Refused(f"{file}: there is no such file")
    if not LANGUAGE.match(language):
        raise Refused(f"{language!r} is no language code: two or three small letters, such as de or en")


def names_in(path: Path) -> list[str]:
    """One name a line. Raises Refused."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except OSError as error:
        raise Refused(f"{path}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise Refused(f"{path}: is no text in UTF-8") from error
    return [line.strip() for line in lines if line.strip()]


def captioned(transcriber: Transcriber, file: Path, language: str, names: list[str]) -> Captioned:
    """Words and cues of a file. Raises Refused with the recogniser's own sentence."""
    try:
        heard = transcribe(transcriber, file, language, _told)
    except steps.StepError as error:
        raise Refused(" ".join(str(error).split())) from error
    words = corrected(heard, names)
    return Captioned(words=words, shown=cues(words, language))


def _told(fraction: float) -> None:
    if sys.stderr.isatty():
        print(f"\r{fraction:4.0%}", end="", file=sys.stderr)


def written(stem: Path, done: Captioned) -> list[Path]:
    """Write the four files; gives their paths. Raises Refused."""
    words = json.dumps([word.values() for word in done.words], ensure_ascii=False, indent=0) + "\n"
    texts = {
        ".vtt": webvtt.webvtt(done.shown, done.words),
        ".srt": webvtt.subrip(done.shown),
        ".words.json": words,
        ".txt": webvtt.transcript(done.words),
    }
    paths = []
    for suffix, text in texts.items():
        paths.append(stem.with_name(stem.name + suffix))
        try:
            archive.write_text(paths[-1], text)
        except OSError as error:
            raise Refused(f"{paths[-1]}: {error.strerror}") from error
    return paths
