"""What must hold for every limit, every calendar and every date."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from cases.working_time import (
    Calendar,
    CalendarDays,
    Due,
    Hours,
    WorkingDays,
    due,
    remaining,
    resumed,
    working_days_left,
)

HOLIDAYS = {
    date(2026, 12, 25): "Christmas Day",
    date(2026, 12, 28): "substitute day for Boxing Day",
    date(2027, 1, 1): "New Year’s Day",
    date(2027, 3, 26): "Good Friday",
    date(2027, 3, 29): "Easter Monday",
    date(2027, 5, 3): "Early May bank holiday",
}
CALENDAR = Calendar(ZoneInfo("Europe/London"), HOLIDAYS, published_to=date(2028, 12, 31))
Counted = WorkingDays | CalendarDays | Hours
PROPERTY = settings(deadline=None, max_examples=150)
DATES = st.dates(date(2026, 1, 1), date(2029, 12, 31))
MOMENTS = st.builds(
    lambda day, minute: datetime.combine(day, time(), UTC) + timedelta(minutes=minute), DATES, st.integers(0, 1439)
)
COUNTS = st.integers(1, 60)
CALENDARS = st.builds(
    lambda closures: replace(CALENDAR, holidays={**HOLIDAYS, **closures}),
    st.dictionaries(DATES, st.sampled_from(["office closure", "training day"]), max_size=40),
)
LIMITS: st.SearchStrategy[Counted] = st.one_of(
    st.builds(WorkingDays, COUNTS), st.builds(CalendarDays, COUNTS), st.builds(Hours, COUNTS)
)


@PROPERTY
@given(CALENDARS, COUNTS, MOMENTS)
def test_every_promised_working_day_is_given_whole_and_no_other(
    calendar: Calendar, count: int, start: datetime
) -> None:
    found = due(calendar, WorkingDays(count), start)
    after = [calendar.local_date(start) + timedelta(days=number) for number in range(1, 400)]
    assert [day for day in after if calendar.is_working_day(day) and day <= found.day][count - 1 :] == [found.day]
    assert calendar.local(found.at).time() == time(0)
    assert calendar.local_date(found.at) == found.day + timedelta(days=1)


@PROPERTY
@given(CALENDARS, LIMITS, MOMENTS)
def test_no_due_is_earlier_than_the_limit_promises(calendar: Calendar, limit: Counted, start: datetime) -> None:
    found = due(calendar, limit, start)
    if isinstance(limit, Hours):
        assert found.at == start + timedelta(hours=limit.count)
    else:
        assert found.day >= calendar.local_date(start) + timedelta(days=limit.count)
        assert found.at == calendar.end_of(found.day)


@PROPERTY
@given(CALENDARS, st.one_of(st.builds(WorkingDays, COUNTS), st.builds(CalendarDays, COUNTS)), MOMENTS)
def test_no_day_is_skipped_without_a_reason_named(calendar: Calendar, limit: Counted, start: datetime) -> None:
    found, received = due(calendar, limit, start), calendar.local_date(start)
    first = received + timedelta(days=limit.count if isinstance(limit, CalendarDays) else 1)
    skipped = {
        day: why
        for number in range((found.day - first).days)
        if (why := calendar.why_not_working(day := first + timedelta(days=number)))
    }
    named = named_days(found, received)
    assert set(named) == set(skipped)
    for day, why in skipped.items():
        assert why in named[day] or ("weekend" in named[day] and why in ("Saturday", "Sunday"))


def named_days(found: Due, received: date) -> dict[date, str]:
    """Each day that the clauses of the working name as skipped, with its clause; read as a person would read it."""
    named: dict[date, str] = {}
    for clause in found.working.split("; ")[1:]:
        if clause.startswith("provisional"):
            continue
        days = clause.split(" is ")[0].split(" are ")[0]
        for span in days.replace(" and ", ", ").split(", "):
            first, _, last = span.rpartition("–")
            end = dated(last, received)
            begin = dated(first if " " in first else f"{first} {last.split()[1]}", received) if first else end
            named |= {begin + timedelta(days=number): clause for number in range((end - begin).days + 1)}
    return named


def dated(words: str, received: date) -> date:
    """The first such day and month from the day of receipt on."""
    days = (received + timedelta(days=number) for number in range(366))
    return next(day for day in days if f"{day.day} {day:%B}" == words)


@PROPERTY
@given(CALENDARS, st.sampled_from([WorkingDays, CalendarDays, Hours]), COUNTS, MOMENTS)
def test_a_longer_limit_is_never_due_sooner(
    calendar: Calendar, kind: type[Counted], count: int, start: datetime
) -> None:
    shorter, longer = due(calendar, kind(count), start), due(calendar, kind(count + 1), start)
    assert longer.at > shorter.at or (kind is CalendarDays and longer.at == shorter.at)


@PROPERTY
@given(CALENDARS, st.one_of(st.builds(WorkingDays, COUNTS), st.builds(CalendarDays, COUNTS)), MOMENTS)
def test_days_are_due_on_a_working_day(calendar: Calendar, limit: Counted, start: datetime) -> None:
    assert calendar.is_working_day(due(calendar, limit, start).day)


@PROPERTY
@given(CALENDARS, DATES, st.integers(-60, 60))
def test_working_days_added_and_taken_away_again_lead_back(calendar: Calendar, day: date, count: int) -> None:
    start = calendar.next_working_day(day)
    end = calendar.add_working_days(start, count)
    assert calendar.add_working_days(end, -count) == start
    assert working_days_left(calendar, end, start) == count


@PROPERTY
@given(CALENDARS, LIMITS, MOMENTS, st.integers(0, 100_000), st.integers(0, 100_000))
def test_a_pause_never_shortens_what_is_left(
    calendar: Calendar, limit: Counted, start: datetime, ran: int, paused: int
) -> None:
    before = due(calendar, limit, start)
    stopped = start + timedelta(minutes=ran)
    again = stopped + timedelta(minutes=paused)
    after = resumed(calendar, remaining(calendar, before, stopped), again)
    if stopped >= before.at:
        assert after == before
    elif isinstance(limit, Hours):
        assert after.at - again == before.at - stopped
    else:
        left = working_days_left(calendar, before.day, calendar.local_date(stopped))
        assert working_days_left(calendar, after.day, calendar.local_date(again)) >= left
        assert after.at >= before.at
        assert after.at > again


@PROPERTY
@given(CALENDARS, MOMENTS)
def test_a_sending_moment_is_in_sending_hours_and_never_skips_any(calendar: Calendar, moment: datetime) -> None:
    sent = calendar.next_sending_moment(moment)
    assert calendar.is_working_day(calendar.local_date(sent))
    assert time(8) <= calendar.local(sent).time() < time(18)
    assert calendar.next_sending_moment(sent) == sent
    waited = (moment + timedelta(hours=hours) for hours in range(int((sent - moment) / timedelta(hours=1)) + 1))
    assert not any(in_hours(calendar, each) for each in waited if each < sent)


def in_hours(calendar: Calendar, moment: datetime) -> bool:
    local = calendar.local(moment)
    return local.weekday() < 5 and local.date() not in calendar.holidays and 8 <= local.hour < 18
