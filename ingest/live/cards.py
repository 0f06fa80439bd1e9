"""Words come in as values, pictures of them go out (first draft of the values)."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Slide:
    """What is shown while the programme is held: `kind` names it in the timeline ("soon", "pause", "over")."""

    kind: str
    title: str
    detail: str = ""
    footer: str = ""
