"""Whether somebody is in the room comes in, moment after moment; how long it has been empty goes out. Pure."""

from dataclasses import dataclass, replace

WARNED_AFTER_S = 25 * 60
ENDS_AFTER_S = 30 * 60
"""Nobody forgets a guest for so long; what goes out by then is an empty room."""


@dataclass(frozen=True)
class Vacancy:
    """Since when (the loop's seconds) nobody has been in the room, and when that was last looked at."""

    since: float | None = None
    looked: float = 0.0

    def after(self, now: float, *, present: bool) -> "Vacancy":
        """After one more look."""
        if present:
            return Vacancy(None, now)
        return replace(self, since=now if self.since is None else self.since, looked=now)

    @property
    def ends_in_s(self) -> float | None:
        """Seconds until the office hour ends by itself; None while there is no reason to warn anybody."""
        empty_s = 0.0 if self.since is None else self.looked - self.since
        return max(0.0, ENDS_AFTER_S - empty_s) if empty_s >= WARNED_AFTER_S else None
