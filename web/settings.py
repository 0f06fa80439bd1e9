"""Settings of the site and of the processes around it; read once at the edge by `web/house.py`."""

from dataclasses import dataclass
from pathlib import Path

from ingest.settings import setting


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Where the product listens, under which name it is reached, and what the pages allow."""

    host: str = setting("127.0.0.1", "Address that `serve` listens on.")
    port: int = setting(8000, "Port that `serve` listens on; 0 takes a free one.")
    public_url: str = setting("", "Address under which people reach the site, as https://name; as requested if empty.")
    certificate: Path | None = setting(None, "TLS certificate (PEM) for `serve`; plain http if empty.")
    certificate_key: Path | None = setting(None, "Key of the TLS certificate (PEM).")
    behind_proxy: bool = setting(False, "Whether a reverse proxy in front of us speaks https.")
    broker_url: str = setting("", "Celery's broker; queues on the file system in the data folder if empty.")
    steps_at_once: int = setting(
        0, "Steps a worker does at once; 0: a heavy one per core as far as memory goes, four light ones."
    )
    studio_port: int = setting(0, "Port of the studio on loopback; `serve` sets it for its children.")
    time_zone: str = setting("Europe/Berlin", "Time zone of all times on the pages.")
    form_limit_kb: int = setting(256, "Largest body of a form in kB; more is refused with 413.")
    upload_limit_mb: int = setting(20_000, "Largest recording in MB that staff can bring in the browser.")
    session_hours: int = setting(12, "Hours after which somebody has to sign in again.")
    host_link_days: int = setting(1, "Whole days after an office hour on which personal addresses still work.")
    logins_per_minute: int = setting(6, "How often one address may try a password in a minute.")
    posts_per_minute: int = setting(120, "How many forms one session, or one stranger's address, may send in a minute.")
    questions_per_hour: int = setting(20, "How many questions one address may send in an hour.")
    unproven_per_hour: int = setting(
        5, "How many of them without a proof of work, as a browser without JavaScript sends them."
    )
    events_interval_s: float = setting(0.25, "Pause between two looks for news that pages should hear.")
    time_server: str = setting(
        "", "Time server (NTP) that the clock is compared with before office hours; none by default."
    )
