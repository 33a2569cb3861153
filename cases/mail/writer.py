"""Who wrote a mail, and whether we may write back. Read by `intake`, and handed to the desk."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Writer:
    """The sender of a mail. `why_not` says in plain words why nobody may be written to; empty where somebody may."""

    email: str
    name: str
    why_not: str = ""


WhoWrote = Callable[[bytes], Writer]
