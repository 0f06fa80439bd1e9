"""What the machine needs for an office hour: room, a certificate, workers, the studio, the speech model, the time."""

import http.client
import math
from datetime import timedelta

from ingest import disk
from ingest.officehours import OfficeHour
from ingest.steps import State as StepState
from ingest.steps import StepError, listed
from transcode import models
from web.broker import QUEUES
from web.preflight import certificate, store, timekeeping
from web.preflight.about import PATIENCE_S, About
from web.preflight.lines import Line, green, red
from web.rendering import N_

LONGER = 1.5
"""An office hour may take so much longer than planned before anybody has to look at the disk."""
TRACKS = 4
TRACK_BITS = 1_600_000
SOUND_BITS = 200_000
"""A second of four people's own tracks, and of the programme's sound; sizes made afterwards wait for room."""
SIGN_MISSED = timedelta(minutes=2)
"""Four signs of life in a row: one may come late while the machine is busy."""
FEW_DAYS = 14
"""Below this a certificate is named although it still holds: those that renew themselves did not."""
LOCAL = frozenset({"127.0.0.1", "localhost", "::1"})


def bytes_needed(hour: OfficeHour, video_bits: int) -> int:
    """What half as long again as planned will write while it is live."""
    seconds = 60 * hour.planned_minutes * LONGER
    bits = video_bits + SOUND_BITS + (TRACKS * TRACK_BITS if hour.recorded else 0)
    return math.ceil(seconds * bits / 8)


def room_on_the_disk(about: About) -> Line:
    settings = about.house.ingest
    with about.house.database.reading() as connection:
        promised = disk.promised_bytes(listed(connection, [StepState.RUNNING]))
    needed = bytes_needed(about.hour, settings.video_bitrate)
    free = disk.free_bytes(about.house.archive.root) - promised - settings.disk_spare_mb * disk.MEGABYTE
    minutes = round(LONGER * about.hour.planned_minutes)
    values = {"minutes": minutes, "free": disk.spoken(max(free, 1)), "needed": disk.spoken(needed)}
    if free >= needed:
        return green(N_("There is room for %(minutes)s min: %(free)s are free, %(needed)s are needed."), **values)
    return red(
        N_("%(needed)s are needed for %(minutes)s min, %(free)s are free."),
        N_("Make room on the disk that holds the recordings."),
        **values,
    )


def certificate_of_the_site(about: About) -> Line:
    settings = about.house.settings
    if not settings.public_url.startswith("https://"):
        if settings.host in LOCAL and not settings.behind_proxy:
            return green(N_("None is needed: the site is only reached from this machine."))
        return red(
            N_("No https address is set, and without one no camera opens."),
            N_("Set OFFICEHOURS_PUBLIC_URL to the https address of the site."),
        )
    try:
        until = certificate.good_until(settings.public_url)
    except (OSError, certificate.Untrusted) as error:
        mend = N_("Open the address in a browser; if it warns there as well, renew the certificate.")
        found = N_("The certificate of %(address)s could not be checked from here: %(reason)s")
        return red(found, mend, address=settings.public_url, reason=str(error))
    ends = about.hour.starts_at + LONGER * timedelta(minutes=about.hour.planned_minutes)
    days = certificate.days_left(until, about.at)
    if until <= ends:
        return red(
            N_("The certificate ends before the office hour does (days left: %(days)s)."),
            N_("Renew the certificate today."),
            days=days,
        )
    if days < FEW_DAYS:
        return green(
            N_("The certificate lasts beyond the office hour, but should be renewed soon (days left: %(days)s)."),
            days=days,
        )
    return green(N_("The certificate is good (days left: %(days)s)."), days=days)


def workers(about: About) -> Line:
    """Both queues; a heavy worker deep in its work gives its sign of life by the leases of that work."""
    with about.house.database.reading() as connection:
        signs = {queue: store.last_sign(connection, queue) for queue in QUEUES}
        kinds = about.house.engine.kinds
        alive = {
            kinds[step.kind].queue
            for step in listed(connection, [StepState.RUNNING])
            if step.kind in kinds and step.lease_until is not None and step.lease_until > about.at
        }
    silent = [
        queue for queue, last in signs.items() if queue not in alive and (last is None or about.at - last > SIGN_MISSED)
    ]
    if silent:
        mend = N_("Start `officehours serve` again, or the worker and the clock if they run on their own.")
        return red(N_("Nothing was heard of: %(queues)s."), mend, queues=", ".join(silent))
    return green(N_("Both workers are there, and the clock rings them."))


def studio(about: About) -> Line:
    port = about.house.settings.studio_port
    if not port:
        return green(N_("The studio runs elsewhere and was not asked."))
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE_S)
    try:
        connection.request("GET", "/live/health")
        well = connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        well = False
    finally:
        connection.close()
    if well:
        return green(N_("The studio answers."))
    return red(N_("The studio does not answer."), N_("Start `officehours serve` again."))


def model(about: About) -> Line:
    if not about.hour.recorded:
        return green(N_("None is needed: nothing of this office hour is kept."))
    name, kept = about.house.transcode.speech_model, about.house.ingest.data / "models"
    try:
        found = models.find(name, kept)
    except (StepError, OSError, LookupError) as error:
        return red(
            N_("The model for captions is missing: %(reason)s"),
            N_("Install it, or choose another by OFFICEHOURS_SPEECH_MODEL."),
            reason=str(error),
        )
    if found in models.SIZES and not any(kept.glob(f"*whisper-{found}*")):
        return red(
            N_("The model for captions (%(name)s) is not on this machine yet; the first captions would fetch it."),
            N_("Have a short recording captioned once, so that it is here."),
            name=found,
        )
    return green(N_("The model for captions is there."))


def clock(about: About) -> Line:
    """Says what it was compared with; where there is nothing, that is said too."""
    time_server = about.house.settings.time_server
    mend = N_("Switch the time service on (timedatectl set-ntp true), or have whoever runs the machine do so.")
    ahead = timekeeping.ahead_of_database(about.house.database)
    if ahead is not None and abs(ahead) > timekeeping.WRONG_S:
        return red(
            N_("The clock is %(seconds)s s away from that of the database's machine."), mend, seconds=f"{ahead:.1f}"
        )
    if time_server:
        try:
            ahead = timekeeping.ahead_of_server(time_server)
        except (OSError, ValueError) as error:
            return red(
                N_("The time server %(server)s could not be asked: %(reason)s"),
                mend,
                server=time_server,
                reason=str(error),
            )
        values = {"seconds": f"{abs(ahead):.2f}", "server": time_server}
        if abs(ahead) > timekeeping.WRONG_S:
            return red(N_("The clock is %(seconds)s s away from the time server %(server)s."), mend, **values)
        return green(N_("The clock is %(seconds)s s away from the time server %(server)s."), **values)
    kept = timekeeping.kernel()
    if kept is not None and kept.kept:
        return green(N_("The machine's time service keeps the clock, to %(seconds)s s."), seconds=f"{kept.error_s:.2f}")
    return red(
        N_("Nothing says that the clock is right: no time service keeps it, and no time server is set."),
        mend,
    )
