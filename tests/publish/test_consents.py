"""What is said after the end binds what is public: withdrawn at once, made without them, released by a person."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from ingest import commands, marks, steps, store
from ingest.commands import Kind
from ingest.database import Database, now
from ingest.live.lobby import agreement
from ingest.officehours import Release, Visibility
from ingest.people import Person, Role, Scope
from ingest.steps import State as StepState
from publish import consents, pipeline, withdrawal
from publish import store as published
from publish.publication import State, TargetName
from publish.targets import site
from tests.ingest.conftest import NOON, guest
from tests.publish.conftest import House, Past
from transcode import store as captions

Chris = Callable[..., Person]


@pytest.fixture
def chris(database: Database, past: Past) -> Chris:
    """Chris was on air, and agreed to everything."""

    def made(shown: bool = True) -> Person:
        with database.transaction() as connection:
            person = guest(connection, past.hour.id)
            if shown:
                commands.write(connection, past.hour.id, Kind.SHOW, person=person.id)
        return person

    return made


def kinds(database: Database, past: Past) -> list[str]:
    with database.reading() as connection:
        return [step.kind for step in steps.of_office_hour(connection, past.hour.id)]


def take_back(database: Database, past: Past, person: Person, *scopes: Scope) -> None:
    with database.transaction() as connection:
        hour = store.office_hour(connection, past.hour.id)
        gone = agreement.take_back(connection, person, scopes, NOON, "jemand")
        consents.taken_back(connection, hour, person.id, gone, "Nicht gezeigt", NOON)


def visibility(database: Database, past: Past) -> Visibility:
    with database.reading() as connection:
        return store.office_hour(connection, past.hour.id).visibility


def release(database: Database, past: Past) -> None:
    with database.transaction() as connection:
        site.release(connection, past.hour.id)


@pytest.mark.parametrize("scope", [Scope.LIVE, Scope.RECORDING, Scope.NAME])
def test_a_public_recording_is_withdrawn_and_made_without_who_took_back(
    database: Database, past: Past, house: House, chris: Chris, scope: Scope
) -> None:
    person = chris()
    release(database, past)
    take_back(database, past, person, scope)
    assert visibility(database, past) is Visibility.WITHDRAWN
    assert {"transcode.cover", "transcode.captions", "transcode.download", "publish.chapters"} <= set(
        kinds(database, past)
    )
    with pytest.raises(site.StillCovered):
        release(database, past)
    house.run_all()
    release(database, past)
    assert visibility(database, past) is Visibility.RELEASED


def test_everything_waits_until_they_are_covered(database: Database, past: Past, chris: Chris) -> None:
    take_back(database, past, chris(), Scope.RECORDING)
    with database.reading() as connection:
        states = {step.kind: step.state for step in steps.of_office_hour(connection, past.hour.id)}
    assert states.pop("transcode.cover") is StepState.READY
    assert set(states.values()) == {StepState.WAITING}


def test_who_was_never_on_air_changes_nothing(database: Database, past: Past, chris: Chris) -> None:
    person = chris(shown=False)
    release(database, past)
    take_back(database, past, person, *Scope)
    assert (visibility(database, past), kinds(database, past)) == (Visibility.RELEASED, [])


def test_other_platforms_taken_back_leave_the_own_site_as_it_is(database: Database, past: Past, chris: Chris) -> None:
    person = chris()
    release(database, past)
    with database.transaction() as connection:
        publication = published.plan(connection, past.hour.id, 1, TargetName.YOUTUBE)
        published.move(connection, publication, State.UPLOADING)
    take_back(database, past, person, Scope.OUTSIDE)
    with database.reading() as connection:
        states = {each.target: each.state for each in published.of_office_hour(connection, past.hour.id)}
    assert states == {TargetName.SITE: State.PUBLIC, TargetName.YOUTUBE: State.WITHDRAWN}
    assert visibility(database, past) is Visibility.RELEASED


def test_the_end_looks_again_at_who_refused(database: Database, past: Past, chris: Chris) -> None:
    person = chris()
    with database.transaction() as connection:
        store.take_consent_back(connection, person.id, [Scope.RECORDING], NOON)
        pipeline.begin(connection, past.hour, past.edition, "Nicht gezeigt")
    assert kinds(database, past)[0] == "transcode.cover"


def test_where_everybody_agrees_nothing_waits_for_a_cover(database: Database, past: Past, chris: Chris) -> None:
    chris()
    with database.transaction() as connection:
        pipeline.begin(connection, past.hour, past.edition, "Nicht gezeigt")
    assert "transcode.cover" not in kinds(database, past)


def test_names_that_may_not_be_shown_are_told_to_the_captions_as_masks(
    database: Database, past: Past, chris: Chris
) -> None:
    person = chris()
    with database.transaction() as connection:
        store.set_pseudonym(connection, person.id, "jemand")
        pipeline.begin(connection, past.hour, past.edition)
        (captions,) = [
            step for step in steps.of_office_hour(connection, past.hour.id) if step.kind == "transcode.captions"
        ]
    assert captions.parameters["masks"] == {"Chris": "jemand"}


def test_nothing_is_released_while_a_mark_is_open(database: Database, past: Past) -> None:
    with database.transaction() as connection:
        mark = marks.note(connection, past.hour.id, by="bo", reason="ein Name")
    with pytest.raises(site.MarksOpen):
        release(database, past)
    with database.transaction() as connection:
        marks.settle(connection, past.hour.id, mark, by="bo")
    release(database, past)
    assert visibility(database, past) is Visibility.RELEASED


def test_a_release_by_itself_waits_for_the_marks(database: Database, past: Past, house: House) -> None:
    with database.transaction() as connection:
        store.change_office_hour(connection, past.hour.id, release=Release.AT_END)
        mark = marks.note(connection, past.hour.id, by="bo")
        pipeline.begin(connection, past.hour, past.edition)
    house.run_all()
    assert visibility(database, past) is Visibility.HELD
    with database.transaction() as connection:
        marks.settle(connection, past.hour.id, mark, by="bo")
        pipeline.release_when_ready(connection, past.hour, past.edition, again="settled")
    house.run_all()
    assert visibility(database, past) is Visibility.RELEASED


def test_live_only_is_erased_when_the_last_viewer_has_it(database: Database, past: Past, house: House) -> None:
    segment = past.room.programme().segment("video", 1)
    for path in (segment, past.room.track("chris"), past.room.card("ab")):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"somebody")
    with database.transaction() as connection:
        store.change_office_hour(connection, past.hour.id, recorded=False)
        hour = store.office_hour(connection, past.hour.id)
        pipeline.begin(connection, hour, past.edition)
    ended = hour.ended_at or now()
    house.at = ended + timedelta(seconds=1)
    house.run_all()
    assert segment.exists()
    house.later(seconds=15)
    house.run_all()
    assert [each.name for each in past.room.root.iterdir()] == ["timeline.jsonl"]
    with pytest.raises(site.LiveOnly):
        release(database, past)


def test_the_host_is_taken_as_agreeing_until_asked(database: Database, past: Past) -> None:
    with database.transaction() as connection:
        ada = store.add_person(connection, past.hour.id, name="Ada", role=Role.HOST)
        commands.write(connection, past.hour.id, Kind.SHOW, person=ada.id)
        pipeline.begin(connection, past.hour, past.edition)
    assert "transcode.cover" not in kinds(database, past)


def test_a_film_for_other_platforms_is_made_where_somebody_ever_refused_them(
    database: Database, past: Past, chris: Chris
) -> None:
    person = chris()
    with database.transaction() as connection:
        pipeline.to_youtube(connection, past.hour, past.edition)
    assert "transcode.outside" not in kinds(database, past)
    with database.transaction() as connection:
        for given in (False, True):  # the first time on air stays without, whatever was said later
            store.answer_consent(connection, person.id, {Scope.OUTSIDE: given}, 1)
        publication = published.plan(connection, past.hour.id, 1, TargetName.YOUTUBE)
        withdrawal.withdraw_one(connection, publication)
        youtube = pipeline.to_youtube(connection, past.hour, past.edition, "Nicht gezeigt")
        assert steps.get(connection, youtube).state is StepState.WAITING
    assert "transcode.outside" in kinds(database, past)


def test_captions_that_people_worked_on_are_made_again_after_the_new_ones(
    database: Database, past: Past, chris: Chris
) -> None:
    person = chris()
    release(database, past)
    with database.transaction() as connection:
        captions.begin(connection, past.hour.id, "en", captions.Origin.UPLOADED, [], name="b", by="Bo", at=NOON)
    take_back(database, past, person, Scope.RECORDING)
    with database.reading() as connection:
        known = {step.kind: step for step in steps.of_office_hour(connection, past.hour.id)}
    assert known["transcode.edited"].state is StepState.WAITING
    assert kinds(database, past).index("transcode.captions") < kinds(database, past).index("transcode.edited")
