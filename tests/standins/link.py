"""The bad line of `officehours bench loss`, under the name that tests know."""

from web.benches.loss.line import Conditions, Line, Side, carry, link, missing

__all__ = ["Conditions", "Line", "Side", "carry", "link", "missing"]
