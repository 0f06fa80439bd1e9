"""Steps that hear a recording piece by piece: while the office hour runs, and several at once afterwards.

    transcode.ahead     on air: what has left the delay, one minute at a time, as long as the machine is idle enough
    transcode.listen    the end: how many pieces are missing; when there are many, steps that share them
    transcode.hear      some of these pieces

The captions step hears whatever is still missing, so none of these has to have happened.
"""

from collections.abc import Sequence
from itertools import pairwise

from ingest import steps, store
from ingest.officehours import State
from ingest.work import Work
from transcode import listening, pieces
from transcode.encode import Means
from transcode.needs import places
from transcode.pieces import Part
from transcode.spare import spare
from transcode.speech import Transcriber
from transcode.worklist import CAPTIONS, HEAR, PRIORITIES

SHARE = 8
"""Pieces of a minute for one step: a batch is full, and loading the model is a small part of the time."""


def wanted(work: Work, language: str, transcriber: Transcriber, *, so_far: bool = False) -> list[Part]:
    """The pieces of an office hour's recording."""
    room, edition = work.archive.room(work.office_hour), int(work.parameters.get("edition", 1))
    with work.database.reading() as connection:
        known = listening.rows(connection, work.office_hour)
    # On air they lie where the room is; afterwards whoever asks need not have them.
    tracks = None if so_far else work.archive.tracks(work.office_hour)
    return listening.pieces_of(room, edition, language, transcriber.identity, known, tracks=tracks, so_far=so_far)


def hear_ahead(work: Work, means: Means, transcriber: Transcriber) -> None:
    """Hear what is whole by now, and forget what may not be heard any more; stops when others need the machine."""
    room = work.archive.room(work.office_hour)
    if not room.timeline.exists() or not room.programme().playlist("audio").exists():
        return  # it is on air on another machine
    if not _on_air(work):
        return  # it waited for a worker until the end: what others hear now is not to be forgotten
    language = str(work.parameters["language"])
    there = wanted(work, language, transcriber, so_far=True)
    pieces.forget(room, language, there)
    for part in pieces.unheard(room, language, there):
        if not _on_air(work) or not spare(means.settings.speech_spare):
            return
        listening.hear(room, language, [part], transcriber, means, quietly=True)


def _on_air(work: Work) -> bool:
    """Whether it still runs; afterwards others hear the rest, who need not be quiet."""
    with work.database.reading() as connection:
        return store.office_hour(connection, work.office_hour).state in (State.ON_AIR, State.PAUSED)


def listen(work: Work, transcriber: Transcriber) -> None:
    """Write down steps for what is missing, when it is more than the captions step should hear alone."""
    room, _ = places(work)
    language = str(work.parameters["language"])
    missing = pieces.unheard(room, language, wanted(work, language, transcriber))
    shares = shared(missing)
    with work.database.transaction() as connection:
        made = [
            steps.add(
                connection,
                kind=HEAR,
                office_hour=work.office_hour,
                parameters=dict(work.parameters) | {"pieces": [part.key for part in share]},
                priority=PRIORITIES[HEAR],
            )
            for share in shares
        ]
        for step in steps.of_office_hour(connection, work.office_hour):
            if step.kind == CAPTIONS and _same(step, work):
                steps.wait_for(connection, step.id, made)


def _same(step: steps.Step, work: Work) -> bool:
    """Whether captions wait for what this step writes down: the same edition, language and run."""
    return all(step.parameters.get(name) == value for name, value in work.parameters.items())


def shared(missing: Sequence[Part]) -> list[Sequence[Part]]:
    """The pieces in shares of about the same size; none where one step can hear them all."""
    count = -(-len(missing) // SHARE)
    if count < 2:
        return []
    bounds = [round(number * len(missing) / count) for number in range(count + 1)]
    return [missing[start:end] for start, end in pairwise(bounds)]


def hear(work: Work, means: Means, transcriber: Transcriber) -> None:
    """Hear the step's pieces, as far as they are still wanted."""
    room, _ = places(work)
    language, named = str(work.parameters["language"]), set(work.parameters["pieces"])
    mine = [part for part in wanted(work, language, transcriber) if part.key in named]
    listening.hear(room, language, mine, transcriber, means)
