"""What people need for an office hour: letters that go out, a mailbox that is read, a host who is seen and heard."""

from dataclasses import replace

from ingest import store as ingest_store
from ingest.people import Role
from questions import freshness, post
from questions.tasks import server
from web.preflight import store
from web.preflight.about import PATIENCE_S, About
from web.preflight.lines import Line, green, red
from web.rendering import N_


def letters(about: About) -> Line:
    settings = about.house.questions
    if not settings.smtp_host:
        return green(N_("No mail server is set: nobody is written to."))
    try:
        post.greet(replace(server(settings), timeout_s=PATIENCE_S))
    except post.Setup as error:
        return red(
            N_("The mail server does not let us in: %(reason)s"),
            N_("Check name and password for the mail server."),
            reason=str(error),
        )
    except post.PostError as error:
        return red(
            N_("The mail server does not answer: %(reason)s"),
            N_("Check its address, or ask whoever runs it; letters wait until then."),
            reason=str(error),
        )
    return green(N_("The mail server answers and lets us in."))


def mailbox(about: About) -> Line:
    settings = about.house.questions
    if not settings.imap_host and settings.maildir is None:
        return green(N_("No mailbox is set: questions come by the form."))
    with about.house.database.reading() as connection:
        refused = freshness.why_refused(connection)
        full = freshness.nearly_full(connection)
        overdue = freshness.overdue(connection, about.at)
    if refused:
        return red(
            N_("The mailbox cannot be opened: %(reason)s"),
            N_("Check name and password of the mailbox."),
            reason=refused,
        )
    if overdue:
        minutes = round((about.at - overdue).total_seconds() / 60)
        return red(
            N_("No mail was fetched; it is overdue for %(minutes)s min."),
            N_("Check the mail server and the worker."),
            minutes=minutes,
        )
    if full:
        return red(
            N_("The mailbox is nearly full (%(share)s)."),
            N_("Delete old mail: when it is full, citizens' mails are sent back."),
            share=full,
        )
    return green(N_("The mailbox is read."))


def host_devices(about: About) -> Line:
    with about.house.database.reading() as connection:
        people = ingest_store.persons_of(connection, about.hour.id)
        checks = store.devices_among(connection, [each.id for each in people if each.role is Role.HOST])
    mend = N_("Ask the host to open their personal address and press “Start camera and microphone”.")
    if not checks:
        return red(N_("The host has not tried camera and microphone yet."), mend)
    newest, age = checks[0], about.at - checks[0].at
    values = {"hours": round(age.total_seconds() / 3600)}
    if not newest.microphone:
        return red(
            N_("When the host last tried (%(hours)s h ago), nothing was heard from the microphone."), mend, **values
        )
    if not newest.camera:
        return red(N_("When the host last tried (%(hours)s h ago), there was no camera."), mend, **values)
    return green(N_("The host tried both (%(hours)s h ago), and both worked."), **values)
