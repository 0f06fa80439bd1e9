"""A house and a moment come in; what is kept of askers past its term is counted, and erased when it is meant to be."""

from datetime import datetime

from questions import retention
from questions.retention import Due, Terms
from web.parts import House


def due(house: House, at: datetime) -> Due:
    """What is past its term, at most so much as one look erases."""
    terms = Terms(originals_days=house.questions.originals_days, askers_days=house.questions.askers_days)
    with house.database.reading() as connection:
        return retention.due(connection, at, terms)


def erase(house: House, at: datetime) -> Due:
    """Erase it. Returns what that was."""
    found = due(house, at)
    if not found.empty:
        with house.database.transaction() as connection:
            retention.erase(connection, found, at)
    return found


def lines(house: House, at: datetime, *, commit: bool) -> str:
    """The same for people at a terminal; nothing is changed without `commit`."""
    found = erase(house, at) if commit else due(house, at)
    done = "erased" if commit else "would be erased"
    return (
        f"{len(found.originals)} messages as they came in, older than {house.questions.originals_days} days: {done}\n"
        f"who asked {len(found.askers)} questions, longer ago than {house.questions.askers_days} days: {done}"
    )
