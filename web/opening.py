"""An office hour that has gone on air comes in; its opening card with the words that the law wants goes out."""

from sqlalchemy.engine import Connection

from ingest import store
from ingest.officehours import OfficeHour
from questions import change
from web.words import say


def open_with(connection: Connection, hour: OfficeHour) -> None:
    """Show the opening card. Twice is fine."""
    change.open_with(connection, hour, words(hour), store.office_setting(connection, "name"), by="start")


def words(hour: OfficeHour) -> str:
    """What the public has to read first: the office's own words, or the usual ones. Who is responsible stands below."""
    return hour.opening_text or usual(hour.language, recorded=hour.recorded)


def usual(language: str, *, recorded: bool) -> str:
    """The words for offices that have none of their own."""
    kept = say(language, "This office hour is broadcast live and recorded.")
    only_live = say(language, "This office hour is broadcast live. It is not recorded.")
    agreed = say(language, "Only people who have agreed are seen and heard.")
    where = say(language, "How personal data is protected stands on the page of the office hour.")
    return f"{kept if recorded else only_live} {agreed} {where}"
