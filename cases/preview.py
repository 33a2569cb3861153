"""What a letter will look like before it is sent: shown to people, never handed over. Values only.

`Draw` is made in `answerable.wiring` from the very templates that letters are sent with, and handed to the pages that
show letters: those must not import the mailer.
"""

from collections.abc import Callable
from dataclasses import dataclass

from cases.verbs.decision import Letter


@dataclass(frozen=True, slots=True)
class Drawn:
    """A letter as its reader would see it, with links that lead nowhere: it has no token yet."""

    subject: str
    text: str
    html: str


Draw = Callable[[str, Letter], Drawn]
"""(key of the partnership, letter) → how it will look. Raises ValueError for a letter that cannot be made."""
