"""An office hour with a finished recording comes in, steps go out; and the functions that do them.

    transcode.poster     pictures/poster.jpg                    early: the page wants a face
    transcode.captions   captions/<language>.{vtt,words.json}   early: the longest, and chapters lean on nothing else
    transcode.download   renditions/download.mp4                the replay without JavaScript
    transcode.rung       renditions/<name>/ and the master      smaller sizes
    transcode.audio      renditions/audio.m4a                   for feeds

None needs another: the programme is playable before any of them runs. All may run twice.
"""

from collections.abc import Callable, Sequence

from sqlalchemy.engine import Connection

from ingest import archive, steps
from ingest.steps import Kind, Work
from transcode import captions, encode, ladder, pictures, playlists, probe
from transcode.encode import Means
from transcode.settings import Settings
from transcode.speech import Transcriber

POSTER, CAPTIONS, DOWNLOAD, RUNG, AUDIO = (
    f"transcode.{name}" for name in ("poster", "captions", "download", "rung", "audio")
)
PRIORITIES = {POSTER: 1, CAPTIONS: 2, DOWNLOAD: 3, RUNG: 4, AUDIO: 5}


def add_all(
    connection: Connection,
    office_hour: str,
    edition: int,
    languages: Sequence[str],
    *,
    height: int | None = None,
    hints: Sequence[str] = (),
    needs: Sequence[str] = (),
) -> dict[str, str]:
    """Write down all steps of one edition; gives "poster", "captions.de", "rung.480p", … -> step id.

    `languages` are those spoken, first the main one; `height` is the programme's in pixels, where known.
    Asking twice gives the same steps.
    """
    common = {"edition": edition}
    main = languages[0] if languages else ""
    wanted: dict[str, tuple[str, dict[str, object]]] = {"poster": (POSTER, {})}
    for language in languages:
        wanted[f"captions.{language}"] = (CAPTIONS, {"language": language, "hints": list(hints)})
    wanted["download"] = (DOWNLOAD, {"language": main})
    for rung in ladder.LADDER if height is None else ladder.rungs_for(1, height):
        wanted[f"rung.{rung.name}"] = (RUNG, {"rung": rung.name, "language": main})
    wanted["audio"] = (AUDIO, {})
    return {
        name: steps.add(
            connection,
            kind=kind,
            office_hour=office_hour,
            parameters=common | parameters,
            needs=needs,
            priority=PRIORITIES[kind],
        )
        for name, (kind, parameters) in wanted.items()
    }


def kinds(settings: Settings, transcriber: Transcriber) -> list[Kind]:
    """The kinds of steps of this package, for the worker."""

    def kind(name: str, queue: str, run: Callable[[Work, Means], None]) -> Kind:
        def work_on(work: Work) -> None:
            run(work, _means(work, settings))

        return Kind(name=name, queue=queue, run=work_on, priority=PRIORITIES[name])

    return [
        kind(POSTER, "light", make_poster),
        kind(CAPTIONS, "heavy", lambda work, means: make_captions(work, means, transcriber)),
        kind(DOWNLOAD, "heavy", make_download),
        kind(RUNG, "heavy", make_rung),
        kind(AUDIO, "light", make_audio),
    ]


def _means(work: Work, settings: Settings) -> Means:
    done = 0.0

    def progress(fraction: float) -> None:
        nonlocal done
        done = fraction
        work.progress(fraction)

    return Means(settings=settings, progress=progress, alive=lambda: work.progress(done), confirm=work.confirm)


def make_poster(work: Work, means: Means) -> None:
    """Choose and write the poster."""
    room, programme = _places(work)
    pictures.make_poster(programme.playlist("video"), room.poster, means)


def make_captions(work: Work, means: Means, transcriber: Transcriber) -> None:
    """Write down what was said in the step's language; a programme without sound has no cues."""
    room, programme = _places(work)
    language, hints = str(work.parameters["language"]), list(work.parameters.get("hints", []))
    heard = programme.playlist("audio")
    source = heard if heard.exists() else programme.playlist("video")
    captions.make_captions(source, room, language, hints, transcriber, means)


def make_download(work: Work, means: Means) -> None:
    """Copy the programme into one MP4, and make sure that the master stands."""
    room, programme = _places(work)
    _write_master(work, room, means)
    sound = programme.playlist("audio")
    encode.copy_download(programme.playlist("video"), sound if sound.exists() else None, room.download, means)


def make_rung(work: Work, means: Means) -> None:
    """Make one smaller size and name it in the master; nothing for a programme that is not larger."""
    room, programme = _places(work)
    try:
        rung = ladder.rung_named(str(work.parameters["rung"]))
    except LookupError as error:
        raise steps.Permanent(str(error)) from error
    _write_master(work, room, means)
    video = programme.playlist("video")
    if rung in ladder.rungs_for(*probe.size_of(video)):
        encode.encode_rung(video, room.rendition(rung.name), rung, means)
        _write_master(work, room, means)


def make_audio(work: Work, means: Means) -> None:
    """Copy the programme's sound into one file; a programme without sound has none."""
    room, programme = _places(work)
    if programme.playlist("audio").exists():
        encode.copy_sound(programme.playlist("audio"), room.rendition("audio.m4a"), means)


def _places(work: Work) -> tuple[archive.Room, archive.Programme]:
    room = work.archive.room(work.office_hour)
    programme = room.programme(int(work.parameters.get("edition", 1)))
    if not programme.playlist("video").exists() and not programme.playlist("audio").exists():
        raise playlists.MissingSegment(f"office hour {work.office_hour} has no programme in {programme.root}")
    return room, programme


def _write_master(work: Work, room: archive.Room, means: Means) -> None:
    edition, language = int(work.parameters.get("edition", 1)), str(work.parameters.get("language", ""))
    ladder.write_master(room, edition, language, means.confirm)
