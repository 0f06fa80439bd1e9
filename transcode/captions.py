"""A recording and its language come in, the words and the captions beside it go out: the captions step.

speech.py hears words, names.py writes names right, cues.py shapes them, webvtt.py writes them down.
"""

import json
from collections.abc import Sequence
from pathlib import Path

from ingest import archive
from transcode import made
from transcode.cues import cues
from transcode.encode import Means, inputs
from transcode.names import corrected
from transcode.speech import Transcriber
from transcode.webvtt import webvtt

RECIPE = 3


def make_captions(
    audio: Path, room: archive.Room, language: str, hints: Sequence[str], transcriber: Transcriber, means: Means
) -> bool:
    """Write words and captions of `audio` (playlist or file) into the room. False when they were there.

    A recording without speech, or without sound, has captions with no cue. Raises what the transcriber raises.
    """
    target = room.captions(language)
    parameters = {"language": language, "hints": list(hints), "recipe": RECIPE}
    key = made.key(inputs(audio), parameters, transcriber.identity, means.alive)
    if made.is_made(target, key) and room.words(language).exists():
        return False
    words = corrected(transcriber.transcribe(audio, language, hints, means.progress), hints)
    shown = cues(words, language)
    means.confirm()
    stored = json.dumps([word.values() for word in words], ensure_ascii=False, indent=0)
    archive.write_text(room.words(language), stored + "\n")
    archive.write_text(target, webvtt(shown, words))
    made.note(target, key, cues=len(shown))
    return True
