"""A finished programme comes in; its smaller sizes go out, made stretch by stretch on any number of workers.

    plan     which segments make a stretch, and which sizes: renditions/stretches/plan.json
    encode   one decode of a stretch feeds all sizes: renditions/stretches/<n>/<size>/{init.mp4,00000031.m4s…}
    join     renditions/<size>/index.m3u8 over the stretches; no media is copied

A stretch is cut where the programme's segments are: each begins with a keyframe, so none needs its neighbour.
Frames are counted segment by segment, stretch by stretch and over the whole; a difference is an error.
"""

import hashlib
import json
import os
import shutil
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import ffmpeg

from ingest import archive, steps
from transcode import encode, encoders, fragments, ladder, made, playlists, probe, quality
from transcode.encode import Means
from transcode.fragments import Different
from transcode.ladder import Rung
from transcode.playlists import Playlist
from transcode.settings import Settings

AV1_RECIPE = 1
RECIPE = 2  # raised when the command changes what comes out


class NoPlan(steps.Transient):
    """The plan or a stretch of it is not there (any more): another plan is being carried out."""


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What is to be made: `counts` is how many segments each stretch has, in order."""

    rungs: tuple[Rung, ...]
    preset: str
    counts: tuple[int, ...]
    frames: int
    start_s: float
    end_s: float
    av1_crf: int = 0

    @property
    def recipe(self) -> dict[str, Any]:
        """Everything but the media that decides what a stretch looks like."""
        common = {"rungs": [asdict(rung) for rung in self.rungs], "preset": self.preset, "recipe": RECIPE}
        return common | ({"av1_crf": self.av1_crf, "av1_recipe": AV1_RECIPE} if self.av1_crf else {})

    @property
    def name(self) -> str:
        """Equal for equal plans."""
        return hashlib.sha256(json.dumps(asdict(self), sort_keys=True).encode()).hexdigest()[:16]

    def segments(self, number: int) -> slice:
        """Which segments of the programme stretch `number` (from 0) is made of; none behind the last stretch."""
        return slice(sum(self.counts[:number]), sum(self.counts[: number + 1]))


def divide(playlist: Playlist, stretch_s: float) -> tuple[int, ...]:
    """How many segments each stretch gets: about `stretch_s` seconds each, all nearly equally long."""
    wanted = max(1, min(len(playlist.segments), round(playlist.duration_s / max(stretch_s, 1.0))))
    small, more = divmod(len(playlist.segments), wanted)
    return tuple(small + (n < more) for n in range(wanted))


def make_plan(video: Path, room: archive.Room, means: Means, av1_crf: int = 0) -> Plan:
    """Decide and write down what is to be made of the programme `video`; `av1_crf` is the quality of AV1, 0 for none.

    Raises NotAVideo and what read raises.
    """
    playlist, picture = playlists.read(video), probe.picture_of(video, means.alive)
    settings, (width, height) = means.settings, probe.size_of(video)
    chosen = ladder.rungs_for(ladder.rungs(settings.ladder), width, height)
    chosen += ladder.in_av1(chosen, height) if av1_crf else []
    plan = Plan(
        rungs=tuple(chosen),
        preset=settings.rung_preset,
        counts=divide(playlist, settings.stretch_s) if chosen else (),
        frames=picture.frames,
        start_s=picture.start_s,
        end_s=picture.end_s,
        av1_crf=av1_crf,
    )
    _write(_plan_file(room), json.dumps(asdict(plan)) + "\n", means)
    return plan


def _write(path: Path, text: str, means: Means) -> None:
    if not path.exists() or path.read_text(encoding="utf-8") != text:
        means.confirm()
        archive.write_text(path, text)


def read_plan(room: archive.Room) -> Plan:
    """Raises NoPlan."""
    try:
        values = json.loads(_plan_file(room).read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise NoPlan(f"nobody has planned the smaller sizes of {room.root.name}") from error
    rungs = tuple(Rung(**each) for each in values.pop("rungs"))
    return Plan(**values | {"rungs": rungs, "counts": tuple(values["counts"])})


def folder_of(room: archive.Room, number: int) -> Path:
    """Where stretch `number` (from 0) lies."""
    return room.rendition(f"stretches/{number + 1:04d}")


def _plan_file(room: archive.Room) -> Path:
    return room.rendition("stretches/plan.json")


# One stretch


def encode_stretch(video: Path, room: archive.Room, number: int, means: Means) -> bool:
    """Make all sizes of one stretch; False when it was there. Raises NoPlan, Different, what process.run raises."""
    plan = read_plan(room)
    if not number < len(plan.counts):
        return False  # planned for a longer programme than the one there is now
    playlist, folder = playlists.read(video, plan.segments(number)), folder_of(room, number)
    cuts = playlist.segments[plan.segments(number)]
    sources = [video.parent / each for each in (playlist.init, *(cut.address for cut in cuts))]
    key = made.key(sources, plan.recipe, encode.tool_version(), means.alive)
    if made.is_made(folder, key):
        return False
    made.sweep(folder)
    with made.folder_beside(folder) as beside:
        part = part_of(video, playlist, plan.segments(number), beside)
        picture = probe.picture_of(part, means.alive)
        command = ladder_command(part, beside, plan, picture, playlists.read(part), means.settings)
        encode.run_ffmpeg(command, picture.duration_s, means, start_s=picture.start_s)
        compared = _compared(part, beside, plan, picture, means)
        for rung in plan.rungs:
            _check_and_cut(beside, rung, picture, sources[1:], means)
        part.unlink()
        means.confirm()
        made.put_in_place(beside, folder)
    made.note(folder, key, frames=picture.frames, start_s=picture.start_s, end_s=picture.end_s, **compared)
    return True


def _compared(part: Path, beside: Path, plan: Plan, picture: probe.Picture, means: Means) -> dict[str, Any]:
    """Bytes and quality of the largest size that both encoders made; nothing without AV1."""
    both = quality.pair(plan.rungs)
    if both is None:
        return {}
    films = {rung.name: beside / f"{rung.name}.mp4" for rung in both}
    width, height = ladder.width_for(both[0], picture.width, picture.height), both[0].height
    scores = {name: quality.vmaf(film, part, width, height, means) for name, film in films.items()}
    return {"vmaf": scores, "bytes": {name: film.stat().st_size for name, film in films.items()}}


def part_of(video: Path, playlist: Playlist, which: slice, beside: Path) -> Path:
    """A playlist over some segments of the programme, for ffmpeg."""
    back = os.path.relpath(video.parent, beside)
    segments = [
        playlists.Segment(address=f"{back}/{each.address}", duration_s=each.duration_s)
        for each in playlist.segments[which]
    ]
    part = beside / "source.m3u8"
    part.write_text(playlists.write(f"{back}/{playlist.init}", segments, which.start), encoding="utf-8")
    return part


def ladder_command(
    video: Path, folder: Path, plan: Plan, picture: probe.Picture, cuts: Playlist, settings: Settings
) -> Any:
    """One decode, each size drawn from the next larger one, a fragmented MP4 without sound for each.

    A keyframe and a fragment at every cut and nowhere else.
    """
    # Half a frame early, so that a rounded time never misses its frame; the first frame is a keyframe anyway.
    early_s = 0.5 / float(picture.frame_rate or 25)
    keyframes = ",".join(f"{max(0.0, picture.start_s + each - early_s):.6f}" for each in cuts.starts_s)
    outputs, drawn = [], encode.source(video).video
    heights = sorted({rung.height for rung in plan.rungs}, reverse=True)
    for height in heights:
        takers = [rung for rung in plan.rungs if rung.height == height]
        width = ladder.width_for(takers[0], picture.width, picture.height)
        drawn = drawn.filter("scale", width, height, flags="bicubic").filter("setsar", 1)
        *shown, drawn = _copies(drawn, len(takers) + (height != heights[-1]), height != heights[-1])
        for rung, each in zip(takers, shown, strict=True):
            outputs.append(_output(each, folder / f"{rung.name}.mp4", rung, plan, keyframes, settings))
    return ffmpeg.merge_outputs(*outputs)


def _copies(drawn: Any, count: int, goes_on: bool) -> list[Any]:
    """One for each who takes it, and last the one from which the next size is drawn, or None."""
    each = drawn.filter_multi_output("split", count) if count > 1 else [drawn]
    return [each[n] for n in range(count)] + ([] if goes_on else [None])


def _output(shown: Any, target: Path, rung: Rung, plan: Plan, keyframes: str, settings: Settings) -> Any:
    if rung.codec == ladder.AV1:
        return encoders.av1(shown, target, plan.av1_crf, keyframes, settings)
    return encoders.h264(shown, target, rung.bitrate, plan.preset, keyframes, settings)


def _check_and_cut(beside: Path, rung: Rung, picture: probe.Picture, sources: Sequence[Path], means: Means) -> None:
    whole, folder = beside / f"{rung.name}.mp4", beside / rung.name
    encode.compare(picture, probe.picture_of(whole, means.alive), whole.name)
    folder.mkdir()
    fragments.cut(whole, folder, [each.name for each in sources])
    whole.unlink()
    for each in sources:
        wanted, got = fragments.samples(each), fragments.samples(folder / each.name)
        if wanted != got:
            raise Different(f"segment {each.name} of {rung.name} has {got} frames where its source has {wanted}")


# The whole


def join(video: Path, room: archive.Room, means: Means) -> None:
    """Write the playlist of each size over its stretches, compared with the programme; remove what is left over.

    Raises NoPlan, Different.
    """
    plan, playlist = read_plan(room), playlists.read(video)
    if plan.rungs and sum(plan.counts) != len(playlist.segments):
        raise NoPlan("the programme has changed since it was planned: plan it again")
    wanted = probe.Track(codec="", frames=plan.frames, start_s=plan.start_s, end_s=plan.end_s)
    for rung in plan.rungs:
        text = _playlist_text(room, plan, rung, playlist)
        target = room.rendition(f"{rung.name}/index.m3u8")
        if not target.exists() or target.read_text(encoding="utf-8") != text:
            with archive.write_whole(target) as beside:
                beside.write_text(text, encoding="utf-8")
                encode.compare(wanted, probe.picture_of(beside, means.alive), rung.name)
                means.confirm()
    _remove_others(room, plan)
    _write_saved(room, plan, means)


def _write_saved(room: archive.Room, plan: Plan, means: Means) -> None:
    """What AV1 saves against H.264 at which quality, for people to see."""
    notes = [made.facts(folder_of(room, number)) or {} for number in range(len(plan.counts))]
    found = quality.saved(notes)
    if found is None:
        room.rendition("av1.json").unlink(missing_ok=True)
    else:
        _write(room.rendition("av1.json"), json.dumps(found) + "\n", means)


def _playlist_text(room: archive.Room, plan: Plan, rung: Rung, programme: Playlist) -> str:
    inits = [folder_of(room, n) / rung.name / "init.mp4" for n in range(len(plan.counts))]
    missing = next((path for path in inits if not path.exists()), None)
    if missing is not None:
        raise NoPlan(f"{missing.parent.parent.name} is not made yet")
    if len({path.read_bytes() for path in inits}) != 1:
        raise Different(f"the stretches of {rung.name} were made by encoders that differ: make them again")
    segments = []
    for number in range(len(plan.counts)):
        back = os.path.relpath(folder_of(room, number) / rung.name, room.rendition(rung.name))
        segments += [
            playlists.Segment(
                address=f"{back}/{Path(each.address).name}",
                duration_s=each.duration_s,
                discontinuity=each.discontinuity,
                date_time=each.date_time,
            )
            for each in programme.segments[plan.segments(number)]
        ]
    init = os.path.relpath(inits[0], room.rendition(rung.name))
    return playlists.write(init, segments, programme.first_number)


def _remove_others(room: archive.Room, plan: Plan) -> None:
    """Sizes and stretches of an earlier plan that nothing names any more."""
    rungs = {rung.name for rung in plan.rungs}
    for playlist in ladder.rung_playlists(room):
        if playlist.parent.name not in rungs:
            shutil.rmtree(playlist.parent)
    for folder in room.rendition("stretches").glob("[0-9]*"):
        if folder.is_dir() and int(folder.name) > len(plan.counts):
            made.receipt(folder).unlink(missing_ok=True)
            shutil.rmtree(folder)
