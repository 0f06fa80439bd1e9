"""The sample town comes in, a visit to each page in each of its states goes out: by whom, where, what is filled in.

One list from which no page can be missing: `tests/web/test_every_page.py` holds it against the routes, and
`tests/journeys/test_every_page.py` opens all of it in a browser.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy.engine import Connection

from ingest import store
from ingest.consent import ALL
from ingest.database import now
from ingest.live.lobby import guests, reception
from ingest.live.lobby.guests import Parent, Way
from ingest.officehours import State
from ingest.people import Person, Role, SeatState
from questions import answers, errands, lists, mine, support
from questions import store as questions
from questions.errand import Purpose
from questions.question import State as QuestionState
from tests.web.sample import EMAIL, FIRST, LEFT, Sample
from web import handover, rehearsal
from web import store as web_store

Form = dict[str, str]


@dataclass(frozen=True)
class Visit:
    """A page as somebody sees it. `who`: "" for a stranger, "staff", or a person; `forms` are filled in and sent, one
    after the other; what is left empty that is needed shows what the page says then."""

    who: str
    path: str
    forms: tuple[Form, ...] = ()


NO_PAGES = {
    "/office-hours/{id}/questions/news": "what changes on the list, for open pages",
    "/staff/office-hours/{id}/questions.{kind}": "a file",
    "/s/{short}": "leads on to the office hour",
    "/in/{token}": "leads on to the own place",
    "/host/{token}": "leads on to the host's page",
    "/language/{code}": "leads back",
    "/office-hours/{id}/consent": "a part of the own place and of the host's page",
    "/office-hours/{id}/alone": "a part of the host's page",
    "/staff/office-hours/{id}/preflight": "a part of the office hour's page",
    "/office-hours/{id}/qr.{kind}": "a picture",
    "/office-hours/{id}/calendar.ics": "a file for calendars",
    "/staff/office-hours/{id}/waiting/{person}/still": "a picture",
    "/staff/office-hours/{id}/here": "a sign of life",
    "/staff/uploads/{id}": "how much has come, as JSON",
    "/staff/office-hours/{id}/sealed/{number}.mp4": "a file",
    "/staff/office-hours/{id}/captions/{language}.{kind}": "a file",
    "/staff/office-hours/{id}/captions/{language}": "the text of captions, as JSON",
    "/media/{address}/{path:path}": "files of a recording",
    "/static/{name:path}": "files",
    "/events": "news for open pages",
    "/health": "for whoever watches over the site",
}
"""Addresses that answer GET and are no page, and why."""

NAMED: Form = {"name": "Chris", "topic": "Radweg"}
GUESTS = ("chris", "fatma", "neumann", "called", "here", "missed", "young", "sent_on", "banned", "left", "read_out")


def visits(town: dict[str, str]) -> Iterator[Visit]:
    """Every page, with the ids and secret texts of `furnish`."""
    coming, running, past, held = (f"/office-hours/{town[name]}" for name in ("coming", "running", "past", "held"))
    cancelled, planned = (f"/office-hours/{town[name]}" for name in ("cancelled", "planned"))
    for path in ("/", "/questions/rules", "/test", "/imprint", "/privacy", "/nothing-here", "/mine/nobodys"):
        yield Visit("", path)
    for path in (coming, running, past, held, cancelled, planned):
        yield Visit("", path)
    rehearsed = f"/office-hours/{town['rehearsal']}"
    for path in (rehearsed, f"{rehearsed}/join"):
        yield Visit("", path)
    for path in (f"/staff{rehearsed}", f"/staff{rehearsed}/board"):
        yield Visit("staff", path)
    yield Visit("", f"{running}/live")
    yield Visit("", f"/replay/{town['past']}")
    yield Visit("staff", f"/replay/{town['held']}")
    for path in (coming, running, planned):
        yield Visit("", f"{path}/ask")
    yield Visit("", f"{coming}/ask", ({},))
    yield Visit("", f"{coming}/asked")
    for name in ("new", "shown", "answered", "rejected", "open", "written"):
        yield Visit("", f"/mine/{town['mine ' + name]}")
    for name in ("filmed", "written", "waiting", "open"):
        yield Visit("", f"/q/{town['q ' + name]}")
    for path in (coming, running, past):
        yield Visit("", f"{path}/questions")
    yield Visit("", f"/supported/{town['supporter']}")
    for name in ("note", "draft", "returned", "approved"):
        yield Visit("", f"/department/{town['errand ' + name]}")
    yield Visit("", f"/answers/{town['desk']}")
    for path in (coming, running, past):
        yield Visit("", f"{path}/join")
    for forms in (({},), (NAMED,), (NAMED, {}), (NAMED, {"way": "video"}), (NAMED, {"way": "read_out"})):
        yield Visit("", f"{coming}/join", forms)
    yield Visit("", f"{coming}/need")
    yield Visit("", f"{coming}/need", ({},))
    yield Visit("", f"/own/{town['own']}")
    yield Visit("", f"/parent/{town['parent']}")
    yield Visit("", f"/phone/{town['phone']}")
    for name in GUESTS:
        yield Visit(name, f"{running}/place")
    yield Visit("early", f"{coming}/place")
    yield Visit("late", f"{past}/place")
    yield Visit("interpreter", f"{coming}/place")
    yield Visit("sent_on", f"{running}/go")
    for name, path in (("host", running), ("early host", coming), ("late host", past)):
        yield Visit(name, f"{path}/host")
    yield Visit("", "/login")
    yield Visit("", "/login", ({"email": "bo@example.org", "password": "?"},))
    for path in (
        "/staff",
        "/staff/youtube",
        "/staff/uploads",
        "/staff/tests",
        "/staff/tests?code=0000",
        "/staff/iphone",
    ):
        yield Visit("staff", path)
    yield Visit("staff", "/")
    yield Visit("staff", "/staff/office-hours/new")
    yield Visit("staff", "/staff/office-hours/new", ({},))
    yield Visit("staff", f"/staff/office-hours/new?like={town['past']}")
    for path in (coming, running, past, held, cancelled, planned):
        yield Visit("staff", f"/staff{path}")
        yield Visit("staff", f"/staff{path}/board")
        yield Visit("staff", f"/staff{path}/letters")
        yield Visit("staff", f"/staff{path}/questions")
    yield Visit("staff", f"/staff{past}/questions?view=all&at={town['q drafted']}")
    yield Visit("staff", f"/staff{past}/questions?view=open&words=nirgends")
    yield Visit("staff", f"/staff{running}/questions?view=listed&sort=newest")
    yield Visit("staff", "/staff/erase")
    yield Visit("staff", "/staff/erase", ({"said": "nobody@example.org"},))
    for path in (past, held):
        yield Visit("staff", f"/staff{path}/sealed")
        yield Visit("staff", f"/staff{path}/captions")
    yield Visit("staff", f"/staff{past}/captions?language=tr")
    for path in (coming, planned):
        for page in ("edit", "tell", "poster"):
            yield Visit("staff", f"/staff{path}/{page}")
    yield Visit("staff", f"/staff{running}/questions/new")
    yield Visit("staff", f"/staff{running}/questions/new", ({"pasted": "Wann kommt der Bus?"},))
    yield Visit("staff", f"/staff{running}/questions/new", ({},))


@dataclass(frozen=True, kw_only=True)
class Furnished:
    """`town`: names → ids and secret texts in addresses; `keys`: who → the cookie of their session."""

    town: dict[str, str]
    keys: dict[str, str]


def furnish(sample: Sample) -> Furnished:
    """Add to the town whoever is in a state that it has not, and open a session for everybody."""
    house = sample.house
    hours = {name: getattr(sample, name) for name in ("coming", "running", "past", "held", "cancelled")}
    with house.database.transaction() as connection:
        (hours["planned"],) = store.office_hours_in(connection, frozenset({State.PLANNED}))
        hours["rehearsal"] = rehearsal.begin(connection, house.safe, sample.coming, now())
        town = {name: hour.id for name, hour in hours.items()}
        people = _people(connection, town)
        parent = _waiting(connection, sample, people)
        town |= {
            "parent": parent,
            "own": web_store.make_link(connection, house.safe, people["fatma"].id, now() + timedelta(days=1)),
            "phone": handover.make_link(connection, people["neumann"].id, now()),
        }
        asked = [
            each
            for name in ("running", "past")
            for each in questions.of_office_hour(connection, town[name], frozenset(QuestionState))
        ]
        for name, state in (("new", "new"), ("shown", "on_air"), ("answered", "answered"), ("rejected", "rejected")):
            one = next(each for each in asked if each.state.value == state)
            town[f"mine {name}"] = f"the private page of one that is {name}".replace(" ", "-")
            mine.link(connection, one.id, town[f"mine {name}"])
        town |= _after_the_hour(connection, sample)
        account = store.account_by_email(connection, EMAIL)
        assert account is not None
        until = now() + timedelta(hours=1)
        keys = {"staff": web_store.open_session(connection, account=account.id, person=None, expires_at=until)}
        for name, person in people.items():
            keys[name] = web_store.open_session(connection, account=None, person=person.id, expires_at=until)
    return Furnished(town=town, keys=keys)


def _after_the_hour(connection: Connection, sample: Sample) -> dict[str, str]:
    """Questions of the past office hour that were not reached: answered in writing, at departments, still open."""
    at, past, safe = now(), sample.past, sample.house.safe
    found = {each.text: each for each in questions.of_office_hour(connection, past.id, frozenset(QuestionState))}
    bus, baths, school = (found[text] for text in LEFT)
    answers.give(connection, bus, "Ab Januar fahren sie freitags und samstags bis 1 Uhr.", by="bo", at=at)
    made = {}
    for name, question, purpose in (
        ("note", baths, Purpose.BRIEFING), ("draft", baths, Purpose.ANSWER), ("returned", school, Purpose.ANSWER),
    ):  # fmt: skip
        made[name] = errands.ask(
            connection, question, purpose=purpose, department="Amt für Gebäude", address="", note="Bitte kurz.",
            due_on=(at + timedelta(days=6)).date(), by="bo", safe=safe, at=at,
        )  # fmt: skip
    written = errands.write(connection, made["draft"], "Die Halle kostet 4,2 Millionen Euro.", at)
    returned = errands.write(connection, made["returned"], "Demnächst.", at)
    errands.send_back(connection, returned, "Bitte mit einem Datum.", by=errands.HOST, at=at)
    extra = errands.ask(
        connection, found[FIRST], purpose=Purpose.ANSWER, department="Tiefbauamt", address="", note="",
        due_on=at.date(), by="bo", safe=safe, at=at,
    )  # fmt: skip
    errands.approve(connection, errands.write(connection, extra, "Im April.", at), "", by=errands.HOST, at=at)
    lists.say(connection, lists.of(connection, past.id), at, due_on=(at + timedelta(days=9)).date())
    waiting = questions.of_office_hour(connection, sample.running.id, [QuestionState.QUEUED])[0]
    support.give(connection, waiting, support.digest("somebody-who-supports"), at)
    names = {"open": school, "written": bus}
    for name, question in names.items():
        mine.link(connection, question.id, f"the-private-page-of-one-that-is-{name}")
    return (
        {f"errand {name}": safe.open(each.sealed_link) for name, each in made.items()}
        | {f"mine {name}": f"the-private-page-of-one-that-is-{name}" for name in names}
        | {"q filmed": found[FIRST].id, "q written": bus.id, "q waiting": waiting.id, "q open": school.id}
        | {"q drafted": written.question, "errand approved": safe.open(extra.sealed_link)}
        | {"desk": errands.desk_of(connection, past.id, safe), "supporter": "somebody-who-supports"}
    )


def _people(connection: Connection, town: dict[str, str]) -> dict[str, Person]:
    """Those who are there by their names, and new ones who are called what they are."""
    known = {each.name: each for each in store.persons_of(connection, town["running"])}
    people = {
        "chris": known["Chris"],
        "fatma": known["Fatma Yilmaz"],
        "neumann": known["Herr Neumann"],
        "read_out": known["Erika"],
        "host": known["Ada Lorenz"],
    }
    for name, hour in (("early host", "coming"), ("late host", "past")):
        people[name] = next(each for each in store.persons_of(connection, town[hour]) if each.role is Role.HOST)
    coming = store.persons_of(connection, town["coming"])
    people["interpreter"] = next(each for each in coming if each.role is Role.INTERPRETER)
    for name, hour in (("early", "coming"), ("late", "past")):
        people[name] = _guest(connection, town[hour], name)
    for name in GUESTS[3:-1]:
        people[name] = _guest(connection, town["running"], name)
    return people


def _guest(connection: Connection, hour: str, name: str) -> Person:
    person = store.add_person(connection, hour, name=name.replace("_", " ").title(), role=Role.GUEST, topic="Radweg")
    store.answer_consent(connection, person.id, dict.fromkeys(ALL, True), 1)
    return person


def _waiting(connection: Connection, sample: Sample, people: dict[str, Person]) -> str:
    """Each of the new ones into their state; returns the secret text of the parent's address."""
    key = web_store.new_key()
    for name in ("called", "here", "missed", "young", "sent_on", "banned", "left"):
        young = name == "young"
        guests.add(
            connection, people[name], way=Way.VIDEO, since=now(), seen_at=now(),
            parent=Parent.ASKED if young else Parent.NOT_NEEDED,
            parent_digest=web_store.digest(key) if young else None,
            parent_sealed=sample.house.safe.seal(key) if young else "",
        )  # fmt: skip
    for name in ("called", "here", "missed"):
        reception.call(connection, people[name], by="bo", at=now())
    reception.answer(connection, people["here"], now())
    reception.missed(connection, people["missed"])
    reception.send_on(connection, people["sent_on"], sample.coming)
    reception.ban(connection, people["banned"])
    reception.leave(connection, people["left"])
    store.move_seat(connection, people["late"].id, SeatState.WAITING, SeatState.LEFT)
    return key
