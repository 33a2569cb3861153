"""Keeps what was handed over in a list, for tests."""

from mailer.transports.transport import Envelope


class Memory:
    def __init__(self) -> None:
        self.sent: list[tuple[Envelope, bytes]] = []

    def send(self, envelope: Envelope, message: bytes) -> None:
        self.sent.append((envelope, message))

    def rest(self) -> None:
        """Nothing is kept open."""
