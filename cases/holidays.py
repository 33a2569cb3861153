"""England's bank holidays, from the list that GOV.UK publishes, as bundled with a package: never from the network."""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from govuk_bank_holidays.bank_holidays import BankHolidays

from cases.directory.directory import Closure
from cases.working_time import Calendar

LONDON = ZoneInfo("Europe/London")


def england(closures: Mapping[date, str] | None = None, zone: ZoneInfo = LONDON) -> Calendar:
    """England's working days, less the partnership's own closures; known to the end of the list's last year.

    A bank holiday within a closure keeps its own name.
    """
    holidays = _listed()
    published_to = date(max(holidays).year, 12, 31)
    return Calendar(zone, {**(closures or {}), **holidays}, published_to)


def working_days(closures: Iterable[Closure]) -> Calendar:
    """England's working days, less the days on which a partnership as a whole is closed."""
    whole = [each for each in closures if each.agency is None]
    spans = ((each.first + timedelta(days=number), each) for each in whole for number in range(_length(each)))
    return england({day: each.name for day, each in spans})


def _length(closure: Closure) -> int:
    return (closure.last - closure.first).days + 1


@cache
def _listed() -> Mapping[date, str]:
    """Read once: every decision looks at the calendar, and the list is as old as the installed package."""
    listed = BankHolidays(use_cached_holidays=True).get_holidays(BankHolidays.ENGLAND_AND_WALES)
    return {each["date"]: _name(each["title"], each["notes"]) for each in listed}


def _name(title: str, notes: str) -> str:
    return f"substitute day for {title}" if notes == "Substitute day" else title
