import av
import numpy as np
import pytest

from ingest.live.mix.source import BLOCK_SAMPLES, SAMPLE_RATE, Samples
from ingest.live.webrtc.opus import BITS_PER_S, Decoder, Encoder, OpusError, repeats
from tests.ingest.live.packets import opus, tone


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


def test_what_is_encoded_is_heard_at_its_level_by_any_decoder() -> None:
    encoder, sound = Encoder(), tone(0.18)
    packets = [encoder.encode(block) for block in np.split(sound, len(sound) // BLOCK_SAMPLES)]
    decoder = av.CodecContext.create("libopus", "r")
    assert isinstance(decoder, av.AudioCodecContext)
    decoder.layout, decoder.sample_rate = "mono", SAMPLE_RATE
    heard = np.concatenate([f.to_ndarray().ravel() for packet in packets for f in decoder.decode(av.Packet(packet))])
    assert len(packets) == 9
    assert np.abs(heard[-2 * BLOCK_SAMPLES :]).max() / 32768 == pytest.approx(0.5, abs=0.15)


def test_speech_takes_about_the_bits_it_was_given() -> None:
    size = sum(len(frame.data) for frame in opus(sweep(2.0)))
    assert size * 8 / 2.0 == pytest.approx(BITS_PER_S, rel=0.4)


def test_a_length_that_opus_does_not_have_is_refused() -> None:
    with pytest.raises(OpusError, match="100 samples"):
        Encoder().encode(np.zeros(100, np.float32))
