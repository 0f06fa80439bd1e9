"""A recording and its language come in, the words and the captions beside it go out: the captions step.

speech.py hears words, names.py writes names right, voices.py says whose they are, masked.py takes some of them away,
cues.py shapes them, webvtt.py writes them down.
"""

import json
from collections.abc import Sequence
from pathlib import Path

from ingest import archive
from ingest.pseudonyms import Masks
from transcode import made
from transcode.cues import cues
from transcode.encode import Means, inputs
from transcode.masked import masked
from transcode.names import corrected
from transcode.speech import Transcriber
from transcode.voices import Voices
from transcode.webvtt import webvtt

RECIPE = 3


def make_captions(
    audio: Path,
    room: archive.Room,
    language: str,
    hints: Sequence[str],
    transcriber: Transcriber,
    means: Means,
    masks: Masks | None = None,
    voices: Voices | None = None,
) -> bool:
    """Write words and captions of `audio` (playlist or file) into the room. False when they were there.

    `masks`: names that nobody may read, and what stands there instead; `voices`: whose words they are, what was typed.
    A recording without speech, or without sound, has captions with no cue. Raises what the transcriber raises.
    """
    target = room.captions(language)
    parameters: dict[str, object] = {"language": language, "hints": list(hints), "recipe": RECIPE}
    parameters |= {"masks": dict(masks)} if masks else {}
    voices = voices or Voices()
    parameters |= voices.values()
    key = made.key(inputs(audio), parameters, transcriber.identity, means.alive)
    if made.is_made(target, key) and room.words(language).exists():
        return False
    heard = corrected(transcriber.transcribe(audio, language, hints, means.progress), [*hints, *(masks or {})])
    words = masked(voices.spoken(heard), masks or {})
    shown = cues(words, language)
    means.confirm()
    stored = json.dumps([word.values() for word in words], ensure_ascii=False, indent=0)
    archive.write_text(room.words(language), stored + "\n")
    archive.write_text(target, webvtt(shown, words))
    made.note(target, key, cues=len(shown))
    return True
