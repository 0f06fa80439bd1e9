"""What a look before an office hour may need."""

from dataclasses import dataclass
from datetime import datetime

from ingest.officehours import OfficeHour
from web.parts import House

PATIENCE_S = 5.0
"""A look that waits longer for somebody counts as unanswered."""


@dataclass(frozen=True, kw_only=True)
class About:
    """What a look may need."""

    house: House
    hour: OfficeHour
    at: datetime
