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
UNHEARD = {"socket_keepalive": True, "socket_connect_timeout": 10, "socket_timeout": 30, "health_check_interval": 20}
"""A host that is cut off is told nothing: it looks itself whether Redis still answers."""
SHOWN = ("edition", "language", "stretch", "of", "publication", "upload")
"""What of a step's parameters Flower shows; names of people are not among them."""


def celery_app(url: str, data: Path) -> Celery:
    """The Celery app of this installation; `url` empty means a folder below `data`."""
    app = Celery("officehours", set_as_current=False)
    app.conf.update(
        broker_url=url or "filesystem://localhost//",
        broker_transport=None if url else "web.folder_broker:Transport",
        broker_transport_options=_options(url, data),
        broker_connection_retry_on_startup=True,
        broker_connection_max_retries=None,  # a worker that was cut off for a day works again when it returns
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


def _options(url: str, data: Path) -> dict[str, Any]:
    if not url:
        return _folders(data / "broker")
    return dict(UNHEARD) if url.startswith("redis") else {}


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
        app.send_task(
            kind.name,
            args=[step.id],
            queue=kind.queue,
            priority=min(max(9 - step.priority, 0), 9),
            kwargsrepr=repr(shown(step)),
        )
    except OperationalError as error:
        raise OSError(f"the broker is away: {error}") from error


def shown(step: Step) -> dict[str, Any]:
    """What a step is about, beside its id: for people who look at the queues (Flower), not for the worker."""
    about = {"office_hour": step.office_hour} if step.office_hour else {}
    return about | {name: step.parameters[name] for name in SHOWN if name in step.parameters}
