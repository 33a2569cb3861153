"""Who wrote a mail to us, and whether a person of ours may write back to that address (guarantees, D1)."""

import re
from collections.abc import Callable, Collection

from cases.mail.writer import Writer
from intake.mail.automatic import is_automatic
from intake.mail.delivery import comes_of_machines
from intake.mail.message import Understood

NO_REPLY = re.compile(r"(?:no|do[-_.]?not)[-_.]?reply|mailer-daemon@|postmaster@|bounces?[-+@]", re.IGNORECASE)
_NOBODY_READS = re.compile(r"\b(?:no|do[-_.]?not)[-_.]?reply\b[^@]*@")
NOBODY = "It names no sender."
NOT_CERTAIN = "It is not certain who sent it."
ROBOT = "Nobody reads what is sent to its address."
PROGRAM = "A program wrote it, not a person."
LIST = "It came by a mailing list."
OURS = "It comes from an address of this service."


class Writers:
    """`understand` reads a message, wherever real mail comes in within limits; `own` are our addresses."""

    def __init__(self, understand: Callable[[bytes], Understood], own: Collection[str]) -> None:
        self._understand = understand
        self._own = frozenset(each.lower() for each in own)

    def of(self, raw: bytes) -> Writer:
        """Never raises, whatever the bytes."""
        understood = self._understand(raw)
        return Writer(understood.sender, understood.sender_name, self._why_not(understood))

    def _why_not(self, understood: Understood) -> str:
        sender = understood.sender.lower()
        names = {name for name, _ in understood.headers}
        if not sender:
            return NOBODY
        if sender in self._own:
            return OURS
        if understood.sender_problems:
            return NOT_CERTAIN
        if NO_REPLY.match(sender) or _NOBODY_READS.search(sender):
            return ROBOT
        if is_automatic(understood) or comes_of_machines(understood):
            return PROGRAM
        return LIST if any(name.startswith("list-") for name in names) else ""
