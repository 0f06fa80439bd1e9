"""The whole way of a recording from its end to the public, on one page.

    end of the office hour (begin)
      +- transcode.poster, .captions, .download                    none needs another
      +- transcode.storyboard, .waveform                           for seeking
      +- transcode.loudness -> .audio                              the sound at one loudness, and the podcast's file
      +- transcode.plan -> .stretch (many) -> .rungs               the smaller sizes; .rungs waits for every stretch
      +- publish.chapters                                          from timeline and questions
      +- publish.release     needs all of these; only if the office hour is released at its end
    a person's wish (to_youtube)
      +- publish.youtube     needs download, captions and chapters
    a person's wish (withdrawal.withdraw)
      +- publish.withdraw    one per outside target; the site withdraws at once

The programme is playable before any step runs. Asking twice gives the same steps.
"""

from collections.abc import Iterable
from enum import Enum

from sqlalchemy.engine import Connection

from ingest import steps
from ingest import store as ingest_store
from ingest.officehours import Edition, OfficeHour, Release
from ingest.steps import UNFINISHED, Step
from publish import store
from publish.publication import State, TargetName
from questions import queue
from questions import store as questions_store
from questions.question import State as QuestionState
from transcode import tasks as transcode_tasks

CHAPTERS, RELEASE, YOUTUBE = "publish.chapters", "publish.release", "publish.youtube"
FOR_YOUTUBE = frozenset({transcode_tasks.DOWNLOAD, transcode_tasks.CAPTIONS, transcode_tasks.POSTER, CHAPTERS})
HINTS = 50
"""Names given to the speech model; its prompt holds about two hundred words."""


class Stage(Enum):
    """What people wait for, in this order."""

    READY = "replay ready"
    RENDITIONS = "renditions"
    CAPTIONS = "captions"
    RELEASED = "released"


STAGE_OF = {
    transcode_tasks.POSTER: Stage.RENDITIONS,
    transcode_tasks.STORYBOARD: Stage.RENDITIONS,
    transcode_tasks.WAVEFORM: Stage.RENDITIONS,
    transcode_tasks.DOWNLOAD: Stage.RENDITIONS,
    transcode_tasks.PLAN: Stage.RENDITIONS,
    transcode_tasks.STRETCH: Stage.RENDITIONS,
    transcode_tasks.RUNGS: Stage.RENDITIONS,
    transcode_tasks.LOUDNESS: Stage.RENDITIONS,
    transcode_tasks.AUDIO: Stage.RENDITIONS,
    transcode_tasks.OPUS: Stage.RENDITIONS,
    transcode_tasks.CAPTIONS: Stage.CAPTIONS,
    CHAPTERS: Stage.CAPTIONS,
    RELEASE: Stage.RELEASED,
}


def begin(connection: Connection, hour: OfficeHour, edition: Edition) -> list[str]:
    """Write down all that follows the end, in the transaction that ends the office hour. Returns the steps' ids.

    Questions that were not reached are told so. An office hour that is live only has no steps, and neither has a
    rehearsal: what was recorded of it is played as it is, and erased after a day.
    """
    queue.close(connection, hour.id, by="end")
    if not hour.recorded or hour.rehearsal_of:
        return []
    hints = _hints(connection, hour)
    made = list(transcode_tasks.add_all(connection, hour.id, edition.number, [hour.language], hints=hints).values())
    edition_only = {"edition": edition.number}
    made.append(steps.add(connection, kind=CHAPTERS, office_hour=hour.id, parameters=edition_only, priority=1))
    if hour.release is not Release.AT_END:
        return made
    release = steps.add(connection, kind=RELEASE, office_hour=hour.id, parameters=edition_only, needs=made, priority=0)
    return [*made, release]


def to_youtube(connection: Connection, hour: OfficeHour, edition: Edition) -> str:
    """Wish an edition to YouTube: uploaded when it is complete, then made visible. Returns the step's id."""
    known = steps.of_office_hour(connection, hour.id)
    needs = [step.id for step in known if step.kind in FOR_YOUTUBE and step.parameters.get("edition") == edition.number]
    publication = store.plan(connection, hour.id, edition.number, TargetName.YOUTUBE)
    if publication.state is State.WITHDRAWN:
        publication = store.move(connection, publication, State.UPLOADED if publication.remote else State.PLANNED)
    for step in known:
        if (step.kind, step.parameters.get("publication")) == (YOUTUBE, publication.id) and step.state in UNFINISHED:
            return step.id
    return steps.add(
        connection,
        kind=YOUTUBE,
        office_hour=hour.id,
        parameters={"publication": publication.id},
        needs=needs,
        priority=6,
        again=publication.changed_at.isoformat(),
    )


def progress(of: Iterable[Step]) -> dict[Stage, float]:
    """How far each stage is, from 0 to 1; 1 only when all of its steps are done.

    The replay is ready when there are steps: they are written after the recording is closed.
    """
    parts: dict[Stage, list[float]] = {stage: [] for stage in Stage}
    for step in of:
        if step.kind in STAGE_OF:
            parts[STAGE_OF[step.kind]].append(_done(step))
            parts[Stage.READY] = [1.0]
    return {stage: sum(fractions) / len(fractions) if fractions else 0.0 for stage, fractions in parts.items()}


def _hints(connection: Connection, hour: OfficeHour) -> list[str]:
    """Names that will have been said: the host's, the persons' and the askers'."""
    answered = questions_store.of_office_hour(connection, hour.id, [QuestionState.ANSWERED])
    names = [hour.host_name, *(person.name for person in ingest_store.persons_of(connection, hour.id))]
    names += [question.author for question in answered]
    return [name for name in dict.fromkeys(names) if name][:HINTS]


def _done(step: Step) -> float:
    return 1.0 if step.state is steps.State.DONE else min(step.progress, 0.99)
