"""What journeys share: the films for cameras, made once."""

from pathlib import Path

import pytest

from tests.journeys.town import films_in


@pytest.fixture(scope="session")
def films(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Ada's and Chris's clips as camera and microphone files."""
    return films_in(tmp_path_factory.mktemp("films"))
