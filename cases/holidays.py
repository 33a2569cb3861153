"""England's bank holidays, from the list that GOV.UK publishes, as bundled with a package: never from the network."""

from collections.abc import Mapping
from datetime import date
from zoneinfo import ZoneInfo

from govuk_bank_holidays.bank_holidays import BankHolidays

from cases.working_time import Calendar

LONDON = ZoneInfo("Europe/London")


def england(closures: Mapping[date, str] | None = None, zone: ZoneInfo = LONDON) -> Calendar:
    """England's working days, less the partnership's own closures; known to the end of the list's last year.

    A bank holiday within a closure keeps its own name.
    """
    listed = BankHolidays(use_cached_holidays=True).get_holidays(BankHolidays.ENGLAND_AND_WALES)
    holidays = {each["date"]: _name(each["title"], each["notes"]) for each in listed}
    published_to = date(max(holidays).year, 12, 31)
    return Calendar(zone, {**(closures or {}), **holidays}, published_to)


def _name(title: str, notes: str) -> str:
    return f"substitute day for {title}" if notes == "Substitute day" else title
