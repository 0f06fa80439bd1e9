"""A small picture is kept in memory, for a moment."""

from web.stills import KEPT_S, MOST, Stills

JPEG = b"\xff\xd8\xff\xe0 a small picture"


def test_stills_are_kept_in_memory_for_a_moment() -> None:
    at = [0.0]
    stills = Stills(clock=lambda: at[0])
    assert not stills.put("chris", b"GIF89a")
    assert stills.put("chris", JPEG)
    at[0] = KEPT_S
    assert stills.get("chris") == JPEG
    at[0] += 1
    assert stills.get("chris") is None
    for number in range(MOST + 1):
        stills.put(str(number), JPEG)
    assert (stills.get("0"), stills.get("1")) == (None, JPEG)
