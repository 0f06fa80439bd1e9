"""What is going on comes in, a progress bar per stage goes out, on a terminal or as plain lines."""

import sys
import time
from dataclasses import dataclass, field
from typing import TextIO

WIDTH = 30


@dataclass
class Bars:
    """One line per stage, each drawn until it is full."""

    stages: tuple[str, ...]
    out: TextIO = field(default_factory=lambda: sys.stderr)
    _drawn: int = -1
    _stage: str = ""
    _begun: float = field(default_factory=time.monotonic)

    def show(self, stage: str, fraction: float, words: str = "") -> None:
        """Draw `stage` as far as it is; on something that is no terminal only every tenth."""
        if stage not in self.stages:
            raise ValueError(f"not a stage: {stage}")
        full = round(min(max(fraction, 0.0), 1.0) * WIDTH)
        if stage == self._stage and full == self._drawn:
            return
        terminal = self.out.isatty()
        if not terminal and stage == self._stage and full != WIDTH and full - self._drawn < WIDTH // 3:
            return
        if stage != self._stage:
            self._begun = time.monotonic()
        self._stage, self._drawn = stage, full
        bar = "█" * full + "░" * (WIDTH - full)
        label = f"  {stage:<14}{bar} {time.monotonic() - self._begun:5.1f} s  {words}"
        self.out.write(f"\r\033[K{label}" if terminal else f"{label}\n")
        if terminal and full == WIDTH:
            self.out.write("\n")
        self.out.flush()
