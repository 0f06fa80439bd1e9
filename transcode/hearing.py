"""Runs in a child process: pieces of sound come in, lines of JSON with words and times go out, until nobody asks.

    python -m transcode.hearing --model DIR --store DIR [--pin]
    in   {"pieces": [{"path", "language", "start_s", "end_s", "heard": [[start_s, end_s], …] | null}, …]}
    out  {"duration_s": 60.0}                                         once a request, after decoding
         {"piece": 0, "at_s": 12.4, "segment": {"text", "language", "no_speech", "likelihood", "compression", "words"}}
         {"piece": 0, "whole": true}                                  nothing more is to be said of it
         {"done": true} or {"error": "...", "turn": "transient" | "permanent"}

A child, because the recogniser can neither be cancelled nor run safely in a forked worker. It stays, since loading the
model costs as much as hearing half a minute. Times are the files' own.
"""

import argparse
import json
import select
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from ingest import steps
from transcode import clauses, languages, models, sound, speech, voice
from transcode.listener import IDLE_S
from transcode.sound import RATE, Samples
from transcode.voice import Stretch

# Windows decoded side by side: 0.6 of the processor time of one after another, for half a gigabyte more.
BATCH = 8
FRAMES = 100  # of the model's features, a second
APART_S = 1.0  # silence between two pieces that are decoded together


def say(**values: Any) -> None:
    """One line for the parent."""
    print(json.dumps(values, ensure_ascii=False), flush=True)


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A piece with its sound: number in its request, language, and what the file's time is at its first sample."""

    number: int
    language: str
    samples: Samples
    start_s: float


@dataclass
class Ear:
    """Whoever listens: the model, loaded when there is something to hear."""

    arguments: argparse.Namespace

    @cached_property
    def model(self) -> Any:
        """Raises models.NoModel, and what loading raises."""
        from faster_whisper import WhisperModel  # 320 MB and a second

        arguments = self.arguments
        if arguments.pin:
            models.check(Path(arguments.model))
        return WhisperModel(
            arguments.model,
            device="cpu" if arguments.precision == "int8" else "auto",
            compute_type=arguments.precision,
            cpu_threads=arguments.threads,
            download_root=str(arguments.store),
        )

    @cached_property
    def batched(self) -> Any:
        return _batched(self.model)

    def listen(self, request: dict[str, Any]) -> None:
        """Do one request, said line by line."""
        pieces = [asked(number, values) for number, values in enumerate(request["pieces"])]
        say(duration_s=sum(len(each.samples) for each in pieces) / RATE)
        done_s = 0.0
        for group in grouped(pieces):
            for each in group:
                done_s += len(each.samples) / RATE
            for number, segment in self.heard([each for each in group if each.samples.any()]):
                say(piece=number, segment=segment)
            for each in group:
                say(piece=each.number, whole=True, at_s=done_s)
        say(done=True)

    def heard(self, group: Sequence[Asked]) -> Iterator[tuple[int, dict[str, Any]]]:
        """Segments of pieces in one language, with their numbers, each piece's in order but for what was missed."""
        spoken = {each.number: voiced(each.samples) for each in group}
        if not any(spoken.values()):
            return
        line = _in_a_row(group)
        windows = [
            shifted(window, line[each.number]) for each in group for window in voice.windows(spoken[each.number])
        ]
        whole = np.concatenate([part for each in group for part in (each.samples, _silence())])
        known: dict[int, list[Stretch]] = {each.number: [] for each in group}
        foreign: dict[int, list[Stretch]] = {each.number: [] for each in group}
        for segment, window, probable in self.at_once(whole, windows, group[0].language):
            each = _owner(group, line, window)
            inside = shifted(window, -line[each.number])
            if languages.doubtful(each.language, probable):
                foreign[each.number].append(inside)
            elif not unsure(segment):  # the batched decoder has no second try: what it leaves open is heard again
                for sentence in sentences(described(segment, line[each.number])):
                    known[each.number] += _stretches(sentence)
                    yield each.number, in_file(sentence, each)
        for each in group:
            yield from self._rest(each, spoken[each.number], known[each.number], foreign[each.number])

    def _rest(
        self, each: Asked, spoken: list[Stretch], known: list[Stretch], foreign: list[Stretch]
    ) -> Iterator[tuple[int, dict[str, Any]]]:
        """What was said in another language, and what no word was written of."""
        for window in foreign:
            for language, stretch in self.by_language(each, [part for part in spoken if _inside(part, window)]):
                for segment in self.again(each.samples, stretch, language):
                    said = described(segment) | {"language": language}
                    known += _stretches(said)
                    yield each.number, in_file(said, each)
        for stretch in voice.unheard(spoken, sorted(known)):
            for segment in self.again(each.samples, stretch, each.language):
                yield each.number, in_file(described(segment), each)

    def at_once(
        self, samples: Samples, windows: Sequence[Stretch], language: str
    ) -> Iterator[tuple[Any, Stretch, dict[str, float]]]:
        """Segments of all windows, eight windows decoded side by side, each with its window and its languages."""
        self.batched.languages.clear()
        clips = [{"start": each.start_s, "end": each.end_s} for each in windows]
        segments, _ = self.batched.transcribe(
            samples, language=language, word_timestamps=True, clip_timestamps=clips, batch_size=BATCH
        )
        starts = np.array([each.start_s for each in windows])
        for segment in segments:
            at = int(np.abs(starts - segment.seek / FRAMES).argmin())
            yield segment, windows[at], self.batched.languages[at]

    def again(self, samples: Samples, stretch: Stretch, language: str) -> Iterator[Any]:
        """Segments of one stretch, decoded for itself and with other temperatures where that helps."""
        segments, _ = self.model.transcribe(
            samples,
            language=language,
            clip_timestamps=[stretch.start_s, min(stretch.end_s, len(samples) / RATE)],
            word_timestamps=True,
            condition_on_previous_text=False,
            hallucination_silence_threshold=2.0,
        )
        yield from segments

    def by_language(self, each: Asked, spoken: Sequence[Stretch]) -> list[tuple[str, Stretch]]:
        """The stretches of voice of a window, joined where they are in one language."""
        guessed = []
        for part in spoken:
            probable = self._probable(each.samples, part) if part.length_s >= languages.SHORT_S else {}
            guessed.append((languages.chosen(each.language, probable, part.length_s), part))
        return languages.joined(guessed, each.language)

    def _probable(self, samples: Samples, stretch: Stretch) -> dict[str, float]:
        _, _, found = self.model.detect_language(samples[round(stretch.start_s * RATE) : round(stretch.end_s * RATE)])
        return dict(found)


def asked(number: int, values: dict[str, Any]) -> Asked:
    """A piece of a request, decoded. Raises NotAVideo."""
    heard = values.get("heard")
    bounds = {name: float(values[name]) for name in ("start_s", "end_s") if name in values}
    found = sound.of_piece(
        Path(values["path"]),
        **bounds,
        heard=None if heard is None else [Stretch(start_s=start, end_s=end) for start, end in heard],
    )
    return Asked(number=number, language=values["language"], samples=found.samples, start_s=found.start_s)


def grouped(pieces: Iterable[Asked]) -> Iterator[list[Asked]]:
    """Pieces that are decoded together: of one language, as long as fills a batch once or twice."""
    group: list[Asked] = []
    for each in pieces:
        long = sum(len(other.samples) for other in group) > BATCH * voice.WINDOW_S * RATE
        if group and (long or group[0].language != each.language):
            yield group
            group = []
        group.append(each)
    if group:
        yield group


def voiced(samples: Samples) -> list[Stretch]:
    """Where somebody speaks, by the voice activity model that comes with faster-whisper."""
    from faster_whisper.vad import VadOptions, get_speech_timestamps

    # Its own values for batches: pauses of 160 ms part, so that windows can end in nearly every pause.
    options = VadOptions(max_speech_duration_s=voice.WINDOW_S, min_silence_duration_ms=160)
    found = get_speech_timestamps(samples, options)
    return [Stretch(start_s=each["start"] / RATE, end_s=each["end"] / RATE) for each in found]


def _batched(model: Any) -> Any:
    from faster_whisper import BatchedInferencePipeline

    class Batched(BatchedInferencePipeline):  # type: ignore[misc]
        """Notes which language each window sounds like: what the encoder has found already says it nearly for free."""

        def __init__(self) -> None:
            super().__init__(model)
            self.languages: list[dict[str, float]] = []

        def generate_segment_batched(self, features: Any, tokenizer: Any, options: Any) -> Any:
            encoded, output = super().generate_segment_batched(features, tokenizer, options)
            if model.model.is_multilingual:
                self.languages += [
                    {token.strip("<|>"): float(probability) for token, probability in found}
                    for found in model.model.detect_language(encoded)
                ]
            else:
                self.languages += [{} for _ in output]
            return encoded, output

    return Batched()


def unsure(segment: Any) -> bool:
    """True for what the sequential decoder would try again, by OpenAI's own limits."""
    return bool(segment.avg_logprob < speech.UNLIKELY or segment.compression_ratio > speech.REPETITIVE)


def sentences(segment: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """A window's words sentence by sentence, so that a doubt falls on a sentence and not on half a minute."""
    words: list[dict[str, Any]] = []
    for number, word in enumerate(segment["words"], 1):
        words.append(word)
        if clauses.ends_sentence(word["word"].strip()) or number == len(segment["words"]):
            yield segment | {"text": "".join(each["word"] for each in words).strip(), "words": words}
            words = []


def described(segment: Any, earlier_s: float = 0.0) -> dict[str, Any]:
    """What the parent needs to judge and to write a segment; its times so much earlier."""
    words = [
        {
            "word": word.word,
            "start_s": round(float(word.start) - earlier_s, 3),
            "end_s": round(float(word.end) - earlier_s, 3),
            "probability": round(float(word.probability), 3),
        }
        for word in segment.words or []
    ]
    return {
        "text": segment.text,
        "no_speech": round(float(segment.no_speech_prob), 3),
        "likelihood": round(float(segment.avg_logprob), 3),
        "compression": round(float(segment.compression_ratio), 3),
        "words": words,
    }


def in_file(segment: dict[str, Any], piece: Asked) -> dict[str, Any]:
    """A segment of a piece with the file's times."""
    words = [
        word | {name: round(word[name] + piece.start_s, 3) for name in ("start_s", "end_s")}
        for word in segment["words"]
    ]
    return segment | {"words": words}


def shifted(stretch: Stretch, later_s: float) -> Stretch:
    return replace(stretch, start_s=stretch.start_s + later_s, end_s=stretch.end_s + later_s)


def _silence() -> Samples:
    return np.zeros(round(APART_S * RATE), np.float32)


def _in_a_row(group: Sequence[Asked]) -> dict[int, float]:
    """When each piece begins when they are laid one after the other."""
    starts, at = {}, 0
    for each in group:
        starts[each.number] = at / RATE
        at += len(each.samples) + round(APART_S * RATE)
    return starts


def _owner(group: Sequence[Asked], line: dict[int, float], window: Stretch) -> Asked:
    middle_s = (window.start_s + window.end_s) / 2
    return [each for each in group if line[each.number] <= middle_s][-1]


def _stretches(segment: dict[str, Any]) -> list[Stretch]:
    return [Stretch(start_s=word["start_s"], end_s=word["end_s"]) for word in segment["words"]]


def _inside(part: Stretch, window: Stretch) -> bool:
    return window.start_s <= (part.start_s + part.end_s) / 2 <= window.end_s


def requests(idle_s: float) -> Iterator[str]:
    """Lines of standard input, until it is closed or nobody has asked for so long."""
    while select.select([sys.stdin], [], [], idle_s)[0]:
        line = sys.stdin.readline()
        if not line:
            return
        yield line


def parse(argv: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="transcode.hearing", description=__doc__)
    parser.add_argument("--model", required=True)
    parser.add_argument("--store", type=Path, required=True)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--precision", default="int8")
    parser.add_argument("--pin", action="store_true", help="the model must be the packaged one")
    parser.add_argument("--idle-s", type=float, default=IDLE_S)
    return parser.parse_args(argv)


def answer(ear: Ear, line: str) -> bool:
    """Do one request; False after an error, which was told as a line."""
    try:
        ear.listen(json.loads(line))
    except steps.Permanent as error:
        say(error=str(error), turn="permanent")
    except (OSError, RuntimeError, ValueError) as error:
        # The network while a model is fetched, memory, a model that cannot be read: the message says which.
        turn = "transient" if isinstance(error, OSError | MemoryError) else "permanent"
        say(error=f"{type(error).__name__}: {error}", turn=turn)
    else:
        return True
    return False


def main(argv: list[str]) -> int:
    """Answer until nobody asks any more: exit status 0, or 3 after an error."""
    arguments = parse(argv)
    ear = Ear(arguments)
    for line in requests(arguments.idle_s):
        if not answer(ear, line):
            return 3
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
