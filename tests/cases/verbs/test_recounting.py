"""Running clocks counted anew when the working days have changed: what moves, what stands, who hears of it."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from cases.case import Asked, Case, Clock
from cases.holidays import england
from cases.verbs.decision import Decision, Moment
from cases.verbs.recounting import recount
from cases.working_time import CalendarDays, Hours, Limit, OnDate, WorkingDays, due, spoken_due

if TYPE_CHECKING:
    from tests.conftest import World

BEFORE = england()
TUESDAY = date(2026, 12, 1)
AFTER = england({TUESDAY: "Snow"})
STARTED = datetime(2026, 11, 27, 9, 5, tzinfo=UTC)
NOW = STARTED + timedelta(hours=2)


def clock_of(limit: Limit, about: str = "s1", **more: Any) -> Clock:
    when = due(BEFORE, limit, STARTED)
    clock = Clock("k9", "timescale", "talk", about, STARTED, when.at, when.day, spoken_due(when), when.at)
    return replace(clock, fixed=when.fixed, **more)


def counted(world: "World", clock: Clock, now: datetime = NOW, **fields: Any) -> tuple[Case, Decision]:
    case = replace(world.open_case().case, clocks=(clock,), **fields)
    with world.casework.database.read() as connection:
        moment = world.casework.moment(connection, case, now)
    return case, recount(case, BEFORE, Moment(now, moment.policy, moment.directory, AFTER))


@pytest.mark.parametrize(
    ("limit", "day"),
    [
        (WorkingDays(1), None),  # Monday 30 November: before the snow
        (WorkingDays(2), date(2026, 12, 2)),
        (WorkingDays(5), date(2026, 12, 7)),
        (CalendarDays(4), date(2026, 12, 2)),  # Tuesday itself
        (CalendarDays(5), None),  # Wednesday stays
        (Hours(96), None),
        (OnDate(TUESDAY, "the date stated to protect the child"), None),
    ],
)
def test_a_date_moves_where_the_new_day_off_takes_one_of_its_days(
    world: "World", limit: Limit, day: date | None
) -> None:
    clock = clock_of(limit)
    _, decision = counted(world, clock)
    moved = decision.case.clocks[0]
    if day is None:
        assert (moved, decision.entries) == (clock, ())
    else:
        assert (moved.due_day, moved.due_at, moved.look_at) == (day, AFTER.end_of(day), AFTER.end_of(day))
        assert [entry.kind for entry in decision.entries] == ["clock_moved"]


@pytest.mark.parametrize("state", ["paused", "stopped"])
def test_a_clock_that_does_not_run_stands(world: "World", state: Any) -> None:
    assert counted(world, clock_of(WorkingDays(5), state=state))[1].entries == ()


def test_one_that_is_overdue_stands(world: "World") -> None:
    assert counted(world, clock_of(WorkingDays(2)), datetime(2026, 12, 2, 9, tzinfo=UTC))[1].entries == ()


def test_one_that_ran_again_after_a_pause_is_counted_from_now(world: "World") -> None:
    clock = clock_of(WorkingDays(5), reckoned=STARTED)
    for now, day in ((NOW, date(2026, 12, 7)), (datetime(2026, 12, 2, 9, tzinfo=UTC), date(2026, 12, 4))):
        assert counted(world, clock, now)[1].case.clocks[0].due_day == day


def test_one_that_is_due_on_the_day_on_which_it_began_stands(world: "World") -> None:
    clock = replace(clock_of(WorkingDays(1)), due_day=STARTED.date(), due_at=BEFORE.end_of(STARTED.date()))
    assert counted(world, clock)[1].entries == ()


def test_a_clock_with_a_ladder_is_looked_at_on_the_new_days(world: "World") -> None:
    ladder = next(iter(world.casework.partnerships["chscp"].loaded.policy.chases))
    moved = counted(world, clock_of(WorkingDays(5), ladder=ladder))[1].case.clocks[0]
    assert AFTER.is_working_day(AFTER.local_date(moved.look_at))
    assert moved.look_at != moved.due_at


def test_those_in_the_stage_hear_of_it_once_each(world: "World") -> None:
    _, decision = counted(world, clock_of(WorkingDays(5)))
    assert {letter.purpose for letter in decision.letters} == {"news"}
    assert len({letter.to for letter in decision.letters}) == len(decision.letters) >= 2
    assert "Friday 4 December 2026 is due by Monday 7 December 2026 now" in decision.letters[0].values["words"]


@pytest.mark.parametrize(("about", "who"), [("a1", "p2"), ("p2", "p2"), ("case", "p1")])
def test_of_another_clock_the_one_whom_it_concerns_hears(world: "World", about: str, who: str) -> None:
    asked = Asked("a1", "actions_so_far", "the actions", "Please send them.", "s1", "p2", STARTED)
    _, decision = counted(world, clock_of(WorkingDays(5), about), asked=(asked,))
    assert [letter.to for letter in decision.letters] == [who]


def test_before_the_first_stage_the_record_alone_says_so(world: "World") -> None:
    _, decision = counted(world, clock_of(WorkingDays(5), "case"), stages=())
    assert (len(decision.entries), decision.letters) == (1, ())
