"""Everything is wired here: the environment comes in, a `House` with all its parts goes out.

Each process builds one at its start; tests build one on a folder of their own.
"""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from zoneinfo import ZoneInfo

from celery import Celery

import ingest.settings
import publish.settings
import publish.tasks
import questions.settings
import questions.tasks
import transcode.settings
import transcode.tasks
import web.settings
from ingest.archive import Archive
from ingest.database import Database
from ingest.disk import MEGABYTE
from ingest.engine import Engine
from ingest.objects import open_objects
from ingest.secrets import Safe, open_safe
from ingest.settings import SettingError, load
from ingest.shared import SharedArchive
from ingest.steps import Step
from ingest.work import Kind
from questions.sources.form import is_address
from transcode.spare import Resting
from transcode.speech import Whisper
from web import broker, taking
from web.preflight import telling
from web.words import say


@dataclass(frozen=True, kw_only=True)
class House:
    """The parts that pages, studio, workers and commands share within a process."""

    settings: web.settings.Settings
    ingest: ingest.settings.Settings
    transcode: transcode.settings.Settings
    questions: questions.settings.Settings
    publish: publish.settings.Settings
    database: Database
    archive: Archive
    safe: Safe
    celery: Celery
    engine: Engine
    whisper: Whisper

    def close(self) -> None:
        """Give connections back, and end the child that waits for more speech."""
        self.whisper.listeners.close()
        self.database.close()
        self.celery.close()


def open_house(environ: Mapping[str, str] | None = None) -> House:
    """Read all settings and put the parts together. Raises SettingError, SecretError."""
    environ = os.environ if environ is None else environ
    base = load(ingest.settings.Settings, environ)
    base = replace(base, data=base.data.resolve())
    settings = load(web.settings.Settings, environ)
    encode = load(transcode.settings.Settings, environ)
    intake = load(questions.settings.Settings, environ)
    release = load(publish.settings.Settings, environ)
    base.data.mkdir(parents=True, exist_ok=True)
    database = Database(base.database)
    archive = archive_of(base)
    safe = open_safe(base.secrets)
    celery = broker.celery_app(settings.broker_url, base.data)
    check_letters(intake, settings)
    check_mailbox(intake)
    check_platform(intake)
    rests = Resting(archive.root, encode.step_spare)
    whisper = Whisper(settings=encode, store=base.data / "models", rests=rests)
    kinds = all_kinds(base.data, encode, intake, release, safe, settings, base.video_preset, whisper)

    def send(step: Step, kind: Kind) -> None:
        broker.ring(celery, step, kind)

    engine = Engine(
        database,
        archive,
        kinds,
        send,
        in_flight=base.steps_in_flight,
        lease_s=base.lease_s,
        spare_bytes=base.disk_spare_mb * MEGABYTE,
        rests=rests,
    )
    return House(
        settings=settings,
        ingest=base,
        transcode=encode,
        questions=intake,
        publish=release,
        database=database,
        archive=archive,
        safe=safe,
        celery=celery,
        engine=engine,
        whisper=whisper,
    )


def archive_of(base: ingest.settings.Settings) -> Archive:
    """The archive in the data folder, or one in an object store, of which that folder holds copies."""
    root = base.data / "archive"
    if not base.archive_url:
        return Archive(root)
    objects, spare = open_objects(base.archive_url), base.disk_spare_mb * MEGABYTE
    return SharedArchive(root, objects, base.data / "mirror", spare)


def all_kinds(
    data: Path,
    encode: transcode.settings.Settings,
    intake: questions.settings.Settings,
    release: publish.settings.Settings,
    safe: Safe,
    site: web.settings.Settings,
    video_preset: str,
    whisper: Whisper,
) -> list[Kind]:
    """Every kind of step that a worker of this house knows."""
    return [
        *transcode.tasks.kinds(encode, whisper),
        *questions.tasks.kinds(intake, safe, say, page_address(site), ZoneInfo(site.time_zone)),
        *publish.tasks.kinds(release, safe),
        *taking.kinds(data, encode, video_preset),
        *telling.kinds(telling.Office(settings=intake, address=page_address(site))),
    ]


def page_address(site: web.settings.Settings) -> Callable[[str], str]:
    """`/q/1` -> `https://name/q/1`, for whoever writes without having been asked by a browser."""
    return lambda path: f"{site.public_url.rstrip('/')}{path}"


def check_letters(intake: questions.settings.Settings, site: web.settings.Settings) -> None:
    """Letters hold links and come from somewhere. Raises SettingError, at the start and not with the first letter."""
    if not intake.smtp_host:
        return
    if not is_address(intake.letters_from):
        raise SettingError("OFFICEHOURS_SMTP_HOST is set, so OFFICEHOURS_LETTERS_FROM must be a mail address")
    if not site.public_url:
        raise SettingError("OFFICEHOURS_SMTP_HOST is set, so OFFICEHOURS_PUBLIC_URL must be set: letters hold links")
    if intake.smtp_security not in ("starttls", "tls", "none"):
        raise SettingError(f"OFFICEHOURS_SMTP_SECURITY={intake.smtp_security!r} is none of starttls, tls, none")


def check_mailbox(intake: questions.settings.Settings) -> None:
    """Raises SettingError for a mailbox that cannot be opened as it is set up."""
    if not intake.imap_host:
        return
    if intake.imap_security not in ("tls", "starttls", "none"):
        raise SettingError(f"OFFICEHOURS_IMAP_SECURITY={intake.imap_security!r} is none of tls, starttls, none")
    if not intake.imap_user or intake.imap_password_file is None:
        raise SettingError(
            "OFFICEHOURS_IMAP_HOST is set, so OFFICEHOURS_IMAP_USER and OFFICEHOURS_IMAP_PASSWORD_FILE must be set"
        )


def check_platform(intake: questions.settings.Settings) -> None:
    """Raises SettingError for an account on Mastodon that cannot be used as it is set up."""
    if not intake.mastodon_url:
        return
    if not intake.mastodon_url.startswith(("https://", "http://127.0.0.1", "http://localhost")):
        raise SettingError(f"OFFICEHOURS_MASTODON_URL={intake.mastodon_url!r} does not begin with https://")
    if intake.mastodon_token_file is None:
        raise SettingError("OFFICEHOURS_MASTODON_URL is set, so OFFICEHOURS_MASTODON_TOKEN_FILE must be set")
