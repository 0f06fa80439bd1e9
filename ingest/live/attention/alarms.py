"""One look a second at everybody on air comes in; what staff should know of goes out, each cause once. Pure.

A fault is told after some bad looks and taken back after a while without one, so that nothing flickers; what could
not be looked at counts neither way. The clock is passed in.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from ingest.faults import Fault
from ingest.live.attention.hearing import Heard
from ingest.live.attention.sight import Seen


@dataclass(frozen=True)
class Rule:
    """Told when `bad` of the last `of` looks were bad, taken back after `off` seconds without a bad one. A look is
    about what was in the `back` seconds before it."""

    bad: int
    of: int
    off: float
    back: float = 1


GONE_S = 4.0  # without any media, then the next look decides
RULES = {
    Fault.GONE: Rule(2, 2, 1, GONE_S),  # 5 s in all: a page that is loaded anew is back before
    Fault.SILENT: Rule(4, 4, 1),
    Fault.QUIET: Rule(8, 8, 0),
    Fault.NOBODY: Rule(8, 8, 0),
    Fault.ECHO: Rule(2, 3, 12),  # while they speak themselves it cannot be told
    Fault.CLIPPED: Rule(2, 4, 8),
    Fault.FROZEN: Rule(3, 3, 2),
    Fault.DARK: Rule(3, 3, 2),
    Fault.LINE: Rule(2, 4, 8),
}
MUTE_DB = -90.0  # digital silence: the last bit of 16 is louder
FLOOR_DB = -70.0  # quieter than any room
SPOKEN_DB = -45.0  # somebody speaks, also far from the microphone
SAME_LAG_S = 0.01  # two looks that find an echo find it at the same place; chance does not
LOST_SHARE = 0.08  # Opus mends single packets; from here on words are torn
FEWEST = 20  # packets before a share says anything
LOOK_S = 1.0  # between two looks
FORGOTTEN_S = 30.0  # what cannot be looked at any more is taken back
COVERS: Mapping[Fault, frozenset[Fault]] = {
    Fault.GONE: frozenset(Fault) - {Fault.GONE},
    Fault.SILENT: frozenset({Fault.QUIET}),
    Fault.LINE: frozenset({Fault.FROZEN}),
    Fault.DARK: frozenset({Fault.FROZEN}),
}
"""Of two faults of a person with one cause only the first is told."""


@dataclass(frozen=True, kw_only=True)
class Look:
    """One second of one person on air; None where there was nothing to look at. `expected` and `lost` packets of
    sound; `leads`: the host, or who stands in for them. Who is `muted` or `unseen` wants it so."""

    person: str
    leads: bool = False
    gone: bool = False
    muted: bool = False
    unseen: bool = False
    heard: Heard | None = None
    seen: Seen | None = None
    expected: int = 0
    lost: int = 0


@dataclass(frozen=True, kw_only=True)
class Alarm:
    """Something staff should know of, for `since` (seconds of the clock that was passed in)."""

    fault: Fault
    person: str
    since: float


@dataclass(frozen=True)
class Course:
    """How one fault of one person went: the last looks (bad or not), since when it is bad, whether it is told."""

    looks: tuple[bool, ...] = ()
    since: float = 0.0
    worst: float = float("-inf")
    told: bool = False


Courses = Mapping[tuple[Fault, str], Course]


@dataclass(frozen=True, kw_only=True)
class Watch:
    """What is known after a look: the course of each fault, where each person's echo was found last, who leads, and
    whose microphone is closed by a programme between words (`gated`): its silence says nothing while others speak."""

    courses: Courses = field(default_factory=dict)
    lags: Mapping[str, float] = field(default_factory=dict)
    leads: frozenset[str] = frozenset()
    levels: Mapping[str, float] = field(default_factory=dict)
    gated: frozenset[str] = frozenset()

    @property
    def alarms(self) -> tuple[Alarm, ...]:
        """What is told now, the most urgent first, each cause once."""
        told = {key: course for key, course in self.courses.items() if course.told}
        hidden = {(worse, person) for fault, person in told for worse in COVERS.get(fault, ())}
        if any(fault in (Fault.GONE, Fault.SILENT, Fault.QUIET) for fault, _ in told):
            hidden.add((Fault.NOBODY, ""))
        if any((Fault.QUIET, person) in told for person in self.leads):
            hidden |= {key for key in told if key[0] is Fault.QUIET and key[1] not in self.leads}
        shown = [
            Alarm(fault=fault, person=person, since=course.since)
            for (fault, person), course in told.items()
            if (fault, person) not in hidden
        ]
        order = list(Fault)
        return tuple(sorted(shown, key=lambda alarm: (order.index(alarm.fault), alarm.since)))


def after(watch: Watch, looks: Iterable[Look], now: float, *, on_air: bool) -> Watch:
    """What is known after one more look at everybody on air; `on_air`: the public hears them."""
    looks = list(looks)
    levels = {each.person: each.heard.level_db for each in looks if each.heard is not None and not each.gone}
    open_ = [level for each in looks if not each.muted and (level := levels.get(each.person)) is not None]
    spoken = any(level > SPOKEN_DB for level in open_)
    verdicts: dict[tuple[Fault, str], bool | None] = {(Fault.NOBODY, ""): on_air and bool(levels) and not spoken}
    for each in looks:
        gated = each.person in watch.gated
        for fault, bad in _verdicts(each, spoken, watch.lags.get(each.person), gated=gated).items():
            verdicts[fault, each.person] = bad
    found = {each.person: each.heard.echo_s for each in looks if each.heard and each.heard.echo_s is not None}
    here = {each.person for each in looks}
    return Watch(
        courses={key: _went(watch.courses.get(key, Course()), key[0], bad, now) for key, bad in verdicts.items()},
        lags={person: lag for person, lag in {**watch.lags, **found}.items() if person in here},
        leads=frozenset(each.person for each in looks if each.leads),
        levels=levels,
        gated=watch.gated | {each for each, level in levels.items() if _opened(watch.levels.get(each), level)},
    )


def _opened(before_db: float | None, now_db: float) -> bool:
    """Whether words follow right after a second of digital silence: a room of its own is never so still."""
    return before_db is not None and before_db < MUTE_DB and now_db > SPOKEN_DB


def _verdicts(look: Look, spoken: bool, lag: float | None, *, gated: bool) -> dict[Fault, bool | None]:
    """True is bad, False good; None where it cannot be told."""
    seen = Seen(still=False, dark=False) if look.unseen else None if look.gone else look.seen
    return {
        Fault.GONE: look.gone,
        **_of_sound(look, spoken, lag, gated=gated),
        Fault.FROZEN: None if seen is None else seen.still,
        Fault.DARK: None if seen is None else seen.dark,
        Fault.LINE: None if look.expected < FEWEST else look.lost > LOST_SHARE * look.expected,
    }


def _of_sound(look: Look, spoken: bool, lag: float | None, *, gated: bool) -> dict[Fault, bool | None]:
    heard = look.heard
    faults = (Fault.SILENT, Fault.QUIET, Fault.ECHO, Fault.CLIPPED)
    if look.muted:
        return dict.fromkeys(faults, False)
    if heard is None or look.gone:
        return dict.fromkeys(faults)
    echo = None if not heard.tellable else _same(heard.echo_s, lag)
    silent = heard.level_db < MUTE_DB and not (gated and spoken)
    return dict(zip(faults, (silent, heard.level_db < FLOOR_DB and not spoken, echo, heard.clipped), strict=True))


def _same(lag: float | None, before: float | None) -> bool:
    return lag is not None and before is not None and abs(lag - before) <= SAME_LAG_S


def _went(course: Course, fault: Fault, bad: bool | None, now: float) -> Course:
    rule = RULES[fault]
    if bad is None:
        forgotten = now - course.worst > FORGOTTEN_S
        return Course() if forgotten else course
    since = course.since if any(course.looks) or course.told else now - rule.back
    looks = () if not bad and rule.bad == rule.of else (*course.looks, bad)[-rule.of :]
    worst = now if bad else course.worst
    told = sum(looks) >= rule.bad or (course.told and now - worst <= rule.off)
    return Course(looks, since, worst, told)
