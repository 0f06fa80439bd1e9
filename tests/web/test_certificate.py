"""A certificate as a browser would judge it, read from a server on loopback."""

import ssl
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from socket import create_server

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from web.preflight.certificate import Untrusted, days_left, good_until

ENDS = datetime(2099, 1, 1, tzinfo=UTC)


def certificate(folder: Path) -> Path:
    """One for localhost that vouches for itself, with its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(datetime(2020, 1, 1, tzinfo=UTC))
        .not_valid_after(ENDS)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    file = folder / "both.pem"
    file.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
    return file


@pytest.fixture
def served(tmp_path: Path) -> Iterator[tuple[str, Path]]:
    """An https address on loopback, and the file that holds its certificate."""
    file = certificate(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    with create_server(("127.0.0.1", 0)) as server:

        def answer() -> None:
            line, _ = server.accept()
            try:
                with context.wrap_socket(line, server_side=True) as secured:
                    secured.recv(1)
            except OSError:
                line.close()

        thread = threading.Thread(target=answer)
        thread.start()
        yield f"https://localhost:{server.getsockname()[1]}", file
        thread.join()


def test_the_end_of_a_trusted_certificate_is_read(served: tuple[str, Path]) -> None:
    address, file = served
    assert good_until(address, ssl.create_default_context(cafile=file)) == ENDS


def test_one_that_no_browser_trusts_says_why(served: tuple[str, Path]) -> None:
    with pytest.raises(Untrusted, match="self-signed"):
        good_until(served[0])


def test_days_are_whole_and_never_below_none() -> None:
    assert days_left(ENDS, ENDS - timedelta(days=3, hours=23)) == 3
    assert days_left(ENDS, ENDS + timedelta(days=1)) == 0
