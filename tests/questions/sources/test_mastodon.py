"""Chris mentions the office on Mastodon: the question comes in once, changes and goes with the post; nothing private
is published; limits and a permission taken away are told, and wait."""

import itertools
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from ingest.archive import Archive
from ingest.database import Database, now
from ingest.engine import Engine
from ingest.officehours import OfficeHour
from ingest.secrets import Safe
from questions import freshness, intake, letters, moderation, origin, posts, reach, store, tasks
from questions.letter import Kind, LetterState
from questions.question import Channel, MoveRefused, Question, Reason, State
from questions.settings import Settings
from questions.sources import mastodon
from questions.sources.mastodon import Away, Paced, Platform, Revoked, Timeline, arrival_of
from tests.questions.posting import BERLIN, SITE, send_waiting
from tests.standins.mastodon import ME, TOKEN, Mastodon
from tests.standins.serving import serving
from web.words import say

RECORDED = Path(__file__).resolve().parents[4] / "shared" / "fixtures" / "social" / "mastodon_json"
CHRIS = "chris@elsewhere.example"


@pytest.fixture(scope="module")
def running() -> Iterator[tuple[Mastodon, str]]:
    server = Mastodon()
    with serving(server.app) as address:
        yield server, address


@pytest.fixture
def server(running: tuple[Mastodon, str]) -> Mastodon:
    server, _ = running
    fresh = Mastodon()
    for name in ("limit", "revoked", "broken", "again"):
        setattr(server, name, getattr(fresh, name))
    for kept in (server.statuses, server.mentions, server.sent, server.calls, server.keys):
        kept.clear()
    return server


@pytest.fixture
def settings(running: tuple[Mastodon, str], tmp_path: Path) -> Settings:
    file = tmp_path / "token"
    file.write_text(f"{TOKEN}\n")
    return Settings(mastodon_url=running[1], mastodon_token_file=file, mastodon_hashtag="FragAda")


@pytest.fixture
def platform(settings: Settings) -> Platform:
    return tasks.platform(settings)


def look(platform: Platform, database: Database, safe: Safe) -> int:
    return intake.fetch_all(Timeline(platform, database), database, safe)


def found(database: Database, hour: OfficeHour) -> list[Question]:
    with database.reading() as connection:
        every = [store.of_office_hour(connection, where, State) for where in (None, hour.id)]
    return sorted((each for some in every for each in some), key=lambda each: each.text)


def test_mentions_and_the_hashtag_come_in_once(
    server: Mastodon, platform: Platform, database: Database, hour: OfficeHour, safe: Safe
) -> None:
    server.post(CHRIS, "Wann kommt die Tram?", name="Chris ☀️")
    server.post("dana", "Bleibt das Freibad offen? #FragAda", tag="FragAda", mention=False)
    server.post("erika", "Beides?", tag="FragAda")
    assert [look(platform, database, safe) for _ in range(2)] == [3, 0]
    server.post(CHRIS, "Und der Bus?")
    server.again = True
    assert [look(platform, database, safe) for _ in range(2)] == [1, 0]
    said = [(each.text, each.author, each.channel) for each in found(database, hour)]
    assert ("Wann kommt die Tram?", "Chris ☀️", Channel.MASTODON) in said
    assert len(said) == 4


def test_many_come_in_pages_and_the_reader_may_die(
    server: Mastodon, platform: Platform, database: Database, hour: OfficeHour, safe: Safe
) -> None:
    server.post(CHRIS, "Die erste?")
    look(platform, database, safe)
    for number in range(95):
        server.post(CHRIS, f"Frage {number}?")
    for arrival in itertools.islice(Timeline(platform, database).fetch(), 50):  # dies between row and cursor
        with database.transaction() as connection:
            intake.take(connection, arrival, safe, per_sender=1000)
    source = Timeline(platform, database)
    assert intake.fetch_all(source, database, safe, per_sender=1000) == 45
    assert len(found(database, hour)) == 96


def test_what_is_not_public_is_never_published(
    server: Mastodon, platform: Platform, database: Database, hour: OfficeHour, safe: Safe
) -> None:
    for visibility in ("direct", "private", "something new"):
        server.post(CHRIS, f"Nur für Sie: {visibility}", visibility=visibility)
    look(platform, database, safe)
    for question in found(database, hour):
        assert (question.state, question.reason) == (State.SET_ASIDE, Reason.PRIVATE_MESSAGE)
        with database.transaction() as connection, pytest.raises(MoveRefused, match="never published"):
            moderation.fetch_back(connection, question, by="bo")


def test_a_changed_post_counts_until_staff_have_decided(
    server: Mastodon, platform: Platform, database: Database, hour: OfficeHour, safe: Safe
) -> None:
    early, late = server.post(CHRIS, "Wan komt die Tram?"), server.post(CHRIS, "Wann kommt der Bus?")
    look(platform, database, safe)
    with database.transaction() as connection:
        bus = next(each for each in found(database, hour) if "Bus" in each.text)
        moderation.approve(connection, moderation.assign(connection, bus, hour.id), by="bo")
    server.edit(early, "Wann kommt die Tram?")
    server.edit(late, "Kaufen Sie mein Auto!")
    assert [posts.look_again(database, platform.post) for _ in range(2)] == [2, 0]
    with database.reading() as connection:
        known = {each.id: each for each in store.by_ids(connection, [q.id for q in found(database, hour)]).values()}
        kept = known[bus.id]
    changed = next(each for each in known.values() if each.id != bus.id)
    assert (changed.text, changed.original_text, changed.reworded) == ("Wann kommt die Tram?",) * 2 + (False,)
    assert (kept.text, kept.original_text, kept.reworded) == ("Wann kommt der Bus?", "Kaufen Sie mein Auto!", True)


def test_a_deleted_post_is_taken_back(
    server: Mastodon, platform: Platform, database: Database, hour: OfficeHour, safe: Safe
) -> None:
    server.delete(server.post(CHRIS, "Weg?"))  # before we ever saw it
    id = server.post(CHRIS, "Wann kommt die Tram?")
    assert look(platform, database, safe) == 1
    server.delete(id)
    assert posts.look_again(database, platform.post) == 1
    (gone,) = found(database, hour)
    with database.reading() as connection:
        assert (gone.state, gone.text, origin.of(connection, gone.id)) == (State.TAKEN_BACK, "", None)
        assert reach.of(connection, gone.id) is None


@pytest.mark.parametrize(
    ("fault", "raised"), [({"limit": 0}, Paced), ({"revoked": True}, Revoked), ({"broken": 503}, Away)]
)
def test_each_fault_says_whose_turn_it_is(
    server: Mastodon, platform: Platform, database: Database, safe: Safe, fault: dict[str, int], raised: type[Exception]
) -> None:
    for name, value in fault.items():
        setattr(server, name, value)
    with pytest.raises(raised):
        look(platform, database, safe)


def test_a_step_waits_as_the_server_says_and_the_board_hears_of_a_permission_taken_away(
    server: Mastodon, settings: Settings, database: Database, safe: Safe, tmp_path: Path
) -> None:
    from ingest import steps

    kinds = tasks.kinds(settings, safe, say, lambda path: f"{SITE}{path}", BERLIN)
    engine = Engine(database, Archive(tmp_path / "archive"), kinds, lambda step, kind: None)

    def run() -> steps.Step:
        with database.transaction() as connection:
            id = steps.add(connection, kind=tasks.POSTS, again=now().isoformat())
        engine.dispatch()
        engine.run(id)
        with database.reading() as connection:
            return steps.get(connection, id)

    server.limit = 0
    parked = run()
    assert parked.not_before is not None
    assert 60 < (parked.not_before - now()).total_seconds() < 180
    server.limit, server.revoked = 300, True
    run()
    with database.reading() as connection:
        assert "revoked" in freshness.why_revoked(connection)
    server.revoked = False
    assert run().state is steps.State.DONE
    with database.reading() as connection:
        assert freshness.why_revoked(connection) == ""


def test_the_answer_goes_privately_to_who_asked_once(
    server: Mastodon, settings: Settings, platform: Platform, database: Database, hour: OfficeHour, safe: Safe,
    tmp_path: Path,
) -> None:  # fmt: skip
    id = server.post(CHRIS, "Wann kommt die Tram?")
    look(platform, database, safe)
    (question,) = found(database, hour)
    with database.transaction() as connection:
        assert letters.want_due(connection, now(), BERLIN, mail=False, posts=False) == 0
        assert letters.want_due(connection, now(), BERLIN, mail=False) == 1
    kinds = tasks.kinds(settings, safe, say, lambda path: f"{SITE}{path}", BERLIN)
    office = Engine(database, Archive(tmp_path / "archive"), kinds, lambda step, kind: None)
    send_waiting(office)
    (message,) = server.sent
    assert (message["visibility"], message["in_reply_to_id"]) == ("direct", id)
    assert message["content"].startswith(f"@{CHRIS} ")
    assert f"{SITE}/mine/" in message["content"]
    assert len(message["content"]) <= 500
    with database.reading() as connection:
        (letter,) = letters.by_steps(connection, server.keys)
    assert (letter.kind, letter.state, letter.question) == (Kind.RECEIPT, LetterState.SENT, question.id)


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        ("<p>@office @ada Wann?</p>", "Wann?"),
        ("<p>Wann?<br>Morgen?</p><p>Oder nie?</p>", "Wann?\nMorgen?\n\nOder nie?"),
        ("<script>alert(1)</script><p>Wann\0 \ud800?</p>", "Wann ?"),
        ("<p>Frage <img src=x onerror=alert(1)> &lt;b&gt;</p>", "Frage <b>"),
        ("", ""),
    ],
)
def test_words_of_posts(server: Mastodon, raw: str, text: str) -> None:
    id = server.post(CHRIS, "", raw=raw or "<p></p>", mention=False)
    assert mastodon.text_of(server.statuses[id]) == text


def test_names_turn_nothing_around(server: Mastodon) -> None:
    id = server.post(CHRIS, "Wann?", name="Ada\u202egnihton\0<script>\nBürgermeisterin")
    arrival = arrival_of(server.statuses[id], host="social.example", me=ME)
    assert arrival is not None
    assert arrival.author == "Adagnihton<script> Bürgermeisterin"


def test_our_own_posts_boosts_and_programs_ask_nothing(server: Mastodon) -> None:
    own = server.statuses[server.post("office", "Guten Tag")]
    own["account"]["id"] = ME
    boost = server.statuses[server.post(CHRIS, "Weiter!")] | {"reblog": {"id": "1"}}
    program = arrival_of(server.statuses[server.post("bot", "Piep", bot=True)], host="s.example", me=ME)
    assert [arrival_of(each, host="s.example", me=ME) for each in (own, boost)] == [None, None]
    assert program is not None
    assert program.set_aside is Reason.AUTO_REPLY


@pytest.mark.skipif(not RECORDED.exists(), reason="recorded answers are not beside the checkout")
def test_the_stand_in_speaks_as_a_real_server_did(server: Mastodon) -> None:
    recorded = json.loads((RECORDED / "test_notifications_mentions_only-01.json").read_text(encoding="utf-8"))
    (real,) = recorded["body"]
    ours = server.statuses[server.post("admin", "hello!")]
    assert ours.keys() <= real["status"].keys()
    assert ours["account"].keys() <= real["status"]["account"].keys()
    kinds = {name: type(real["status"][name]) for name in ("id", "content", "visibility", "created_at", "uri")}
    assert {name: type(ours[name]) for name in kinds} == kinds
    arrival = arrival_of(real["status"], host="localhost", me="117020565966271181")
    assert arrival is not None
    assert (arrival.text, arrival.author) == ("hello!", "admin")
    assert arrival.contact is not None
    assert arrival.contact.address == "@admin@localhost"
    edited = json.loads((RECORDED / "test_status_edit-02.json").read_text(encoding="utf-8"))["body"]
    changed = arrival_of(edited, host="localhost", me="")
    assert changed is not None
    assert changed.edited_at is not None
    assert replace(changed, edited_at=None).text.startswith("the best editor?")
