"""A bank holiday is announced late, or the partnership closes on a day, while clocks run (E20)."""

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from govuk_bank_holidays.bank_holidays import BankHolidays
from sqlalchemy import func, select, update

from cases import holidays
from cases.case import Case
from cases.directory.directory import Closure
from cases.store import absences, case_rows
from cases.tables import cases, recounts
from cases.watching.recounting import Recounting

if TYPE_CHECKING:
    from tests.conftest import World

TUESDAY = date(2026, 12, 1)
SNOW = Closure(None, TUESDAY, TUESDAY, "Snow")


def load(world: "World", case_id: str) -> Case:
    with world.casework.database.read() as connection:
        return case_rows.load(connection, case_id, world.casework.keyring)


def close(world: "World", closure: Closure = SNOW) -> None:
    with world.casework.database.write() as connection:
        absences.close(connection, "chscp", closure)


def reopen(world: "World") -> None:
    with world.casework.database.write() as connection:
        for entered in absences.closures_ahead(connection, "chscp", date.min):
            absences.reopen(connection, "chscp", entered.id)


def count_anew(world: "World") -> None:
    Recounting(world.casework).look(world.clock())


def test_e20_a_closure_entered_while_a_clock_runs_makes_its_date_later_and_the_parties_hear_of_it(
    world: "World",
) -> None:
    """Deadlines recomputed, change logged with old and new; never earlier than already promised."""
    count_anew(world)
    view = world.open_case()  # on Friday 27 November, due after five working days: Friday 4 December
    clock = view.case.running("timescale")[0]
    assert clock.due_day == date(2026, 12, 4)
    close(world)
    count_anew(world)
    moved = load(world, view.case.id).clock(clock.key)
    assert moved.due_day == date(2026, 12, 7)
    assert moved.due_at == datetime(2026, 12, 8, tzinfo=UTC)
    assert moved.look_at > clock.look_at
    assert "1 December is not a working day (Snow)" in moved.working
    entry = world.reading.written_log(view.case.id).lines[-1]
    assert "What was due by Friday 4 December 2026 is due by Monday 7 December 2026 now" in entry.words
    told = {letter.name for letter in world.letters("news")}
    assert {"Alice Osei", "Ben Carter"} <= told
    with world.casework.database.read() as connection:
        assert case_rows.load(connection, view.case.id, world.casework.keyring).length == view.case.length + 1


def test_e20_each_case_is_counted_anew_once_whatever_stops_in_between(world: "World") -> None:
    """The case stands in a list until it was."""
    count_anew(world)
    view = world.open_case()
    close(world)
    Recounting(world.casework).notice("chscp", world.clock())  # and the process stops here
    for _ in range(3):
        count_anew(world)
    assert load(world, view.case.id).running("timescale")[0].due_day == date(2026, 12, 7)
    with world.casework.database.read() as connection:
        assert connection.execute(select(func.count()).select_from(recounts)).scalar_one() == 0


def test_e20_a_closure_that_is_called_off_makes_no_date_earlier(world: "World") -> None:
    """Never earlier than already promised."""
    count_anew(world)
    close(world)
    count_anew(world)
    view = world.open_case()
    promised = view.case.running("timescale")[0]
    assert promised.due_day == date(2026, 12, 7)
    reopen(world)
    count_anew(world)
    assert load(world, view.case.id) == view.case


def test_e20_an_agencys_own_closure_moves_no_date_of_the_partnership(world: "World") -> None:
    count_anew(world)
    view = world.open_case()
    close(world, Closure("health", TUESDAY, TUESDAY, "Half term"))
    count_anew(world)
    assert load(world, view.case.id) == view.case


def test_e20_a_bank_holiday_announced_late_does_the_same(world: "World", monkeypatch: pytest.MonkeyPatch) -> None:
    """Holiday data updated while a timer runs."""
    count_anew(world)
    view = world.open_case()
    holidays._listed.cache_clear()
    known = BankHolidays(use_cached_holidays=True).get_holidays(BankHolidays.ENGLAND_AND_WALES)
    new = {"title": "Day of national mourning", "date": TUESDAY, "notes": "", "bunting": False}
    monkeypatch.setattr(BankHolidays, "get_holidays", lambda *_, **__: [*known, new])  # a newer version of the package
    count_anew(world)
    moved = load(world, view.case.id).running("timescale")[0]
    holidays._listed.cache_clear()
    assert (moved.due_day, "Day of national mourning" in moved.working) == (date(2026, 12, 7), True)


def test_e20_a_clock_that_is_overdue_or_counts_hours_stands(world: "World") -> None:
    """What was promised has gone by; hours run through every day."""
    count_anew(world)
    view = world.open_case(confirmed=False)  # the wait for the raiser's own confirmation counts hours
    hours = view.case.clocks[0]
    confirmed = world.open_case()
    world.clock.move(timedelta(days=9))
    close(world)
    count_anew(world)
    assert load(world, view.case.id).clock(hours.key) == hours
    assert load(world, confirmed.case.id).running("timescale") == confirmed.case.running("timescale")


def test_e20_a_closed_case_is_not_looked_at(world: "World") -> None:
    count_anew(world)
    world.open_case()
    with world.casework.database.write() as connection:
        connection.execute(update(cases).values(status="closed"))
    close(world)
    assert Recounting(world.casework).look(world.clock()) == 0
