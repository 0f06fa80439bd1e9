"""Sound comes in, what the model writes of it goes out: faster-whisper, several windows decoded side by side.

On a processor each of the model's threads decodes windows of its own. Two threads that share every multiplication wait
for each other some thousand times a second, which costs a third more wall time on two quiet cores, and more where
others want them too.
"""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from transcode import models, voice
from transcode.sound import RATE, Samples
from transcode.voice import Stretch

# Windows decoded side by side: 0.6 of the processor time of one after another, for half a gigabyte more.
BATCH = 8
FRAMES = 100  # of the model's features, a second

Found = tuple[Any, Stretch, dict[str, float]]
"""A segment, the window it is in, and how likely each language is there."""


@dataclass(frozen=True, kw_only=True)
class Recogniser:
    """A model, loaded when there is something to hear. `pinned`: it must be the packaged one."""

    model_name: str
    store: Path
    threads: int
    precision: str
    pinned: bool

    @cached_property
    def workers(self) -> int:
        """How many batches are decoded at a time, each by one thread; a graphics card takes one."""
        import ctranslate2

        return 1 if self._anywhere and ctranslate2.get_cuda_device_count() else self.threads

    @property
    def _anywhere(self) -> bool:
        return self.precision != "int8"

    @cached_property
    def model(self) -> Any:
        """Raises models.NoModel, and what loading raises."""
        from faster_whisper import WhisperModel  # 320 MB and a second

        if self.pinned:
            models.check(Path(self.model_name))
        return WhisperModel(
            self.model_name,
            device="auto" if self._anywhere else "cpu",
            compute_type=self.precision,
            cpu_threads=max(self.threads // self.workers, 1),
            num_workers=self.workers,
            download_root=str(self.store),
        )

    @cached_property
    def _pool(self) -> ThreadPoolExecutor:
        return ThreadPoolExecutor(self.workers, "recogniser")

    def at_once(self, samples: Samples, windows: Sequence[Stretch], language: str) -> Iterator[Found]:
        """Segments of all windows in their order, eight windows decoded side by side."""

        def decoded(batch: Sequence[Stretch]) -> list[Found]:
            return self._decoded(samples, batch, language)

        assert self.model  # loaded once, before several threads ask for it
        for found in self._pool.map(decoded, batches(windows, self.workers)):
            yield from found

    def _decoded(self, samples: Samples, windows: Sequence[Stretch], language: str) -> list[Found]:
        decoder = _batched(self.model)
        # Its decoder shortens first words after a pause; where speech was before this batch it cannot know.
        decoder.last_speech_timestamp = max(windows[0].start_s - voice.SILENCE_S, 0.0)
        clips = [{"start": each.start_s, "end": each.end_s} for each in windows]
        segments, _ = decoder.transcribe(
            samples, language=language, word_timestamps=True, clip_timestamps=clips, batch_size=len(windows)
        )
        starts = np.array([each.start_s for each in windows])
        found = []
        for segment in segments:
            at = int(np.abs(starts - segment.seek / FRAMES).argmin())
            found.append((segment, windows[at], decoder.languages[at]))
        return found

    def again(self, samples: Samples, stretches: Sequence[tuple[str, Stretch]]) -> Iterator[tuple[str, Any]]:
        """Segments of stretches, each with its language: decoded for themselves, with other temperatures if need be."""

        def decoded(wanted: tuple[str, Stretch]) -> list[tuple[str, Any]]:
            language, stretch = wanted
            segments, _ = self.model.transcribe(
                samples,
                language=language,
                clip_timestamps=[stretch.start_s, min(stretch.end_s, len(samples) / RATE)],
                word_timestamps=True,
                condition_on_previous_text=False,
                hallucination_silence_threshold=2.0,
            )
            return [(language, segment) for segment in segments]

        if stretches:
            assert self.model
        for found in self._pool.map(decoded, stretches):
            yield from found

    def probable(self, samples: Samples, stretch: Stretch) -> dict[str, float]:
        """How likely each language is in a stretch."""
        _, _, found = self.model.detect_language(samples[round(stretch.start_s * RATE) : round(stretch.end_s * RATE)])
        return dict(found)


def batches(windows: Sequence[Stretch], workers: int) -> list[Sequence[Stretch]]:
    """Windows in batches of about the same size, of which as many as there are workers hold BATCH at most."""
    each = max(BATCH // workers, 1)
    count = min(-(-len(windows) // (each * workers)) * workers, len(windows))
    bounds = [round(number * len(windows) / count) for number in range(count + 1)] if count else []
    return [windows[start:end] for start, end in pairwise(bounds)]


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
