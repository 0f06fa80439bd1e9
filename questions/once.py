"""A mail of a step and the row that says how far it is come in; the mail is handed to our server, once.

The row says `sending` just before the text is handed over, and afterwards how it ended: sent, refused, doubtful, or
waiting for a better time.
"""

from collections.abc import Callable
from email.message import EmailMessage

from ingest.steps import Permanent, Resource
from ingest.work import Work
from questions import post
from questions.delivery import SETUP_AGAIN, Office
from questions.letter import LetterState, pause

UNDERWAY = (LetterState.WAITING, LetterState.SENDING)


Move = Callable[..., bool]
"""Called with a connection, the states it may be in, the goal and values of the row: compares and sets how far the mail
is; False when it is in none of these states."""


def send(work: Work, office: Office, recipient: str, mail: EmailMessage, *, tries: int, move: Move) -> None:
    """Hand it over and write down how that went; `tries` were made before.

    Raises Resource for what may get better by itself, Permanent for the rest.
    """

    def note(goal: LetterState, error: str, tries: int) -> None:
        with work.database.transaction() as connection:
            move(connection, UNDERWAY, goal, error=error[:500], tries=tries)

    def last_look() -> None:
        work.confirm()
        with work.database.transaction() as connection:
            if not move(connection, (LetterState.WAITING,), LetterState.SENDING):
                raise Permanent("the mail was taken by somebody else")

    try:
        work.confirm()
        post.hand_over(office.server, office.sender, recipient, mail.as_bytes(), last_look=last_look)
    except (post.Setup, post.Later) as error:
        later = isinstance(error, post.Later)
        note(LetterState.WAITING, str(error), tries + later)
        raise Resource(f"not now: {error}", work.clock() + (pause(tries) if later else SETUP_AGAIN)) from error
    except post.PostError as error:
        note(LetterState.DOUBTFUL if isinstance(error, post.Doubtful) else LetterState.REFUSED, str(error), tries)
        raise Permanent(str(error)) from error
    note(LetterState.SENT, "", tries)
