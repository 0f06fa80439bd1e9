"""A step comes in; what people did to captions is followed: their files are made, another language is brought.

The rules are in edited.py and translating.py; here they meet the rows, and whoever works on them at the same time.
"""

from collections.abc import Callable

from ingest import archive, steps
from ingest.database import Overtaken
from ingest.work import Work
from transcode import drafts, edited, editing, outside, store, translating
from transcode.store import Origin
from transcode.translating import Translator


def follow(work: Work, room: archive.Room) -> None:
    """All public captions of an office hour are as people released them, over the machine's newest words."""
    with work.database.reading() as connection:
        tracks = store.tracks(connection, work.office_hour)
    for track in tracks:
        _follow(work, room, track.language)
    work.confirm()
    for language in set(edited.languages(room)) - {track.language for track in tracks}:
        edited.take_away(room, language)
    edited.write_playlists(room, int(work.parameters["edition"]))
    outside.caption(room, str(work.parameters["language"]))


def _follow(work: Work, room: archive.Room, language: str) -> None:
    """One track; whoever has released another edit meanwhile is followed. Raises Transient while somebody writes."""
    events, done = edited.events_of(room), -1
    while True:
        with work.database.reading() as connection:
            track = store.track(connection, work.office_hour, language)
        if track is None or track.released == done:
            return
        anew = edited.machine(room, track)
        try:
            with work.database.transaction() as connection:
                bound = edited.rules(connection, work.office_hour, events)
                track = edited.settle(connection, track, anew, bound, work.clock())
                text = edited.released_text(connection, track, bound) if track.released else []
        except Overtaken as error:
            raise steps.Transient(f"somebody edits the captions: {error}") from error
        done = track.released
        work.confirm()
        if track.released:
            edited.write(room, track, text)
        else:
            edited.take_away(room, language)


def translate(work: Work, room: archive.Room, translator: Translator, progress: Callable[[float], None]) -> None:
    """Captions in another language, as a draft; where there are some already, they stay."""
    language, to = str(work.parameters["language"]), str(work.parameters["to"])
    with work.database.reading() as connection:
        if store.track(connection, work.office_hour, to) is not None:
            return
        track = store.track(connection, work.office_hour, language)
        text = store.passages(connection, work.office_hour, language) if track is not None else None
    found = editing.named(drafts.machines(room, language, "")) if text is None else text
    spoken = drafts.cues(editing.shown(found))
    brought = translating.translated(spoken, translator.translation(language, to), to, progress)
    work.confirm()
    by = str(work.parameters["by"])
    with work.database.transaction() as connection:
        edited.take_in(connection, work.office_hour, to, Origin.TRANSLATED, brought, by=by, at=work.clock())
