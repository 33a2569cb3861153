"""Each working morning's digests, and the alarm where one did not go. A partnership's trouble holds up no other."""

from collections.abc import Callable, Iterable
from datetime import datetime

import structlog

log = structlog.get_logger()


class Mornings:
    """`partnerships` are those that get one at a moment; `make` makes today's where it is time; `overdue` says why one
    has not arrived."""

    def __init__(
        self,
        partnerships: Callable[[datetime], Iterable[str]],
        make: Callable[[str, datetime], bool],
        overdue: Callable[[str, datetime], str],
    ) -> None:
        self._partnerships = partnerships
        self._make = make
        self._overdue = overdue

    def look(self, now: datetime) -> int:
        """Gives how many digests were made."""
        return sum(self._made(partnership, now) for partnership in self._partnerships(now))

    def alarm(self, now: datetime) -> int:
        """Say it again and again until the digest has gone. Gives how many have not."""
        late = [partnership for partnership in self._partnerships(now) if self._overdue(partnership, now)]
        for partnership in late:
            log.error("the digest of today has not gone", partnership=partnership)
        return len(late)

    def _made(self, partnership: str, now: datetime) -> bool:
        try:
            return self._make(partnership, now)
        except Exception as error:
            log.error("the digest could not be made", partnership=partnership, error=type(error).__name__)
            return False
