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
from transcode import models, probe

RATE = 16_000
# A clock that drifts by less than this is left alone, so that no sample is dropped or doubled for rounding.
SLACK = RATE // 20


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
    segments, _ = model.transcribe(
        sound,
        language=arguments.language,
        hotwords=" ".join(arguments.hint) or None,
        word_timestamps=True,
        vad_filter=True,
        condition_on_previous_text=False,
        hallucination_silence_threshold=2.0,
    )
    for segment in segments:
        say(at_s=segment.end, segment=described(segment))
    say(done=True)


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
    parser.add_argument("--hint", action="append", default=[])
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
