"""A look that found something before an office hour comes in; a mail to each staff account goes out.

Only where letters are set up, and only for looks that were made by themselves: who pressed the button reads the page.
Arriving twice does no harm, so a mail that is in doubt is not looked into.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from sqlalchemy.engine import Connection

from ingest import steps
from ingest import store as ingest_store
from ingest.officehours import OfficeHour
from ingest.steps import Permanent, Resource
from ingest.work import Kind, Work
from questions import post
from questions.question import one_line, plain
from questions.settings import Settings
from questions.tasks import server
from web.preflight import store
from web.preflight.lines import Line, Occasion, Report
from web.rendering import N_
from web.words import say

TELL = "preflight.tell"
SUBJECT = N_("Before it begins: %(count)s to settle – %(title)s")
PLACE = N_("The whole list, and the button that looks again:")


@dataclass(frozen=True, kw_only=True)
class Office:
    """With what mails to staff are written; `address` makes a path an address."""

    settings: Settings
    address: Callable[[str], str]


def tell(connection: Connection, report: Report) -> int:
    """Write down one mail to every account. Returns how many."""
    accounts = ingest_store.all_accounts(connection)
    for account in accounts:
        parameters = {"office_hour": report.office_hour, "occasion": report.occasion.value, "account": account.id}
        steps.add(connection, kind=TELL, parameters=parameters, priority=2, again=report.at.isoformat())
    return len(accounts)


def kinds(office: Office) -> list[Kind]:
    """The step that sends one mail."""

    def run(work: Work) -> None:
        deliver(work, office)

    return [Kind(name=TELL, queue="light", run=run, priority=2)]


def deliver(work: Work, office: Office) -> None:
    """Send the mail of a step while it is of use. Raises Resource (later) and Permanent."""
    with work.database.reading() as connection:
        hour = ingest_store.office_hour(connection, str(work.parameters["office_hour"]))
        account = ingest_store.account(connection, str(work.parameters["account"]))
        occasion = Occasion(work.parameters["occasion"])
        reports = [each for each in store.reports_of(connection, hour.id) if each.occasion is occasion]
    if account is None or not reports or not reports[0].red or work.clock() >= hour.starts_at:
        return
    mail = written(hour, reports[0], account.email, office, work.clock())
    sender = office.settings.letters_from
    try:
        post.hand_over(server(office.settings), sender, account.email, mail.as_bytes(), last_look=work.confirm)
    except (post.Later, post.Setup) as error:
        raise Resource(f"staff could not be told: {error}") from error
    except post.PostError as error:
        raise Permanent(f"staff could not be told: {error}") from error


def written(hour: OfficeHour, report: Report, recipient: str, office: Office, at: datetime) -> EmailMessage:
    """The whole mail, in the office hour's language."""
    language, sender = hour.language, office.settings.letters_from
    title = one_line(plain(hour.title), 60)
    mail = EmailMessage(policy=SMTP)
    mail["Subject"] = say(language, SUBJECT, count=len(report.red), title=title)
    mail["From"], mail["To"] = Address(addr_spec=sender), recipient
    mail["Date"] = format_datetime(at)
    mail["Auto-Submitted"] = "auto-generated"
    mail["Content-Language"] = language
    lines = [_spoken(line, language) for line in report.red]
    place = f"{say(language, PLACE)}\n{office.address(f'/staff/office-hours/{hour.id}')}#preflight"
    mail.set_content("\n\n".join([title, *lines, place]) + "\n")
    return mail


def _spoken(line: Line, language: str) -> str:
    found, mend = (say(language, message, **line.values) for message in (line.found, line.mend))
    return f"{say(language, line.what)}: {found}\n  {mend}"
