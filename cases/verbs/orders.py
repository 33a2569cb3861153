"""What an officer at the desk does to a case: who, and why. Pure."""

from dataclasses import dataclass


class Refused(ValueError):
    """It cannot be done, now or so. Says why, in words for the officer."""


@dataclass(frozen=True, slots=True)
class Order:
    """Who does it, and the reason. Both stand in the record; the reason also in the letters to those concerned."""

    by: str
    reason: str

    @property
    def why(self) -> str:
        """The reason as a sentence, for the end of what is said."""
        return f"Reason: {self.reason.rstrip('.')}."
