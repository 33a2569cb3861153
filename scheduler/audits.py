"""The day's audit of each partnership, a piece at a time; what it finds is an error in the log too."""

from collections.abc import Callable, Iterable
from datetime import datetime

import structlog

log = structlog.get_logger()


class Audits:
    """`go_on` looks at the next piece, and gives how much was found once an audit ends."""

    def __init__(self, partnerships: Iterable[str], go_on: Callable[[str, datetime], int | None]) -> None:
        self._partnerships = tuple(partnerships)
        self._go_on = go_on

    def look(self, now: datetime) -> None:
        for partnership in self._partnerships:
            found = self._gone_on(partnership, now)
            if found:
                log.error("something that should have happened did not", partnership=partnership, found=found)

    def _gone_on(self, partnership: str, now: datetime) -> int | None:
        """A partnership's trouble holds up no other."""
        try:
            return self._go_on(partnership, now)
        except Exception as error:
            log.error("the audit could not go on", partnership=partnership, error=type(error).__name__)
            return None
