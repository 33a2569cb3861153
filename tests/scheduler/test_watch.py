"""The time of day is held against a clock that nobody can set."""

from datetime import UTC, datetime, timedelta

import pytest
from structlog.testing import capture_logs

from scheduler.watch import Watch

NOW = datetime(2026, 11, 30, 8, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


class Seen:
    def __init__(self) -> None:
        self.steady = 1_000.0
        self.calls: list[tuple[str, timedelta]] = []
        self.fails = False
        self.watch = Watch(lambda: self.steady, self.jumped, self.stood_still)

    def jumped(self, before: datetime, now: datetime, by: timedelta) -> None:
        if self.fails:
            raise RuntimeError("the disk is full")
        self.calls.append(("jumped", by))

    def stood_still(self, since: datetime, now: datetime) -> None:
        self.calls.append(("stood still", now - since))


def looked(ran: timedelta, by: timedelta) -> Seen:
    seen = Seen()
    seen.watch.look(NOW)
    seen.steady += ran.total_seconds()
    seen.watch.look(NOW + ran + by)
    return seen


@pytest.mark.parametrize(
    ("ran", "by", "calls", "lines"),
    [
        (MINUTE, timedelta(), [], 0),
        (MINUTE, MINUTE, [], 0),
        (MINUTE, 2 * MINUTE, [], 1),
        (MINUTE, 10 * MINUTE, [], 1),
        (MINUTE, 11 * MINUTE, [("jumped", 11 * MINUTE)], 1),
        (MINUTE, -11 * MINUTE, [("jumped", -11 * MINUTE)], 1),
        (11 * MINUTE, timedelta(), [("stood still", 11 * MINUTE)], 0),
        (60 * MINUTE, -20 * MINUTE, [("jumped", -20 * MINUTE)], 1),
    ],
)
def test_what_parts_the_two_is_a_jump_and_what_both_show_is_a_standstill(
    ran: timedelta, by: timedelta, calls: list[tuple[str, timedelta]], lines: int
) -> None:
    with capture_logs() as logs:
        assert looked(ran, by).calls == calls
    assert len(logs) == lines


def test_a_jump_that_could_not_be_written_down_is_met_again() -> None:
    seen = Seen()
    seen.watch.look(NOW)
    seen.fails = True
    for _ in range(2):
        with pytest.raises(RuntimeError, match="full"):
            seen.watch.look(NOW + 60 * MINUTE)
    seen.fails = False
    seen.watch.look(NOW + 60 * MINUTE)
    seen.watch.look(NOW + 60 * MINUTE)
    assert seen.calls == [("jumped", 60 * MINUTE)]
