"""After the end: the recording becomes playable, complete, captioned and public, looked at from outside."""

import asyncio

from ingest import steps, store
from ingest.officehours import State, Visibility
from publish.pipeline import Stage, progress
from web.demo.standing import DemoFailed, Hour, state_of, until


async def publish(it: Hour) -> None:
    """Watch the recording become playable, complete, captioned and public."""
    hour, figures, bars = it.hour.id, it.figures, it.bars
    await until(lambda: _playable(it), "the replay can be played", 30, pause=0.05)
    figures["replay_ready_s"] = it.since_end()
    bars.show("replay ready", 1.0)
    for stage, key in (
        (Stage.RENDITIONS, "renditions_ready_s"),
        (Stage.CAPTIONS, "captions_ready_s"),
        (Stage.RELEASED, "released_s"),
    ):
        while (done := _stages(it)[stage]) < 1.0:
            bars.show(stage.value, done)
            _complain_of_failures(it)
            if it.since_end() > 600:
                raise DemoFailed(f"{stage.value} did not come within ten minutes")
            await asyncio.sleep(0.1)
        figures[key] = it.since_end()
        bars.show(stage.value, 1.0)
    await until(lambda: state_of(it).visibility is Visibility.RELEASED, "the recording is released", 10)
    replay = f"/replay/{hour}"
    page = await asyncio.to_thread(it.citizen.get, replay)
    if page.status != 200:
        raise DemoFailed(f"the public replay page answers with status {page.status}")
    figures |= {
        "office_hour": hour,
        "replay_url": it.origin + replay,
        "archive": str(it.house.archive.room(hour).root),
        "cues": await asyncio.to_thread(_count_cues, it, f"captions/{it.hour.language}.vtt"),
        "chapters": await asyncio.to_thread(_count_cues, it, "captions/chapters.vtt"),
    }


def _stages(it: Hour) -> dict[Stage, float]:
    with it.house.database.reading() as connection:
        return progress(steps.of_office_hour(connection, it.hour.id))


def _complain_of_failures(it: Hour) -> None:
    with it.house.database.reading() as connection:
        for step in steps.of_office_hour(connection, it.hour.id):
            if step.state in (steps.State.FAILED, steps.State.QUARANTINED):
                raise DemoFailed(f"step {step.kind} failed: {step.error}")


def _address(it: Hour) -> str:
    with it.house.database.reading() as connection:
        edition = store.edition_of(connection, it.hour.id)
    return edition.address if edition else ""


def _playable(it: Hour) -> bool:
    """Staff can fetch the replay's playlist, it is whole, and its first segment is there."""
    if state_of(it).state is not State.ENDED:
        return False
    root = f"/media/{_address(it)}/programme/1/video"
    playlist = it.staff.get(f"{root}/index.m3u8")
    if playlist.status != 200 or "#EXT-X-ENDLIST" not in playlist.text:
        return False
    segments = [line for line in playlist.text.splitlines() if line and not line.startswith("#")]
    return bool(segments) and it.staff.get(f"{root}/{segments[-1]}").status == 200


def _count_cues(it: Hour, path: str) -> int:
    answer = it.citizen.get(f"/media/{_address(it)}/{path}")
    return answer.text.count(" --> ") if answer.status == 200 else 0
