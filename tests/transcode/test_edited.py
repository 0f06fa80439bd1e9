"""What people did to captions reaches the public files, outlives the machine's next try, and follows every consent."""

import atexit
import json
import shutil
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest

from ingest import steps, store, timeline
from ingest.archive import Programme
from ingest.database import NotFound, Overtaken
from ingest.engine import Engine
from ingest.people import Role, Scope
from ingest.steps import State
from tests.ingest.conftest import NOON
from tests.standins.scribe import Scribe
from tests.transcode import recorded
from tests.transcode.test_cues import said
from tests.transcode.test_tasks import House
from transcode import drafts, editing, tasks, worklist
from transcode import store as captions
from transcode.cues import cues
from transcode.editing import Change, Kind
from transcode.settings import Settings
from transcode.speech import Word
from transcode.store import Origin, Track
from transcode.webvtt import webvtt

HEARD = [*said("Guten Abend.", speaker="Ada"), *said("Wann kommt der Rathweg?", 2.0, speaker="Chris")]


@cache
def film() -> Path:
    """A programme of four seconds, made once."""
    kept = tempfile.TemporaryDirectory()
    atexit.register(kept.cleanup)
    return recorded.programme(Programme(Path(kept.name) / "1"), seconds=4, size="320x180").root


class Town(House):
    """An office hour with a programme of four seconds, of which the machine has written down what it heard."""

    def __init__(self, root: Path) -> None:
        super().__init__(root)
        shutil.copytree(film(), self.room.programme().root)
        self.hear(HEARD)

    def hear(self, words: list[Word]) -> None:
        for path, text in (
            (self.room.captions("de"), webvtt(cues(words), words)),
            (self.room.words("de"), json.dumps([word.values() for word in words])),
        ):
            path.parent.mkdir(exist_ok=True)
            path.write_text(text, encoding="utf-8")

    def begin(self) -> Track:
        source = drafts.source(self.room, "de")
        text = drafts.machines(self.room, "de", source[:8])
        with self.database.transaction() as connection:
            return captions.begin(
                connection, self.hour, "de", Origin.MACHINE, text, name=source[:8], source=source, by="", at=NOON
            )

    def track(self, language: str = "de") -> Track:
        with self.database.reading() as connection:
            found = captions.track(connection, self.hour, language)
        assert found is not None
        return found

    def correct(self, wrong: str, right: str, name: str = "1") -> None:
        with self.database.transaction() as connection:
            passages = captions.passages(connection, self.hour, "de")
            one = next(each for each in passages.values() if wrong in each.text)
            put = replace(one, text=one.text.replace(wrong, right), hand=True, checked=True)
            change = Change(id=name, kind=Kind.TEXT, takes={one.id: one.seen}, puts=(put,))
            editing.apply(passages, change)
            captions.write(connection, self.track(), change, by="Bo", at=NOON)

    def release(self, number: int | None = None, language: str = "de", again: str = "1") -> State | None:
        with self.database.transaction() as connection:
            track = captions.track(connection, self.hour, language)
            assert track is not None
            captions.release(connection, track, track.newest if number is None else number, by="Bo", at=NOON)
            step = worklist.add_edited(connection, self.hour, 1, "de", again=again)
        return self.engine.run(step)

    def follow(self, again: str) -> State | None:
        with self.database.transaction() as connection:
            step = worklist.add_edited(connection, self.hour, 1, "de", again=again)
        return self.engine.run(step)

    def public(self, suffix: str = ".vtt", language: str = "de") -> str:
        released = self.room.released_captions(language)
        return released.with_name(f"{language}.released{suffix}").read_text(encoding="utf-8")


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    town = Town(tmp_path)
    yield town
    town.database.close()


def test_a_release_makes_every_text_anew_and_leaves_film_and_the_machines_words(town: Town) -> None:
    before = {path: path.read_bytes() for path in town.room.root.rglob("*") if path.is_file()}
    town.begin()
    town.correct("Rathweg", "Radweg")
    assert town.release() is State.DONE
    assert "<v Chris>Wann kommt der Radweg?" in town.public()
    assert "– Wann kommt der Radweg?" in town.public(".srt")
    assert town.public(".txt") == "[0:00:00] Ada: Guten Abend.\n\n[0:00:02] Chris: Wann kommt der Radweg?\n"
    words = json.loads(town.public(".words.json"))
    assert (words[-1]["word"], words[-1]["start_s"], words[-2]["start_s"]) == ("Radweg?", 3.2, 2.8)
    assert {path: path.read_bytes() for path in before} == before
    assert town.room.shown_captions("de") == town.room.released_captions("de")


def test_what_is_not_released_stays_a_draft_and_an_earlier_text_can_be_released_again(town: Town) -> None:
    town.begin()
    town.correct("Rathweg", "Radweg")
    town.release()
    town.correct("Guten Abend.", "Hallo!", "2")
    town.follow("2")
    assert "Guten Abend." in town.public()
    town.release(again="3")
    assert "Hallo!" in town.public()
    town.release(2, again="4")
    assert "Guten Abend." in town.public()
    town.release(0, again="5")
    assert town.room.shown_captions("de") == town.room.captions("de")


def test_all_languages_stand_in_the_master_and_a_machines_translation_says_so(town: Town) -> None:
    with town.database.transaction() as connection:
        text = drafts.passages(cues(said("Good evening.")), "t")
        captions.begin(connection, town.hour, "en", Origin.TRANSLATED, text, name="t", by="Bo", at=NOON)
    assert town.release(language="en") is State.DONE
    lines = [line for line in town.room.master.read_text().splitlines() if "SUBTITLES" in line]
    assert lines[:2] == [
        '#EXT-X-MEDIA:TYPE=SUBTITLES,GROUP-ID="captions",NAME="Deutsch",LANGUAGE="de",AUTOSELECT=YES,'
        'URI="../captions/de.m3u8"',
        '#EXT-X-MEDIA:TYPE=SUBTITLES,GROUP-ID="captions",NAME="English",LANGUAGE="en",AUTOSELECT=YES,'
        'CHARACTERISTICS="public.machine-generated",URI="../captions/en.m3u8"',
    ]
    assert all(line.endswith('SUBTITLES="captions"') for line in lines[2:])
    assert (
        "#EXTINF:4.000,\nen.released.vtt\n#EXT-X-ENDLIST" in town.room.captions("en").with_suffix(".m3u8").read_text()
    )
    town.release(0, "en", again="2")
    assert [path.name for path in sorted(town.room.captions("en").parent.glob("*.m3u8"))] == ["de.m3u8"]


def test_when_the_machine_hears_anew_corrections_stay_and_drafts_stay_drafts(town: Town) -> None:
    town.begin()
    town.correct("Rathweg", "Radweg")
    town.release()
    town.correct("Guten Abend.", "Hallo!", "2")
    town.hear(
        [*said("Guten Abend.", speaker="Ada"), *said("Und kommt der Rathweg?", 2.0, speaker="Chris"), *said("Ja.", 7.0)]
    )
    assert town.follow("anew") is State.DONE
    assert "Wann kommt der Radweg?" in town.public()
    assert "Guten Abend." in town.public()
    assert "Ja." in town.public()
    with town.database.reading() as connection:
        draft = editing.shown(captions.passages(connection, town.hour, "de"))
        told = [json.loads(each.content) for each in captions.edits(connection, town.hour, "de") if each.kind == "base"]
    assert [each.text for each in draft] == ["Hallo!", "Wann kommt der Radweg?", "Ja."]
    assert (told[0]["kept"], told[0]["lost"]) == (2, 0)
    newest = town.track().newest
    town.follow("again")
    assert town.track().newest == newest  # it was carried over once


@pytest.fixture
def chris(town: Town) -> Callable[[Scope], None]:
    """Chris was on air from the second second on; takes back a scope afterwards."""
    with town.database.transaction() as connection:
        person = store.add_person(connection, town.hour, name="Chris", role=Role.SPEAKER)
    with timeline.Writer(town.room.timeline) as writer:
        writer.append(timeline.Kind.BEGIN, 0, tick_duration="1/25")
        writer.append(timeline.Kind.VISIBLE, 50, person=person.id, on=True)
        writer.append(timeline.Kind.END, 100)

    def takes_back(scope: Scope) -> None:
        with town.database.transaction() as connection:
            store.answer_consent(connection, person.id, {each: each is not scope for each in Scope}, 1)
            if scope is Scope.NAME:
                store.set_pseudonym(connection, person.id, "jemand")

    return takes_back


def test_corrected_words_of_who_takes_back_are_gone_from_files_and_rows(
    town: Town, chris: Callable[[Scope], None]
) -> None:
    town.begin()
    town.correct("Rathweg", "Radweg")
    town.correct("Guten Abend.", "Guten Abend, Lindenau.", "2")
    town.release()
    chris(Scope.RECORDING)
    town.hear(HEARD[:2])  # covered: the machine hears only what is left
    town.follow("covered")
    assert "Radweg" not in town.public()
    assert "Guten Abend, Lindenau." in town.public()
    with town.database.reading() as connection:
        rows = captions.edits(connection, town.hour, "de")
        assert "weg" not in "".join(row.content for row in rows)
        assert [(row.by, row.kind) for row in rows if row.number in (2, 3)] == [("Bo", "text"), ("Bo", "text")]
        with pytest.raises(NotFound):
            captions.passages(connection, town.hour, "de", 2)


def test_a_language_that_was_brought_follows_as_well(town: Town, chris: Callable[[Scope], None]) -> None:
    with town.database.transaction() as connection:
        spoken = [*said("Good evening."), *said("Chris asks: when?", 2.0)]
        text = drafts.passages(cues(spoken), "t")
        captions.begin(connection, town.hour, "en", Origin.UPLOADED, text, name="t", by="Bo", at=NOON)
    town.release(language="en")
    chris(Scope.NAME)
    town.follow("named")
    assert "jemand asks: when?" in town.public(language="en")
    chris(Scope.RECORDING)
    town.follow("covered")
    assert "asks" not in town.public(language="en")
    assert "Good evening." in town.public(language="en")


def test_who_writes_over_an_older_text_is_told(town: Town) -> None:
    track = town.begin()
    town.correct("Rathweg", "Radweg")
    with town.database.transaction() as connection, pytest.raises(Overtaken):
        captions.write(connection, track, Change(id="2", kind=Kind.TEXT), by="Bo", at=NOON)
    with town.database.reading() as connection:
        assert steps.of_office_hour(connection, town.hour) == []


class Parrot:
    """A Translator that speaks in capitals."""

    def targets(self, source: str) -> list[str]:
        return ["en"]

    def translation(self, source: str, target: str) -> Callable[[str], str]:
        return str.upper


def test_a_translation_is_a_draft_that_says_who_made_it(town: Town) -> None:
    kinds = tasks.kinds(Settings(niceness=0), Scribe(), Parrot())
    engine = Engine(town.database, town.archive, kinds, lambda step, kind: None)
    with town.database.transaction() as connection:
        step = worklist.add_translation(connection, town.hour, 1, "de", "en", by="Bo", again="1")
    assert engine.run(step) is State.DONE
    track = town.track("en")
    assert (track.origin, track.released) == (Origin.TRANSLATED, 0)
    with town.database.reading() as connection:
        text = editing.shown(captions.passages(connection, town.hour, "en"))
    assert [each.text for each in text] == ["GUTEN ABEND.", "WANN KOMMT DER RATHWEG?"]
