"""An office hour with a finished recording comes in, the steps that make something of it go out, as rows.

    transcode.poster     pictures/poster.jpg                    early: the page wants a face
    transcode.storyboard pictures/storyboard.{jpg,vtt}          small pictures of the whole length, for seeking
    transcode.waveform   pictures/waveform.json                 peaks of the sound, for seeking
    transcode.ahead      heard/<language>/                       what was said so far, while the office hour runs
    transcode.listen     heard/<language>/                       how much of it is missing; several may hear it then
    transcode.hear       heard/<language>/                       some pieces of it; written down by `listen`
    transcode.captions   captions/<language>.{vtt,words.json}   hears what is left; chapters lean on nothing else
    transcode.download   renditions/download.mp4                the replay without JavaScript
    transcode.plan       renditions/stretches/plan.json         which smaller sizes, in how many stretches
    transcode.stretch    renditions/stretches/<n>/              all sizes of one stretch; written down by the plan
    transcode.rungs      renditions/<size>/ and the master      needs the plan and all stretches; writes playlists only
    transcode.loudness   renditions/sound/, loudness.json       the sound at EBU R128, named by the master for all sizes
    transcode.opus       renditions/sound-opus/                 only with AV1; written down by the plan
    transcode.audio      renditions/audio.m4a                   for podcasts, from the normalised sound
    transcode.edited     captions/<language>.released.*         what people made of captions; only where they did
    transcode.translate  rows of captions in another language   a person's wish, where a translator is installed
    transcode.cover      the programme itself                   covers who may not be in it; what was made of it goes
    transcode.outside    renditions/outside/                    what may go to other platforms, if somebody is left out

The programme is playable before any of them runs.
"""

from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy.engine import Connection

from ingest import steps
from ingest.pseudonyms import Masks

POSTER, CAPTIONS, DOWNLOAD, PLAN, STRETCH, RUNGS, LOUDNESS, AUDIO = (
    f"transcode.{name}" for name in ("poster", "captions", "download", "plan", "stretch", "rungs", "loudness", "audio")
)
STORYBOARD, WAVEFORM, OPUS = "transcode.storyboard", "transcode.waveform", "transcode.opus"
AHEAD, LISTEN, HEAR = "transcode.ahead", "transcode.listen", "transcode.hear"
COVER, OUTSIDE, EDITED = "transcode.cover", "transcode.outside", "transcode.edited"
TRANSLATE = "transcode.translate"
PRIORITIES = {
    AHEAD: 9,
    LISTEN: 1,
    HEAR: 2,
    EDITED: 1,
    TRANSLATE: 5,
    COVER: 0,
    OUTSIDE: 4,
    OPUS: 5,
    STORYBOARD: 5,
    WAVEFORM: 5,
    POSTER: 1,
    PLAN: 1,
    CAPTIONS: 2,
    DOWNLOAD: 3,
    LOUDNESS: 3,
    STRETCH: 4,
    RUNGS: 4,
    AUDIO: 5,
}


def add_all(
    connection: Connection,
    office_hour: str,
    edition: int,
    languages: Sequence[str],
    *,
    hints: Sequence[str] = (),
    masks: Masks | None = None,
    labels: Mapping[str, str] | None = None,
    needs: Sequence[str] = (),
    again: str = "",
) -> dict[str, str]:
    """Write down all steps of one edition; gives "poster", "captions.de", "plan", "rungs", … -> step id.

    `languages` are those spoken, first the main one. Asking twice gives the same steps; `again` names another run.
    `masks`: names that captions do not show, and what they show instead; `labels`: how they write whose words were
    interpreted or typed (`voices.Labels`).
    Whoever needs all of these needs the stretches too: "rungs" waits for them, once the plan has written them down; so
    does "captions.de" for the pieces that "listen.de" writes down.
    """
    common = {"edition": edition} | ({"again": again} if again else {})
    main = languages[0] if languages else ""
    wanted: dict[str, tuple[str, dict[str, object]]] = {"poster": (POSTER, {})}
    for language in languages:
        wanted[f"listen.{language}"] = (LISTEN, {"language": language})
        masked = ({"masks": dict(masks)} if masks else {}) | ({"labels": dict(labels)} if labels else {})
        wanted[f"captions.{language}"] = (CAPTIONS, {"language": language, "hints": list(hints), **masked})
    wanted["download"] = (DOWNLOAD, {"language": main})
    wanted |= {"storyboard": (STORYBOARD, {}), "waveform": (WAVEFORM, {})}
    wanted["loudness"] = (LOUDNESS, {"language": main})

    def written(kind: str, parameters: Mapping[str, object], needed: Iterable[str]) -> str:
        return steps.add(
            connection,
            kind=kind,
            office_hour=office_hour,
            parameters={**common, **parameters},
            needs=needed,
            priority=PRIORITIES[kind],
        )

    ids: dict[str, str] = {}
    for name, (kind, parameters) in wanted.items():
        before = [ids[f"listen.{parameters['language']}"]] if kind == CAPTIONS else needs
        ids[name] = written(kind, parameters, before)
    ids["audio"] = written(AUDIO, {}, [ids["loudness"]])
    ids["plan"] = written(PLAN, {"language": main}, needs)
    ids["rungs"] = written(RUNGS, {"language": main}, [ids["plan"]])
    return ids


def add_ahead(connection: Connection, office_hour: str, edition: int, language: str, again: str) -> str:
    """Hear what was said so far in an office hour that is on air. Once for each `again`."""
    parameters = {"edition": edition, "language": language}
    return steps.add(
        connection, kind=AHEAD, office_hour=office_hour, parameters=parameters, priority=PRIORITIES[AHEAD], again=again
    )


def add_cover(connection: Connection, office_hour: str, edition: int, words: str, *, again: str = "") -> str:
    """Cover whoever may not be in the recording by now; `words` stand on the slide. What is made of it needs this."""
    parameters = {"edition": edition, "words": words}
    return steps.add(
        connection, kind=COVER, office_hour=office_hour, parameters=parameters, priority=PRIORITIES[COVER], again=again
    )


def add_outside(
    connection: Connection, office_hour: str, edition: int, language: str, words: str, needs: Iterable[str], again: str
) -> str:
    """Make what may go to other platforms; `words` stand on the slide of who is left out. Once for each `again`."""
    parameters = {"edition": edition, "language": language, "words": words}
    return steps.add(
        connection, kind=OUTSIDE, office_hour=office_hour, parameters=parameters, needs=needs,
        priority=PRIORITIES[OUTSIDE], again=again,
    )  # fmt: skip


def add_edited(
    connection: Connection, office_hour: str, edition: int, language: str, *, needs: Iterable[str] = (), again: str
) -> str:
    """Bring the public captions in step with what people did to them; `language` is the one spoken."""
    return steps.add(
        connection, kind=EDITED, office_hour=office_hour, parameters={"edition": edition, "language": language},
        needs=needs, priority=PRIORITIES[EDITED], again=again,
    )  # fmt: skip


def add_translation(
    connection: Connection, office_hour: str, edition: int, language: str, to: str, *, by: str, again: str
) -> str:
    """Translate the captions in `language` as they are then; `by` is who asked for it. Once for each `again`."""
    parameters = {"edition": edition, "language": language, "to": to, "by": by}
    return steps.add(
        connection, kind=TRANSLATE, office_hour=office_hour, parameters=parameters, priority=PRIORITIES[TRANSLATE],
        again=again,
    )  # fmt: skip
