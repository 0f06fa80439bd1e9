"""A person's clip comes in; their endless camera and microphone go out: pictures by segment, sound, and a track.

A loop's length is a multiple of 8 s: the shortest time that is whole in frames, in segments of 2 s, in AAC frames of
1024 samples (375) and in Opus frames of 20 ms (400), so that encoded frames can be repeated with new times.
"""

import colorsys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from pathlib import Path

import av
import numpy as np

from tests.standins import media

WHOLE_S = 8
SEGMENT_S = 2
OPUS_FRAME = 960
OPUS_SKIP = 312
# The quietest that is found beside eleven others, whose sum stays below full scale.
BEEP_DB = -26.0


def colour_of(number: int) -> media.Colour:
    """The colour of the n-th person of a recorded office hour, from 0; the cast's own for the first four."""
    if number < len(media.COLOURS):
        return list(media.COLOURS.values())[number]
    red, green, blue = colorsys.hsv_to_rgb(number * 0.618 % 1, 0.55, 0.75)
    return round(255 * red), round(255 * green), round(255 * blue)


def hz_of(number: int) -> float:
    """The frequency of the n-th person's beeps: far enough apart to be told from each other in a mix."""
    return 1000.0 + 200.0 * number


@dataclass(frozen=True)
class Loop:
    """H.264 without B-frames and Opus, each in a Matroska file of its own; `picture_s`: when the picture repeats.

    The file of the sound holds the loop twice: its second half begins as it ends, without an encoder's beginning.
    """

    picture_path: Path
    sound_path: Path
    frame_rate: int
    length_s: int
    picture_s: int

    @cached_property
    def sound(self) -> media.Sound:
        """All of it, mono at 48 kHz, exactly `length_s` long."""
        length = self.length_s * media.SAMPLE_RATE
        return media.read_sound(self.sound_path)[length : 2 * length]

    def pictures(self, segment: int) -> list[av.VideoFrame]:
        """The frames of the n-th two seconds, as yuv420p."""
        start_s = segment * SEGMENT_S % self.picture_s
        # Half a frame earlier, since Matroska rounds times to milliseconds.
        first_s = start_s - 0.5 / self.frame_rate
        with av.open(str(self.picture_path), "r") as container:
            container.seek(start_s * av.time_base)
            return [frame for frame in _until(container, first_s + SEGMENT_S) if float(frame.time or 0) > first_s]

    def write_track(self, path: Path, length_s: float) -> None:
        """A person's track of this length, without encoding: the packets again and again with new times."""
        path.parent.mkdir(parents=True, exist_ok=True)
        picture, sound = av.open(str(self.picture_path), "r"), av.open(str(self.sound_path), "r")
        with picture, sound, av.open(str(path), "w", format="matroska") as track:
            streams = {
                "video": track.add_stream_from_template(picture.streams.video[0]),
                "audio": track.add_stream_from_template(sound.streams.audio[0]),
            }
            packets = {
                "video": [(bytes(each), each.is_keyframe) for each in picture.demux(video=0) if each.size],
                "audio": self._whole_loop([(bytes(each), True) for each in sound.demux(audio=0) if each.size]),
            }
            # Opus begins with the samples its decoder leaves out (RFC 7845, 4.2): they lie before zero.
            for kind, number, pts, tick in _in_order(self.frame_rate, Fraction(length_s)):
                data, keyframe = packets[kind][number % len(packets[kind])]
                packet = av.Packet(data)
                packet.stream, packet.time_base, packet.is_keyframe = streams[kind], tick, keyframe
                packet.pts = packet.dts = pts
                track.mux(packet)

    def _whole_loop(self, packets: list[tuple[bytes, bool]]) -> list[tuple[bytes, bool]]:
        count = self.length_s * media.SAMPLE_RATE // OPUS_FRAME
        return packets[count : 2 * count]


def drawn(folder: Path, number: int, frame_rate: int) -> Loop:
    """The loop of the n-th person: their colour with a flash, and a beep of their frequency, each second."""
    pictures = media.pictures(SEGMENT_S, colour_of(number), width=640, height=360, frame_rate=frame_rate)
    sound = media.beeps(WHOLE_S, hz=hz_of(number), level_db=BEEP_DB)
    return _made(folder, number, frame_rate, pictures, sound, SEGMENT_S)


def from_clip(clip: Path, folder: Path, number: int, frame_rate: int) -> Loop:
    """The loop of a clip whose length is a multiple of 8 s, like the demo's. Raises ValueError otherwise."""
    sound = media.read_sound(clip)
    length_s, rest = divmod(len(sound) / media.SAMPLE_RATE, WHOLE_S)
    if rest or not length_s:
        raise ValueError(f"{clip} lasts {len(sound) / media.SAMPLE_RATE} s, not a multiple of {WHOLE_S} s")
    pictures = (media.pixels(frame, "rgb24") for _, frame in media.read_frames(clip))
    return _made(folder, number, frame_rate, pictures, sound, int(length_s) * WHOLE_S)


def _made(
    folder: Path, number: int, frame_rate: int, pictures: Iterable[media.Picture], sound: media.Sound, picture_s: int
) -> Loop:
    picture_path, sound_path = folder / f"{number}.mkv", folder / f"{number}.mka"
    media.write(picture_path, pictures, None, frame_rate=frame_rate)
    media.write(sound_path, None, np.concatenate([sound, sound]), audio_codec="libopus")
    return Loop(picture_path, sound_path, frame_rate, len(sound) // media.SAMPLE_RATE, picture_s)


def _until(container: av.container.InputContainer, end_s: float) -> Iterator[av.VideoFrame]:
    for frame in container.decode(video=0):
        if float(frame.time or 0) > end_s:
            return
        yield frame


def _in_order(frame_rate: int, length: Fraction) -> Iterator[tuple[str, int, int, Fraction]]:
    """Kind, number, time and its unit of each packet up to `length` seconds, the earliest first."""
    picture_tick, sound_tick = Fraction(1, frame_rate), Fraction(1, media.SAMPLE_RATE)
    sounds = 0
    for frame in range(int(length * frame_rate)):
        while (pts := sounds * OPUS_FRAME - OPUS_SKIP) * frame_rate <= frame * media.SAMPLE_RATE:
            yield "audio", sounds, pts, sound_tick
            sounds += 1
        yield "video", frame, frame, picture_tick
