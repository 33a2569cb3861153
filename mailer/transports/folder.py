"""Puts each letter into a folder, one file a hand-over, durably: what the post room of the demo shows."""

import os
import secrets
from dataclasses import dataclass
from pathlib import Path

from mailer.errors import Unavailable
from mailer.transports.transport import Envelope


@dataclass(frozen=True, slots=True)
class Posted:
    """A letter in the folder."""

    id: str
    recipient: str
    message: bytes


class Folder:
    """File names begin with a running number, so that the order of hand-over can be seen."""

    def __init__(self, path: Path) -> None:
        self.path = path
        path.mkdir(parents=True, exist_ok=True)

    def send(self, envelope: Envelope, message: bytes) -> None:
        try:
            name = f"{len(os.listdir(self.path)) + 1:06d}-{secrets.token_hex(4)}.eml"
            _write(self.path / f".{name}", envelope.recipient.encode() + b"\n" + message)
            os.rename(self.path / f".{name}", self.path / name)
        except OSError as error:
            raise Unavailable(f"{self.path} cannot be written: {error.strerror}") from error

    def rest(self) -> None:
        """Nothing is kept open."""

    def letters(self) -> list[Posted]:
        """Every letter handed over, in order."""
        return [self._read(path) for path in sorted(self.path.glob("[0-9]*.eml"))]

    def letter(self, id: str) -> Posted | None:
        path = self.path / f"{id}.eml"
        return self._read(path) if path.name in os.listdir(self.path) else None

    def _read(self, path: Path) -> Posted:
        recipient, _, message = path.read_bytes().partition(b"\n")
        return Posted(path.stem, recipient.decode(), message)


def _write(path: Path, content: bytes) -> None:
    with path.open("xb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
