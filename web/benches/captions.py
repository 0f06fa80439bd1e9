"""A recording with its exact text and its names comes in; how our captions compare with plain faster-whisper goes out.

Both hear the same file in a process of their own, with the same model, precision, threads and beam (5), one after the
other and so in turns: what else the machine does falls on both, and the ratio is the median of the rounds. Times
include loading. Plain is the library's own default, without word times, which costs it less than ours.
Normaliser on both sides: lower case, punctuation as blanks. The folder holds one sound file, its sentences as
<name>.json [{"start", "text"}], and, if there are any, names.txt and decoys.txt (names that are never said).
"""

import json
import os
import re
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

import ingest.settings
import transcode.settings
from ingest.settings import load
from transcode import lint, models, probe
from transcode.cues import Cue, Flag
from transcode.speech import Whisper
from web import caption
from web.benches.tail import captions_ready_s

BESIDE = Path(__file__).resolve().parents[3] / "shared/fixtures/speech/de_long"
SOUNDS = (".flac", ".wav", ".mp3", ".ogg", ".m4a", ".mp4")
T = TypeVar("T")
Took = tuple[float, float]
"""Wall seconds, processor seconds."""
PLAIN = """
import json, sys
from faster_whisper import WhisperModel
model = WhisperModel(sys.argv[1], device="cpu", compute_type=sys.argv[2], cpu_threads=int(sys.argv[3]))
segments, _ = model.transcribe(sys.argv[4], language=sys.argv[5])
print(json.dumps(" ".join(segment.text for segment in segments)))
"""


@dataclass(frozen=True, kw_only=True)
class Material:
    """What is heard, and what should have been."""

    sound: Path
    sentences: list[dict[str, Any]]
    names: list[str]
    decoys: list[str]

    @property
    def text(self) -> str:
        return " ".join(each["text"] for each in self.sentences)


def material(folder: Path) -> Material:
    """Read a folder. Raises caption.Refused, saying what is missing."""
    sounds = sorted(path for path in folder.glob("*") if path.suffix in SOUNDS) if folder.is_dir() else []
    if not sounds or not sounds[0].with_suffix(".json").is_file():
        raise caption.Refused(
            f"{folder}: no recording with its sentences (name.flac and name.json): give --speech FOLDER"
        )
    lists = {name: folder / f"{name}.txt" for name in ("names", "decoys")}
    given = {name: caption.names_in(path) if path.is_file() else [] for name, path in lists.items()}
    return Material(sound=sounds[0], sentences=json.loads(sounds[0].with_suffix(".json").read_text("utf-8")), **given)


def captions(folder: Path | None, rounds: int) -> dict[str, Any]:
    """The figures of `officehours bench captions`."""
    given = material(folder or BESIDE)
    settings = replace(load(transcode.settings.Settings), niceness=0)
    whisper = Whisper(settings=settings, store=load(ingest.settings.Settings).data.resolve() / "models")
    whisper.store.mkdir(parents=True, exist_ok=True)
    model = models.find(settings.speech_model, whisper.store)
    argv = [sys.executable, "-c", PLAIN, model, settings.speech_precision, str(settings.speech_threads)]
    ours_took, plain_took = [], []
    for number in range(rounds):
        ours, spent = timed(lambda: _captioned(whisper, given))
        plain, plain_spent = timed(lambda: _said(subprocess.check_output([*argv, str(given.sound), "de"])))
        ours_took.append(spent)
        plain_took.append(plain_spent)
        told = f"ours {spent[0]:.1f} s, plain {plain_spent[0]:.1f} s, load {os.getloadavg()[0]:.1f}"
        print(f"round {number + 1} of {rounds}: {told}", file=sys.stderr)
    heard = " ".join(word.word for word in ours.words if not word.doubt)
    written = " ".join(word.word for word in ours.words if word.heard)
    ready_s = captions_ready_s(given.sound, sound_s(given.sound), ours.words)
    starts = offsets([cue.start_s for cue in ours.shown], [float(each["start"]) for each in given.sentences])
    return {
        "bench": "captions",
        "cores": os.cpu_count(),
        "rounds": rounds,
        **_compared(ours_took, plain_took),
        "wer": round(error_rate(given.text, heard), 4),
        "wer_plain": round(error_rate(given.text, plain), 4),
        "names_right": right_percent(given, heard),
        "names_right_plain": right_percent(given, plain),
        "decoys": sum(count(written, each) for each in given.decoys),
        "decoys_heard_plain": sum(count(plain, each) for each in given.decoys),
        "cues": len(ours.shown),
        "cues_within_rules_percent": round(lint.within_percent(ours.shown), 2),
        "cue_offset_median_s": round(statistics.median(starts), 3),
        "cue_offset_p90_s": round(statistics.quantiles(starts, n=10)[-1], 3),
        "unflagged_outside_rules": unflagged(ours.shown),
        "captions_ready_s": round(ready_s, 1),
        "load": round(os.getloadavg()[0], 1),
    }


def _compared(ours: Sequence[Took], plain: Sequence[Took]) -> dict[str, float]:
    """Medians over the rounds: of the ratios, and of what each took."""

    def middle(values: Iterable[float], digits: int) -> float:
        return round(statistics.median(values), digits)

    wall, cpu = ([one[kind] / other[kind] for one, other in zip(ours, plain, strict=True)] for kind in (0, 1))
    return {
        "ratio_wall": middle(wall, 3),
        "ratio_wall_worst": round(max(wall), 3),
        "ratio_cpu": middle(cpu, 3),
        "wall_s": middle((each[0] for each in ours), 1),
        "wall_s_plain": middle((each[0] for each in plain), 1),
        "cpu_s": middle((each[1] for each in ours), 1),
        "cpu_s_plain": middle((each[1] for each in plain), 1),
    }


def _captioned(whisper: Whisper, given: Material) -> caption.Captioned:
    """Ours, until its child has ended: processor time is counted then."""
    try:
        return caption.captioned(whisper, given.sound, "de", given.names + given.decoys)
    finally:
        whisper.listeners.close()


def sound_s(path: Path) -> float:
    """How long a sound file lasts."""
    return probe.sound_of(path).end_s


def unflagged(shown: Sequence[Cue]) -> int:
    """How many cues are outside the rules and carry no flag that says so."""
    outside = {fault.number for fault in lint.faults(shown)}
    return sum(1 for number in outside if not shown[number - 1].flags - {Flag.NAME, Flag.UNSURE, Flag.LANGUAGE})


def timed(work: Callable[[], T]) -> tuple[T, Took]:
    """What `work` gives, with its wall seconds and the processor seconds of its children."""
    began, before = time.monotonic(), resource.getrusage(resource.RUSAGE_CHILDREN)
    result = work()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return result, (time.monotonic() - began, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)


def _said(output: bytes) -> str:
    return str(json.loads(output))


def normal(text: str) -> list[str]:
    """Words in lower case, punctuation as blanks."""
    return re.sub(r"[^\w\s]", " ", text.lower()).split()


def error_rate(said: str, heard: str) -> float:
    """Words replaced, left out and added, by words said (Levenshtein over words)."""
    wanted, found = normal(said), normal(heard)
    row = list(range(len(found) + 1))
    for number, word in enumerate(wanted, 1):
        above, row = row, [number]
        for at, other in enumerate(found, 1):
            row.append(min(above[at] + 1, row[at - 1] + 1, above[at - 1] + (word != other)))
    return row[-1] / len(wanted)


def count(text: str, name: str) -> int:
    """How often a name stands in a text, word by word."""
    words, wanted = normal(text), normal(name)
    return sum(words[at : at + len(wanted)] == wanted for at in range(len(words)))


def right_percent(given: Material, heard: str) -> float:
    """How many of a hundred spoken names are written as they should be."""
    said = {name: count(given.text, name) for name in given.names}
    right = sum(min(times, count(heard, name)) for name, times in said.items())
    return round(100.0 * right / max(sum(said.values()), 1), 1)


def offsets(starts: Sequence[float], sentences: Sequence[float]) -> list[float]:
    """For each sentence how far the nearest start of a cue is from its own, in seconds."""
    return [min((abs(start - sentence) for start in starts), default=float("inf")) for sentence in sentences]
