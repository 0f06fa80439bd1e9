"""The step of a letter comes in; it is sent once, or its row says why not.

The row is set to `sending` by compare-and-set after the server took the recipient and before it gets the text. Who
finds it so knows that somebody died in between: maybe it was sent, so it is not sent again by itself.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.engine import Connection

from ingest import store as ingest_store
from ingest.officehours import Visibility, move_is_told
from ingest.secrets import Safe
from ingest.steps import Permanent, Resource
from ingest.work import Work
from questions import intake, letters, mine, origin, post, reach, store
from questions.letter import GIVE_UP, STILL_TRUE, Kind, Letter, LetterState, may_write, pause
from questions.question import Channel
from questions.sources.mastodon import Away, Paced, Platform, Revoked, Unwanted
from questions.wording import CannotWrite, Say, Subject, compose, message_of

SETUP_AGAIN = timedelta(minutes=10)
"""Wrong settings are tried again this often; they count as no refusal of the letter."""
UNKNOWN = "It is not known whether this letter was sent; look into the mailbox's log before it is sent again."
Address = Callable[[str], str]
"""`address("/q/1")` is the whole address of a page."""


@dataclass(frozen=True, kw_only=True)
class Office:
    """With what letters are written."""

    server: post.Server
    sender: str
    safe: Safe
    say: Say
    address: Address
    zone: ZoneInfo
    platform: Callable[[], Platform] | None = None


def deliver(work: Work, office: Office) -> None:
    """Send the letter of a step. Raises Resource (later) and Permanent (a person should look)."""
    with work.database.transaction() as connection:
        letter = letters.get(connection, str(work.parameters["letter"]))
        if letter.state is LetterState.SENDING:
            _end(work, connection, letter, LetterState.DOUBTFUL, UNKNOWN)
        about = _subject(connection, letter, office, work.clock()) if letter.state is LetterState.WAITING else None
        if letter.state is LetterState.WAITING and about is None:
            _end(work, connection, letter, LetterState.DROPPED, "")
    if letter.state is LetterState.SENDING:
        raise Permanent(UNKNOWN)
    if about is not None:
        _send(work, letter, about, office)


def _subject(connection: Connection, letter: Letter, office: Office, at: datetime) -> Subject | None:
    """What the letter is about; None when it may not or need not go any more."""
    question = store.get(connection, letter.question)
    known = reach.of(connection, question.id)
    contact = intake.contact_of(connection, question.id, office.safe)
    if known is None or contact is None or not may_write(known, letter.kind):
        return None
    hour = ingest_store.office_hour(connection, question.office_hour) if question.office_hour else None
    hidden = letter.kind is Kind.ANSWERED and (hour is None or hour.visibility is not Visibility.RELEASED)
    moved = letter.kind is Kind.MOVED and (hour is None or not move_is_told(hour, at))
    if question.state not in STILL_TRUE[letter.kind] or hidden or moved:
        return None
    token = reach.token_of(question.id, office.safe)
    mine.link_once(connection, question.id, token)
    return Subject(
        kind=letter.kind,
        question=question,
        hour=hour,
        page=office.address(f"/mine/{token}"),
        link=office.address(letter.link) if letter.link else "",
        hour_page=office.address(f"/office-hours/{question.office_hour}") if question.office_hour else "",
        office=ingest_store.office_setting(connection, "name") or office.sender,
        sender=office.sender,
        recipient=contact.address,
        message_id=f"<{letter.step}@{office.sender.rpartition('@')[2]}>",
    )


def _send(work: Work, letter: Letter, about: Subject, office: Office) -> None:
    def last_look() -> None:
        work.confirm()
        with work.database.transaction() as connection:
            if not letters.move(connection, letter, [LetterState.WAITING], LetterState.SENDING):
                raise Permanent("the letter was taken by somebody else")

    try:
        if about.question.channel is Channel.MASTODON:
            _write_privately(work, letter, about, office, last_look)
        else:
            content = compose(about, office.say, office.zone, work.clock()).as_bytes()
            work.confirm()
            post.hand_over(office.server, office.sender, about.recipient, content, last_look=last_look)
    except CannotWrite as error:
        _note(work, letter, LetterState.REFUSED, str(error))
    except post.NoSuchAddress as error:
        with work.database.transaction() as connection:
            known = reach.of(connection, letter.question)
            if known is not None:
                reach.mark_dead(connection, known.address, work.clock())
        _note(work, letter, LetterState.REFUSED, str(error))
    except post.PostError as error:
        _failed(work, letter, error)
    else:
        _note(work, letter, LetterState.SENT, "")


def _write_privately(work: Work, letter: Letter, about: Subject, office: Office, last_look: Callable[[], None]) -> None:
    """A message on the platform that the question came by. Raises PostError.

    The server knows a message by its key and takes it once: a line that breaks leaves no doubt, it is sent again.
    """
    if office.platform is None:
        raise post.Setup("no account on Mastodon is set up (OFFICEHOURS_MASTODON_URL)")
    with work.database.reading() as connection:
        known = origin.of(connection, about.question.id)
    text = message_of(about, office.say)
    try:
        platform = office.platform()
        last_look()
        platform.write_privately(text, reply_to=known.post if known else None, key=letter.step)
    except Revoked as error:
        raise post.Setup(str(error)) from error
    except (Paced, Away) as error:
        raise post.Later(str(error)) from error
    except Unwanted as error:
        raise post.Refused(str(error)) from error


def _failed(work: Work, letter: Letter, error: post.PostError) -> None:
    """Raises Resource for what may get better by itself, Permanent for the rest."""
    at, given_up = work.clock(), work.clock() - letter.wanted_at > GIVE_UP
    if isinstance(error, post.Setup):
        _note(work, letter, LetterState.WAITING, str(error))
        raise Resource(f"the mail server does not take our letters: {error}", at + SETUP_AGAIN) from error
    if isinstance(error, post.Later) and not given_up:
        _note(work, letter, LetterState.WAITING, str(error), tries=letter.tries + 1)
        raise Resource(f"not now: {error}", at + pause(letter.tries)) from error
    state = LetterState.DOUBTFUL if isinstance(error, post.Doubtful) else LetterState.REFUSED
    _note(work, letter, state, str(error))
    raise Permanent(str(error)) from error


OPEN = (LetterState.WAITING, LetterState.SENDING, LetterState.DOUBTFUL)


def _note(work: Work, letter: Letter, goal: LetterState, error: str, **values: int) -> None:
    with work.database.transaction() as connection:
        _end(work, connection, letter, goal, error, **values)


def _end(work: Work, connection: Connection, letter: Letter, goal: LetterState, error: str, **values: int) -> None:
    ended = None if goal is LetterState.WAITING else work.clock()
    letters.move(connection, letter, OPEN, goal, error=error[:500], ended_at=ended, **values)
