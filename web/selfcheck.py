"""The project is held against its own words: one Alembic head, documents name every setting and route,
translations are whole. Prints what is missing; exit status 1 when anything is.
"""

from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from typing import Any

import ingest.settings
import publish.settings
import questions.settings
import transcode.settings
import web.settings
from ingest.settings import variable_name
from web import migrate
from web.routes import all_routes
from web.words import missing_translations

ROOT = Path(__file__).resolve().parent.parent
SETTINGS: dict[str, Any] = {
    "ingest": ingest.settings.Settings,
    "transcode": transcode.settings.Settings,
    "questions": questions.settings.Settings,
    "publish": publish.settings.Settings,
    "web": web.settings.Settings,
}


def check() -> int:
    """Print every complaint; 0 when there is none."""
    complaints = [*one_head(), *settings_named(), *routes_named(), *missing_translations()]
    for complaint in complaints:
        print(complaint)
    print(
        f"{len(complaints)} complaints" if complaints else "documents, migrations and translations agree with the code"
    )
    return 1 if complaints else 0


def one_head() -> Iterator[str]:
    """Exactly one revision that nobody builds on."""
    heads = migrate.heads()
    if len(heads) != 1:
        yield f"there are {len(heads)} Alembic heads: {', '.join(heads)}"


def settings_named() -> Iterator[str]:
    """Every setting stands in its package's README."""
    for package, kind in SETTINGS.items():
        words = (ROOT / package / "README.md").read_text(encoding="utf-8")
        for each in fields(kind):
            if f"`{variable_name(each.name)}`" not in words:
                yield f"{package}/README.md does not name {variable_name(each.name)}"


def routes_named() -> Iterator[str]:
    """Every route of site and studio stands in web/README.md."""
    words = (ROOT / "web" / "README.md").read_text(encoding="utf-8")
    for path in all_routes():
        if f"`{path}`" not in words:
            yield f"web/README.md does not name the route {path}"
