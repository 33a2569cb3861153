"""The sweep: each clock on its own, and one that fails steps aside."""

from collections import Counter
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
        self.failed: Counter[str] = Counter()
        self.told: list[str] = []

    def due(self, now: datetime, limit: int) -> list[tuple[str, str]]:
        return [("case", clock) for clock, at in self.waiting.items() if at <= now][:limit]

    def look(self, case_id: str, clock: str, now: datetime) -> None:
        self.looked.append((clock, now))
        if clock in self.bad:
            raise ValueError("the child's name must not get into the log")
        del self.waiting[clock]

    def set_aside(self, case_id: str, clock: str, until: datetime) -> int:
        self.waiting[clock] = until
        self.failed[clock] += 1
        return self.failed[clock]

    def tell_failing(self, case_id: str, clock: str, now: datetime) -> None:
        self.told.append(clock)

    def chasing(self) -> Chasing:
        return Chasing(self.due, self.look, self.set_aside, self.tell_failing)


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


def test_from_the_third_failure_on_a_person_is_told() -> None:
    clocks = Clocks("k1", "k2", bad=("k1",))
    for hours in range(2):
        clocks.chasing().sweep(NOW + timedelta(hours=hours))
    assert clocks.told == []
    clocks.chasing().sweep(NOW + timedelta(hours=2))
    assert clocks.told == ["k1"]


@pytest.mark.parametrize("verb", ["set_aside", "tell_failing"])
def test_trouble_in_reporting_a_failing_clock_holds_up_no_other(verb: str, monkeypatch: pytest.MonkeyPatch) -> None:
    clocks = Clocks("k1", "k2", bad=("k1",))
    clocks.failed["k1"] = 2

    def fail(*given: object) -> int:
        raise RuntimeError("the case cannot be read")

    monkeypatch.setattr(clocks, verb, fail)
    with capture_logs() as lines:
        clocks.chasing().sweep(NOW)
    assert [clock for clock, _ in clocks.looked] == ["k1", "k2"]
    assert [line["error"] for line in lines] == ["RuntimeError", "ValueError"]


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
    chasing = Chasing(
        world.casework.due_clocks, world.casework.look, world.casework.set_aside, world.casework.tell_failing
    )
    with capture_logs() as lines:
        assert chasing.sweep(world.clock()) > 1
        due_now = {case_id for case_id, _ in world.casework.due_clocks(world.clock(), 100)}
        due_later = {case_id for case_id, _ in world.casework.due_clocks(world.clock() + timedelta(hours=1), 100)}
    assert {line["case"] for line in lines} == {broken.id}
    assert broken.id not in due_now
    assert broken.id in due_later
    chased = world.reading.case(sound.id, world.clock()).letters
    assert any(letter.purpose == "chase" for letter in chased)


def test_a_step_that_always_fails_is_one_task_and_one_letter_on_its_case(
    world: "World", monkeypatch: pytest.MonkeyPatch
) -> None:
    world.open_case()
    world.clock.move(timedelta(days=10))
    casework, look = world.casework, world.casework.look

    def fail(*given: object) -> None:
        raise RuntimeError("broken")

    monkeypatch.setattr(casework, "look", fail)
    chasing = Chasing(casework.due_clocks, casework.look, casework.set_aside, casework.tell_failing)
    stuck = casework.due_clocks(world.clock(), 100)
    told = []
    for _ in range(5):
        chasing.sweep(world.clock())
        world.clock.move(timedelta(hours=1))
        told.append(len([each for each in world.letters("task") if "could not take the next step" in str(each.values)]))
    assert told == [0, 0, len(stuck), len(stuck), len(stuck)]
    [(case_id, clock), *_] = stuck
    words = [line.words for line in world.reading.written_log(case_id).lines]
    assert sum("For business support: The program could not take the next step" in each for each in words) == len(stuck)
    look(case_id, clock, world.clock())
    assert casework.set_aside(case_id, clock, world.clock()) == 1  # a step that went well forgets the failures before
