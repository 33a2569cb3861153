"""How dates, times and people's own words are shown on pages."""

import re
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from markupsafe import Markup, escape

_BLANK_LINES = re.compile(r"\n[ \t]*\n\s*")


def local_date(value: date | datetime, zone: str) -> str:
    """Write the local date, such as "Friday 4 December 2026". A datetime must be aware; raises ValueError if not."""
    day = _local(value, zone).date() if isinstance(value, datetime) else value
    return f"{day:%A} {day.day} {day:%B %Y}"


def local_time(value: datetime, zone: str) -> str:
    """Write the local time, such as "9:05am"; 12:00 is "midday", 0:00 "midnight". Raises ValueError if naive."""
    local = _local(value, zone)
    if local.minute == 0 and local.hour % 12 == 0:
        return "midday" if local.hour else "midnight"
    return f"{local.hour % 12 or 12}:{local:%M}{'am' if local.hour < 12 else 'pm'}"


def local_moment(value: datetime, zone: str) -> str:
    """Write date and time together, such as "Friday 4 December 2026, 9:05am"."""
    return f"{local_date(value, zone)}, {local_time(value, zone)}"


def day_ended(value: datetime, zone: str) -> str:
    """Write the local day that ends at this moment (a midnight), or on which it falls. Raises ValueError if naive."""
    return local_date(value - timedelta(seconds=1), zone)


def thousands(value: int) -> str:
    """Write a number for people: "12,345"."""
    return f"{value:,}"


def iso(value: date | datetime) -> str:
    """Write the value for a `datetime` attribute of a `<time>` element."""
    return value.isoformat()


def paragraphs(text: str) -> Markup:
    """Escape the text and keep its shape: a blank line starts a paragraph, any other line end is a line break."""
    plain = text.replace("\r\n", "\n").strip("\n")
    return Markup("\n").join(_paragraph(block) for block in _BLANK_LINES.split(plain))


def _paragraph(block: str) -> Markup:
    return Markup('<p class="govuk-body">{}</p>').format(Markup("<br>\n").join(escape(x) for x in block.split("\n")))


def _local(value: datetime, zone: str) -> datetime:
    if value.tzinfo is None:
        raise ValueError("a moment on a page must carry its time zone")
    return value.astimezone(ZoneInfo(zone))
