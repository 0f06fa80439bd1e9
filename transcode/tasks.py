"""A step of an office hour comes in, and what it makes lies in the room's folder; what each makes says `worklist`.

All may run twice.
"""

from collections.abc import Callable

from sqlalchemy.engine import Connection

from ingest import archive, mirror, steps, store, timeline
from ingest.live.lobby import typed
from ingest.live.mix.cards import Slide
from ingest.work import Kind, Work
from transcode import (
    ahead,
    by_hand,
    captions,
    cover,
    encode,
    ladder,
    loudness,
    needs,
    opus,
    outside,
    pictures,
    storyboard,
    stretches,
    trial,
    voices,
    waveform,
)
from transcode.encode import Means, means_of
from transcode.needs import Reads, Room
from transcode.settings import Settings
from transcode.speech import Transcriber
from transcode.translating import Argos, Translator
from transcode.voices import Labels, Voices
from transcode.worklist import (
    AHEAD,
    AUDIO,
    CAPTIONS,
    COVER,
    DOWNLOAD,
    EDITED,
    HEAR,
    LISTEN,
    LOUDNESS,
    OPUS,
    OUTSIDE,
    PLAN,
    POSTER,
    PRIORITIES,
    RUNGS,
    STORYBOARD,
    STRETCH,
    TRANSLATE,
    WAVEFORM,
)


def kinds(settings: Settings, transcriber: Transcriber, translator: Translator | None = None) -> list[Kind]:
    """The kinds of steps of this package, for the worker. Raises SettingError for a ladder that has no meaning."""
    ladder.rungs(settings.ladder)
    translates = translator or Argos()

    def kind(
        name: str,
        queue: str,
        run: Callable[[Work, Means], None],
        room: Room = needs.little,
        reads: Reads = needs.all_media,
    ) -> Kind:
        def work_on(work: Work) -> None:
            run(work, means_of(work, settings))

        return Kind(name=name, queue=queue, run=work_on, priority=PRIORITIES[name], room=room, reads=reads)

    return [
        kind(POSTER, "light", make_poster, reads=needs.the_programme),
        kind(STORYBOARD, "light", make_storyboard, reads=needs.the_programme),
        kind(WAVEFORM, "light", make_waveform, reads=needs.the_programme),
        kind(LISTEN, "light", lambda work, means: ahead.listen(work, transcriber), reads=needs.the_programme),
        kind(HEAR, "heavy", lambda work, means: ahead.hear(work, means, transcriber), reads=needs.what_was_said),
        kind(CAPTIONS, "heavy", lambda work, means: make_captions(work, means, transcriber), reads=needs.what_was_said),
        Kind(
            name=AHEAD,
            queue="heavy",
            run=lambda work: ahead.hear_ahead(work, means_of(work, settings), transcriber),
            priority=PRIORITIES[AHEAD],
            at_once=1,
        ),
        kind(DOWNLOAD, "heavy", make_download, needs.room_of_download),
        kind(PLAN, "light", make_plan),
        kind(STRETCH, "heavy", make_stretch, needs.room_of_stretch, needs.one_stretch),
        kind(RUNGS, "light", join_rungs),
        kind(LOUDNESS, "heavy", normalise_sound, needs.room_of_sound),
        kind(AUDIO, "light", make_audio, needs.room_of_sound),
        kind(OPUS, "heavy", make_opus, needs.room_of_sound),
        kind(EDITED, "light", make_edited),
        kind(TRANSLATE, "heavy", lambda work, means: translate_captions(work, means, translates)),
        kind(COVER, "light", cover_programme),
        kind(OUTSIDE, "heavy", make_outside, needs.room_of_download),
    ]


def make_poster(work: Work, means: Means) -> None:
    """Choose and write the poster."""
    room, programme = needs.places(work)
    pictures.make_poster(programme.playlist("video"), room.poster, means)


def make_storyboard(work: Work, means: Means) -> None:
    """Small pictures of the whole length; sound alone has none."""
    room, programme = needs.places(work)
    if programme.playlist("video").exists():
        storyboard.make(programme.playlist("video"), room, means)


def make_waveform(work: Work, means: Means) -> None:
    """The outline of the sound; a programme without sound has none."""
    room, programme = needs.places(work)
    if programme.playlist("audio").exists():
        waveform.make(programme.playlist("audio"), room.waveform, means, room.fine_waveform)


def make_captions(work: Work, means: Means, transcriber: Transcriber) -> None:
    """Write down what was said in the step's language; a programme without sound has no cues."""
    room, _ = needs.places(work)
    language, hints = str(work.parameters["language"]), list(work.parameters.get("hints", []))
    wanted = ahead.wanted(work, language, transcriber)
    masks = dict(work.parameters.get("masks", {}))
    captions.make_captions(room, wanted, language, hints, transcriber, means, masks, _voices(work, room))


def _voices(work: Work, room: archive.Room) -> Voices | None:
    """Whose words are whose, by the timeline and what people say now; nothing for what was uploaded."""
    events = timeline.read(room.timeline) if room.timeline.exists() else []
    if not events:
        return None
    with work.database.reading() as connection:
        people = store.persons_of(connection, work.office_hour)
        texts = typed.shown(connection, work.office_hour)
        refuse = cover.refused(connection, work.office_hour)
    return voices.voices(
        events,
        names={person.id: person.shown_name for person in people},
        texts=texts,
        labels=Labels(**work.parameters.get("labels", {})),
        end=cover.end_of(events),
        refuse=refuse,
    )


def make_edited(work: Work, means: Means) -> None:
    """Bring the captions that everybody gets in step with what people did to them, and name them in the master."""
    room, _ = needs.places(work)
    by_hand.follow(work, room)
    _write_master(work, room, means)


def translate_captions(work: Work, means: Means, translator: Translator) -> None:
    """Bring captions in another language as a text to be looked at."""
    room, _ = needs.places(work)
    by_hand.translate(work, room, translator, means.progress)


def make_download(work: Work, means: Means) -> None:
    """Copy the programme into one MP4, and make sure that the master stands."""
    room, programme = needs.places(work)
    _write_master(work, room, means)
    sound = programme.playlist("audio")
    encode.copy_download(programme.playlist("video"), sound if sound.exists() else None, room.download, means)


def make_plan(work: Work, means: Means) -> None:
    """Write down a step for each stretch of the smaller sizes; the step that joins them waits for all of these."""
    room, programme = needs.places(work)
    _write_master(work, room, means)
    video = programme.playlist("video")
    if not video.exists():
        return  # sound alone has no smaller sizes
    settings = means.settings
    av1_crf = (settings.av1_crf or trial.crf(video, room, means)) if settings.av1 else 0
    plan = stretches.make_plan(video, room, means, av1_crf)
    with work.database.transaction() as connection:
        common = dict(work.parameters)
        made = [
            steps.add(
                connection,
                kind=STRETCH,
                office_hour=work.office_hour,
                parameters=common | {"stretch": number, "of": len(plan.counts)},
                priority=PRIORITIES[STRETCH],
                again=plan.name,  # what was planned otherwise is other work
            )
            for number in range(len(plan.counts))
        ]
        made += [_opus(connection, work)] if means.settings.av1 else []
        steps.wait_for(connection, _joiner(connection, work), made)


def _opus(connection: Connection, work: Work) -> str:
    """The step that makes the sound for the sizes in AV1; it waits for the one loudness."""
    known = steps.of_office_hour(connection, work.office_hour)
    loud = [step.id for step in known if step.kind == LOUDNESS and step.parameters == work.parameters]
    common = dict(work.parameters)
    return steps.add(
        connection, kind=OPUS, office_hour=work.office_hour, parameters=common, needs=loud, priority=PRIORITIES[OPUS]
    )


def _joiner(connection: Connection, work: Work) -> str:
    """The step that joins what this plan writes down: it has the plan's parameters."""
    for step in steps.of_office_hour(connection, work.office_hour):
        if step.kind == RUNGS and step.parameters == work.parameters:
            return step.id
    raise steps.Permanent("nobody waits for the smaller sizes: ask for the whole pipeline again")


def make_stretch(work: Work, means: Means) -> None:
    """Encode all sizes of one stretch."""
    room, programme = needs.places(work)
    stretches.encode_stretch(programme.playlist("video"), room, int(work.parameters["stretch"]), means)


def join_rungs(work: Work, means: Means) -> None:
    """Write the playlists of the smaller sizes, and name them in the master."""
    room, programme = needs.places(work)
    if programme.playlist("video").exists():
        stretches.join(programme.playlist("video"), room, means)
    _write_master(work, room, means)


def normalise_sound(work: Work, means: Means) -> None:
    """Bring the sound to its loudness and name it in the master; a programme without sound has none."""
    room, programme = needs.places(work)
    if programme.playlist("audio").exists():
        loudness.normalise(programme.playlist("audio"), room, means)
    _write_master(work, room, means)


def make_opus(work: Work, means: Means) -> None:
    """The sound as people hear it in Opus; a programme without sound has none."""
    room, _ = needs.places(work)
    sound = ladder.sound_of(room, int(work.parameters.get("edition", 1)))
    if sound is not None:
        opus.make(sound, room, means)
    _write_master(work, room, means)


def make_audio(work: Work, means: Means) -> None:
    """Copy the sound as people hear it into one file; a programme without sound has none."""
    room, _ = needs.places(work)
    sound = ladder.sound_of(room, int(work.parameters.get("edition", 1)))
    if sound is not None:
        encode.copy_sound(sound, room.rendition("audio.m4a"), means)


def cover_programme(work: Work, means: Means) -> None:
    """Cover who may not be in the recording, by what people say now, and forget what was made of it before."""
    room, _ = needs.places(work)
    with work.database.reading() as connection:
        refuse, asked = cover.refused(connection, work.office_hour), cover.topics(connection, work.office_hour)
        host = store.office_hour(connection, work.office_hour).host_name
    work.confirm()
    dark = cover.cover(room, int(work.parameters["edition"]), refuse, asked, str(work.parameters["words"]), host)
    cover.forget(room, dark)
    cover.drop_cards(room, refuse)
    work.archive.erase_tracks(work.office_hour, cover.without_track(room, refuse))


def make_outside(work: Work, means: Means) -> None:
    """Make what may go to other platforms by what people say now."""
    room, _ = needs.places(work)
    with work.database.reading() as connection:
        refuse = cover.refused(connection, work.office_hour)
        hour = store.office_hour(connection, work.office_hour)
    slide = Slide("dark", str(work.parameters["words"]) or hour.title, footer=hour.host_name)
    work.confirm()
    edition, language = int(work.parameters["edition"]), str(work.parameters["language"])
    outside.make(room, edition, outside.withheld(room, refuse), slide, language, means)


def _write_master(work: Work, room: archive.Room, means: Means) -> None:
    edition, language = int(work.parameters.get("edition", 1)), str(work.parameters.get("language", ""))
    while True:
        ladder.write_master(room, edition, language, means.confirm)
        if not work.share(mirror.everything):  # somebody elsewhere may have finished another size meanwhile
            return
