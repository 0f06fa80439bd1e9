"""The whole way of a recording from its end to the public, on one page.

    end of the office hour (begin), or somebody took back what they agreed to (anew)
      +- transcode.cover                                           first, if somebody may not be in the recording
      +- transcode.poster, .download                               none needs another
      +- transcode.listen -> .hear (many) -> .captions             of what was not heard on air (transcode.ahead)
      +- transcode.storyboard, .waveform                           for seeking
      +- transcode.loudness -> .audio                              the sound at one loudness, and the podcast's file
      +- transcode.plan -> .stretch (many) -> .rungs               the smaller sizes; .rungs waits for every stretch
      +- transcode.edited    needs captions; only where people have worked on them
      +- publish.chapters                                          from timeline and questions
      +- publish.release     needs all of these; only if the office hour is released at its end
    a person's wish (to_youtube)
      +- transcode.outside                                         the film without who refused that, if somebody did
      +- publish.youtube     needs these, and download, captions and chapters
    captions that are released anew (captions_outside)
      +- publish.captions    one per outside target that has the film; needs transcode.edited
    end of an office hour that is live only
      +- publish.forget      when the last viewer has fetched the last of it
    a person's wish (withdrawal.withdraw)
      +- publish.withdraw    one per outside target; the site withdraws at once

The programme is playable before any step runs. Asking twice gives the same steps.
"""

from collections.abc import Iterable, Mapping, Sequence
from enum import Enum

from sqlalchemy.engine import Connection

from ingest import pseudonyms, steps
from ingest.officehours import Edition, OfficeHour, Release
from ingest.steps import UNFINISHED, Step
from publish import covering, store
from publish.hints import hints
from publish.publication import State, TargetName
from questions import queue
from transcode import store as captions_store
from transcode import worklist

CHAPTERS, RELEASE, YOUTUBE = "publish.chapters", "publish.release", "publish.youtube"
FORGET, OUTSIDE_CAPTIONS = "publish.forget", "publish.captions"
FOR_YOUTUBE = frozenset({worklist.DOWNLOAD, worklist.CAPTIONS, worklist.EDITED, worklist.POSTER, CHAPTERS})


class Stage(Enum):
    """What people wait for, in this order."""

    READY = "replay ready"
    RENDITIONS = "renditions"
    CAPTIONS = "captions"
    RELEASED = "released"


STAGE_OF = {
    worklist.COVER: Stage.RENDITIONS,
    worklist.POSTER: Stage.RENDITIONS,
    worklist.STORYBOARD: Stage.RENDITIONS,
    worklist.WAVEFORM: Stage.RENDITIONS,
    worklist.DOWNLOAD: Stage.RENDITIONS,
    worklist.PLAN: Stage.RENDITIONS,
    worklist.STRETCH: Stage.RENDITIONS,
    worklist.RUNGS: Stage.RENDITIONS,
    worklist.LOUDNESS: Stage.RENDITIONS,
    worklist.AUDIO: Stage.RENDITIONS,
    worklist.OPUS: Stage.RENDITIONS,
    worklist.LISTEN: Stage.CAPTIONS,
    worklist.HEAR: Stage.CAPTIONS,
    worklist.CAPTIONS: Stage.CAPTIONS,
    worklist.EDITED: Stage.CAPTIONS,
    CHAPTERS: Stage.CAPTIONS,
    RELEASE: Stage.RELEASED,
}


def begin(
    connection: Connection,
    hour: OfficeHour,
    edition: Edition,
    dark_words: str = "",
    labels: Mapping[str, str] | None = None,
) -> list[str]:
    """Write down all that follows the end, in the transaction that ends the office hour. Returns the steps' ids.

    Questions that were not reached are told so. An office hour that is live only is forgotten. A rehearsal has no
    steps: what was recorded of it is played as it is, and erased after a day. `dark_words` stand where somebody may not
    be kept, `labels` in captions (`transcode.voices.Labels`).
    """
    queue.close(connection, hour.id, by="end")
    if hour.rehearsal_of:
        return []
    if not hour.recorded:
        parameters = {"edition": edition.number}
        return [steps.add(connection, kind=FORGET, office_hour=hour.id, parameters=parameters, priority=0)]
    covered = covering.to_cover(connection, hour.id)
    first = [worklist.add_cover(connection, hour.id, edition.number, dark_words)] if covered else []
    made = first + _all(connection, hour, edition, needs=first, labels=labels)
    if hour.release is not Release.AT_END:
        return made
    return [*made, _release(connection, hour, edition, made)]


def anew(connection: Connection, hour: OfficeHour, edition: Edition, dark_words: str, again: str) -> list[str]:
    """Cover who may not be in the recording any more, and make everything of it once more. Returns the steps' ids."""
    first = worklist.add_cover(connection, hour.id, edition.number, dark_words, again=again)
    return [first, *_all(connection, hour, edition, needs=[first], again=again)]


def release_when_ready(connection: Connection, hour: OfficeHour, edition: Edition, again: str) -> str:
    """Release by itself what was kept back until now, once all of it is made. Returns the step's id."""
    known = steps.of_office_hour(connection, hour.id)
    return _release(connection, hour, edition, [each.id for each in known if each.state in UNFINISHED], again)


def _all(
    connection: Connection,
    hour: OfficeHour,
    edition: Edition,
    *,
    needs: Sequence[str] = (),
    again: str = "",
    labels: Mapping[str, str] | None = None,
) -> list[str]:
    """Everything that is made of the recording, after `needs`; with the labels of the first time, unless given."""
    known = steps.of_office_hour(connection, hour.id) if labels is None else []
    before = (step.parameters["labels"] for step in known if "labels" in step.parameters)
    made = worklist.add_all(
        connection, hour.id, edition.number, [hour.language], hints=hints(connection, hour),
        masks=pseudonyms.of_office_hour(connection, hour.id), needs=needs, again=again,
        labels=labels if labels is not None else next(before, None),
    )  # fmt: skip
    if captions_store.tracks(connection, hour.id):  # what people did to captions is done again over the new ones
        heard = [made[f"captions.{hour.language}"]]
        made["edited"] = worklist.add_edited(
            connection, hour.id, edition.number, hour.language, needs=heard, again=again or "anew"
        )
    parameters = {"edition": edition.number}
    chapters = steps.add(
        connection, kind=CHAPTERS, office_hour=hour.id, parameters=parameters, needs=needs, priority=1, again=again
    )
    return [*made.values(), chapters]


def _release(connection: Connection, hour: OfficeHour, edition: Edition, needs: Sequence[str], again: str = "") -> str:
    parameters = {"edition": edition.number}
    return steps.add(
        connection, kind=RELEASE, office_hour=hour.id, parameters=parameters, needs=needs, priority=0, again=again
    )


def to_youtube(connection: Connection, hour: OfficeHour, edition: Edition, dark_words: str = "") -> str:
    """Wish an edition to YouTube: uploaded when it is complete, then made visible. Returns the step's id.

    Who does not agree to other platforms is covered in that film; `dark_words` stand there.
    """
    known = steps.of_office_hour(connection, hour.id)
    needs = [step.id for step in known if step.kind in FOR_YOUTUBE and step.parameters.get("edition") == edition.number]
    publication = store.plan(connection, hour.id, edition.number, TargetName.YOUTUBE)
    if publication.state is State.WITHDRAWN:
        publication = store.move(connection, publication, State.UPLOADED if publication.remote else State.PLANNED)
    for step in known:
        if (step.kind, step.parameters.get("publication")) == (YOUTUBE, publication.id) and step.state in UNFINISHED:
            return step.id
    again = publication.changed_at.isoformat()
    if covering.to_leave_out(connection, hour.id):
        needs.append(
            worklist.add_outside(
                connection, hour.id, edition.number, hour.language, dark_words, needs=list(needs), again=again
            )
        )
    return steps.add(
        connection,
        kind=YOUTUBE,
        office_hour=hour.id,
        parameters={"publication": publication.id},
        needs=needs,
        priority=6,
        again=again,
    )


def captions_outside(connection: Connection, office_hour: str, needs: Sequence[str], again: str) -> list[str]:
    """Bring captions that were released anew to where the film is already, after `needs`. Returns the steps' ids."""
    return [
        steps.add(
            connection, kind=OUTSIDE_CAPTIONS, office_hour=office_hour, parameters={"publication": each.id},
            needs=needs, priority=6, again=again,
        )
        for each in store.of_office_hour(connection, office_hour)
        if each.target is TargetName.YOUTUBE and each.state is not State.WITHDRAWN
    ]  # fmt: skip


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


def _done(step: Step) -> float:
    return 1.0 if step.state is steps.State.DONE else min(step.progress, 0.99)
