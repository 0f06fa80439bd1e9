"""An office hour comes in; one line per thing that has to be right goes out, each looked at for itself.

Every look answers within a few seconds; what cannot be looked at is red and says why. Looks run side by side, so that
all of them take no longer than the slowest.
"""

import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime

import sqlalchemy as sa

from ingest.officehours import OfficeHour
from ingest.steps import StepError
from web.parts import House
from web.preflight import machine, people
from web.preflight.about import About
from web.preflight.lines import Line, Occasion, Report
from web.rendering import N_

log = logging.getLogger(__name__)
FAULTS = (OSError, sa.exc.SQLAlchemyError, RuntimeError, LookupError, ValueError, StepError)
"""What a look may end with: it could not look."""
Look = Callable[[About], Line]
LOOKS: dict[str, Look] = {
    N_("Disk"): machine.room_on_the_disk,
    N_("Certificate"): machine.certificate_of_the_site,
    N_("Letters"): people.letters,
    N_("Mailbox"): people.mailbox,
    N_("Workers"): machine.workers,
    N_("Studio"): machine.studio,
    N_("Captions"): machine.model,
    N_("Clock"): machine.clock,
    N_("Host's camera and microphone"): people.host_devices,
}
"""In the order of the page: what stops everything first."""


def examine(house: House, hour: OfficeHour, occasion: Occasion, at: datetime) -> Report:
    """Look at everything that this office hour needs."""
    about = About(house=house, hour=hour, at=at)
    with ThreadPoolExecutor(len(LOOKS), "preflight") as threads:
        lines = list(threads.map(lambda look: _guarded(look, about), LOOKS.items()))
    return Report(office_hour=hour.id, occasion=occasion, at=at, lines=tuple(lines))


def _guarded(named: tuple[str, Look], about: About) -> Line:
    """The line of a look; a fault of one must not hide the others."""
    what, look = named
    try:
        return replace(look(about), what=what)
    except FAULTS as error:
        log.warning("preflight: %s could not be looked at", what, exc_info=True)
        reason = next(iter(str(error).splitlines()), type(error).__name__)
        found = N_("This could not be looked at: %(reason)s")
        return Line(
            what=what, right=False, found=found, mend=N_("Tell whoever runs this site."), values={"reason": reason}
        )
