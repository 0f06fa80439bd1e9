"""Questions that are posts on a platform: their authors may change or delete them there, and that counts here.

A change before staff have decided replaces the words. Afterwards the wording that staff approved stays, and what the
author now says stands beside it. What was deleted is taken back, as by the private page.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.engine import Connection

from ingest.database import Database, now
from questions import mine, origin, store
from questions.origin import Post
from questions.question import State
from questions.sources import mastodon


def look_again(database: Database, ask: Callable[[str], Mapping[str, Any] | None]) -> int:
    """Ask for each of them how it stands now. Returns how many had changed or were gone. Raises SocialError."""
    with database.reading() as connection:
        posts = origin.due(connection, now())
    changed = 0
    for post in posts:
        status = ask(post.post)
        with database.transaction() as connection:
            changed += follow(connection, post, status, now())
    return changed


def follow(connection: Connection, post: Post, status: Mapping[str, Any] | None, at: datetime) -> bool:
    """Do here what its author did there; False when nothing has changed."""
    origin.looked_at(connection, post.question, at)
    question = store.get(connection, post.question)
    if status is None:
        if mine.can_take_back(question):
            mine.take_back(connection, question)
        return True
    arrival = mastodon.arrival_of(status, host="", me="")
    if arrival is None or arrival.edited_at is None or arrival.edited_at == post.edited_at:
        return False
    origin.edited(connection, post.question, arrival.edited_at)
    values: dict[str, object] = {"original_text": arrival.text}
    if question.state is State.NEW and not question.reworded:
        values["text"] = arrival.text
    elif question.text != arrival.text:
        values["reworded"] = True
    store.change(connection, question, **values)
    return True
