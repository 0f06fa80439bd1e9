"""A guest takes their consent back after the release; nothing of them stays, in whichever host's folder or the store.

The archive is a bucket of S3, the site and two workers have a folder each. Steps run here, one after the other.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest
from starlette.testclient import TestClient

from ingest import commands, mirror, store
from ingest.consent import ALL
from ingest.database import now, random_id
from ingest.engine import Engine
from ingest.live.lobby import agreement
from ingest.objects import Object, open_objects
from ingest.officehours import OfficeHour, Release, State, Visibility
from ingest.people import Role, Scope
from ingest.shared import SharedArchive
from ingest.steps import State as StepState
from ingest.timeline import Event, Kind
from publish import consents, pipeline, withdrawal
from publish.targets import site as own_site
from tests.journeys.house import environment, house_in, steps_of
from tests.standins.recorded import record
from tests.standins.reel import Participant
from tests.standins.scribe import Scribe
from tests.standins.servers import object_store
from tests.transcode.test_consent_outputs import CHRIS_S, FORM, cards_of, sees, spoken
from transcode import tasks
from transcode.settings import Settings
from web.asgi import site
from web.house import House
from web.keeping import Keeper

SETTINGS = Settings(niceness=0, ladder=("120:100",))
LENGTH_S = 12
NEVER = ("tracks/", "timeline.jsonl", "cards/", "renditions/stretches/plan.json")


@dataclass(frozen=True, kw_only=True)
class Public:
    """A stranger's browser, and the bucket beside it."""

    house: House
    hour: OfficeHour
    base: str
    browser: TestClient
    bucket: str

    @property
    def archive(self) -> SharedArchive:
        assert isinstance(self.house.archive, SharedArchive)
        return self.house.archive

    def there(self) -> dict[str, Object]:
        return self.archive.objects.listing(self.hour.id)

    def readable(self, names: Iterable[str]) -> set[str]:
        """Which of these the site hands to a stranger."""
        found = {name: self.browser.get(f"{self.base}/{name}", follow_redirects=False).status_code for name in names}
        assert set(found.values()) <= {200, 404, 410}
        return {name for name, status in found.items() if status == 200}

    def granted(self, names: Iterable[str]) -> set[str]:
        """Which of these the store itself hands to a stranger."""
        return {name for name in names if not self._refused(f"{self.bucket}/{self.hour.id}/{name}")}

    def _refused(self, address: str) -> bool:
        try:
            with urlopen(address):
                return False
        except HTTPError as error:
            return error.code == 403

    def visibility(self) -> Visibility:
        with self.house.database.reading() as connection:
            return store.office_hour(connection, self.hour.id).visibility


def recorded(house: House) -> tuple[OfficeHour, str, str]:
    """Ada for twelve seconds, Chris from the fourth to the eighth, who agreed to everything; their ids."""
    with house.database.transaction() as connection:
        id = store.add_office_hour(
            connection, title="Sprechstunde", host_name="Ada", starts_at=now(), state=State.ON_AIR,
            release=Release.AT_END,
        ).id  # fmt: skip
        ada = store.add_person(connection, id, name="Ada", role=Role.HOST).id
        chris = store.add_person(connection, id, name="Chris", role=Role.GUEST, topic="Radweg").id
        store.answer_consent(connection, chris, dict.fromkeys(Scope, True), 1)
        commands.write(connection, id, commands.Kind.SHOW, person=chris)
    people = [
        Participant(person=ada, name="Ada"),
        Participant(person=chris, name="Chris", from_s=CHRIS_S.start, until_s=CHRIS_S.stop),
    ]
    recording = record(house.archive, id, people, length_s=LENGTH_S, form=FORM)
    begin, rest = recording.room.timeline.read_text(encoding="utf-8").split("\n", 1)
    said = Event(tick=0, kind=Kind.CONSENT, values={"person": chris, "scopes": agreement.names(ALL)})
    recording.room.timeline.write_text(f"{begin}\n{said.line()}{rest}", encoding="utf-8")
    with house.database.transaction() as connection:
        edition = store.add_edition(
            connection, id, address=random_id(), duration_ticks=recording.ticks, tick_duration="1/30"
        )
        hour = store.move_office_hour(connection, id, State.ENDED, ended_at=now())
        pipeline.begin(connection, hour, edition)
    return hour, chris, f"/media/{edition.address}"


def work(house: House, folder: Path, url: str, hour: OfficeHour) -> None:
    """All steps, on a host with a folder of its own."""
    elsewhere = SharedArchive(folder / "archive", open_objects(url), folder / "mirror")
    ours = [kind for name, kind in house.engine.kinds.items() if not name.startswith("transcode.")]
    rung: list[str] = []
    kinds = [*ours, *tasks.kinds(SETTINGS, Scribe(spoken))]
    engine = Engine(house.database, elsewhere, kinds, lambda step, kind: rung.append(step.id))
    engine.reconcile()
    while rung:
        engine.run(rung.pop(0))
    assert {
        (step.kind, step.state, step.error) for step in steps_of(house, hour) if step.state is not StepState.DONE
    } == set()


@pytest.mark.journey
@pytest.mark.beside
def test_nothing_of_a_guest_who_takes_back_stays_in_an_archive_in_s3(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with object_store() as archive:
        for name, value in archive.items():
            monkeypatch.setenv(name, value)
        url, bucket = archive["OFFICEHOURS_ARCHIVE_URL"], f"{archive['AWS_ENDPOINT_URL']}/archive/lindenau"
        with house_in(environment(tmp_path / "site", **archive)) as house:
            hour, chris, base = recorded(house)
            public = Public(house=house, hour=hour, base=base, browser=TestClient(site(house)), bucket=bucket)
            keeper = Keeper(house, public.archive)
            keeper.look(now())
            work(house, tmp_path / "worker", url, hour)
            keeper.look(now())
            before = hold_what_is_public(public, chris)

            with house.database.transaction() as connection:
                person = store.person(connection, chris)
                gone = agreement.take_back(connection, person, [Scope.RECORDING], now(), "jemand")
                released = store.office_hour(connection, hour.id)
                consents.taken_back(connection, released, chris, gone, "Nicht gezeigt", now())
            assert public.readable(before) == set()

            work(house, tmp_path / "another", url, hour)
            keeper.look(now())
            assert public.visibility() is Visibility.WITHDRAWN
            after = public.there()
            assert public.readable(before | after) == set()
            assert public.granted(after) == set()
            hold_nothing_of_them_is_left(public, tmp_path, chris, before)

            with house.database.transaction() as connection:
                own_site.release(connection, hour.id)
            assert "renditions/download.mp4" in public.readable(after)
            with house.database.transaction() as connection:
                withdrawal.withdraw(connection, hour.id)
            assert public.readable(after) == set()


def hold_what_is_public(public: Public, chris: str) -> dict[str, Object]:
    """Released, with transcripts that people made; what is in the store by then."""
    room = public.archive.room(public.hour.id)
    for suffix in ("vtt", "txt", "srt"):
        room.captions("de").with_name(f"de.released.{suffix}").write_text("Chris spricht", encoding="utf-8")
    public.archive.put(public.hour.id)
    there = public.there()
    assert public.visibility() is Visibility.RELEASED
    seen = public.readable(there)
    assert {"renditions/download.mp4", "renditions/audio.m4a", "renditions/120p/index.m3u8"} <= seen
    assert {"captions/de.vtt", "captions/de.released.txt", "captions/de.released.srt", "pictures/poster.jpg"} <= seen
    assert any(name.startswith("renditions/stretches/") and name.endswith(".m4s") for name in seen)
    assert f"tracks/{chris}.mkv" in there
    assert [name for name in seen if name.startswith(NEVER)] == []
    assert public.granted(there) == set()
    return there


def hold_nothing_of_them_is_left(public: Public, folder: Path, chris: str, before: dict[str, Object]) -> None:
    after, id = public.there(), public.hour.id
    assert [name for name in after if name.startswith(f"tracks/{chris}")] == []
    assert "captions/de.released.txt" not in after
    drawn = {path.name for path in cards_of(public.archive.room(id), chris)}  # the name, as it stood in the picture
    assert drawn <= {name.removeprefix("cards/") for name in before}
    assert drawn & {name.removeprefix("cards/") for name in after} == set()
    kept = {name for name, each in before.items() if name in after and after[name].etag == each.etag}
    # Segments last two seconds, and are dark with a margin of a moment around whom they may not hold.
    dark = {f"programme/1/{kind}/{number:08}.m4s" for kind in ("video", "audio") for number in (3, 4)}
    made = {name for name in before if name.endswith((".mp4", ".m4a", ".vtt", ".jpg")) and "init" not in name}
    assert kept & (dark | made) == {"captions/chapters.vtt", "pictures/storyboard.vtt"} & kept  # these name nobody
    film = folder / "film.mp4"
    public.archive.objects.fetch(f"{id}/renditions/download.mp4", film)
    assert sees(film) == set()
    assert "spricht" not in b"".join(public.archive.objects.open(f"{id}/captions/de.vtt").pieces).decode()
    public.archive.bring(id, mirror.everything)
    for host in ("site/archive", "another/archive"):
        texts = [path for path in (folder / host / id).rglob("*") if path.suffix in (".vtt", ".txt", ".srt")]
        assert [path for path in texts if "spricht" in path.read_text(encoding="utf-8")] == []
        assert not list((folder / host / id / "tracks").glob(f"{chris}*"))
