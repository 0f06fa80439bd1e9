"""A recorded office hour is laid out as the studio does it, and what was put in is where it was put."""

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import av
import pytest

from ingest import archive, timeline
from ingest.live.cmaf import hls
from ingest.live.output.recorder import Recorder
from ingest.timeline import Kind
from tests.standins import loops, media, recorded
from tests.standins.recorded import Recording
from tests.standins.reel import Asked, Form, Participant, Reel

FORM = Form(width=320, height=180, bitrate=400_000)
QUESTION = Asked(question="q1", text="Wann wird der Radweg gebaut?", author="Chris", from_s=4, until_s=8)


def people() -> list[Participant]:
    ada, bo = recorded.cast(2)
    return [ada, Participant(person=bo.person, name=bo.name, role=bo.role, from_s=2, until_s=10)]


@pytest.fixture(scope="module")
def recording(tmp_path_factory: pytest.TempPathFactory) -> Recording:
    where = archive.Archive(tmp_path_factory.mktemp("archive"))
    return recorded.record(where, "a1", people(), length_s=13.2, questions=[QUESTION], form=FORM)


def test_it_is_what_the_recorder_writes(recording: Recording, tmp_path: Path) -> None:
    programme = archive.Programme(tmp_path / "programme")
    for kind in ("video", "audio"):
        programme.folder(kind).mkdir(parents=True)
    reel = Reel(people(), [QUESTION], FORM, tmp_path / "cards", tmp_path)
    recorder = Recorder(programme, width=320, height=180, frame_rate=30, bitrate=400_000)
    recorder.begin(reel.parameter_sets, reel.audio_config)
    for tick in range(recording.ticks):
        # Sound comes first, as much as belongs beside this picture.
        while recorder.next_sample < (tick + 1) * 1600:
            recorder.sound(reel.sound(recorder.next_sample // 1024))
        data, keyframe = reel.picture(tick)
        recorder.picture(data, keyframe, recorded.BEGAN + timedelta(seconds=tick / 30))
    recorder.finish().result(timeout=20)

    assert contents(recording.room.programme().root) == contents(programme.root)


def contents(root: Path) -> dict[str, bytes]:
    return {str(path.relative_to(root)): path.read_bytes() for path in sorted(root.rglob("*")) if path.is_file()}


def test_beeps_and_flashes_are_where_they_were_put(recording: Recording) -> None:
    programme = recording.room.programme()
    alone = media.LAMP_MIDDLE
    both = [media.LAMP_MIDDLE.within(tile) for tile in recorded.tiles(FORM, 2)]

    # The first AAC frame has none before it to overlap with: it fades in, and the first beep seems 10 ms late.
    assert media.find_beeps(programme.index, loops.hz_of(0)) == pytest.approx([0.01, *range(1, 14)], abs=0.004)
    assert media.find_beeps(programme.index, loops.hz_of(1)) == pytest.approx(range(2, 10), abs=0.004)
    flashes = media.find_flashes(programme.playlist("video"), alone)
    assert [each for each in flashes if each < 2 or each >= 10] == pytest.approx([0, 1, 10, 11, 12, 13], abs=0.001)
    for lamp in both:
        flashes = media.find_flashes(programme.playlist("video"), lamp)
        assert [each for each in flashes if each in (2.0, 3.0)] == [2.0, 3.0]


def test_people_are_in_their_tiles_without_black_or_silence(recording: Recording) -> None:
    programme = recording.room.programme()
    for number, tile in enumerate(recorded.tiles(FORM, 2)):
        shown = media.mean_colour(programme.playlist("video"), media.Region(0.3, 0.3, 0.7, 0.7).within(tile), at_s=3.5)
        assert media.nearest_person(shown) == list(media.COLOURS)[number]
    assert media.black_stretches(programme.playlist("video")) == []
    assert media.silent_stretches(programme.index) == []


def test_timeline_says_who_and_what_was_on_air(recording: Recording) -> None:
    events = timeline.read(recording.room.timeline)
    ada, bo = (person.person for person in people())

    assert timeline.tick_duration(events) * recording.ticks == pytest.approx(13.2)
    assert [event.tick for event in events] == sorted(event.tick for event in events)
    assert [(e.tick, e.values["person"], e.values["on"]) for e in of(events, Kind.VISIBLE)] == [
        (0, ada, True), (60, bo, True), (300, bo, False),
    ]  # fmt: skip
    assert [(e.tick, e.values["people"]) for e in of(events, Kind.SCENE)] == [(0, [ada]), (60, [ada, bo]), (300, [ada])]
    assert [(e.tick, e.values["question"]) for e in of(events, Kind.ON_AIR)] == [(120, "q1")]
    assert [(e.tick, e.values["question"]) for e in of(events, Kind.ANSWERED)] == [(240, "q1")]
    assert events[0].kind is Kind.BEGIN
    assert (events[-1].kind, events[-1].tick) == (Kind.END, recording.ticks - 1)


def of(events: list[timeline.Event], kind: Kind) -> Iterator[timeline.Event]:
    return (event for event in events if event.kind is kind)


def test_cards_of_the_timeline_are_there(recording: Recording) -> None:
    digests = {event.values["digest"] for event in of(timeline.read(recording.room.timeline), Kind.CARD)}

    assert digests
    assert all(recording.room.card(digest).is_file() for digest in digests)


def test_track_lasts_while_its_person_is_on_air(recording: Recording) -> None:
    track = recording.room.track(people()[1].person)
    with av.open(str(track)) as container:
        assert [stream.codec_context.name for stream in container.streams] == ["h264", "opus"]
    assert media.find_beeps(track, loops.hz_of(1)) == pytest.approx(range(8), abs=0.004)
    assert media.find_flashes(track) == pytest.approx(range(8), abs=0.001)


def test_clock_event_leads_from_a_tick_to_the_track(recording: Recording) -> None:
    clocks = [e for e in of(timeline.read(recording.room.timeline), Kind.CLOCK) if e.values["track"] == "audio"]
    bo = people()[1].person

    first, second = [each for each in clocks if each.values["person"] == bo][:2]

    assert (first.tick, first.values["rtp"], second.tick, second.values["rtp"]) == (60, 0, 90, 48_000)


def test_clips_stand_before_a_camera(tmp_path: Path) -> None:
    clip = media.write_clip(tmp_path / "clip.mp4", 8.0, (120, 30, 160), hz=1500, width=320, height=180)
    ada = Participant(person="ada", name="Ada", clip=clip)

    result = recorded.record(archive.Archive(tmp_path), "a2", [ada], length_s=10, form=FORM)

    programme = result.room.programme()
    assert media.find_beeps(programme.index, 1500) == pytest.approx([0.01, *range(1, 10)], abs=0.004)
    shown = media.mean_colour(programme.playlist("video"), media.Region(0.3, 0.3, 0.7, 0.7), at_s=9.5)
    assert shown == pytest.approx((120, 30, 160), abs=8)


def test_times_between_segments_are_refused(tmp_path: Path) -> None:
    odd = Participant(person="ada", name="Ada", from_s=3)

    with pytest.raises(ValueError, match="3 s is no multiple of 2 s"):
        recorded.record(archive.Archive(tmp_path), "a3", [odd], length_s=4, form=FORM)


@pytest.mark.beside
@pytest.mark.journey
def test_hour_is_made_within_a_minute(tmp_path: Path) -> None:
    """Nine times the 7 s it takes here, for slower and busier machines."""
    result = recorded.record(archive.Archive(tmp_path), "a4", recorded.cast(2), length_s=3600, form=FORM)

    playlist = hls.parse(result.room.programme().playlist("video").read_text())
    assert (len(playlist.segments), sum(each.seconds for each in playlist.segments)) == (1800, 3600)
    assert json.loads(result.room.timeline.read_text().splitlines()[-1])["tick"] == 107_999
