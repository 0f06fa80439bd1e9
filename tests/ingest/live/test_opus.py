import numpy as np
import pytest

from ingest.live.opus import Decoder, OpusError, repeats
from ingest.live.source import BLOCK_SAMPLES, SAMPLE_RATE, Samples
from tests.ingest.live.packets import opus


def sweep(seconds: float) -> Samples:
    """A voice that rises, so that no stretch is like the one before it."""
    at = np.arange(round(seconds * SAMPLE_RATE)) / SAMPLE_RATE
    return (0.4 * np.sin(2 * np.pi * (200 * at + 300 * at * at))).astype(np.float32)


def likeness(one: Samples, other: Samples) -> float:
    """1 for the same sound, 0 for any other."""
    return float(np.corrcoef(one, other)[0, 1])


def test_a_lost_packet_is_heard_from_the_next_one() -> None:
    packets = [frame.data for frame in opus(sweep(1.0))]
    whole, torn, guessing = Decoder(), Decoder(), Decoder()
    for data in packets[:30]:
        expected = [each.decode(data) for each in (whole, torn, guessing)]
    assert all(len(each) == BLOCK_SAMPLES for each in expected)
    lost = whole.decode(packets[30])
    assert repeats(packets[31])
    repeated, guessed = torn.missing(BLOCK_SAMPLES, packets[31]), guessing.missing(BLOCK_SAMPLES)
    assert likeness(lost, repeated) > 0.9
    assert likeness(lost, repeated) > likeness(lost, guessed)
    assert len(torn.decode(packets[31])) == BLOCK_SAMPLES


def test_a_piece_of_any_length_is_made_up() -> None:
    decoder = Decoder()
    for frame in opus(sweep(0.2)):
        decoder.decode(frame.data)
    assert [len(decoder.missing(samples)) for samples in (1, 119, 960, 2500)] == [1, 119, 960, 2500]


def test_rubble_is_no_packet() -> None:
    with pytest.raises(OpusError, match="2 bytes"):
        Decoder().decode(b"\xff\xff")
    assert not repeats(b"")
