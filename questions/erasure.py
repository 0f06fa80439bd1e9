"""What one person left comes in as an address or a private link, all of it is shown and then erased, everywhere.

Questions with their originals, contacts and letters; votes; what they said they need. What was broadcast keeps its
words and loses who asked: taking those out of a recording is withdrawing, which makes a new edition.
"""

from dataclasses import dataclass

from sqlalchemy.engine import Connection

from ingest.secrets import Safe
from questions import mine, needs, reach, support
from questions.question import Question

PRIVATE, SUPPORTED = "/mine/", "/supported/"


@dataclass(frozen=True, kw_only=True)
class Found:
    """All that belongs to one person; `address` is a fingerprint, `supporter` a digest, empty where there is none."""

    questions: list[Question]
    needs: int = 0
    votes: int = 0
    address: str = ""
    supporter: str = ""

    @property
    def empty(self) -> bool:
        return not (self.questions or self.needs or self.votes)

    @property
    def kept(self) -> list[Question]:
        """Those whose words were broadcast and stay."""
        return [question for question in self.questions if not mine.can_take_back(question)]


def look(connection: Connection, said: str, safe: Safe) -> Found:
    """Whatever the office was told: a mail address, a name on a platform, or the address of a private page."""
    said = said.strip()
    if PRIVATE in said:
        return _behind(connection, said.rpartition(PRIVATE)[2].strip("/"))
    if SUPPORTED in said:
        digest = support.digest(said.rpartition(SUPPORTED)[2].strip("/"))
        return Found(questions=[], votes=len(support.of(connection, digest)), supporter=digest)
    return _of_address(connection, safe.fingerprint(said.casefold())) if said else Found(questions=[])


def _behind(connection: Connection, token: str) -> Found:
    """A private link of a letter proves the address; that of a form only its one question."""
    question = mine.behind(connection, token)
    if question is None:
        return Found(questions=[])
    known = reach.behind(connection, token)
    return _of_address(connection, known.address) if known else Found(questions=[question])


def _of_address(connection: Connection, address: str) -> Found:
    return Found(
        questions=mine.of_address(connection, address),
        needs=needs.count_of_address(connection, address),
        address=address,
    )


def erase(connection: Connection, found: Found) -> None:
    """All of it, at once; a second time finds nothing."""
    if found.address:
        mine.erase_address(connection, found.address)
        needs.forget_address(connection, found.address)
    else:
        for question in found.questions:
            if mine.can_take_back(question):
                mine.take_back(connection, question)
            else:
                mine.forget(connection, question.id)
    if found.supporter:
        support.forget(connection, found.supporter)
