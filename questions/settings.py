"""Where questions are fetched from, and how often."""

from dataclasses import dataclass
from pathlib import Path

from ingest.settings import setting


@dataclass(frozen=True, kw_only=True)
class Settings:
    """The settings of questions."""

    maildir: Path | None = setting(None, "Maildir from which questions are taken; none if empty.")
    imap_host: str = setting("", "Mail server from whose mailbox questions are taken; none if empty.")
    imap_port: int = setting(993, "Port of the mail server that is read.")
    imap_security: str = setting("tls", "How the line to it is encrypted: tls, starttls or none.")
    imap_user: str = setting("", "Name for the mailbox.")
    imap_password_file: Path | None = setting(None, "File that holds the mailbox's password.")
    imap_folder: str = setting("INBOX", "Folder of the mailbox that is read.")
    fetch_interval_s: float = setting(30.0, "Seconds between two looks into the mailboxes.")
    mail_checks_by: str = setting(
        "", "Name under which our mail server writes what SPF, DKIM and DMARC said (Authentication-Results)."
    )
    mails_per_sender: int = setting(20, "Mails of one sender a day that become questions; more are set aside.")
    mail_bytes: int = setting(25_000_000, "Bytes of the largest mail that is read; larger ones are only marked.")
    originals_days: int = setting(30, "Days after the office hour for which messages are kept as they came in.")
    askers_days: int = setting(90, "Days after the office hour for which it is kept who asked and who supports.")
    smtp_host: str = setting("", "Mail server that sends letters to askers; none are written if empty.")
    smtp_port: int = setting(587, "Port of the mail server that sends.")
    smtp_security: str = setting("starttls", "How the line to it is encrypted: starttls, tls or none.")
    smtp_user: str = setting("", "Name for the mail server that sends; no login if empty.")
    smtp_password_file: Path | None = setting(None, "File that holds the password for it.")
    smtp_timeout_s: float = setting(30.0, "Seconds after which an answer of it is not waited for any longer.")
    letters_from: str = setting("", "Mail address that letters come from; replies and bounces go there.")
    letters_interval_s: float = setting(15.0, "Seconds between two looks for letters that are due.")
    mastodon_url: str = setting("", "Address of the Mastodon server with the office's account; none is read if empty.")
    mastodon_token_file: Path | None = setting(None, "File that holds the account's permission (access token).")
    mastodon_hashtag: str = setting("", "Hashtag, without #, under which posts are questions as well as mentions.")
