"""The time until the planned beginning comes in, words for the holding slide go out. Pure."""

import math
from dataclasses import dataclass
from datetime import datetime

LONGEST_S = 3600  # earlier, people want to know the hour, not the minutes
FIGURES_S = 5  # the last seconds, as one large figure each
TIME = "{time}"


@dataclass(frozen=True)
class Countdown:
    """When the office hour is planned to begin, and the sentence that says so, with TIME in it."""

    begins: datetime | None = None
    words: str = ""
    late: str = ""

    def at(self, now: datetime) -> str:
        """What stands on the slide at this moment: "Beginnt in 04:59", then "5" to "1"; "" long before.

        Afterwards, that it begins a little later (`late`).
        """
        if self.begins is None or not self.words:
            return ""
        if now >= self.begins:
            return self.late
        left = math.ceil((self.begins - now).total_seconds())
        if not 0 < left < LONGEST_S:
            return ""
        return str(left) if left <= FIGURES_S else self.words.replace(TIME, f"{left // 60:02}:{left % 60:02}")
