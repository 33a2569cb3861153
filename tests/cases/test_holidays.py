"""England's bank holidays: the bundled list against an independent one, and against the calendar on the wall today."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import holidays
import pytest

from cases.holidays import england

ENGLAND = england()


@pytest.mark.parametrize("year", range(2012, 2029))
def test_the_bundled_list_agrees_with_an_independent_one(year: int) -> None:
    independent = holidays.country_holidays("GB", subdiv="ENG", years=year)
    weekdays = {day for day in independent if day.weekday() < 5}
    assert {day for day in ENGLAND.holidays if day.year == year} == weekdays


@pytest.mark.parametrize(
    ("day", "name"),
    [
        (date(2026, 12, 25), "Christmas Day"),
        (date(2026, 12, 26), "Saturday"),
        (date(2026, 12, 28), "substitute day for Boxing Day"),
        (date(2027, 3, 26), "Good Friday"),
        (date(2027, 3, 29), "Easter Monday"),
        (date(2027, 5, 3), "Early May bank holiday"),
        (date(2026, 3, 17), None),  # Saint Patrick's Day, a holiday in Northern Ireland only
        (date(2026, 8, 3), None),  # the summer bank holiday of Scotland only
    ],
)
def test_englands_days_off_have_their_names(day: date, name: str | None) -> None:
    assert ENGLAND.why_not_working(day) == name


def test_the_list_still_covers_the_coming_half_year() -> None:
    """A release with an older list would call every due date provisional: upgrade govuk-bank-holidays."""
    today = datetime.now(UTC).date()  # noqa: TID251 - how fresh the list is can only be asked of the real day
    assert ENGLAND.published_to >= today + timedelta(days=183)


def test_the_list_is_known_to_the_end_of_its_last_year() -> None:
    last = max(ENGLAND.holidays)
    assert ENGLAND.published_to == date(last.year, 12, 31)
    assert last.month == 12


def test_a_partnerships_own_closures_are_added_and_bank_holidays_keep_their_names() -> None:
    closures = {date(2026, 12, day): "office closure" for day in (24, 25, 29)}
    calendar = england(closures)
    assert [calendar.why_not_working(day) for day in closures] == ["office closure", "Christmas Day", "office closure"]
    assert ENGLAND.is_working_day(date(2026, 12, 24))


def test_the_zone_is_londons_unless_another_is_given() -> None:
    assert england().zone == ZoneInfo("Europe/London")
    assert england(zone=ZoneInfo("UTC")).zone == ZoneInfo("UTC")


def test_the_network_is_never_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*args: object, **options: object) -> None:
        raise AssertionError("the network was asked")

    monkeypatch.setattr("requests.sessions.Session.request", refuse)
    assert england().holidays == ENGLAND.holidays
