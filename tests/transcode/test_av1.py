"""The option: all sizes in AV1 with Opus beside H.264, cut alike, with fewer bytes at the same quality."""

import json
from pathlib import Path

import pytest

from ingest.steps import State
from tests.transcode import recorded
from tests.transcode.test_tasks import House, house
from transcode import playlists, probe, quality, trial
from transcode.ladder import Rung, in_av1

__all__ = ["house"]
H264 = [Rung(name="480p", height=480, bitrate=1_000_000), Rung(name="240p", height=240, bitrate=350_000)]


def test_players_keep_to_one_codec_so_the_top_is_made_too() -> None:
    assert [(rung.name, rung.height, rung.codec) for rung in in_av1(H264, 720)] == [
        ("720p-av1", 720, "av1"),
        ("480p-av1", 480, "av1"),
        ("240p-av1", 240, "av1"),
    ]


def test_the_largest_size_of_both_encoders_is_compared() -> None:
    both = quality.pair([*H264, *in_av1(H264, 720)])
    assert both is not None
    assert [rung.name for rung in both] == ["480p", "480p-av1"]
    assert quality.pair(H264) is None


def test_what_is_saved_is_told_over_all_stretches() -> None:
    notes = [
        {"vmaf": {"480p": 95.0, "480p-av1": 96.0}, "bytes": {"480p": 100, "480p-av1": 40}},
        {"vmaf": {"480p": 94.0, "480p-av1": 95.0}, "bytes": {"480p": 300, "480p-av1": 140}},
    ]
    assert quality.saved(notes) == {
        "saved": 0.55, "bytes": {"480p": 400, "480p-av1": 180}, "vmaf": {"480p": 94.5, "480p-av1": 95.5},
    }  # fmt: skip
    assert quality.saved([{}]) is None


@pytest.mark.parametrize(
    ("wanted", "crf"), [(94.0, 44), (93.0, 49), (96.0, 34), (98.0, 24), (99.9, 22), (92.0, 54), (60.0, 56)]
)
def test_the_quality_is_found_between_and_a_little_beyond_those_tried(wanted: float, crf: int) -> None:
    assert trial.crf_for(wanted, {30: 97.0, 40: 95.0, 50: 93.0}) == crf


def test_a_picture_that_does_not_mind_gets_a_quality_that_was_tried() -> None:
    assert trial.crf_for(99.0, {30: 99.0, 40: 99.0, 50: 99.0}) == 29


def test_both_ladders_stand_in_the_master_with_their_own_sound(house: House) -> None:
    recorded.programme(house.room.programme(1), seconds=5, size="640x360")
    house.settings(av1=True, av1_crf=50, ladder=("240:350",), stretch_s=2.0)
    ids = house.add_all()
    states = house.run(ids)
    assert states["rungs"] != (State.DONE, "")  # it waits for the sound in Opus, which the plan wrote down
    (sound,) = house.steps("transcode.opus")
    assert house.engine.run(sound.id) is State.DONE
    assert house.engine.run(ids["rungs"]) is State.DONE
    text = house.room.master.read_text(encoding="utf-8")
    assert [line for line in text.splitlines() if line[0] != "#"] == [
        "../programme/1/video/index.m3u8",
        "240p/index.m3u8",
        "360p-av1/index.m3u8",
        "240p-av1/index.m3u8",
        "sound/index.m3u8",
    ]
    (modern,) = [line for line in text.splitlines() if "RESOLUTION=640x360" in line and "av01" in line]
    assert 'CODECS="av01.0.01M.08,opus"' in modern
    assert 'AUDIO="opus"' in modern
    assert text.count('GROUP-ID="opus"') == 1
    with probe.open_media(house.room.rendition("sound-opus/index.m3u8")) as container:
        heard = [(float(frame.time or 0), frame.samples) for frame in container.decode(audio=0)]
    assert heard[0][0] == pytest.approx(0.0, abs=0.02)
    # AAC begins with a packet of priming and both fill their last frame: 21 + 21 + 20 ms at most.
    assert sum(samples for _, samples in heard) / 48_000 == pytest.approx(5.0, abs=0.062)


def test_segments_are_cut_alike_and_every_frame_is_there(house: House) -> None:
    programme = recorded.programme(house.room.programme(1), seconds=5, size="320x180", sound=False)
    house.settings(av1=True, av1_crf=50, ladder=("120:150",), stretch_s=2.0)
    ids = house.add_all()
    house.run(ids)
    for sound in house.steps("transcode.opus"):
        house.engine.run(sound.id)
    assert house.engine.run(ids["rungs"]) is State.DONE
    source = playlists.read(programme.playlist("video"))
    for name in ("120p", "180p-av1", "120p-av1"):
        made = house.room.rendition(f"{name}/index.m3u8")
        assert [each.duration_s for each in playlists.read(made).segments] == [e.duration_s for e in source.segments]
        picture = probe.picture_of(made)
        assert (picture.frames, picture.start_s, picture.end_s) == (125, 0.0, 5.0)
        with probe.open_media(made) as container:
            assert [round(float(frame.time or 0) * 25) for frame in container.decode(video=0)] == list(range(125))
    told = json.loads(house.room.rendition("av1.json").read_text())
    assert set(told["vmaf"]) == {"120p", "120p-av1"}


@pytest.mark.soak
def test_av1_saves_forty_percent_at_the_same_quality(house: House, shared: Path) -> None:
    film = shared / "fixtures" / "derived" / "beitrag_de_60s.mp4"
    programme = house.room.programme(1)
    recorded.copied(film, programme, seconds=12)
    house.settings(av1=True, stretch_s=6.0, rung_preset="veryfast")
    ids = house.add_all()
    house.run({name: ids[name] for name in ("loudness", "plan", "rungs")})
    for sound in house.steps("transcode.opus"):
        house.engine.run(sound.id)
    assert house.engine.run(ids["rungs"]) is State.DONE
    told = json.loads(house.room.rendition("av1.json").read_text())
    print(told)
    one, other = told["vmaf"].values()
    assert told["saved"] >= 0.4
    assert other >= one - 0.5
