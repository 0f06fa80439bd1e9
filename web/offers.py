"""An office hour comes in, the buttons of its page go out: one that leads on, the others, each with its sentence."""

from dataclasses import dataclass
from datetime import datetime

from ingest.conduct import Act, may, start_of
from ingest.officehours import OfficeHour, State, Visibility
from ingest.people import Role
from web.rendering import N_


@dataclass(frozen=True, kw_only=True)
class Offer:
    """A button and what it does, in one sentence. `move` is a name in `staff.MOVES` or `staff.LINE`;
    else `leads` is where it goes.
    """

    label: str
    says: str
    move: str = ""
    leads: str = ""
    back: str = ""


@dataclass(frozen=True, kw_only=True)
class Choice:
    """What staff may do next."""

    next: Offer
    others: tuple[Offer, ...] = ()


OPEN = Offer(
    move="open", label=N_("Open for questions"), says=N_("Citizens can send questions and register to take part.")
)
CLOSE = Offer(move="close", label=N_("Close for questions"), says=N_("No new questions until you open it again."))
ROOM = Offer(move="backstage", label=N_("Open the room"), says=N_("Host and guests can connect; nothing goes out."))
CANCEL = Offer(
    move="cancel",
    label=N_("Cancel the office hour"),
    says=N_("Asked once more. All who asked are told, and its page says that it does not take place."),
)
START = Offer(
    move="start",
    label=N_("Go on air"),
    says=N_("Five seconds are counted, then everybody can watch and the host is shown."),
)
START_LATE = Offer(
    move="start",
    label=N_("Go on air"),
    says=N_("The planned time has passed; people read that it begins a little later. Five seconds are counted first."),
)
LEAVE = Offer(move="leave", label=N_("Close the room"), says=N_("Back to taking questions only."))
PAUSE = Offer(move="pause", label=N_("Pause"), says=N_("A slide is shown; what is said stays in the room."))
RESUME = Offer(move="resume", label=N_("Go on"), says=N_("Everybody can see and hear again."))
END = Offer(
    move="end",
    label=N_("End the office hour"),
    says=N_("Asked once more; for ten seconds you can take it back. The recording can be watched by staff at once."),
)
END_LIVE_ONLY = Offer(move="end", label=N_("End the office hour"), says=N_("Asked once more. Nothing of it is kept."))
RELEASE = Offer(move="release", label=N_("Release the recording"), says=N_("Everybody can watch it."))
RELEASE_AGAIN = Offer(
    move="release",
    label=N_("Release the recording"),
    says=N_("It was taken back; everybody can watch it again."),
)
WITHDRAW = Offer(
    move="withdraw",
    label=N_("Take the recording back"),
    says=N_("It is no longer public, from the next second on."),
)


STAFF = frozenset({Role.STAFF})
ACTS = {act.value: act for act in Act}


def offers(hour: OfficeHour, at: datetime) -> Choice:
    """Exactly one button leads on, whatever the state; of the line's acts those that the table gives to staff."""
    choice = _choice(hour, at)
    others = (each for each in choice.others if each.move not in ACTS or may(ACTS[each.move], STAFF, hour.state))
    return Choice(next=choice.next, others=tuple(others))


def _choice(hour: OfficeHour, at: datetime) -> Choice:
    match hour.state:
        case State.PLANNED:
            return Choice(next=OPEN, others=(ROOM, CANCEL))
        case State.OPEN:
            return Choice(next=ROOM, others=(CLOSE, CANCEL))
        case State.BACKSTAGE:
            begin = START if start_of(hour, at) is Act.START else START_LATE
            return Choice(next=begin, others=(LEAVE, CANCEL))
        case State.ON_AIR:
            return Choice(next=END if hour.recorded else END_LIVE_ONLY, others=(PAUSE,))
        case State.PAUSED:
            return Choice(next=RESUME, others=(END if hour.recorded else END_LIVE_ONLY,))
        case _ if hour.rehearsal_of is not None:
            says = N_("The rehearsal is over. It is erased by itself.")
            leads = f"/staff/office-hours/{hour.rehearsal_of}"
            return Choice(next=Offer(label=N_("To the office hour itself"), says=says, leads=leads))
        case State.ENDED | State.IN_REVIEW if hour.recorded:
            return _after_the_end(hour)
        case State.CANCELLED:
            return Choice(next=_again(hour, N_("Its facts are filled in; you give the new day.")))
        case _:
            return Choice(next=_again(hour, N_("The facts of this one are filled in, with the next date.")))


def _after_the_end(hour: OfficeHour) -> Choice:
    if hour.visibility is Visibility.RELEASED:
        again = _again(hour, N_("The facts of this one are filled in, with the next date."))
        return Choice(next=again, others=(WITHDRAW,))
    if hour.visibility is Visibility.WITHDRAWN:
        return Choice(next=RELEASE_AGAIN)
    if hour.state is State.IN_REVIEW:
        return Choice(next=RELEASE)
    review = Offer(
        move="review",
        label=N_("Check the recording"),
        says=N_("It opens and only staff and host see it. Afterwards you release it here."),
        back=f"/replay/{hour.id}",
    )
    return Choice(next=review, others=(RELEASE,))


def _again(hour: OfficeHour, says: str) -> Offer:
    return Offer(label=N_("Announce the next one"), says=says, leads=f"/staff/office-hours/new?like={hour.id}")
