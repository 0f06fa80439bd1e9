"""A broker's address comes in, a Celery app goes out that only carries bells: a message holds a step's id.

Without an address the broker is a folder (web/folder_broker.py): nothing to install, polled each
0.1 s (kombu's default of 1 s was measured as a bell of 0.5 s at the median). Results are not kept anywhere:
the step's row is the truth.
"""

from pathlib import Path
from typing import Any

from celery import Celery
from kombu.entity import Queue
from kombu.exceptions import OperationalError

from ingest.steps import Step
from ingest.work import Kind

QUEUES = ("light", "heavy")
POLL_S = 0.1


def celery_app(url: str, data: Path) -> Celery:
    """The Celery app of this installation; `url` empty means a folder below `data`."""
    app = Celery("officehours", set_as_current=False)
    app.conf.update(
        broker_url=url or "filesystem://localhost//",
        broker_transport=None if url else "web.folder_broker:Transport",
        broker_transport_options={} if url else _folders(data / "broker"),
        broker_connection_retry_on_startup=True,
        task_ignore_result=True,
        task_queues=[Queue(name) for name in QUEUES],
        task_default_queue="light",
        task_create_missing_queues=False,
        task_acks_late=False,  # the row keeps the lease; a message that is gone is rung again
        worker_prefetch_multiplier=1,
        worker_send_task_events=True,
        worker_hijack_root_logger=False,
        enable_utc=True,
        timezone="UTC",
    )
    return app


def _folders(root: Path) -> dict[str, Any]:
    messages, control = root / "messages", root / "control"
    for folder in (messages, control):
        folder.mkdir(parents=True, exist_ok=True)
    return {
        "data_folder_in": str(messages),
        "data_folder_out": str(messages),
        "control_folder": str(control),
        "store_processed": False,
        "polling_interval": POLL_S,
    }


def ring(app: Celery, step: Step, kind: Kind) -> None:
    """Send a step's bell. Raises OSError when the broker is away (the reconciler rings again)."""
    try:
        app.send_task(kind.name, args=[step.id], queue=kind.queue, priority=min(max(9 - step.priority, 0), 9))
    except OperationalError as error:
        raise OSError(f"the broker is away: {error}") from error
