"""Where questions are fetched from, and how often."""

from dataclasses import dataclass
from pathlib import Path

from ingest.settings import setting


@dataclass(frozen=True, kw_only=True)
class Settings:
    """The settings of questions."""

    maildir: Path | None = setting(None, "Maildir from which questions are taken; none if empty.")
    fetch_interval_s: float = setting(30.0, "Seconds between two looks into the mailboxes.")
    mails_per_sender: int = setting(20, "Mails of one sender a day that become questions; more are set aside.")
    mail_bytes: int = setting(25_000_000, "Bytes of the largest mail that is read; larger ones are only marked.")
