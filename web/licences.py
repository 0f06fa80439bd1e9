"""What is installed comes in, a line per package with its licence goes out: Python's and npm's."""

import json
from collections.abc import Iterator
from email.message import Message
from importlib import metadata
from pathlib import Path
from typing import cast

from web.packages import NODE_MODULES


def python_licences() -> Iterator[tuple[str, str, str]]:
    """(name, version, licence) of every installed Python distribution."""
    for each in metadata.distributions():
        facts: Message = cast(Message, each.metadata)  # what it is, with its `get`
        classifiers = [line.rsplit(" :: ", 1)[-1] for line in facts.get_all("Classifier") or [] if "License ::" in line]
        licence = facts.get("License-Expression") or ", ".join(classifiers) or facts.get("License") or "not stated"
        yield facts["Name"], each.version, licence.strip().splitlines()[0][:70]


def npm_licences(root: Path = NODE_MODULES) -> Iterator[tuple[str, str, str]]:
    """(name, version, licence) of every package in node_modules/."""
    for file in sorted([*root.glob("*/package.json"), *root.glob("@*/*/package.json")]):
        found = json.loads(file.read_text(encoding="utf-8"))
        yield found["name"], found["version"], str(found.get("license", "not stated"))


def listing() -> str:
    """Two tables as text."""
    lines = []
    for title, rows in (("Python", sorted(set(python_licences()))), ("npm", sorted(npm_licences()))):
        lines += [title, *(f"  {name} {version}: {licence}" for name, version, licence in rows)]
    return "\n".join(lines)
