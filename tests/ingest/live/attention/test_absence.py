"""`ingest/live/attention/absence.py`: Ada hosts and is gone; Bo of the staff and Chris are there, or not."""

from collections.abc import Collection

from ingest.live.attention import absence
from ingest.live.attention.absence import ALONE_S, Absence


def seen(
    people: list[str], gone: Collection[str], *, staff: bool = True, seconds: int = 1, hosts: str = "ada"
) -> Absence:
    """After so many seconds of this."""
    how = Absence()
    for now in range(seconds):
        how = absence.after(how, people, hosts={hosts}, gone=gone, staff=staff, now=float(now))
    return how


def test_while_the_host_is_there_nothing_changes() -> None:
    assert seen(["ada", "chris"], {"chris"}, staff=False, seconds=99) == Absence()
    assert seen([], set(), staff=False, seconds=99) == Absence()


def test_a_host_who_is_gone_is_left_out_and_the_guest_stays() -> None:
    how = seen(["ada", "chris"], {"ada"}, seconds=999)
    assert (how.lost, how.waits) == (("ada",), False)


def test_nobody_left_is_back_in_a_moment() -> None:
    for gone in ({"ada"}, {"ada", "chris"}):
        how = seen(["ada", "chris"] if "chris" in gone else ["ada"], gone)
        assert (how.lost, how.waits) == (("ada",), True)


def test_a_guest_is_never_alone_on_air_for_more_than_thirty_seconds() -> None:
    assert seen(["ada", "chris"], {"ada"}, staff=False, seconds=int(ALONE_S)).waits is False
    assert seen(["ada", "chris"], {"ada"}, staff=False, seconds=int(ALONE_S) + 1).waits is True
    assert 5 + 1 + ALONE_S <= 30


def test_a_guest_whom_no_host_ever_joined_is_not_left_alone_either() -> None:
    assert seen(["chris"], set(), staff=False, seconds=99) == Absence((), True, 0.0)
    assert seen(["chris"], set(), staff=True, seconds=99).waits is False


def test_staff_who_come_back_lift_the_slide_and_a_deputy_does_so_too() -> None:
    alone = seen(["ada", "chris"], {"ada"}, staff=False, seconds=60)
    assert absence.after(alone, ["ada", "chris"], hosts={"ada"}, gone={"ada"}, staff=True, now=61).waits is False
    led = absence.after(alone, ["ada", "chris"], hosts={"ada", "chris"}, gone={"ada"}, staff=False, now=61)
    assert led == Absence(("ada",))
