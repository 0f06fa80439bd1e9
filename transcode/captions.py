"""What was heard of a recording comes in, words and captions go out: the end of the captions step.

listening.py hears words, names.py writes names right, voices.py says whose they are, masked.py takes some of them away,
cues.py shapes them, webvtt.py writes them down.

`captions/<language>.words.json` holds what was said, a list in order of time, of objects with
    word                the word as it is written, with its punctuation
    start_s, end_s      media time in seconds, to the millisecond
    probability         how sure the recogniser was, from 0 to 1; 1 of what was typed
    doubt               only where it was probably not spoken, and so stands in no cue: silence, repetition, phrase,
                        no time, echo (of a voice in somebody else's track)
    heard               only where a name was written: what was recognised in its place
    speaker             only where it is known whose words they are: the name that may be shown
    language            only where it is not the language of the captions
"""

import json
from collections.abc import Sequence

from ingest import archive
from ingest.pseudonyms import Masks
from transcode import encode, listening, made, pieces
from transcode.cues import cues
from transcode.encode import Means
from transcode.masked import masked
from transcode.names import corrected
from transcode.pieces import Part
from transcode.speech import Transcriber
from transcode.voices import Voices
from transcode.webvtt import webvtt

RECIPE = 4


def make_captions(
    room: archive.Room,
    wanted: Sequence[Part],
    language: str,
    hints: Sequence[str],
    transcriber: Transcriber,
    means: Means,
    masks: Masks | None = None,
    voices: Voices | None = None,
) -> bool:
    """Hear what was not heard yet of the pieces, and write words and captions into the room. False when they are there.

    `masks`: names that nobody may read, and what stands there instead; `voices`: whose words they are, what was typed.
    A recording without speech, or without sound, has captions with no cue. Raises what the transcriber raises.
    """
    target = room.captions(language)
    parameters: dict[str, object] = {"language": language, "hints": list(hints), "recipe": RECIPE}
    parameters |= {"masks": dict(masks)} if masks else {}
    voices = voices or Voices()
    parameters |= voices.values(any(part.source.person for part in wanted))
    parameters["pieces"] = [part.key for part in wanted]
    mixes = {part.piece.path for part in wanted if part.source.mixed}
    key = made.key(encode.inputs(*sorted(mixes)), parameters, transcriber.identity, means.alive)
    if made.is_made(target, key) and room.words(language).exists():
        return False
    listening.hear(room, language, wanted, transcriber, means)
    heard = corrected(listening.said(room, language, wanted), [*hints, *(masks or {})])
    words = masked(voices.spoken(heard), masks or {})
    shown = cues(words, language)
    means.confirm()
    stored = json.dumps([word.values() for word in words], ensure_ascii=False, indent=0)
    archive.write_text(room.words(language), stored + "\n")
    archive.write_text(target, webvtt(shown, words))
    made.note(target, key, cues=len(shown))
    pieces.forget(room, language)
    return True
