"""What was cut from a broadcast comes in: who may still see it, as a film that browsers play; and what has to go.

A stretch goes in its time, when somebody erases it, and when somebody in it takes back being recorded; only a reason
that staff gave keeps it longer.
"""

import io
from datetime import datetime, timedelta

import av

from ingest import sealed, store, timeline
from ingest.archive import Room
from ingest.live.output.unkept import unkept
from ingest.sealed import Stretch
from transcode import cover
from web.parts import House

LOOK = timedelta(minutes=15)
"""How long one may look at a stretch after having said why."""


def withdrawn(house: House, office_hour: str) -> frozenset[int]:
    """Numbers of stretches with somebody in them who does not agree to be recorded, by timeline and rows."""
    room = house.archive.room(office_hour)
    if not room.timeline.exists():
        return frozenset()
    with house.database.reading() as connection:
        refused = cover.refused(connection, office_hour)
    return unkept(timeline.read(room.timeline), refused)


def erase_withdrawn(house: House, office_hour: str, at: datetime) -> list[Stretch]:
    """Erase what somebody took back; fine if it is. What is kept for a reason stays. Returns what went."""
    found = sealed.stretches(house.archive.room(office_hour))
    if not found:
        return []
    numbers = withdrawn(house, office_hour)
    gone = [each for each in found if each.number in numbers and not each.reason]
    sealed.erase(gone, at)
    return gone


def sweep(house: House, at: datetime) -> None:
    """Erase all that is past its time, or was taken back while nobody looked."""
    sealed.erase(sealed.due(house.archive, at, house.ingest.sealed_kept_days), at)
    for folder in sorted(house.archive.root.glob("*/sealed")):
        try:
            erase_withdrawn(house, folder.parent.name, at)
        except store.NotFound:
            continue  # a folder whose office hour is being erased


def looking(stretch: Stretch, by: str, at: datetime) -> bool:
    """Whether somebody has just said why they look at it."""
    return any(who == by and timedelta() <= at - when < LOOK for who, when, _ in stretch.opened)


def film(room: Room, number: int, house: House) -> bytes:
    """The stretch as MP4, which every browser plays. Raises FileNotFoundError, SecretError."""
    content = sealed.read(room, number, house.safe)
    out = io.BytesIO()
    with av.open(io.BytesIO(content), "r") as matroska, av.open(out, "w", format="mp4") as mp4:
        streams = {each.index: mp4.add_stream_from_template(each) for each in matroska.streams}
        for packet in matroska.demux():
            if packet.dts is not None:
                packet.stream = streams[packet.stream.index]
                mp4.mux(packet)
    return out.getvalue()
