"""Each working morning's digests: one partnership's trouble holds up no other, and what has not gone is loud."""

from datetime import UTC, datetime

from structlog.testing import capture_logs

from scheduler.digests import Mornings
from scheduler.timetable import timetable

NOW = datetime(2026, 11, 30, 8, tzinfo=UTC)


def make(partnership: str, now: datetime) -> bool:
    if partnership == "bad":
        raise ValueError("the child's name must not get into the log")
    return partnership == "due"


def overdue(partnership: str, now: datetime) -> str:
    return "The digest has not been made." if partnership == "bad" else ""


def mornings() -> Mornings:
    return Mornings(lambda now: ("bad", "due", "done"), make, overdue)


def test_one_that_cannot_be_made_is_said_and_the_others_are_made() -> None:
    with capture_logs() as logs:
        assert mornings().look(NOW) == 1
    assert logs == [
        {"event": "the digest could not be made", "log_level": "error", "partnership": "bad", "error": "ValueError"}
    ]


def test_one_that_has_not_gone_is_an_error_in_the_log_each_time_and_every_half_hour() -> None:
    with capture_logs() as logs:
        assert [mornings().alarm(NOW), mornings().alarm(NOW)] == [1, 1]
    assert [(each["log_level"], each["partnership"]) for each in logs] == [("error", "bad")] * 2

    def nothing(now: datetime) -> None: ...

    names = timetable.__kwdefaults__ or timetable.__annotations__
    jobs = timetable(**{name: nothing for name in names if name != "return"})
    every = next(job.every for job in jobs if job.name == "see that the day's digests have gone")
    assert every.total_seconds() == 1800
