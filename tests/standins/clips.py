"""Sentences and drawn portraits come in, the two clips of the demo go out: `web/demo/ada.mp4` and `chris.mp4`.

    python -m tests.standins.clips [FOLDER]

Both clips last 40 s and can be looped; started together they are a conversation, since each is silent while the other
speaks. At each whole second there is a beep of 50 ms and the lamp in the upper left corner lights up for two frames, so
that whoever decodes a recording finds out when everything was sent. Everyone beeps at a pitch of their own: two beeps
of one pitch at the same moment may put each other out.
"""

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from tests.standins import media, portraits, spoken
from tests.standins.spoken import Sentence, Voice

LENGTH_S = 40.0
FRAME_RATE = 30
# Quiet enough for ears and for speech recognition, 20 dB below the voice's peaks.
BEEP_DB = -26.0
FOLDER = Path(__file__).resolve().parents[2] / "web" / "demo"


@dataclass(frozen=True, kw_only=True)
class Part:
    """One person's part of the conversation."""

    name: str
    look: portraits.Look
    voice: Voice
    beep_hz: float
    sentences: Sequence[Sentence]


# The words are ones that the packaged speech model understands in this voice; "Samstag" it hears as "Landtag".
ADA = Part(
    name="ada",
    look=portraits.ADA,
    voice=Voice(name="de", pitch=65, words_a_minute=125),
    beep_hz=1000,
    sentences=[
        Sentence(at_s=0.5, text="Guten Tag und herzlich willkommen zur Bürgersprechstunde!"),
        Sentence(at_s=5.3, text="Mein Name ist Ada. Ich bin Ihre Bürgermeisterin."),
        Sentence(at_s=9.4, text="Was möchten Sie wissen?"),
        Sentence(at_s=18.2, text="Der Fahrradweg in der Lindenstraße wird im Frühjahr gebaut."),
        Sentence(at_s=22.8, text="Das Geld dafür ist schon da."),
        Sentence(at_s=30.4, text="Ja, die Bibliothek bleibt auch am Wochenende geöffnet."),
        Sentence(at_s=36.9, text="Vielen Dank für Ihre Fragen!"),
    ],
)
CHRIS = Part(
    name="chris",
    look=portraits.CHRIS,
    voice=Voice(name="de+m3", pitch=35, words_a_minute=125),
    beep_hz=1600,
    sentences=[
        Sentence(at_s=11.3, text="Guten Tag. Ich wohne in der Lindenstraße."),
        Sentence(at_s=15.0, text="Wann wird dort der Fahrradweg gebaut?"),
        Sentence(at_s=25.3, text="Vielen Dank. Und bleibt die Bibliothek am Wochenende geöffnet?"),
        Sentence(at_s=34.8, text="Das freut mich sehr."),
    ],
)


def main() -> None:
    """Write both clips; ends with one clear line when espeak-ng is missing."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER
    try:
        for part in (ADA, CHRIS):
            path = make(part, folder / f"{part.name}.mp4")
            print(f"{path}: {path.stat().st_size:,} bytes")
    except spoken.VoiceMissing as missing:
        sys.exit(str(missing))


def make(part: Part, path: Path) -> Path:
    """Speak, draw and encode one clip; some 20 s of work."""
    voice = spoken.speak(part.sentences, part.voice, LENGTH_S, beeps_hz=(ADA.beep_hz, CHRIS.beep_hz))
    drawn = _pictures(part.look, mouths(voice))
    # Flat pictures with few edges: the encoder's own tuning for drawings keeps them crisp at a tenth of the bits.
    options = {"preset": "veryslow", "tune": "animation", "crf": "25", "profile": "high"}
    sound = voice + media.beeps(LENGTH_S, hz=part.beep_hz, level_db=BEEP_DB)
    return media.write(path, drawn, sound, frame_rate=FRAME_RATE, video_options=options, audio_bit_rate=72_000)


def mouths(voice: spoken.Sound) -> list[float]:
    """How far the mouth is open in each frame, 0 to 1 in sixths, from the loudness of the voice around it."""
    per_frame = spoken.SAMPLE_RATE // FRAME_RATE
    loudness = np.sqrt((voice.reshape(-1, per_frame) ** 2).mean(axis=1))
    smooth = np.convolve(loudness, [0.25, 0.5, 0.25], "same")
    return [float(opened) for opened in np.round(6 * np.clip(smooth / 0.12, 0, 1)) / 6]


def _pictures(look: portraits.Look, opened: Sequence[float]) -> Iterator[media.Picture]:
    for frame, mouth in enumerate(opened):
        lamp = media.shows_flash(frame, FRAME_RATE)
        moment = portraits.Moment(at_s=frame / FRAME_RATE, length_s=LENGTH_S, mouth=mouth, lamp=lamp)
        yield np.asarray(portraits.picture(look, moment))


if __name__ == "__main__":
    main()
