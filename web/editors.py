"""Open pages of the caption editor come in with signs of life, who else works on the same captions goes out.

In memory, of one process: after a restart each page says again where it is.
"""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

GONE_S = 15.0
"""Pages say each 4 s that they are there; after three that were lost somebody counts as gone."""
MOST = 500
"""Pages at once; more are not noted, and only not seen by others."""


@dataclass(frozen=True, kw_only=True)
class Editor:
    """Somebody's page: `at` is the passage they are at, `writing` whether its text is open."""

    page: str
    name: str
    at: str
    writing: bool


class Editors:
    """See the module."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._pages: dict[tuple[str, str, str], tuple[float, Editor]] = {}
        self._lock = threading.Lock()

    def here(self, office_hour: str, language: str, editor: Editor) -> list[Editor]:
        """Note one page; everybody else's on the same captions."""
        at = self._clock()
        with self._lock:
            self._pages = {key: each for key, each in self._pages.items() if at - each[0] < GONE_S}
            if len(self._pages) < MOST:
                self._pages[office_hour, language, editor.page] = (at, editor)
            mine = (office_hour, language)
            others = [each for key, (_, each) in self._pages.items() if key[:2] == mine and each.page != editor.page]
        return sorted(others, key=lambda each: (each.name, each.page))

    def gone(self, office_hour: str, language: str, page: str) -> None:
        """A page was closed."""
        with self._lock:
            self._pages.pop((office_hour, language, page), None)
