"""A meeting of a stage: arranged, moved and called off, with an invitation that replaces itself (RFC 5546 3.2.2)."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from cases.case import Case, Meeting, StageRow
from cases.verbs.decision import Decision, Draft, Moment
from cases.verbs.orders import Order, Refused
from cases.verbs.telling import in_stage, tell_news
from cases.working_time import spoken_date


def arrange(case: Case, meeting: Meeting, order: Order, moment: Moment) -> Decision:
    """Announce a meeting to everybody in the stage, or move the one that there is. Raises Refused."""
    row = _row(case)
    if meeting.day < moment.calendar.local_date(moment.now):
        raise Refused("The meeting must be today or later.")
    draft = Draft(case, moment)
    moved = f" It was to be {spoken(row.meeting)}." if row.meeting else ""
    words = f"Business support has {'moved the meeting: it is' if moved else 'arranged a meeting'} {spoken(meeting)}."
    row = replace(row, meeting=meeting)
    draft.note("meeting", f"{words}{moved} {order.why}", row, by=order.by)
    tell_news(draft, row, f"{words}{moved} {order.why}", in_stage(draft, row), invitation(draft, row, meeting))
    return draft.decision()


def call_off(case: Case, order: Order, moment: Moment) -> Decision:
    """The meeting does not take place. Raises Refused where there is none."""
    row = _row(case)
    if not row.meeting:
        raise Refused("No meeting is on record for this stage.")
    draft, meeting = Draft(case, moment), row.meeting
    words = f"The meeting {spoken(meeting)} does not take place. {order.why}"
    row = replace(row, meeting=None)
    draft.note("meeting_called_off", words, row, by=order.by)
    tell_news(draft, row, words, in_stage(draft, row), {**invitation(draft, row, meeting), "cancelled": True})
    return draft.decision()


def invitation(draft: Draft, row: StageRow, meeting: Meeting) -> Mapping[str, Any]:
    """What an invitation is made of: one for each stage, and a later one replaces it (RFC 5545 section 3.8.7.4)."""
    zone = draft.moment.calendar.zone
    start = datetime.combine(meeting.day, meeting.at, zone).astimezone(UTC) if meeting.at else None
    return {
        "uid": f"{draft.case.id}-{row.key}",
        "sequence": draft.case.length,
        "day": meeting.day.isoformat(),
        "start": start.isoformat() if start else "",
        "place": meeting.place,
    }


def spoken(meeting: Meeting) -> str:
    """When and where, for the middle of a sentence."""
    at = f" at {meeting.at:%H:%M}" if meeting.at else ""
    place = f", {meeting.place.rstrip('.')}" if meeting.place else ""
    return f"on {spoken_date(meeting.day)}{at}{place}"


def _row(case: Case) -> StageRow:
    if not case.row or case.status == "closed":
        raise Refused("A meeting belongs to a stage: the case has not begun, or is closed.")
    return case.row
