"""The only file that reads the computer's clock. Everything else is given `now`."""

import time
from datetime import UTC, datetime, timedelta


def now() -> datetime:
    """This moment, aware UTC."""
    return datetime.now(UTC)


def steady() -> float:
    """Seconds on a clock that nobody can set. On Linux it runs on while the machine sleeps."""
    return time.clock_gettime(getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC))


class MovableTime:
    """The demonstration's time: runs on from where it was moved to; never back."""

    def __init__(self, start: datetime | None = None) -> None:
        self._ahead = start - now() if start else timedelta()

    def __call__(self) -> datetime:
        return now() + self._ahead

    def move_to(self, moment: datetime) -> None:
        """Move on to a moment; one that is past already changes nothing."""
        self._ahead = max(self._ahead, moment - now())
