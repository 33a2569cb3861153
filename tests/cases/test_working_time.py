"""Due dates, worked out by hand from a printed calendar; and what must hold for every date.

The two weeks and a half around Christmas 2026, the hardest stretch of the tables below:

    Mon 21  Tue 22  Wed 23  Thu 24  [Fri 25 Christmas Day]  [26–27]
    [Mon 28 Boxing Day's substitute]  Tue 29  Wed 30  Thu 31  [Fri 1 New Year's Day]  [2–3]  Mon 4 January 2027
"""

from dataclasses import replace
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from cases.working_time import (
    Calendar,
    CalendarDays,
    Hours,
    Limit,
    OnDate,
    WorkingDays,
    due,
    earliest,
    spoken_date,
    spoken_due,
)

LONDON = ZoneInfo("Europe/London")
HOLIDAYS = {
    date(2026, 12, 25): "Christmas Day",
    date(2026, 12, 28): "substitute day for Boxing Day",
    date(2027, 1, 1): "New Year’s Day",
    date(2027, 3, 26): "Good Friday",
    date(2027, 3, 29): "Easter Monday",
    date(2027, 5, 3): "Early May bank holiday",
}
CALENDAR = Calendar(LONDON, HOLIDAYS, published_to=date(2028, 12, 31))
CLOSED_AT_CHRISTMAS = replace(
    CALENDAR, holidays={date(2026, 12, day): "office closure" for day in range(24, 32)} | HOLIDAYS
)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("received", "count", "at"),
    [
        # The example of the design: Friday to Friday.
        ("2026-11-27T16:10", 5, "2026-12-05T00:00"),
        ("2026-11-27T16:10", 1, "2026-12-01T00:00"),
        # Received on Saturday, on Sunday: Monday is day 1.
        ("2026-11-28T09:00", 1, "2026-12-01T00:00"),
        ("2026-11-29T23:59", 1, "2026-12-01T00:00"),
        # Christmas: after Wed 23 come Thu 24, then Tue 29, Wed 30, Thu 31, then Mon 4.
        ("2026-12-23T12:00", 1, "2026-12-25T00:00"),
        ("2026-12-23T12:00", 2, "2026-12-30T00:00"),
        ("2026-12-23T12:00", 5, "2027-01-05T00:00"),
        ("2026-12-25T12:00", 1, "2026-12-30T00:00"),
        # Easter 2027: from Thursday 25 March, day 1 is Tuesday 30; midnight is 23:00 UTC once summer time has begun.
        ("2027-03-25T12:00", 1, "2027-03-30T23:00"),
        ("2027-03-22T12:00", 3, "2027-03-26T00:00"),
        # Early May 2027: Fri 30 April, then Tue 4 May.
        ("2027-04-29T12:00", 2, "2027-05-04T23:00"),
        # The clocks go back on Sunday 25 October 2026: due Friday 23 in summer time, due Monday 26 in winter time.
        ("2026-10-22T12:00", 1, "2026-10-23T23:00"),
        ("2026-10-22T12:00", 2, "2026-10-27T00:00"),
        # In summer time 23:30 UTC is already the next local day: Friday 3 July, not Thursday 2.
        ("2026-07-02T22:59", 1, "2026-07-03T23:00"),
        ("2026-07-02T23:00", 1, "2026-07-06T23:00"),
        # The leap day is a Tuesday.
        ("2028-02-28T12:00", 1, "2028-03-01T00:00"),
        ("2028-02-28T12:00", 2, "2028-03-02T00:00"),
        # Past the end of 32-bit time: 19 January 2038 is a Tuesday, so Monday 18 is followed by it.
        ("2038-01-18T12:00", 1, "2038-01-20T00:00"),
        ("2038-01-15T12:00", 5, "2038-01-23T00:00"),
    ],
)
def test_working_days_end_at_the_local_midnight_after_the_last_one(received: str, count: int, at: str) -> None:
    assert due(CALENDAR, WorkingDays(count), utc(received)).at == utc(at)


@pytest.mark.parametrize(
    ("received", "count", "day"),
    [
        ("2026-11-18T12:00", 7, date(2026, 11, 25)),
        ("2026-11-18T12:00", 10, date(2026, 11, 30)),  # a Saturday
        ("2026-11-18T12:00", 11, date(2026, 11, 30)),  # a Sunday
        ("2026-12-18T12:00", 7, date(2026, 12, 29)),  # Christmas Day, a weekend, a substitute day
        ("2027-03-19T12:00", 7, date(2027, 3, 30)),  # Good Friday to Easter Monday
        ("2028-02-15T12:00", 14, date(2028, 2, 29)),
        ("2027-12-29T12:00", 2, date(2027, 12, 31)),
    ],
)
def test_calendar_days_roll_on_to_the_next_working_day(received: str, count: int, day: date) -> None:
    assert due(CALENDAR, CalendarDays(count), utc(received)).day == day


@pytest.mark.parametrize(
    ("start", "hours", "at", "words"),
    [
        ("2026-11-27T16:10", 48, "2026-11-29T16:10",
         "Sunday 29 November 2026: by 16:10 GMT, 48 hours from 16:10 GMT on Friday 27 November"),
        ("2026-10-23T15:10", 72, "2026-10-26T15:10",
         "Monday 26 October 2026: by 15:10 GMT, 72 hours from 16:10 BST on Friday 23 October"),
        ("2026-10-25T00:30", 1, "2026-10-25T01:30",
         "Sunday 25 October 2026: by 01:30 GMT, 1 hour from 01:30 BST on Sunday 25 October"),
        ("2027-03-28T00:30", 1, "2027-03-28T01:30",
         "Sunday 28 March 2027: by 02:30 BST, 1 hour from 00:30 GMT on Sunday 28 March"),
        ("2026-12-31T12:00", 24, "2027-01-01T12:00",
         "Friday 1 January 2027: by 12:00 GMT, 24 hours from 12:00 GMT on Thursday 31 December 2026"),
    ],
)  # fmt: skip
def test_hours_run_by_the_clock_through_nights_and_clock_changes(start: str, hours: int, at: str, words: str) -> None:
    found = due(CALENDAR, Hours(hours), utc(start))
    assert (found.at, spoken_due(found)) == (utc(at), words)


@pytest.mark.parametrize(
    ("calendar", "limit", "received", "words"),
    [
        (
            CALENDAR,
            WorkingDays(5),
            "2026-11-27T16:10",
            ("Friday 4 December 2026: 5 working days from Friday 27 November; 28–29 November are a weekend"),
        ),
        (
            CALENDAR,
            WorkingDays(1),
            "2026-11-26T12:00",
            ("Friday 27 November 2026: 1 working day from Thursday 26 November"),
        ),
        (
            CALENDAR,
            WorkingDays(1),
            "2026-11-28T12:00",
            (
                "Monday 30 November 2026: 1 working day from Saturday 28 November; 29 November is "
                "not a working day (Sunday)"
            ),
        ),
        (
            CALENDAR,
            WorkingDays(11),
            "2026-11-12T12:00",
            (
                "Friday 27 November 2026: 11 working days from Thursday 12 November; "
                "14–15 November and 21–22 November are weekends"
            ),
        ),
        (
            CALENDAR,
            WorkingDays(10),
            "2026-12-18T12:00",
            (
                "Wednesday 6 January 2027: 10 working days from Friday 18 December 2026; 19–20 December are a weekend; "
                "25–28 December are not working days (Christmas Day, weekend, substitute day for Boxing Day); "
                "1–3 January are not working days (New Year’s Day, weekend)"
            ),
        ),
        (
            CLOSED_AT_CHRISTMAS,
            WorkingDays(1),
            "2026-12-23T12:00",
            (
                "Monday 4 January 2027: 1 working day from Wednesday 23 December 2026; 24 "
                "December–3 January are not working days "
                "(office closure, Christmas Day, substitute day for Boxing Day, New Year’s Day, weekend)"
            ),
        ),
        (
            CALENDAR,
            WorkingDays(3),
            "2027-04-30T12:00",
            (
                "Thursday 6 May 2027: 3 working days from Friday 30 April; "
                "1–3 May are not working days (weekend, Early May bank holiday)"
            ),
        ),
        (
            CALENDAR,
            CalendarDays(7),
            "2026-11-18T12:00",
            ("Wednesday 25 November 2026: 7 calendar days from Wednesday 18 November"),
        ),
        (
            CALENDAR,
            CalendarDays(10),
            "2026-11-18T12:00",
            (
                "Monday 30 November 2026: 10 calendar days from Wednesday 18 November end on Saturday 28 November "
                "and move to the next working day; 28–29 November are a weekend"
            ),
        ),
        (
            CALENDAR,
            OnDate(date(2026, 12, 1), "agreed by both managers"),
            "2026-11-18T12:00",
            ("Tuesday 1 December 2026: agreed by both managers"),
        ),
        (
            CALENDAR,
            OnDate(date(2026, 12, 25), "the date stated for the child"),
            "2026-11-18T12:00",
            (
                "Friday 25 December 2026: the date stated for the child; "
                "the date stands although it is not a working day (Christmas Day)"
            ),
        ),
        (
            CALENDAR,
            WorkingDays(3),
            "2028-12-28T12:00",
            (
                "Tuesday 2 January 2029: 3 working days from Thursday 28 December 2028; 30–31 December are a weekend; "
                "provisional, as holidays are published only up to Sunday 31 December 2028"
            ),
        ),
    ],
)
def test_the_words_show_the_working(calendar: Calendar, limit: Limit, received: str, words: str) -> None:
    assert spoken_due(due(calendar, limit, utc(received))) == words


@pytest.mark.parametrize(
    ("limit", "received", "provisional"),
    [
        (WorkingDays(1), "2028-12-28T12:00", False),  # Friday 29
        (WorkingDays(2), "2028-12-28T12:00", True),  # Monday 1 January 2029, whose holiday is not published yet
        (CalendarDays(1), "2028-12-28T12:00", False),
        (CalendarDays(2), "2028-12-28T12:00", True),
        (Hours(960), "2028-12-28T12:00", False),
        (OnDate(date(2029, 6, 1), "agreed"), "2028-12-28T12:00", False),
    ],
)
def test_a_due_counted_beyond_the_published_holidays_is_provisional(
    limit: Limit, received: str, provisional: bool
) -> None:
    assert due(CALENDAR, limit, utc(received)).provisional is provisional


def test_the_last_published_day_itself_is_certain() -> None:
    known = replace(CALENDAR, published_to=date(2026, 12, 4))
    dues = [due(known, WorkingDays(count), utc("2026-11-27T16:10")) for count in (5, 6)]
    assert [found.provisional for found in dues] == [False, True]


def test_an_anchor_in_local_time_counts_the_same_hours() -> None:
    start = utc("2026-10-23T15:10")
    assert due(CALENDAR, Hours(72), start.astimezone(LONDON)) == due(CALENDAR, Hours(72), start)


def test_a_stated_date_ends_with_its_own_day_working_or_not() -> None:
    found = due(CALENDAR, OnDate(date(2026, 7, 4), "the child's own time"), utc("2026-07-01T12:00"))
    assert (found.at, found.fixed) == (utc("2026-07-04T23:00"), True)


@pytest.mark.parametrize("kind", [WorkingDays, CalendarDays, Hours])
def test_a_limit_is_at_least_one(kind: type[WorkingDays | CalendarDays | Hours]) -> None:
    assert kind(1).count == 1
    with pytest.raises(ValueError, match="at least 1, not 0"):
        kind(0)


@pytest.mark.parametrize("limit", [WorkingDays(1), CalendarDays(1), Hours(1), OnDate(date(2026, 1, 1), "agreed")])
def test_a_moment_without_a_time_zone_is_refused(limit: Limit) -> None:
    with pytest.raises(ValueError, match="needs a time zone"):
        due(CALENDAR, limit, utc("2026-11-27T16:10").replace(tzinfo=None))


def test_the_earliest_wins_and_of_equals_the_first() -> None:
    start = utc("2026-11-26T12:00")  # a Thursday: one working day and one calendar day both end with Friday
    dues = [due(CALENDAR, limit, start) for limit in (WorkingDays(5), CalendarDays(1), WorkingDays(1), Hours(48))]
    assert earliest(dues) == (1, dues[1])
    assert earliest(dues[::-1]) == (1, dues[2])


def test_there_is_no_earliest_of_none() -> None:
    with pytest.raises(ValueError, match="empty"):
        earliest([])


def test_a_late_announced_holiday_moves_a_due_date_and_is_named() -> None:
    start = utc("2026-11-27T16:10")
    announced = replace(CALENDAR, holidays={**HOLIDAYS, date(2026, 12, 2): "extra bank holiday"})
    assert due(announced, WorkingDays(5), start).day == date(2026, 12, 7)
    assert "2 December is not a working day (extra bank holiday)" in due(announced, WorkingDays(5), start).working


@pytest.mark.parametrize(
    ("day", "words"),
    [(date(2028, 2, 29), "Tuesday 29 February 2028"), (date(2038, 1, 19), "Tuesday 19 January 2038")],
)
def test_a_date_is_spoken_with_its_weekday(day: date, words: str) -> None:
    assert spoken_date(day) == words
