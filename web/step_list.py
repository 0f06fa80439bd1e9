"""What is typed after `officehours steps` comes in; what work there is, and why a step does not go on, goes out."""

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.engine import Connection

from ingest import steps
from ingest.database import now
from ingest.steps import ENDED_BADLY, RESTING, UNFINISHED, State, Step
from web.house import House
from web.mendable import Mendable

SHORT_ID = 8
TELLING = 0.02  # less done than this says nothing about how long the rest takes
RESTS = "It stands still while a live room needs its machine (OFFICEHOURS_STEP_SPARE), and goes on by itself."
HINTS = {
    State.READY: "It is sent as soon as its office hour has fewer steps under way (OFFICEHOURS_STEPS_IN_FLIGHT).",
    State.SENT: "A worker of its queue takes it next; if none runs: officehours serve, or officehours worker.",
    State.FAILED: "When the cause is gone: officehours steps retry {id}",
    State.QUARANTINED: "Look into the workers' log first, then: officehours steps retry {id}",
    State.CANCELLED: "If it is wanted after all: officehours steps retry {id}",
}


def list_steps(house: House, office_hour: str | None, *, everything: bool, as_json: bool) -> None:
    """Print what is unfinished or ended badly; `everything` with what is done."""
    at = now()
    with house.database.reading() as connection:
        found = steps.listed(connection, State if everything else UNFINISHED | ENDED_BADLY, office_hour)
    if as_json:
        print(json.dumps([_facts(step, at) for step in found]))
    elif not found:
        print("nothing to do")
    else:
        print("\n".join(line(step, at) for step in found))


def line(step: Step, at: datetime) -> str:
    """One step for people: id, state, how far, how long still, what, and what is wrong."""
    left = remaining(step, at)
    time = f"{_spoken(left)} left" if left is not None else ""
    words = f"{step.id[:SHORT_ID]}  {step.state.value:11} {step.progress:4.0%}  {time:11} {_name(step)}"
    return words + (f"  {step.error.splitlines()[0]}" if step.error else "")


def remaining(step: Step, at: datetime) -> timedelta | None:
    """How long a running step takes still, if it goes on as it went so far."""
    if step.state is not State.RUNNING or step.started_at is None or step.progress < TELLING:
        return None
    return (at - step.started_at) * ((1 - step.progress) / step.progress)


def why(house: House, start: str) -> None:
    """Print what a step waits for, or what went wrong and what to do about it."""
    with house.database.reading() as connection:
        step = one(connection, start)
        print("\n".join(reasons(step, steps.needed_by(connection, step.id), now())))


def reasons(step: Step, needed: list[Step], at: datetime) -> list[str]:
    """Why a step is where it is, one sentence a line."""
    said = [f"{step.id}  {_name(step)} is {step.state.value}, priority {step.priority}, attempt {step.attempt}."]
    if step.error:
        said.append(f"{step.error_class}: {step.error}")
    if step.state is State.WAITING:
        said += [f"It waits for {each.id[:SHORT_ID]}  {_name(each)}, which is {each.state.value}." for each in needed]
        said += [HINTS[each.state].format(id=each.id[:SHORT_ID]) for each in needed if each.state in ENDED_BADLY][:1]
    if step.state is State.PARKED and step.not_before is not None:
        said.append(f"It is tried again in {_spoken(step.not_before - at)}.")
    if step.state is State.RUNNING and step.lease_until is not None:
        sign = "alive" if step.lease_until >= at else "silent: it is given to another worker"
        said.append(f"{step.lease_owner} has it and is {sign}.")
        said += [RESTS] if step.error_class == RESTING else []
    if step.state in HINTS:
        said.append(HINTS[step.state].format(id=step.id[:SHORT_ID]))
    return said


def retry(house: House, start: str) -> None:
    """Give a step that ended badly a new start, and ring for it."""
    print(f"{_move(house, start, steps.retry, 'it has not ended badly')} gets a new start")
    house.engine.dispatch()


def cancel(house: House, start: str) -> None:
    """Stop a step for good; whoever runs it notices at its next sign of life."""
    print(f"{_move(house, start, steps.cancel, 'it has ended')} is cancelled")


def _move(house: House, start: str, move: Callable[[Connection, str], bool], otherwise: str) -> str:
    with house.database.transaction() as connection:
        step = one(connection, start)
        if not move(connection, step.id):
            raise Mendable(f"{_name(step)} is {step.state.value}: {otherwise}")
    return _name(step)


def one(connection: Connection, start: str) -> Step:
    """The step whose id begins so. Raises Mendable when none or several do."""
    try:
        found = steps.beginning_with(connection, start)
    except ValueError as error:
        raise Mendable(str(error)) from error
    if len(found) != 1:
        raise Mendable(
            f"several steps begin with {start}: type more of it" if found else f"no step begins with {start}"
        )
    return found[0]


def _facts(step: Step, at: datetime) -> dict[str, Any]:
    left = remaining(step, at)
    return {
        "id": step.id,
        "kind": step.kind,
        "office_hour": step.office_hour,
        "parameters": step.parameters,
        "state": step.state.value,
        "progress": round(step.progress, 3),
        "remaining_s": None if left is None else round(left.total_seconds()),
        "error_class": step.error_class,
        "error": step.error,
    }


def _name(step: Step) -> str:
    """`transcode.stretch 3/10`, `transcode.captions de`, … with the office hour it belongs to."""
    values = step.parameters
    of = f" {values['stretch'] + 1}/{values['of']}" if "of" in values else ""
    if step.kind == "transcode.captions":
        of = f" {values.get('language', '')}".rstrip()
    return step.kind + of + (f" of {step.office_hour[:SHORT_ID]}" if step.office_hour else "")


def _spoken(length: timedelta) -> str:
    minutes, seconds = divmod(max(round(length.total_seconds()), 0), 60)
    return f"{minutes}:{seconds:02d} min" if minutes else f"{seconds} s"
