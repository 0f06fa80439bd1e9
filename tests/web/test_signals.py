"""Nothing calls somebody by sound alone or by sight alone: each signal has its notes, and words on a page."""

import re
from pathlib import Path

import web

HERE = Path(web.__file__).parent
SCRIPT = (HERE / "static" / "signals.js").read_text()


def heard() -> set[str]:
    """Signals that have notes, and something to feel."""
    found = dict(re.findall(r"^  (\w+): \{ (.+) \},$", SCRIPT, re.MULTILINE))
    assert all("notes: [[" in what and "buzz: [" in what for what in found.values())
    return set(found)


def seen() -> set[str]:
    """Signals that have their words on a page."""
    pages = (HERE / "templates").glob("*.html")
    return {name for page in pages for name in re.findall(r'data-signal="(\w+)"', page.read_text())}


def given() -> set[str]:
    """Signals that a page's script gives."""
    scripts = (HERE / "static").glob("*.js")
    return {name for script in scripts for name in re.findall(r'\bsignal\("(\w+)"\)', script.read_text())}


def test_every_sound_has_a_visible_twin_and_the_other_way_round() -> None:
    assert heard() == seen() == given()


def test_calls_are_told_to_screen_readers_too() -> None:
    seat = (HERE / "templates" / "seat.html").read_text()
    for name in ("called", "missed", "offer"):
        assert re.search(rf'data-signal="{name}" role="alert"', seat)
    assert 'part=notes" aria-live="polite"' in (HERE / "templates" / "place.html").read_text()
