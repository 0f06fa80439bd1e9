"""What a question is, the states it passes through, the moves it may make and the reasons. Pure values."""

import unicodedata
from dataclasses import dataclass
from datetime import datetime
from enum import Enum

QUESTION_LENGTH = 200
"""Characters of a question that are shown on air; also the limit of the web form."""
BACKGROUND_LENGTH = 1000


class Channel(Enum):
    """The way a question came in."""

    FORM = "form"
    MAIL = "mail"
    PHONE = "phone"
    LETTER = "letter"
    LIST = "list"
    MASTODON = "mastodon"
    GUEST = "guest"  # what a guest comes to ask on air, in their own words


BY_THEMSELVES = frozenset({Channel.MAIL, Channel.MASTODON})
"""Channels on which an address is that of whoever wrote; into a form anybody writes any address."""


class State(Enum):
    """Where a question stands between its asker and the recording."""

    NEW = "new"
    SET_ASIDE = "set_aside"  # an automatic mail; not shown as new, never deleted, can be fetched back
    REJECTED = "rejected"
    APPROVED = "approved"
    QUEUED = "queued"
    ON_AIR = "on_air"
    ANSWERED = "answered"
    IN_WRITING = "in_writing"  # answered in writing, in an office hour or long after it
    NOT_REACHED = "not_reached"
    TAKEN_BACK = "taken_back"  # by its asker; its words are erased
    MERGED = "merged"  # asks the same as another question, which speaks for both


class Reason(Enum):
    """Why a question was rejected or a mail set aside."""

    OFF_TOPIC = "off_topic"
    DUPLICATE = "duplicate"
    INSULT = "insult"
    PRIVATE_MATTER = "private_matter"
    ADVERTISEMENT = "advertisement"
    NO_QUESTION = "no_question"
    TOO_MANY = "too_many"
    UNREADABLE = "unreadable"
    AUTO_REPLY = "auto_reply"
    BOUNCE = "bounce"
    BULK = "bulk"
    RECEIPT = "receipt"
    PRIVATE_MESSAGE = "private_message"  # written to the office alone; never published, whoever fetches it back


REJECTIONS = (
    Reason.OFF_TOPIC,
    Reason.DUPLICATE,
    Reason.INSULT,
    Reason.PRIVATE_MATTER,
    Reason.ADVERTISEMENT,
    Reason.NO_QUESTION,
    Reason.TOO_MANY,
    Reason.UNREADABLE,
)
"""What a moderator may choose from; the same list for everybody and every question."""
AUTOMATIC = frozenset({Reason.AUTO_REPLY, Reason.BOUNCE, Reason.BULK, Reason.RECEIPT})

MOVES: dict[State, frozenset[State]] = {
    State.NEW: frozenset({State.APPROVED, State.REJECTED, State.MERGED, State.TAKEN_BACK}),
    State.SET_ASIDE: frozenset({State.NEW, State.TAKEN_BACK}),
    State.REJECTED: frozenset({State.NEW, State.TAKEN_BACK}),  # a rejection can be taken back
    State.APPROVED: frozenset(
        {State.QUEUED, State.REJECTED, State.NOT_REACHED, State.IN_WRITING, State.MERGED, State.TAKEN_BACK}
    ),
    State.QUEUED: frozenset({State.ON_AIR, State.APPROVED, State.NOT_REACHED, State.IN_WRITING, State.TAKEN_BACK}),
    State.ON_AIR: frozenset({State.ANSWERED}),
    State.ANSWERED: frozenset(),
    State.IN_WRITING: frozenset({State.TAKEN_BACK}),
    State.NOT_REACHED: frozenset({State.IN_WRITING, State.TAKEN_BACK}),
    State.MERGED: frozenset({State.NEW, State.TAKEN_BACK}),
    State.TAKEN_BACK: frozenset(),
}
TAKING_BACK: dict[State, State] = {State.ON_AIR: State.QUEUED, State.ANSWERED: State.ON_AIR}
"""Where a change on air that is taken back within its seconds leads; nothing else goes this way."""
LASTING = frozenset({State.ON_AIR, State.ANSWERED, State.IN_WRITING, State.NOT_REACHED, State.TAKEN_BACK})
"""What everybody has seen, the end of the office hour decided or the asker wished is not undone."""
SPEAKING_FOR_OTHERS = frozenset(
    {State.NEW, State.APPROVED, State.QUEUED, State.ON_AIR, State.ANSWERED, State.IN_WRITING}
)
"""States of a question that others can be merged into."""
KEEPING_WORDS = frozenset({State.ON_AIR, State.ANSWERED, State.IN_WRITING, State.NOT_REACHED})
"""States in which the wording stays as everybody has read it."""
TOPIC_LENGTH, TAG_LENGTH, TAGS = 60, 30, 10


class MoveRefused(ValueError):
    """The move is not allowed; the message names what stands in its way."""


def check_move(start: State, goal: State) -> None:
    """Raises MoveRefused unless a question may go from `start` to `goal`."""
    if goal not in MOVES[start]:
        raise MoveRefused(f"a question cannot go from {start.value} to {goal.value}")


def check_undo(start: State | None, goal: State) -> State:
    """Where a question goes back to after a move from `start` to `goal`. Raises MoveRefused."""
    if start is None or start is State.MERGED or {start, goal} & LASTING:
        raise MoveRefused(f"the move to {goal.value} cannot be undone")
    return start


@dataclass(frozen=True, kw_only=True)
class Question:
    """One question as moderators see it. Who asked, and how to reach them, is kept apart and encrypted.

    `text` is what will be shown and may be reworded; `original_text` is what the person wrote, without quotes
    and signature, and never changes. `message` is unique within its channel. `author` is the name shown.
    `unreadable` marks a mail that could not be read; its original is kept. `reworded`: staff changed the text.
    `sender` is a fingerprint of the address a mail came from, to count by. `merged_into` is the question that speaks
    for this one while it is merged. `owner` is the account that looks after it; `tags` as `tags_text` writes them.
    Since `forgotten_at` nobody knows who asked (`retention.py`).
    """

    id: str
    office_hour: str | None
    state: State
    channel: Channel
    message: str
    subject: str
    text: str
    original_text: str
    background: str
    author: str
    language: str
    unreadable: bool
    reason: Reason | None
    position: int | None
    asked_at: datetime
    changed_at: datetime
    reworded: bool = False
    merged_into: str | None = None
    sender: str | None = None
    owner: str | None = None
    topic: str = ""
    tags: str = ""
    forgotten_at: datetime | None = None

    @property
    def tag_list(self) -> list[str]:
        """Its tags, as people write them."""
        return [tag for tag in self.tags.split(",") if tag]


@dataclass(frozen=True, kw_only=True)
class Contact:
    """Who asked and where to reach them; readable only with the keys of the installation."""

    name: str
    address: str


@dataclass(frozen=True, kw_only=True)
class Change:
    """One line of a question's history. `by` is an account's id or the name of the program that did it."""

    id: int
    question: str
    at: datetime
    by: str
    start: State | None
    goal: State
    reason: Reason | None


TURNING = frozenset("\ufeff\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def plain(text: str) -> str:
    """Text from outside with plain line ends, without control characters, lone surrogates and marks that turn text.

    PostgreSQL refuses NUL, UTF-8 refuses surrogates; a byte order mark in the middle is a leftover of some mailers. An
    override of the direction of writing makes a name or an address read as another; Arabic and Hebrew need none.
    """
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(
        char
        for char in lines
        if char in "\n\t" or (char not in TURNING and unicodedata.category(char) not in {"Cc", "Cs"})
    ).strip()


def one_line(text: str, length: int) -> str:
    """The text in one line of at most `length` characters, cut between words, with an ellipsis when cut."""
    line = " ".join(text.split())
    if len(line) <= length:
        return line
    head, _, rest = line[:length].rpartition(" ")
    return (head or rest)[: length - 1].rstrip(" ,;:–-") + "…"


def tags_text(written: str) -> str:
    """Tags as they are kept: ",one,two," so that each is found whole. Written with commas or #; at most TAGS."""
    found = [one_line(part.strip(" #"), TAG_LENGTH).casefold() for part in plain(written).replace("\n", ",").split(",")]
    kept = list(dict.fromkeys(tag for tag in found if tag))[:TAGS]
    return f",{','.join(kept)}," if kept else ""


def shown_text(question: Question) -> str:
    """What the card on air holds: one paragraph of at most QUESTION_LENGTH characters."""
    return one_line(question.text, QUESTION_LENGTH)


def shown_name(name: str) -> str:
    """The name shown unless somebody chose another: the first name, as a full name needs its owner's consent."""
    family, comma, given = name.partition(",")
    words = (given if comma and given.strip() else family).split()
    return words[0][:80] if words else ""
