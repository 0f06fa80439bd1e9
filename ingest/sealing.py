"""Bytes come in piece by piece and lie encrypted on the disk; whoever holds the installation's key reads them back.

A box anybody can drop something into, and only the key opens (X25519, HKDF-SHA256, ChaCha20-Poly1305): a live room
is given the public half and cannot read what it has written. The private half is made from the lines of the key file,
so it is rotated with them. The file: `MAGIC`, the writer's public key (32 bytes), then pieces of
four bytes of length and the sealed piece, whose nonce is its number. A torn last piece is left out.
"""

import os
import struct
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from ingest.secrets import Safe, SecretError

MAGIC = b"OHSEAL1\n"
PURPOSE = "sealed stretches"


def public_key(safe: Safe) -> str:
    """What a room is given to seal with, hexadecimal."""
    return X25519PrivateKey.from_private_bytes(safe.derived(PURPOSE)[0]).public_key().public_bytes_raw().hex()


class SealedFile:
    """A new file that can be appended to and not read. Raises FileExistsError."""

    def __init__(self, path: Path, key: str) -> None:
        own, recipient = X25519PrivateKey.generate(), X25519PublicKey.from_public_bytes(bytes.fromhex(key))
        public = own.public_key().public_bytes_raw()
        self._cipher = _cipher(own.exchange(recipient), public, recipient.public_bytes_raw())
        self._pieces = 0
        path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND, 0o600)
        self._file = os.fdopen(handle, "wb")
        self._file.write(MAGIC + public)

    def append(self, data: bytes) -> None:
        """Seal a piece; it is on the disk when this returns."""
        sealed = self._cipher.encrypt(_nonce(self._pieces), data, None)
        self._pieces += 1
        self._file.write(struct.pack(">I", len(sealed)) + sealed)
        self._file.flush()
        os.fsync(self._file.fileno())

    def close(self) -> None:
        self._file.close()


def opened(path: Path, safe: Safe) -> bytes:
    """Everything that was sealed. Raises FileNotFoundError, SecretError when no key fits or a piece was changed."""
    data = path.read_bytes()
    start = len(MAGIC) + 32
    if not data.startswith(MAGIC) or len(data) < start:
        raise SecretError(f"{path} is not a sealed file")
    pieces = _pieces(data[start:])
    for seed in safe.derived(PURPOSE):
        private, public = X25519PrivateKey.from_private_bytes(seed), data[len(MAGIC) : start]
        shared = private.exchange(X25519PublicKey.from_public_bytes(public))
        cipher = _cipher(shared, public, private.public_key().public_bytes_raw())
        try:
            return b"".join(cipher.decrypt(_nonce(number), piece, None) for number, piece in enumerate(pieces))
        except InvalidTag:
            continue
    raise SecretError(f"the keys in {safe.key_file} do not open {path}")


def _pieces(data: bytes) -> list[bytes]:
    pieces, at = [], 0
    while at + 4 <= len(data):
        end = at + 4 + struct.unpack_from(">I", data, at)[0]
        if end > len(data):
            break
        pieces.append(data[at + 4 : end])
        at = end
    return pieces


def _cipher(shared: bytes, public: bytes, recipient: bytes) -> ChaCha20Poly1305:
    key = HKDF(algorithm=SHA256(), length=32, salt=public + recipient, info=MAGIC).derive(shared)
    return ChaCha20Poly1305(key)


def _nonce(number: int) -> bytes:
    return number.to_bytes(12, "big")
