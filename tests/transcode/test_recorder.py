"""What the live room really records can be transcoded: also after a crash in the middle."""

from pathlib import Path

from ingest.archive import Archive
from ingest.live.output.recorder import Recorder
from ingest.live.room.programme import Place, Programme
from tests.ingest.live.fakes import FakeClock, FakeSource, stop
from tests.transcode import recorded
from transcode import encode, ladder, pictures, playlists, probe, stretches
from transcode.encode import Means
from transcode.settings import Settings
from transcode.sound import of_piece

MEANS = Means(settings=Settings(niceness=0, rung_preset="ultrafast", ladder=("90:100",), stretch_s=2.0))


def record(folder: Path, until_s: float, crash: bool) -> None:
    """Go on with the recording in `folder` for a while on a clock of its own, then end or crash."""
    clock = FakeClock()
    room = Archive(folder).room("abc")
    programme = Programme(
        width=320,
        height=180,
        frame_rate=25,
        bitrate=300_000,
        preset="ultrafast",
        cards=room.cards,
        clock=clock,
        on_card=lambda tick, kind, of, digest: None,
        on_failure=lambda error: None,
    )
    programme.start()
    programme.set_people([Place("ada", "Ada", "", FakeSource("ada", clock, hertz=1000.0))])
    recorder = Recorder.reopen(room.programme(), width=320, height=180, frame_rate=25, bitrate=300_000)
    started = programme.start_recording(recorder, lambda tick: None)
    while not started.done():
        clock.run_for(0.02)
    clock.run_for(until_s)
    if crash:
        recorder.settle()
        programme._takes.current = None
    else:
        stop(programme, clock)
    clock.run_out()
    programme.close()


def test_recording_with_a_crash_becomes_one_rendition_and_one_download(tmp_path: Path) -> None:
    record(tmp_path, 3.0, crash=True)
    record(tmp_path, 3.0, crash=False)
    room = Archive(tmp_path).room("abc")
    video, audio = room.programme().playlist("video"), room.programme().playlist("audio")
    playlist = playlists.read(video)
    assert sum(each.discontinuity for each in playlist.segments) == 1
    for number in range(len(stretches.make_plan(video, room, MEANS).counts)):
        stretches.encode_stretch(video, room, number, MEANS)
    stretches.join(video, room, MEANS)
    encode.copy_download(video, audio, room.download, MEANS)
    encode.copy_sound(audio, room.rendition("audio.m4a"), MEANS)
    pictures.make_poster(video, room.poster, MEANS)
    ladder.write_master(room, 1, "de")
    made = playlists.read(room.rendition("90p/index.m3u8"))
    assert [(each.duration_s, each.discontinuity, each.date_time) for each in made.segments] == [
        (each.duration_s, each.discontinuity, each.date_time) for each in playlist.segments
    ]
    times = recorded.picture_times(video)
    assert times[0] == 0
    assert recorded.picture_times(room.rendition("90p/index.m3u8")) == times == recorded.picture_times(room.download)
    # The sound lasts as long as the picture, to within an AAC frame on either side (21 ms each).
    assert abs(of_piece(audio).length_s - probe.picture_of(video).end_s) < 0.05
