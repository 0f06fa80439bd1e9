"""An https address comes in, the time until which its certificate is good goes out, as a browser would judge it."""

import socket
import ssl
from datetime import UTC, datetime
from urllib.parse import urlsplit

from ingest.database import now

PATIENCE_S = 5.0


class Untrusted(RuntimeError):
    """A browser would not go on: the text says why."""


def good_until(address: str, context: ssl.SSLContext | None = None) -> datetime:
    """Connect as a browser does and read the end of the certificate. Raises Untrusted, OSError."""
    parts = urlsplit(address)
    host, port = parts.hostname or "", parts.port or 443
    context = context or ssl.create_default_context()
    try:
        with socket.create_connection((host, port), PATIENCE_S) as line:
            with context.wrap_socket(line, server_hostname=host) as secured:
                found = secured.getpeercert()
    except ssl.SSLCertVerificationError as error:
        raise Untrusted(error.verify_message) from error
    if not found or "notAfter" not in found:
        raise Untrusted("the server shows no certificate")
    return datetime.fromtimestamp(ssl.cert_time_to_seconds(str(found["notAfter"])), UTC)


def days_left(until: datetime, at: datetime | None = None) -> int:
    """Whole days from now until the certificate ends."""
    return max(0, (until - (at or now())).days)
