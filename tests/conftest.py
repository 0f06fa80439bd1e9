"""What every test may ask for."""

from pathlib import Path

import pytest

SHARED = Path(__file__).resolve().parents[2] / "shared"


@pytest.fixture
def shared() -> Path:
    """The folder of real material beside the checkout; a test that needs it is skipped without it."""
    if not (SHARED / "fixtures").is_dir():
        pytest.skip("needs the folder ../shared with real recordings, which is not beside this checkout")
    return SHARED
