"""The sweep: each clock on its own, and one that fails steps aside."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from structlog.testing import capture_logs

from scheduler.chasing import Chasing

if TYPE_CHECKING:
    from tests.conftest import World

NOW = datetime(2026, 12, 4, 8, tzinfo=UTC)


class Clocks:
    """Clocks whose time has come; those named bad fail whenever they are looked at."""

    def __init__(self, *due: str, bad: tuple[str, ...] = ()) -> None:
        self.waiting = dict.fromkeys(due, NOW)
        self.bad = bad
        self.looked: list[tuple[str, datetime]] = []

    def due(self, now: datetime, limit: int) -> list[tuple[str, str]]:
        return [("case", clock) for clock, at in self.waiting.items() if at <= now][:limit]

    def look(self, case_id: str, clock: str, now: datetime) -> None:
        self.looked.append((clock, now))
        if clock in self.bad:
            raise ValueError("the child's name must not get into the log")
        del self.waiting[clock]

    def set_aside(self, case_id: str, clock: str, until: datetime) -> int:
        self.waiting[clock] = until
        return 1

    def chasing(self) -> Chasing:
        return Chasing(self.due, self.look, self.set_aside)


def test_every_clock_whose_time_has_come_is_looked_at_once_at_this_moment() -> None:
    clocks = Clocks("k1", "k2", "k3")
    assert clocks.chasing().sweep(NOW) == 3
    assert clocks.looked == [("k1", NOW), ("k2", NOW), ("k3", NOW)]
    assert clocks.chasing().sweep(NOW) == 0


@pytest.mark.parametrize("bad", ["k1", "k2", "k3"])
def test_a_clock_that_fails_steps_aside_for_an_hour_and_the_others_go_on(bad: str) -> None:
    clocks = Clocks("k1", "k2", "k3", bad=(bad,))
    clocks.chasing().sweep(NOW)
    assert [clock for clock, _ in clocks.looked] == ["k1", "k2", "k3"]
    assert clocks.waiting == {bad: NOW + timedelta(hours=1)}
    assert clocks.chasing().sweep(NOW + timedelta(minutes=59)) == 0
    clocks.bad = ()
    assert clocks.chasing().sweep(NOW + timedelta(hours=1)) == 1
    assert clocks.waiting == {}


def test_the_log_names_the_clock_and_the_kind_of_fault_but_nothing_of_its_content() -> None:
    with capture_logs() as lines:
        Clocks("k1", bad=("k1",)).chasing().sweep(NOW)
    [line] = lines
    assert (line["case"], line["clock"], line["error"], line["failed"]) == ("case", "k1", "ValueError", 1)
    assert "child" not in str(line)


def test_in_the_database_too_a_clock_that_fails_waits_and_the_other_cases_are_chased(
    make_world: Callable[[], "World"], monkeypatch: pytest.MonkeyPatch
) -> None:
    world = make_world()
    broken = world.open_case().case
    world.clock.move(timedelta(minutes=1))
    sound = world.open_case().case
    world.clock.move(timedelta(days=10))  # the guide of 1.5, due Friday 4 December, is over on Monday the 7th
    look = world.casework.look

    def fail_for_one(case_id: str, clock: str, now: datetime) -> None:
        if case_id == broken.id:
            raise RuntimeError("this one is broken")
        look(case_id, clock, now)

    monkeypatch.setattr(world.casework, "look", fail_for_one)
    chasing = Chasing(world.casework.due_clocks, world.casework.look, world.casework.set_aside)
    with capture_logs() as lines:
        assert chasing.sweep(world.clock()) > 1
        due_now = {case_id for case_id, _ in world.casework.due_clocks(world.clock(), 100)}
        due_later = {case_id for case_id, _ in world.casework.due_clocks(world.clock() + timedelta(hours=1), 100)}
    assert {line["case"] for line in lines} == {broken.id}
    assert broken.id not in due_now
    assert broken.id in due_later
    chased = world.reading.case(sound.id, world.clock()).letters
    assert any(letter.purpose == "chase" for letter in chased)
