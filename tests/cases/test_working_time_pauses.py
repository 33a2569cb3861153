"""The partnership's days, its sending hours, and what a pause keeps; worked out by hand from a printed calendar."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from cases.working_time import (
    Calendar,
    Hours,
    Limit,
    OnDate,
    WorkingDays,
    due,
    remaining,
    resumed,
    spoken_due,
    working_days_left,
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
    ("day", "why"),
    [
        (date(2026, 12, 24), None),
        (date(2026, 12, 25), "Christmas Day"),
        (date(2026, 12, 26), "Saturday"),
        (date(2026, 12, 27), "Sunday"),
        (date(2026, 12, 28), "substitute day for Boxing Day"),
        (date(2028, 2, 29), None),
    ],
)
def test_why_a_day_is_no_working_day(day: date, why: str | None) -> None:
    assert CALENDAR.why_not_working(day) == why
    assert CALENDAR.is_working_day(day) is (why is None)


def test_a_named_closure_at_a_weekend_is_given_by_its_name() -> None:
    assert CLOSED_AT_CHRISTMAS.why_not_working(date(2026, 12, 26)) == "office closure"


@pytest.mark.parametrize(
    ("day", "count", "expected"),
    [
        (date(2026, 12, 29), -1, date(2026, 12, 24)),
        (date(2027, 1, 4), -5, date(2026, 12, 23)),
        (date(2026, 11, 28), -1, date(2026, 11, 27)),
        (date(2026, 11, 28), 0, date(2026, 11, 28)),
        (date(2026, 11, 28), 1, date(2026, 11, 30)),
    ],
)
def test_working_days_are_added_and_taken_away(day: date, count: int, expected: date) -> None:
    assert CALENDAR.add_working_days(day, count) == expected


@pytest.mark.parametrize(
    ("due_day", "today", "left"),
    [
        (date(2026, 12, 4), date(2026, 11, 27), 5),
        (date(2026, 12, 4), date(2026, 12, 3), 1),
        (date(2026, 12, 4), date(2026, 12, 4), 0),
        (date(2026, 12, 4), date(2026, 12, 6), 0),
        (date(2026, 12, 4), date(2026, 12, 8), -2),
        (date(2027, 1, 4), date(2026, 12, 24), 4),
        (date(2026, 12, 5), date(2026, 12, 3), 1),  # a stated Saturday
    ],
)
def test_working_days_left(due_day: date, today: date, left: int) -> None:
    assert working_days_left(CALENDAR, due_day, today) == left


@pytest.mark.parametrize(
    ("moment", "sent"),
    [
        ("2026-11-27T07:59:59", "2026-11-27T08:00"),
        ("2026-11-27T08:00", "2026-11-27T08:00"),
        ("2026-11-27T17:59:59", "2026-11-27T17:59:59"),
        ("2026-11-27T18:00", "2026-11-30T08:00"),
        ("2026-11-28T12:00", "2026-11-30T08:00"),
        ("2026-12-24T19:00", "2026-12-29T08:00"),
        ("2026-12-28T12:00", "2026-12-29T08:00"),
        # In summer time eight in the morning is 07:00 UTC, on either side of both clock changes.
        ("2026-10-23T17:00", "2026-10-26T08:00"),
        ("2026-10-23T16:59", "2026-10-23T16:59"),
        ("2027-03-25T18:00", "2027-03-30T07:00"),
        ("2027-03-30T06:00", "2027-03-30T07:00"),
    ],
)
def test_letters_wait_for_the_sending_hours(moment: str, sent: str) -> None:
    assert CALENDAR.next_sending_moment(utc(moment)) == utc(sent)


def test_sending_hours_are_the_partnerships_own() -> None:
    early = replace(CALENDAR, sending_from=time(7), sending_to=time(12))
    assert early.next_sending_moment(utc("2026-11-27T12:00")) == utc("2026-11-30T07:00")
    with pytest.raises(ValueError, match="sending_from"):
        replace(CALENDAR, sending_from=time(18))


@pytest.mark.parametrize(
    ("paused", "again", "day"),
    [
        # Due Friday 4 December. Paused on Monday with Tuesday to Friday left: four working days.
        ("2026-11-30T09:00", "2026-12-02T17:00", date(2026, 12, 8)),
        ("2026-11-30T09:00", "2026-12-05T12:00", date(2026, 12, 10)),
        ("2026-11-30T09:00", "2026-12-21T12:00", date(2026, 12, 29)),
        # Paused at the weekend before: five left.
        ("2026-11-28T09:00", "2026-11-29T12:00", date(2026, 12, 4)),
        # Paused and resumed on one day, also the due date itself: nothing moves.
        ("2026-11-30T09:00", "2026-11-30T17:00", date(2026, 12, 4)),
        ("2026-12-04T09:00", "2026-12-04T17:00", date(2026, 12, 4)),
        # Paused on the due date and resumed late on another: at least the next working day.
        ("2026-12-04T09:00", "2026-12-09T17:30", date(2026, 12, 10)),
    ],
)
def test_a_pause_keeps_the_working_days_that_were_left(paused: str, again: str, day: date) -> None:
    before = due(CALENDAR, WorkingDays(5), utc("2026-11-27T16:10"))
    after = resumed(CALENDAR, remaining(CALENDAR, before, utc(paused)), utc(again))
    assert (after.day, after.at) == (day, CALENDAR.end_of(day))


def test_a_pause_is_named_in_the_working() -> None:
    before = due(CALENDAR, WorkingDays(5), utc("2026-11-27T16:10"))
    after = resumed(CALENDAR, remaining(CALENDAR, before, utc("2026-11-30T09:00")), utc("2026-12-02T17:00"))
    assert spoken_due(after) == (
        "Tuesday 8 December 2026: 4 working days from Wednesday 2 December; 5–6 December are a weekend; "
        "it was paused on Monday 30 November"
    )


@pytest.mark.parametrize(
    ("left", "words"),
    [
        (timedelta(hours=18, minutes=30), "by 03:30 GMT, 18 hours 30 minutes from 09:00 GMT on Wednesday 2 December"),
        (timedelta(minutes=1), "by 09:01 GMT, 1 minute from 09:00 GMT on Wednesday 2 December"),
        (timedelta(seconds=30), "by 09:00 GMT, less than a minute from 09:00 GMT on Wednesday 2 December"),
    ],
)
def test_a_pause_keeps_the_hours_that_were_left(left: timedelta, words: str) -> None:
    before = due(CALENDAR, Hours(48), utc("2026-11-27T16:10"))
    again = utc("2026-12-02T09:00")
    after = resumed(CALENDAR, remaining(CALENDAR, before, before.at - left), again)
    assert after.at == again + left
    assert after.working.startswith(words)


@pytest.mark.parametrize(
    ("limit", "paused"),
    [
        (OnDate(date(2026, 12, 4), "the child's own time"), "2026-11-30T09:00"),
        (WorkingDays(5), "2026-12-05T00:00"),
        (Hours(48), "2026-11-29T16:10"),
    ],
)
def test_a_pause_moves_neither_a_stated_date_nor_one_that_is_overdue(limit: Limit, paused: str) -> None:
    before = due(CALENDAR, limit, utc("2026-11-27T16:10"))
    assert resumed(CALENDAR, remaining(CALENDAR, before, utc(paused)), utc("2027-02-01T12:00")) == before
