"""From the end of an office hour to the public."""

from ingest import steps, store
from ingest.database import Database
from ingest.officehours import Release, State, Visibility
from publish import pipeline
from publish import store as publications
from publish.pipeline import Stage, begin, progress
from publish.publication import State as PublicationState
from publish.publication import TargetName
from tests.publish.conftest import House, Past


def start(database: Database, past: Past) -> list[str]:
    with database.transaction() as connection:
        hour = store.office_hour(connection, past.hour.id)
        return begin(connection, hour, past.edition)


def stages(database: Database, past: Past) -> dict[Stage, float]:
    with database.reading() as connection:
        return progress(steps.of_office_hour(connection, past.hour.id))


def test_the_release_waits_for_all_and_comes_by_itself(database: Database, past: Past, house: House) -> None:
    ids = start(database, past)
    assert house.step(ids[-1]).remaining == len(ids) - 1
    assert stages(database, past) == {
        Stage.READY: 1.0,
        Stage.RENDITIONS: 0.0,
        Stage.CAPTIONS: 0.0,
        Stage.RELEASED: 0.0,
    }
    house.run_all()
    assert set(stages(database, past).values()) == {1.0}
    with database.reading() as connection:
        hour = store.office_hour(connection, past.hour.id)
        (publication,) = publications.of_office_hour(connection, hour.id)
    assert (hour.visibility, hour.state) == (Visibility.RELEASED, State.ENDED)
    assert (publication.target, publication.state) == (TargetName.SITE, PublicationState.PUBLIC)


def test_asking_twice_gives_the_same_steps(database: Database, past: Past) -> None:
    assert start(database, past) == start(database, past)


def test_without_release_at_the_end_nothing_becomes_public(database: Database, past: Past, house: House) -> None:
    with database.transaction() as connection:
        store.change_office_hour(connection, past.hour.id, release=Release.BY_HAND)
    start(database, past)
    house.run_all()
    assert stages(database, past)[Stage.RELEASED] == 0.0
    with database.reading() as connection:
        assert store.office_hour(connection, past.hour.id).visibility is Visibility.HELD


def test_live_only_is_forgotten_and_has_no_other_steps(database: Database, past: Past) -> None:
    with database.transaction() as connection:
        store.change_office_hour(connection, past.hour.id, recorded=False)
    (forget,) = start(database, past)
    with database.reading() as connection:
        assert steps.get(connection, forget).kind == "publish.forget"
    assert stages(database, past)[Stage.READY] == 0.0


def test_the_speech_model_is_told_the_names(database: Database, past: Past) -> None:
    start(database, past)
    with database.reading() as connection:
        (captions,) = [
            step for step in steps.of_office_hour(connection, past.hour.id) if step.kind == "transcode.captions"
        ]
    assert captions.parameters["hints"] == ["Ada", "Chris", "Freibad"]


def test_chapters_are_written(database: Database, past: Past, house: House) -> None:
    start(database, past)
    house.run_all()
    assert past.room.chapters.read_text(encoding="utf-8") == (
        "WEBVTT\n\nopening\n00:00:00.000 --> 00:00:10.000\nSprechstunde\n\n"
        f"{past.asked[0].id}\n00:00:10.000 --> 00:00:25.000\nWann kommt die Tram?\n\n"
        f"{past.asked[1].id}\n00:00:25.000 --> 00:00:40.000\nWas wird aus dem Freibad &amp; dem &lt;Park&gt;?\n"
    )


def test_a_missing_timeline_is_shown_to_a_person(database: Database, past: Past, house: House) -> None:
    past.room.timeline.unlink()
    start(database, past)
    house.run_all()
    with database.reading() as connection:
        (step,) = [each for each in steps.of_office_hour(connection, past.hour.id) if each.kind == pipeline.CHAPTERS]
    assert step.state is steps.State.FAILED
    assert "timeline" in step.error
    assert stages(database, past)[Stage.RELEASED] == 0.0


def test_captions_made_anew_have_the_labels_of_the_first_time(database: Database, past: Past) -> None:
    labels = {"interpreted": "{} (gedolmetscht)"}
    with database.transaction() as connection:
        hour = store.office_hour(connection, past.hour.id)
        begin(connection, hour, past.edition, labels=labels)
        pipeline.anew(connection, hour, past.edition, "Nicht gezeigt", "again")
        found = [each for each in steps.of_office_hour(connection, hour.id) if each.kind == "transcode.captions"]
    assert [each.parameters["labels"] for each in found] == [labels, labels]
