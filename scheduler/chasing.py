"""Looks at every clock whose time has come, each on its own: one that fails steps aside and the others go on."""

from collections.abc import Callable
from datetime import datetime, timedelta

import structlog

log = structlog.get_logger()

AT_ONCE = 500
ASIDE = timedelta(hours=1)
TOLD_AFTER = 3


class Chasing:
    """`due` gives (case id, clock key) of the clocks whose time has come; the others are verbs of the case."""

    def __init__(
        self,
        due: Callable[[datetime, int], list[tuple[str, str]]],
        look: Callable[[str, str, datetime], object],
        set_aside: Callable[[str, str, datetime], int],
        tell_failing: Callable[[str, str, datetime], object],
    ) -> None:
        self._due = due
        self._look = look
        self._set_aside = set_aside
        self._tell_failing = tell_failing

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
            self._failed(case_id, clock, error, now)

    def _failed(self, case_id: str, clock: str, error: Exception, now: datetime) -> None:
        """From the third failure on a person knows; trouble in saying so holds up no other clock either."""
        failed = 0
        try:
            failed = self._set_aside(case_id, clock, now + ASIDE)
            if failed >= TOLD_AFTER:
                self._tell_failing(case_id, clock, now)
        except Exception as further:
            log.error("a failing clock could not be reported", case=case_id, clock=clock, error=type(further).__name__)
        log.error(
            "a clock could not be looked at", case=case_id, clock=clock, failed=failed, error=type(error).__name__
        )
