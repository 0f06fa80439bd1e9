import pytest

from ingest.live.webrtc.clock import DELAY_MAX_S, DELAY_MIN_S, PersonClock, Unwrapper


def test_counters_go_on_where_they_wrap_and_know_packets_from_before() -> None:
    counter = Unwrapper(16)
    first = counter.extend(65534)
    assert [counter.extend(each) - first for each in (65535, 0, 65533, 1)] == [1, 2, -1, 3]


def test_streams_lie_by_their_arrival_until_both_have_reported() -> None:
    clock = PersonClock()
    clock.track("audio", 48_000).arrived(96_000, now=100.0)
    clock.track("video", 90_000).arrived(9_000, now=100.08)
    assert clock.local("audio", 96_000) == pytest.approx(100.0)
    assert clock.local("video", 9_000) == pytest.approx(100.08)
    clock.tracks["audio"].reported(ntp_s=5000.0, rtp=96_000)
    assert clock.local("audio", 96_000) == pytest.approx(100.0)


def test_sender_reports_align_sound_with_a_picture_that_took_longer() -> None:
    clock = PersonClock()
    clock.track("audio", 48_000).arrived(96_000, now=100.0)
    clock.track("video", 90_000).arrived(9_000, now=100.08)
    clock.tracks["audio"].reported(ntp_s=5000.0, rtp=96_000)
    clock.tracks["video"].reported(ntp_s=5000.0, rtp=9_000)
    assert [clock.local("audio", 96_000), clock.local("video", 9_000)] == pytest.approx([100.08, 100.08])


def test_reports_that_contradict_the_arrival_by_far_are_ignored() -> None:
    clock = PersonClock()
    clock.track("audio", 48_000).arrived(0, now=100.0)
    clock.track("video", 90_000).arrived(0, now=100.0)
    clock.tracks["audio"].reported(ntp_s=5000.0, rtp=0)
    clock.tracks["video"].reported(ntp_s=4000.0, rtp=0)
    assert [clock.local("audio", 0), clock.local("video", 0)] == pytest.approx([100.0, 100.0])


def test_the_fastest_packet_counts_and_is_forgotten_after_the_window() -> None:
    track = PersonClock().track("audio", 48_000)
    for second in range(30):
        late = 0.0 if second == 3 else 0.05
        track.arrived(second * 48_000, now=100.0 + second + late)
        if second == 5:
            assert track.base.value == pytest.approx(100.0)
    assert track.base.value == pytest.approx(100.05)


def test_delay_rises_at_once_and_falls_slowly() -> None:
    clock = PersonClock()
    clock.track("audio", 48_000).arrived(0, now=0.0)
    for number in range(100):
        clock.late("audio", number * 960, now=number * 0.02)
    assert clock.delay == DELAY_MIN_S
    clock.late("audio", 100 * 960, now=2.2)
    assert clock.delay == pytest.approx(0.23)
    clock.late("audio", 150 * 960, now=3.0)
    assert clock.delay == pytest.approx(0.23)
    for number in range(200, 3000):
        clock.late("audio", number * 960, now=number * 0.02)
    assert clock.delay == DELAY_MIN_S
    clock.late("audio", 0, now=60.0)
    assert clock.delay == DELAY_MAX_S


def test_a_late_picture_does_not_hold_up_the_sound() -> None:
    clock = PersonClock()
    clock.track("video", 90_000).arrived(0, now=0.0)
    clock.late("video", 0, now=0.0)
    clock.late("video", 0, now=2.0)
    assert clock.delay == pytest.approx(0.15)


def test_a_sender_that_stood_still_is_followed_after_half_a_second() -> None:
    clock = PersonClock()
    clock.track("audio", 48_000).arrived(0, now=0.0)
    clock.track("video", 90_000).arrived(0, now=0.0)
    for number in range(200):
        now = number * 0.02 + (3.0 if number >= 100 else 0.0)
        clock.track("audio", 48_000).arrived(number * 960, now=now)
        clock.late("audio", number * 960, now=now)
    assert clock.local("audio", 200 * 960) == pytest.approx(7.0)
    assert clock.local("video", 4 * 90_000) == pytest.approx(7.0)


def test_a_burst_of_late_packets_moves_nothing() -> None:
    clock = PersonClock()
    for number in range(200):
        now = number * 0.02 + max(0.0, 0.6 - abs(number - 100) * 0.03)
        clock.track("audio", 48_000).arrived(number * 960, now=now)
        clock.late("audio", number * 960, now=now)
    assert clock.local("audio", 0) == pytest.approx(0.0)
