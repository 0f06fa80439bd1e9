"""Contacts are unreadable without the key, and keys can be changed."""

import stat
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from ingest.secrets import SecretError, open_safe


def test_sealed_text_comes_back_and_the_key_is_its_owners(tmp_path: Path) -> None:
    key = tmp_path / "secret.key"
    sealed = open_safe(key).seal("chris@example.org")
    assert "chris" not in sealed
    assert open_safe(key).open(sealed) == "chris@example.org"
    assert stat.S_IMODE(key.stat().st_mode) == 0o600


def test_a_new_key_on_top_still_opens_what_the_old_one_sealed(tmp_path: Path) -> None:
    key = tmp_path / "secret.key"
    sealed = open_safe(key).seal("alt")
    key.write_text(Fernet.generate_key().decode() + "\n" + key.read_text())
    assert open_safe(key).open(sealed) == "alt"


def test_a_foreign_key_and_a_broken_file_are_named(tmp_path: Path) -> None:
    sealed = open_safe(tmp_path / "a.key").seal("x")
    with pytest.raises(SecretError, match=r"b\.key do not open this"):
        open_safe(tmp_path / "b.key").open(sealed)
    (tmp_path / "c.key").write_text("no key")
    with pytest.raises(SecretError, match="no usable encryption key"):
        open_safe(tmp_path / "c.key")
