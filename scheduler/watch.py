"""Notices that the computer's clock was changed, or that nothing ran for a while, before anything acts on the time.

The time of day is held against a clock that nobody can set. Where the two part, the time of day was changed. A machine
that slept shows in both and counts as a standstill; a virtual machine that was stopped from outside sees only its time
of day leap, which looks like a change of the clock: a person says that the time is right, and all goes on.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from threading import Lock

import structlog

log = structlog.get_logger()

WORTH_A_LINE = timedelta(minutes=1)
TOO_FAR = timedelta(minutes=10)


class Watch:
    """`steady` counts seconds and is never set. `jumped` is told of a change of the clock, `stood_still` of a rest."""

    def __init__(
        self,
        steady: Callable[[], float],
        jumped: Callable[[datetime, datetime, timedelta], object],
        stood_still: Callable[[datetime, datetime], object],
    ) -> None:
        self._steady = steady
        self._jumped = jumped
        self._stood_still = stood_still
        self._last: tuple[datetime, float] | None = None
        self._lock = Lock()

    def look(self, now: datetime) -> None:
        """Every job that acts on the time asks this first. Where it raises, nothing may be done."""
        with self._lock:
            steady = self._steady()
            if self._last:
                self._compare(*self._last, now, steady)
            self._last = (now, steady)

    def _compare(self, before: datetime, then: float, now: datetime, steady: float) -> None:
        ran = timedelta(seconds=steady - then)
        by = now - before - ran
        if abs(by) > WORTH_A_LINE:
            log.error("the computer's clock was changed", seconds=round(by.total_seconds()))
        if abs(by) > TOO_FAR:
            self._jumped(before, now, by)
        elif ran > TOO_FAR:
            self._stood_still(before, now)
