"""A transport hands one finished message over: one method, one error tree."""

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Envelope:
    """Who a message goes to and where failures come back; from our own tables, never read back from its headers."""

    sender: str
    recipient: str


class Transport(Protocol):
    def send(self, envelope: Envelope, message: bytes) -> None:
        """Hand a message over. Returning means that it was accepted; otherwise raises one of `mailer.errors`."""
