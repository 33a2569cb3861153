"""A transport hands one finished message over: one method, one error tree."""

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Envelope:
    """Who a message goes to and where failures come back; from our own tables, never read back from its headers.

    `mark` comes back in a report of a failure, where the mail servers on the way keep it (ENVID, RFC 3461 section 4.4).
    """

    sender: str
    recipient: str
    mark: str = ""


class Transport(Protocol):
    def send(self, envelope: Envelope, message: bytes) -> None:
        """Hand a message over. Returning means that it was accepted; otherwise raises one of `mailer.errors`."""

    def rest(self) -> None:
        """Nothing waits to be sent: let go of what was kept open. Raises nothing."""
