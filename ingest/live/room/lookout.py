"""A room comes in; once a second everybody on air is looked at and listened to, and what staff should know goes out.

What is needed is there already: blocks on the desk, the newest decoded picture, counts of packets. Looking costs about
a millisecond a second for each person, in a thread of its own turn, never in a tick.
"""

from collections.abc import Collection
from dataclasses import dataclass, field, replace

from ingest.live.attention import alarms
from ingest.live.attention.alarms import GONE_S, Alarm, Look, Watch
from ingest.live.attention.hearing import Ear, Heard
from ingest.live.attention.sight import Eye, Seen
from ingest.live.mix.ears import Ears
from ingest.live.mix.source import SAMPLE_RATE, Samples
from ingest.live.room.presence import Presence
from ingest.live.webrtc.receive import GAP_S, Peer

SHORTEST = SAMPLE_RATE // 2  # samples: less is no second, it is the rest of one


@dataclass
class Sensors:
    """What is kept of one person between two looks; all but the first begins anew with a new connection."""

    media_at: float  # the last of any connection
    peer: Peer | None = None
    ear: Ear = field(default_factory=Ear)
    eye: Eye = field(default_factory=Eye)
    expected: int = 0
    lost: int = 0


class Lookout:
    """See the module. `look` is called once a second, from one thread at a time."""

    def __init__(self, ears: Ears) -> None:
        self._ears = ears
        self._sensors: dict[str, Sensors] = {}
        self._watch = Watch()

    @property
    def alarms(self) -> tuple[Alarm, ...]:
        """What is told now."""
        return self._watch.alarms

    def look(
        self,
        people: Collection[Presence],
        *,
        muted: Collection[str],
        unseen: Collection[str],
        hosts: Collection[str],
        on_air: bool,
        now: float,
    ) -> tuple[Alarm, ...]:
        """One look at these people, who are on air or wait for the beginning; what is told after it.

        Who is `muted` or `unseen` wants it so.
        """
        sounds = self._ears.take()
        faces = [each for each in people if not each.screen]
        self._sensors = {each.person: self._sensors.get(each.person, Sensors(media_at=now)) for each in faces}
        looks = [
            replace(
                self._look(each, sounds.get(each.person), now),
                muted=each.person in muted,
                unseen=each.person in unseen,
                leads=each.person in hosts,
            )
            for each in faces
        ]
        self._watch = alarms.after(self._watch, looks, now, on_air=on_air)
        return self._watch.alarms

    def _look(self, presence: Presence, sound: tuple[Samples, Samples | None] | None, now: float) -> Look:
        sensors, peer = self._sensors[presence.person], presence.source.peer
        for each in (sensors.peer, peer):  # what the old one brought since the last look counts as well
            if each is not None:
                sensors.media_at = max(sensors.media_at, *each.seen.values())
        if peer is not sensors.peer:
            sensors = self._sensors[presence.person] = Sensors(sensors.media_at, peer)
        expected, lost = (0, 0) if peer is None else (peer.losses.expected, peer.losses.lost + peer.voice.late)
        look = Look(
            person=presence.person,
            gone=now - sensors.media_at >= GONE_S,
            heard=_heard(sensors, presence, sound),
            seen=_seen(sensors, presence, now),
            expected=expected - sensors.expected,
            lost=lost - sensors.lost,
        )
        sensors.expected, sensors.lost = expected, lost
        return look


def _heard(sensors: Sensors, presence: Presence, sound: tuple[Samples, Samples | None] | None) -> Heard | None:
    if sensors.peer is None or "audio" not in sensors.peer.kinds or sound is None or len(sound[0]) < SHORTEST:
        return None
    return sensors.ear.listen(*sound)


def _seen(sensors: Sensors, presence: Presence, now: float) -> Seen | None:
    """A camera that has sent and sends no more stands still as well; one that nobody decodes cannot be judged."""
    peer = sensors.peer
    if peer is None or peer.seen["video"] < 0 or not peer.camera.watched:
        sensors.eye.forget()
        return None
    picture = None if now - peer.seen["video"] >= GAP_S else presence.source.picture()
    return Seen(still=True, dark=False) if picture is None else sensors.eye.look(picture)
