"""`ingest/sealing.py`: anybody may put in, only the key takes out."""

from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from ingest.sealing import SealedFile, opened, public_key
from ingest.secrets import SecretError, open_safe


def seal(path: Path, key: str, *pieces: bytes) -> None:
    file = SealedFile(path, key)
    for piece in pieces:
        file.append(piece)
    file.close()


def test_what_was_sealed_with_the_public_half_comes_back_with_the_key(tmp_path: Path) -> None:
    safe = open_safe(tmp_path / "key")
    seal(tmp_path / "1.sealed", public_key(safe), b"one word", b" more")
    assert b"word" not in (tmp_path / "1.sealed").read_bytes()
    assert opened(tmp_path / "1.sealed", safe) == b"one word more"


def test_a_new_key_on_top_still_opens_what_the_old_one_sealed(tmp_path: Path) -> None:
    key = tmp_path / "key"
    seal(tmp_path / "1.sealed", public_key(open_safe(key)), b"old")
    key.write_text(Fernet.generate_key().decode() + "\n" + key.read_text())
    assert opened(tmp_path / "1.sealed", open_safe(key)) == b"old"


def test_a_torn_last_piece_is_left_out(tmp_path: Path) -> None:
    safe, path = open_safe(tmp_path / "key"), tmp_path / "1.sealed"
    seal(path, public_key(safe), b"whole", b"torn")
    path.write_bytes(path.read_bytes()[:-3])
    assert opened(path, safe) == b"whole"


def test_another_key_a_changed_piece_and_another_file_are_named(tmp_path: Path) -> None:
    safe, path = open_safe(tmp_path / "key"), tmp_path / "1.sealed"
    seal(path, public_key(safe), b"word")
    with pytest.raises(SecretError, match=r"other do not open .*1\.sealed"):
        opened(path, open_safe(tmp_path / "other"))
    path.write_bytes(path.read_bytes()[:-1] + b"!")
    with pytest.raises(SecretError, match="do not open"):
        opened(path, safe)
    path.write_bytes(b"plain")
    with pytest.raises(SecretError, match="not a sealed file"):
        opened(path, safe)
