"""What every test may ask for."""

import gc
import os
from pathlib import Path

import pytest
from hypothesis import settings

# Every day the same examples, so that nobody's change fails for somebody else's chance; `make soak` throws dice.
settings.register_profile("everyday", derandomize=True, deadline=None)
settings.register_profile("soak", max_examples=2000, deadline=None)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "everyday"))

SHARED = Path(__file__).resolve().parents[2] / "shared"


def pytest_collection_finish() -> None:
    """What was imported stays until the end: looking through it for garbage again and again is a tenth of all work."""
    gc.collect()
    gc.freeze()


@pytest.fixture
def shared() -> Path:
    """The folder of real material beside the checkout; a test that needs it is skipped without it."""
    if not (SHARED / "fixtures").is_dir():
        pytest.skip("needs the folder ../shared with real recordings, which is not beside this checkout")
    return SHARED
