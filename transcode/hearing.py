"""Runs in a child process: a media file and a language come in, lines of JSON with words and times go out.

    python -m transcode.hearing --model DIR --language de [--pin] MEDIA
    {"duration_s": 60.0}                                          once, after decoding
    {"at_s": 12.4, "segment": {"text", "no_speech", "likelihood", "compression", "words": [...]}}    per segment
    {"done": true} or {"error": "...", "turn": "transient" | "permanent"}

A child, because the recogniser can neither be cancelled nor run safely in a forked worker. Times are media time:
sound is laid where its time stamps say, gaps are silent.
"""

import argparse
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import av
import numpy as np
from numpy.typing import NDArray

from ingest import steps
from transcode import clauses, models, probe, speech, voice
from transcode.voice import Stretch

RATE = 16_000
# A clock that drifts by less than this is left alone, so that no sample is dropped or doubled for rounding.
SLACK = RATE // 20
# Windows decoded side by side: 0.6 of the processor time of one after another, for half a gigabyte more.
BATCH = 8


def say(**values: Any) -> None:
    """One line for the parent."""
    print(json.dumps(values, ensure_ascii=False), flush=True)


def samples(path: Path) -> NDArray[np.float32]:
    """The sound of a file, mono at 16 kHz from media time 0; empty when there is none. Raises NotAVideo."""
    with probe.open_media(path) as container:
        if not container.streams.audio:
            return np.zeros(0, np.float32)
        pieces: list[NDArray[np.float32]] = []
        there = 0
        for start, piece in _pieces(container):
            gap = start - there
            if gap > SLACK:
                pieces.append(np.zeros(gap, np.float32))
                there += gap
            elif gap < -SLACK:
                piece = piece[-gap:]
            pieces.append(piece)
            there += len(piece)
    return np.concatenate(pieces) if pieces else np.zeros(0, np.float32)


def _pieces(container: Any) -> Iterator[tuple[int, NDArray[np.float32]]]:
    """Sample number and samples of each decoded frame; damaged packets are left out and become silence."""
    resampler = av.AudioResampler(format="flt", layout="mono", rate=RATE)
    for packet in _packets(container):
        try:
            frames = packet.decode()
        except av.error.FFmpegError:
            continue  # a damaged packet: the next one says by its time how long the gap is
        for frame in frames:
            for out in resampler.resample(frame):
                if out.pts is not None and out.time_base is not None:
                    yield round(out.pts * out.time_base * RATE), out.to_ndarray().reshape(-1).astype(np.float32)


def _packets(container: Any) -> Iterator[Any]:
    try:
        yield from container.demux(audio=0)
    except av.error.FFmpegError:
        return  # the file is cut off here: what was heard so far counts


def listen(arguments: argparse.Namespace) -> None:
    """Decode, recognise, say it line by line."""
    sound = samples(arguments.media)
    say(duration_s=len(sound) / RATE)
    if not sound.any():
        say(done=True)
        return
    from faster_whisper import WhisperModel  # 320 MB and a second: only where there is something to hear

    if arguments.pin:
        models.check(Path(arguments.model))
    model = WhisperModel(
        arguments.model,
        device="cpu" if arguments.precision == "int8" else "auto",
        compute_type=arguments.precision,
        cpu_threads=arguments.threads,
        download_root=str(arguments.store),
    )
    spoken = voiced(sound)
    heard: list[Stretch] = []
    for segment in at_once(model, sound, spoken, arguments.language):
        if unsure(segment):
            continue  # the batched decoder has no second try: what it leaves open is heard again below
        for sentence in sentences(described(segment)):
            heard += [Stretch(start_s=word["start_s"], end_s=word["end_s"]) for word in sentence["words"]]
            say(at_s=segment.end, segment=sentence)
    for stretch in voice.unheard(spoken, sorted(heard)):
        for segment in again(model, sound, stretch, arguments.language):
            say(at_s=segment.end, segment=described(segment))
    say(done=True)


def voiced(sound: NDArray[np.float32]) -> list[Stretch]:
    """Where somebody speaks, by the voice activity model that comes with faster-whisper."""
    from faster_whisper.vad import VadOptions, get_speech_timestamps

    # Its own values for batches: pauses of 160 ms part, so that windows can end in nearly every pause.
    options = VadOptions(max_speech_duration_s=voice.WINDOW_S, min_silence_duration_ms=160)
    found = get_speech_timestamps(sound, options)
    return [Stretch(start_s=each["start"] / RATE, end_s=each["end"] / RATE) for each in found]


def at_once(model: Any, sound: NDArray[np.float32], spoken: list[Stretch], language: str) -> Iterator[Any]:
    """Segments of all windows, eight windows decoded side by side; nothing for no voice."""
    from faster_whisper import BatchedInferencePipeline

    windows = [{"start": each.start_s, "end": each.end_s} for each in voice.windows(spoken)]
    if windows:
        segments, _ = BatchedInferencePipeline(model).transcribe(
            sound, language=language, word_timestamps=True, clip_timestamps=windows, batch_size=BATCH
        )
        yield from segments


def unsure(segment: Any) -> bool:
    """True for what the sequential decoder would try again, by OpenAI's own limits."""
    return bool(segment.avg_logprob < speech.UNLIKELY or segment.compression_ratio > speech.REPETITIVE)


def again(model: Any, sound: NDArray[np.float32], stretch: Stretch, language: str) -> Iterator[Any]:
    """Segments of one stretch, decoded for itself and with other temperatures where that helps."""
    segments, _ = model.transcribe(
        sound,
        language=language,
        clip_timestamps=[stretch.start_s, min(stretch.end_s, len(sound) / RATE)],
        word_timestamps=True,
        condition_on_previous_text=False,
        hallucination_silence_threshold=2.0,
    )
    yield from segments


def sentences(segment: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """A window's words sentence by sentence, so that a doubt falls on a sentence and not on half a minute."""
    words: list[dict[str, Any]] = []
    for number, word in enumerate(segment["words"], 1):
        words.append(word)
        if clauses.ends_sentence(word["word"].strip()) or number == len(segment["words"]):
            yield segment | {"text": "".join(each["word"] for each in words).strip(), "words": words}
            words = []


def described(segment: Any) -> dict[str, Any]:
    """What the parent needs to judge and to write a segment."""
    words = [
        {
            "word": word.word,
            "start_s": round(float(word.start), 3),
            "end_s": round(float(word.end), 3),
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


def parse(argv: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="transcode.hearing", description=__doc__)
    parser.add_argument("media", type=Path)
    parser.add_argument("--model", required=True)
    parser.add_argument("--store", type=Path, required=True)
    parser.add_argument("--language", required=True)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--precision", default="int8")
    parser.add_argument("--pin", action="store_true", help="the model must be the packaged one")
    return parser.parse_args(argv)


def main(argv: list[str]) -> int:
    """Exit status 0, or 3 after an error that was told as a line."""
    try:
        listen(parse(argv))
    except steps.Permanent as error:
        say(error=str(error), turn="permanent")
    except (OSError, RuntimeError, ValueError) as error:
        # The network while a model is fetched, memory, a model that cannot be read: the message says which.
        turn = "transient" if isinstance(error, OSError | MemoryError) else "permanent"
        say(error=f"{type(error).__name__}: {error}", turn=turn)
    else:
        return 0
    return 3


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
