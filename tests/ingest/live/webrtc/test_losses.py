"""`ingest/live/webrtc/losses.py`: numbers of packets that come, come late, come twice or not at all."""

from ingest.live.webrtc.losses import Losses


def counted(*numbers: int) -> tuple[int, int]:
    losses = Losses()
    for number in numbers:
        losses.add(number)
    return losses.expected, losses.lost


def test_before_the_first_packet_nothing_is_missing() -> None:
    assert counted() == (0, 0)


def test_a_hole_is_missing_until_it_comes_late() -> None:
    assert counted(7, 8, 10, 11) == (5, 1)
    assert counted(7, 8, 10, 11, 9) == (5, 0)


def test_numbers_begin_again_at_zero() -> None:
    assert counted(65534, 65535, 1, 2) == (5, 1)


def test_a_packet_that_comes_twice_hides_no_other_for_long() -> None:
    assert counted(1, 1, 3) == (3, 0)
    assert counted(1, 1, 3, 5) == (5, 1)
