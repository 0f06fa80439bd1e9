"""An error of Google's client comes in, whose turn it is goes out: an error of `ingest.steps`.

403 quotaExceeded, dailyLimitExceeded, 429          Resource until midnight Pacific time, when quotas are reset
400 uploadLimitExceeded                             Resource for 24 hours: a limit of the channel
403 userRateLimitExceeded, rateLimitExceeded, 5xx,
a broken connection                                 Transient
the permission is gone (invalid_grant, 401)         Permanent: connect the account again
any other 4xx                                       Permanent
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from google.auth.exceptions import GoogleAuthError, RefreshError
from googleapiclient.errors import HttpError

from ingest import steps
from publish.targets.upload import DROPPED

PACIFIC = ZoneInfo("America/Los_Angeles")
QUOTA = frozenset({"quotaExceeded", "dailyLimitExceeded", "dailyLimitExceededUnreg"})
SLOW_DOWN = frozenset({"userRateLimitExceeded", "rateLimitExceeded", "backendError"})
NOT_CONNECTED = "no YouTube account is connected"
FILM_REFUSED = "YouTube does not take the film"
RECONNECT = "YouTube no longer accepts our permission; connect the account again"


@contextmanager
def classed(at: datetime) -> Iterator[None]:
    """Turn what the client raises inside into errors of `ingest.steps`; `at` is now."""
    try:
        yield
    except HttpError as error:
        raise of_answer(error, at) from error
    except RefreshError as error:
        raise (steps.Transient(str(error)) if error.retryable else steps.Permanent(f"{RECONNECT}: {error}")) from error
    except (GoogleAuthError, *DROPPED) as error:
        raise steps.Transient(f"YouTube could not be reached: {error!r}") from error


def of_answer(error: HttpError, at: datetime) -> steps.StepError:
    """The class of an answer that is no success."""
    status, reason = int(error.resp.status), reason_of(error)
    said = f"YouTube answered {status} {reason}: {error.reason}"
    if reason == "uploadLimitExceeded":
        return steps.Resource(said, until=at + timedelta(hours=24))
    if reason in QUOTA or status == 429:
        return steps.Resource(said, until=midnight_pacific(at))
    if status >= 500 or status == 408 or reason in SLOW_DOWN:
        return steps.Transient(said)
    return steps.Permanent(f"{RECONNECT} ({said})" if status == 401 else said)


def reason_of(error: HttpError) -> str:
    """The first reason in the body of an answer, or an empty text."""
    try:
        return str(json.loads(error.content)["error"]["errors"][0]["reason"])
    except (ValueError, KeyError, IndexError, TypeError):
        return ""


def midnight_pacific(at: datetime) -> datetime:
    """The next midnight in California, in UTC."""
    tomorrow = at.astimezone(PACIFIC).date() + timedelta(days=1)
    return datetime.combine(tomorrow, time(), PACIFIC).astimezone(UTC)
