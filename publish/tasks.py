"""The kinds of steps of publish, and the functions that do them."""

import shutil
from datetime import timedelta

from ingest import archive, mirror
from ingest import store as ingest_store
from ingest.archive import Room, Wanted
from ingest.secrets import Safe
from ingest.steps import Resource
from ingest.work import Kind, Work
from publish import chapters, recording, store
from publish.pipeline import CHAPTERS, FORGET, OUTSIDE_CAPTIONS, RELEASE, YOUTUBE
from publish.publication import State, TargetName
from publish.settings import Settings
from publish.targets import Target
from publish.targets.site import Site
from publish.targets.youtube import YouTube
from publish.withdrawal import WITHDRAW

LAST_WORDS = timedelta(seconds=10)
"""How long live files stay after the end; the studio stops serving them before."""


def kinds(settings: Settings, safe: Safe) -> list[Kind]:
    """The kinds of steps of this package, for the worker."""
    youtube = YouTube(settings, safe)
    targets: dict[TargetName, Target] = {TargetName.SITE: Site(), TargetName.YOUTUBE: youtube}

    def publish(work: Work) -> None:
        with work.database.reading() as connection:
            publication = store.get(connection, str(work.parameters["publication"]))
        work.confirm()
        targets[publication.target].publish(work, publication)

    def withdraw(work: Work) -> None:
        with work.database.reading() as connection:
            publication = store.get(connection, str(work.parameters["publication"]))
        work.confirm()
        if publication.state is State.WITHDRAWN:  # else a person has wished it back meanwhile
            targets[publication.target].withdraw(work, publication)

    def caption(work: Work) -> None:
        with work.database.reading() as connection:
            publication = store.get(connection, str(work.parameters["publication"]))
        work.confirm()
        youtube.caption(work, publication)

    def release(work: Work) -> None:
        with work.database.transaction() as connection:
            publication = store.plan(connection, work.office_hour, int(work.parameters["edition"]), TargetName.SITE)
        work.confirm()
        targets[TargetName.SITE].publish(work, publication)

    return [
        Kind(name=CHAPTERS, queue="light", run=write_chapters, priority=1, reads=lambda work: mirror.nothing),
        Kind(name=RELEASE, queue="light", run=release, priority=0),
        # An upload only waits for the line, but for long: one at a time leaves the other places to mail.
        Kind(name=YOUTUBE, queue="light", run=publish, priority=6, at_once=1, reads=films),
        Kind(name=OUTSIDE_CAPTIONS, queue="light", run=caption, priority=6, reads=lambda work: mirror.nothing),
        Kind(name=WITHDRAW, queue="light", run=withdraw, priority=0),
        Kind(name=FORGET, queue="light", run=forget, priority=0),
    ]


def films(work: Work) -> Wanted:
    """What is uploaded: whole films, no segments."""
    return lambda name: name.startswith("renditions/") and name.endswith(".mp4") and not name.endswith("init.mp4")


def forget(work: Work) -> None:
    """Erase what was written of an office hour that is live only; who it was and what was asked stays in rows."""
    with work.database.reading() as connection:
        ended = ingest_store.office_hour(connection, work.office_hour).ended_at
    if ended is not None and work.clock() < ended + LAST_WORDS:
        raise Resource("viewers still fetch the last of it", ended + LAST_WORDS)
    work.confirm()
    forget_files(work.archive.room(work.office_hour))


def forget_files(room: Room) -> None:
    """Erase what must not stay of an office hour that is live only; fine if it is gone."""
    for folder in (room.programme().root.parent, room.tracks, room.cards, room.rendition(""), room.sealed):
        shutil.rmtree(folder, ignore_errors=True)


def write_chapters(work: Work) -> None:
    """Write the chapters of the edition beside its captions."""
    found = recording.of(work, int(work.parameters["edition"])).chapters
    work.confirm()
    archive.write_text(work.archive.room(work.office_hour).chapters, chapters.webvtt(found))
