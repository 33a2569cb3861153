"""The ticker with the real APScheduler: events are waited for, never time."""

from datetime import UTC, datetime, timedelta
from threading import Event, current_thread
from typing import Any

import pytest
from structlog.testing import capture_logs

from scheduler.clock import Ticker
from scheduler.timetable import Job

NOW = datetime(2026, 12, 4, 8, tzinfo=UTC)
SOON = timedelta(milliseconds=5)
PATIENCE = 60  # seconds until a test that waits for nothing gives up


def job(name: str, run: Any, every: timedelta = SOON) -> Job:
    return Job(name, every, run)


def test_a_job_is_run_again_and_again_with_the_moment_it_was_given() -> None:
    seen: list[datetime] = []
    twice = Event()

    def run(now: datetime) -> None:
        seen.append(now)
        if len(seen) == 2:
            twice.set()

    ticker = Ticker([job("look", run)], lambda: NOW)
    ticker.start()
    assert twice.wait(PATIENCE)
    ticker.stop()
    assert set(seen) == {NOW}


def test_a_job_that_fails_is_tried_again_and_stops_neither_itself_nor_the_others() -> None:
    failed, other = Event(), Event()
    tries: list[datetime] = []

    def fails(now: datetime) -> None:
        tries.append(now)
        if len(tries) == 3:
            failed.set()
        raise ValueError("the child's name must not get into the log")

    def works(now: datetime) -> None:
        if failed.is_set():
            other.set()

    with capture_logs() as lines:
        ticker = Ticker([job("fails", fails), job("works", works)], lambda: NOW)
        ticker.start()
        assert failed.wait(PATIENCE)
        assert other.wait(PATIENCE)
        ticker.stop()
    assert {(line["job"], line["error"]) for line in lines} == {("fails", "ValueError")}
    assert "child" not in str(lines)


def test_jobs_run_one_after_another_in_one_thread_of_their_own() -> None:
    threads: set[str] = set()
    seen = [Event(), Event()]
    inside: list[str] = []

    def run(number: int) -> Any:
        def work(now: datetime) -> None:
            inside.append("in")
            threads.add(current_thread().name)
            assert inside == ["in"]
            inside.pop()
            seen[number].set()

        return work

    with capture_logs() as lines:
        ticker = Ticker([job("one", run(0)), job("two", run(1))], lambda: NOW)
        ticker.start()
        assert all(each.wait(PATIENCE) for each in seen)
        ticker.stop()
    assert lines == []
    assert len(threads) == 1
    assert current_thread().name not in threads


def test_stopping_waits_for_the_job_in_hand_to_finish() -> None:
    begun, go_on = Event(), Event()
    finished: list[bool] = []

    def run(now: datetime) -> None:
        begun.set()
        assert go_on.wait(PATIENCE)
        finished.append(True)

    ticker = Ticker([job("slow", run)], lambda: NOW)
    ticker.start()
    assert begun.wait(PATIENCE)
    go_on.set()
    ticker.stop()
    assert finished


@pytest.mark.parametrize("number", [0, 3])
def test_nothing_runs_before_the_ticker_starts_or_after_it_stopped(number: int) -> None:
    ran: list[datetime] = []
    enough = Event()

    def run(now: datetime) -> None:
        ran.append(now)
        if len(ran) >= number:
            enough.set()

    ticker = Ticker([job("look", run)], lambda: NOW)
    assert ran == []
    ticker.start()
    assert enough.wait(PATIENCE)
    ticker.stop()
    after = len(ran)
    # A job that still ran would need the scheduler's thread, and it is gone.
    assert not ticker._scheduler.running
    assert len(ran) == after


def test_what_waits_on_others_holds_up_none_of_the_rest() -> None:
    """A mail server may take minutes to answer the final dot; meanwhile mail is judged and clocks run."""
    waiting, answered, judged = Event(), Event(), Event()

    def sends(now: datetime) -> None:
        waiting.set()
        assert answered.wait(PATIENCE)

    def judges(now: datetime) -> None:
        if waiting.is_set():
            judged.set()

    ticker = Ticker([Job("send", SOON, sends, waits=True), job("judge", judges)], lambda: NOW)
    ticker.start()
    assert judged.wait(PATIENCE)
    answered.set()
    ticker.stop()
