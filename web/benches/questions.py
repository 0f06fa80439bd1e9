"""Nothing but a count comes in; what intake, suggestions, board and fan-out reach on this machine goes out.

Mails come from a Maildir, so that no mail server has to be there. Recall is measured without the vocabulary of
`questions/subjects.py`, whose author knew the pairs, and with it beside it; without the file of pairs it is null.
"""

import csv
import statistics
import tempfile
import time
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from ingest import store as ingest_store
from ingest.database import Database, metadata, now
from ingest.officehours import OfficeHour, State
from ingest.secrets import Safe, open_safe
from questions import intake, meaning, similar
from questions.sources.maildir import Maildir
from web.benches import arrivals, fanout
from web.pages.board import board_values
from web.sessions import NOBODY

MAILS, POOL, LOOKS, BOARDS = 300, 10_000, 200, 15
BOARD_QUESTIONS = 500
PAIRS = Path(__file__).resolve().parents[3] / "shared" / "fixtures" / "questions" / "pairs.tsv"
WORDS = ("Radweg", "Kita", "Schwimmbad", "Straßenbahn", "Parkplatz", "Spielplatz", "Müll", "Lärm", "Schule", "Brücke")
PLACES = ("Hauptstraße", "Nordstadt", "Bahnhof", "Marktplatz", "Südpark", "Rathaus", "Westend", "Altstadt", "Hafen")


def questions(full: bool) -> dict[str, Any]:
    """The figures of `officehours bench questions`; `full` reads ten times the mails."""
    with tempfile.TemporaryDirectory(prefix="officehours-bench-") as name:
        folder = Path(name)
        database = Database(f"sqlite:///{folder / 'bench.sqlite3'}")
        metadata.create_all(database.engine)
        try:
            found: dict[str, Any] = {"mails_per_s": mails_per_s(folder, database, MAILS * (10 if full else 1))}
            found |= suggestions() | recall(PAIRS)
            found["board_made_p95_ms"] = board_p95_ms(database)
        finally:
            database.close()
    with tempfile.TemporaryDirectory(prefix="officehours-bench-") as name:
        found |= fanout.fanout(Path(name), full=full)
    with tempfile.TemporaryDirectory(prefix="officehours-bench-") as name:
        found |= arrivals.arrivals(Path(name), full=full)
    return {"bench": "questions"} | found


def invented(number: int) -> str:
    """A question that nobody asked yet."""
    word, place = WORDS[number % len(WORDS)], PLACES[number // len(WORDS) % len(PLACES)]
    return f"Wann kümmert sich die Stadt um {word} {number} in der Gegend {place}?"


def mails_per_s(folder: Path, database: Database, count: int) -> float:
    """Mails a second from the folder to rows, in one process."""
    safe = open_safe(folder / "secret.key")
    open_hour(database)
    box = Maildir(folder / "mail", mail_bytes=1_000_000)
    for number in range(count):
        head = f"From: C <c{number}@x.example>\nMessage-ID: <{number}@x>\nSubject: Frage {number}\n"
        (folder / "mail" / "new" / f"{number:06}").write_text(f"{head}\nGuten Tag,\n\n{invented(number)}\n\nC\n")
    began = time.perf_counter()
    taken = take_all(box, database, safe)
    return round(taken / (time.perf_counter() - began), 1)


def take_all(box: Maildir, database: Database, safe: Safe) -> int:
    return intake.fetch_all(box, database, safe)


def open_hour(database: Database) -> OfficeHour:
    with database.transaction() as connection:
        return ingest_store.add_office_hour(
            connection, title="Bench", host_name="Ada", starts_at=now() + timedelta(days=1), state=State.OPEN
        )


def suggestions() -> dict[str, float]:
    """A look into ten thousand questions whose meanings are known; invented ones, as reading them takes a minute."""
    pool = [(str(number), invented(number)) for number in range(POOL)]
    index = similar.Index(pool)
    rows = np.random.default_rng(7).standard_normal((POOL, meaning.SIZE)).astype(np.float32)
    index.meanings = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    asked = [f"Bitte sagen Sie: {invented(number * 31)}" for number in range(LOOKS)]
    meaning.of(asked, at_once=LOOKS)
    return {"suggest_p95_ms": p95_ms([partial(index.like, text) for text in asked])}


def recall(pairs: Path) -> dict[str, float | None]:
    """How often a question that asks the same is among three, the file alone as pool."""
    if not pairs.exists():
        return {"recall_at_3": None}
    with pairs.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    meaning.of([row["text"] for row in rows], at_once=len(rows))
    found: dict[str, float | None] = {}
    for name, vocabulary in (("recall_at_3", False), ("recall_at_3_with_vocabulary", True)):
        index = similar.Index([(str(at), row["text"]) for at, row in enumerate(rows)], vocabulary=vocabulary)
        hits = [
            any(rows[int(id)]["group"] == row["group"] for id in index.like(row["text"], but=str(at)))
            for at, row in enumerate(rows)
            if row["group"] != "-"
        ]
        found[name] = round(sum(hits) / len(hits), 3)
    return found


def board_p95_ms(database: Database) -> float:
    """Making all that the board shows of the questions taken in before, once their meanings are known."""
    with database.reading() as connection:
        (hour,) = ingest_store.all_office_hours(connection)

    def look() -> None:
        with database.reading() as connection:
            board_values(connection, hour, NOBODY)

    for _ in range(BOARD_QUESTIONS // meaning.AT_ONCE):
        look()
    return p95_ms([look] * BOARDS)


def p95_ms(acts: list[Callable[[], object]]) -> float:
    """The time that 95 of 100 acts stay below."""
    times = []
    for act in acts:
        began = time.perf_counter()
        act()
        times.append(1000 * (time.perf_counter() - began))
    return round(statistics.quantiles(times, n=20)[-1], 1)
