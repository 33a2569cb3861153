"""Looks at every clock whose time has come, each on its own: one that fails steps aside and the others go on."""

from collections.abc import Callable
from datetime import datetime, timedelta

import structlog

log = structlog.get_logger()

AT_ONCE = 500
ASIDE = timedelta(hours=1)


class Chasing:
    """`due` gives (case id, clock key) of the clocks whose time has come; the others are verbs of the case."""

    def __init__(
        self,
        due: Callable[[datetime, int], list[tuple[str, str]]],
        look: Callable[[str, str, datetime], object],
        set_aside: Callable[[str, str, datetime], int],
    ) -> None:
        self._due = due
        self._look = look
        self._set_aside = set_aside

    def sweep(self, now: datetime) -> int:
        """Take each due step once. Gives how many clocks were looked at."""
        due = self._due(now, AT_ONCE)
        for case_id, clock in due:
            self._one(case_id, clock, now)
        return len(due)

    def _one(self, case_id: str, clock: str, now: datetime) -> None:
        try:
            self._look(case_id, clock, now)
        except Exception as error:
            failed = self._set_aside(case_id, clock, now + ASIDE)
            log.error(
                "a clock could not be looked at", case=case_id, clock=clock, failed=failed, error=type(error).__name__
            )
