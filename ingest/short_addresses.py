"""Nothing comes in, an address that can be read aloud on the telephone goes out: an easy word and two digits.

The words are ones that every child can spell, in small letters without umlauts, and none sounds like another of them
(so Tisch without Fisch, Tanne without Kanne). No digit looks like a letter (0 and O, 1 and l) or sounds like another
(in German 2, zwei, and 3, drei).
"""

import secrets
from collections.abc import Callable
from itertools import count

SPELT_EASILY = """
amsel apfel birne blume boot brot brunnen dorf drossel esel ente erde feder feld fink gabel garten gras hafen hase haus
herbst herz honig hund hut igel insel kamel karte kater kerze kiste klee korb kranz krone lampe laub leiter lerche linde
luft mantel melone mond morgen muschel nest nuss ofen orgel palme pfad pinsel regen ring robbe rose rubin salat salz
segel sofa sommer sonne stein storch tanne tasse tisch tulpe turm ufer vogel wald wiese wind wolke zange zebra ziege
"""
WORDS = tuple(SPELT_EASILY.split())
DIGITS = "456789"
TRIES = 50
"""After so many taken ones in a row a digit more is used: nearly all are taken then."""


def free_one(taken: Callable[[str], bool]) -> str:
    """A random one that is not taken, as short as they still are."""
    for digits in count(2):
        for _ in range(TRIES):
            found = secrets.choice(WORDS) + "".join(secrets.choice(DIGITS) for _ in range(digits))
            if not taken(found):
                return found
    raise AssertionError("there is always a longer one")


def understood(text: str) -> str:
    """What somebody typed after hearing it: capitals, spaces and hyphens mean nothing."""
    return "".join(char for char in text.casefold() if char.isalnum())[:32]
