"""What a case's page says after an officer did something there, and the meeting that is to come."""

from collections.abc import Sequence

from cases.case import Case, Meeting
from cases.reading import RecordLine
from cases.working_time import spoken_date


def last_done(lines: Sequence[RecordLine], officer: str) -> str:
    """What the newest entry by this officer says; nothing where there is none. An entry at fault says nothing."""
    mine = (each.words for each in reversed(lines) if each.by == officer and not each.fault)
    return next(mine, "")


def meeting_of(case: Case) -> str:
    """When and where the stage that the case is in meets, in words; nothing where no meeting is arranged."""
    row = case.row
    if row is None or row.meeting is None or case.status == "closed":
        return ""
    return _words(row.meeting)


def _words(meeting: Meeting) -> str:
    at = f" at {meeting.at:%H:%M}" if meeting.at else ""
    return ", ".join(filter(None, (f"{spoken_date(meeting.day)}{at}", meeting.place)))
