"""Contacts and credentials come in readable and leave encrypted, and the way back.

Fernet keys (AES-128-CBC + HMAC-SHA256) from the key file, one a line, newest first: the first encrypts,
all decrypt, so that a key is changed by writing a new line on top.
"""

import hmac
import os
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken, MultiFernet


class SecretError(RuntimeError):
    """The key file is unreadable or does not fit what was encrypted; the message says which file."""


class Safe:
    """Encrypts and decrypts texts with the keys of one file."""

    def __init__(self, key_file: Path) -> None:
        self.key_file = key_file
        try:
            lines = [line.strip() for line in key_file.read_text().splitlines() if line.strip()]
            self._keys = MultiFernet([Fernet(line) for line in lines])
            self._newest = lines[0].encode()
            self._lines = [line.encode() for line in lines]
        except (OSError, ValueError) as error:
            raise SecretError(f"{key_file} holds no usable encryption key: {error}") from error

    def fingerprint(self, text: str) -> str:
        """64 hex digits, the same for the same text while the newest key stays; nobody without it can find the text."""
        return hmac.new(self._newest, text.encode(), "sha256").hexdigest()

    def derived(self, purpose: str) -> list[bytes]:
        """32 bytes for another purpose from each key, the newest first."""
        return [hmac.new(line, b"officehours " + purpose.encode(), "sha256").digest() for line in self._lines]

    def seal(self, text: str) -> str:
        """Encrypt."""
        return self._keys.encrypt(text.encode()).decode()

    def seal_bytes(self, content: bytes) -> bytes:
        return self._keys.encrypt(content)

    def open(self, sealed: str) -> str:
        """Decrypt. Raises SecretError."""
        return self.open_bytes(sealed.encode()).decode()

    def open_bytes(self, sealed: bytes) -> bytes:
        try:
            return self._keys.decrypt(sealed)
        except InvalidToken as error:
            raise SecretError(f"the keys in {self.key_file} do not open this") from error


def open_safe(key_file: Path) -> Safe:
    """The safe of this installation; the key file is made, readable for its owner only, if it is missing."""
    if not key_file.exists():
        key_file.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(key_file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(Fernet.generate_key() + b"\n")
    return Safe(key_file)
