"""The ticker: the only file that knows APScheduler, which only says "look now". What is due stands in the database."""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime

import structlog
from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler

from scheduler.timetable import Job

log = structlog.get_logger()


class Ticker:
    """Runs the timetable in the background: one job after another, and beside them the one that waits on others."""

    def __init__(self, jobs: Iterable[Job], now: Callable[[], datetime]) -> None:
        # In UTC with intervals: local due times are worked out in the cases, and no clock change can double a job.
        self._scheduler = BackgroundScheduler(
            timezone=UTC,
            executors={"default": ThreadPoolExecutor(1), "waiting": ThreadPoolExecutor(1)},
            job_defaults={"max_instances": 1, "coalesce": True, "misfire_grace_time": None},
        )
        for job in jobs:
            thread = "waiting" if job.waits else "default"
            self._scheduler.add_job(
                _quietly(job, now), "interval", seconds=job.every.total_seconds(), name=job.name, executor=thread
            )

    def start(self) -> None:
        self._scheduler.start()

    def stop(self) -> None:
        """Waits for the job in hand to finish."""
        self._scheduler.shutdown(wait=True)


def _quietly(job: Job, now: Callable[[], datetime]) -> Callable[[], None]:
    def run() -> None:
        try:
            job.run(now())
        except Exception as error:
            log.error("a job failed and will be tried again", job=job.name, error=type(error).__name__)

    return run
