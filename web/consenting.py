"""A form's fields come in, answers to the four scopes go out; and what a person said, as their pages show it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.engine import Connection

from ingest import consent, store
from ingest.database import now
from ingest.live.lobby import agreement
from ingest.officehours import OfficeHour
from ingest.people import Consent, Person, Role, Scope, SeatState
from questions import store as questions
from questions.question import State, plain
from questions.sources.form import NAME_LENGTH
from web.words import say

SPEAKS = frozenset({"live_and_recording", "video", "audio"})
READ_OUT = "read_out"
FIELDS = ("no_recording", "outside", "no_name", "pseudonym")
"""Choices of the form, as `scope` or as the `way` in which somebody takes part; details take away or add to them."""


@dataclass(frozen=True, kw_only=True)
class Answers:
    """What somebody said; `pseudonym` is what they want to be called when their name is not shown, "" for ours."""

    scopes: Mapping[Scope, bool]
    pseudonym: str = ""

    @property
    def reads_out(self) -> bool:
        """Whether the host reads their question."""
        return not self.scopes[Scope.LIVE]


@dataclass(frozen=True, kw_only=True)
class Line:
    """One scope as its person sees it. `at`: when they said so; None: never asked."""

    scope: Scope
    holds: bool
    at: datetime | None
    taken_back: bool = False


@dataclass(frozen=True, kw_only=True)
class Own:
    """All scopes of a person, and whether they were asked at all."""

    lines: tuple[Line, ...]
    asked: bool
    version: int

    @property
    def held(self) -> frozenset[Scope]:
        return frozenset(line.scope for line in self.lines if line.holds)


def scopes_of(form: Mapping[str, object], *, recorded: bool = True) -> Answers | None:
    """The answers of a form; None when neither choice was made. `recorded`: whether there is anything to record.

    Other platforms are asked for by a tick of their own; nobody agrees to them by leaving something as it is.
    """
    choice = str(form.get("scope") or form.get("way") or "")
    if choice not in SPEAKS | {READ_OUT}:
        return None
    live = choice in SPEAKS
    recording = live and recorded and not form.get("no_recording")
    scopes = {
        Scope.LIVE: live,
        Scope.RECORDING: recording,
        Scope.OUTSIDE: recording and bool(form.get("outside")),
        Scope.NAME: not form.get("no_name"),
    }
    return Answers(scopes=scopes, pseudonym=plain(str(form.get("pseudonym") or ""))[:NAME_LENGTH])


def keep(connection: Connection, hour: OfficeHour, person: Person, answers: Answers, noted_by: str = "") -> None:
    """Store what a person said, to the wording as it is now; `noted_by`: to whom of the staff, who wrote it down."""
    store.answer_consent(connection, person.id, answers.scopes, hour.consent_version, noted_by)
    shown = "" if answers.scopes[Scope.NAME] else answers.pseudonym or nobody(hour)
    store.set_pseudonym(connection, person.id, shown)


def nobody(hour: OfficeHour) -> str:
    """What stands where a name was refused and none was chosen."""
    return say(hour.language, "a citizen")


def own(connection: Connection, hour: OfficeHour, person: Person) -> Own:
    """What the person said to each scope; without a recording two of them have no meaning."""
    answers = store.consents_of(connection, person.id)
    newest: dict[Scope, Consent] = {answer.scope: answer for answer in answers}
    held = consent.given(answers, person.role)
    wanted = Scope if hour.recorded else (Scope.LIVE, Scope.NAME)
    lines = tuple(_line(scope, newest.get(scope), held) for scope in wanted)
    return Own(lines=lines, asked=bool(answers), version=max((each.text_version for each in answers), default=0))


def _line(scope: Scope, said: Consent | None, held: frozenset[Scope]) -> Line:
    if said is None:
        return Line(scope=scope, holds=scope in held, at=None)
    back = said.taken_back_at is not None
    return Line(scope=scope, holds=scope in held, at=said.taken_back_at or said.decided_at, taken_back=back)


def agreed(connection: Connection, office_hour: str) -> dict[str, frozenset[Scope]]:
    """What everybody in an office hour agrees to, by person: for the signs beside their names."""
    said = store.consents_in(connection, office_hour)
    people = store.persons_of(connection, office_hour)
    return {person.id: consent.given(said.get(person.id, ()), person.role) for person in people}


def in_office_unasked(connection: Connection, office_hour: str) -> list[Person]:
    """Who hosts or interprets and has not confirmed what happens to their picture and voice; staff only in the room."""
    said = store.consents_in(connection, office_hour)
    people = store.persons_of(connection, office_hour)
    inside = {seat.person for seat in store.seats_of(connection, office_hour) if seat.state is SeatState.ON_AIR}
    return [
        person
        for person in people
        if person.id not in said
        and person.role is not Role.GUEST
        and (person.role is not Role.STAFF or person.id in inside)
    ]


def agree(connection: Connection, hour: OfficeHour, person: Person, answers: Answers) -> None:
    """Answer anew. What is refused now is taken back, so that whoever is on air is bound at once."""
    refused = {scope for scope, given in answers.scopes.items() if not given}
    agreement.take_back(connection, person, refused, now(), answers.pseudonym or nobody(hour))
    keep(connection, hour, person, answers)


def unname_questions(connection: Connection, hour: OfficeHour, person: Person, instead: str) -> None:
    """What this person asked is shown under a pseudonym from now on."""
    for question in questions.of_office_hour(connection, hour.id, State):
        if question.author == person.name:
            questions.change(connection, question, author=instead)


def reads_out(connection: Connection, hour: OfficeHour, person: Person) -> None:
    """From now on the question is read out; the name stays shown or hidden as it was."""
    hidden = {"no_name": "yes", "pseudonym": person.pseudonym} if person.pseudonym else {}
    answers = scopes_of({"scope": READ_OUT, **hidden})
    assert answers is not None, "a choice was made"
    agree(connection, hour, person, answers)
