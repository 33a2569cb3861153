"""A meeting as an invitation for a calendar (RFC 5545, RFC 5546 section 3.2.2). It says nothing of what it is about.

Outlook and Gmail show it when it stands beside the letter's text as `text/calendar; method=REQUEST`, and Outlook only
when its organiser is the sender of the letter.
"""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

from icalendar import Calendar, Event, vCalAddress, vText

LASTS = timedelta(hours=1)


def invitation(
    meeting: Mapping[str, Any], reference: str, organiser: tuple[str, str], reader: tuple[str, str], now: datetime
) -> str:
    """The calendar's text. `organiser` and `reader` are (name, address).

    `meeting` holds `uid` and `sequence`, so that a moved meeting replaces itself, the `day` (ISO), and the `start` in
    UTC (ISO) where a time was named; without one it lasts the whole day and keeps nobody from other things. It may hold
    the `place`, and be `cancelled`.
    """
    event = Event()
    event.add("uid", f"{meeting['uid']}@{organiser[1].rpartition('@')[2]}")
    event.add("sequence", meeting["sequence"])
    event.add("dtstamp", now.astimezone(UTC))
    if meeting["start"]:
        start = datetime.fromisoformat(meeting["start"]).astimezone(UTC)
        event.add("dtstart", start)
        event.add("dtend", start + LASTS)
    else:
        day = date.fromisoformat(meeting["day"])
        event.add("dtstart", day)
        event.add("dtend", day + timedelta(days=1))
        event.add("transp", "TRANSPARENT")
    event.add("summary", f"[{reference}] Meeting or call about an escalation")
    if meeting.get("place"):
        event.add("location", meeting["place"])
    event.add("status", "CANCELLED" if meeting.get("cancelled") else "CONFIRMED")
    event["organizer"] = _person(*organiser)
    event.add("attendee", _person(*reader, role="REQ-PARTICIPANT", partstat="NEEDS-ACTION", rsvp="FALSE"), encode=False)
    calendar = Calendar()
    calendar.add("prodid", "-//Answerable//EN")
    calendar.add("version", "2.0")
    calendar.add("method", method_of(meeting))
    calendar.add_component(event)
    return str(calendar.to_ical(), "utf-8")


def method_of(meeting: Mapping[str, Any]) -> str:
    """What the invitation does: it asks to a meeting, or calls it off (RFC 5546 section 3.2.5)."""
    return "CANCEL" if meeting.get("cancelled") else "REQUEST"


def _person(name: str, email: str, **parameters: str) -> vCalAddress:
    whose = vCalAddress(f"mailto:{email}")
    if name:
        whose.params["cn"] = vText(name)
    for key, value in parameters.items():
        whose.params[key] = vText(value)
    return whose
