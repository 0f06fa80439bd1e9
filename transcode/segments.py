"""What the recogniser writes of a window comes in; sentences as the parent is told of them go out. Pure."""

from collections.abc import Iterator
from typing import Any

from transcode import clauses, speech
from transcode.voice import Stretch


def unsure(segment: Any) -> bool:
    """True for what the sequential decoder would try again, by OpenAI's own limits."""
    return bool(segment.avg_logprob < speech.UNLIKELY or segment.compression_ratio > speech.REPETITIVE)


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


def sentences(segment: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """A window's words sentence by sentence, so that a doubt falls on a sentence and not on half a minute."""
    words: list[dict[str, Any]] = []
    for number, word in enumerate(segment["words"], 1):
        words.append(word)
        if clauses.ends_sentence(word["word"].strip()) or number == len(segment["words"]):
            yield segment | {"text": "".join(each["word"] for each in words).strip(), "words": words}
            words = []


def later(segment: dict[str, Any], by_s: float) -> dict[str, Any]:
    """A segment with its times so much later."""
    words = [word | {name: round(word[name] + by_s, 3) for name in ("start_s", "end_s")} for word in segment["words"]]
    return segment | {"words": words}


def stretches(segment: dict[str, Any]) -> list[Stretch]:
    """When each of its words is said."""
    return [Stretch(start_s=word["start_s"], end_s=word["end_s"]) for word in segment["words"]]
