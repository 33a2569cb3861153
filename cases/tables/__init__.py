"""Every table. Rows are found by plain columns; what is personal is in `sealed` columns, under one key a case.

Times are aware UTC. `partnership_id` stands on every row. Mail and letters that belong to no case yet are sealed under
the partnership's tray key of the month (decisions, "Personal content and keys").
"""

from cases.tables.access import api_calls, api_keys, codes, devices, links, looks, sessions, staff
from cases.tables.case import asked, cases, checkpoints, clocks, entries, parties, stages, tasks
from cases.tables.columns import Moment, metadata
from cases.tables.digests import audits, beats, calendars, digests, gaps, recounts
from cases.tables.directory import (
    absences,
    agencies,
    closures,
    contacts,
    directory_changes,
    people,
    revisits,
    vacancies,
)
from cases.tables.installation import counters, keys, policies
from cases.tables.mail import brakes, letters, mailboxes, messages, receipts

APPEND_ONLY = (entries, checkpoints, staff, looks)

__all__ = [
    "APPEND_ONLY",
    "Moment",
    "absences",
    "agencies",
    "api_calls",
    "api_keys",
    "asked",
    "audits",
    "beats",
    "brakes",
    "calendars",
    "cases",
    "checkpoints",
    "clocks",
    "closures",
    "codes",
    "contacts",
    "counters",
    "devices",
    "digests",
    "directory_changes",
    "entries",
    "gaps",
    "keys",
    "letters",
    "links",
    "looks",
    "mailboxes",
    "messages",
    "metadata",
    "parties",
    "people",
    "policies",
    "receipts",
    "recounts",
    "revisits",
    "sessions",
    "staff",
    "stages",
    "tasks",
    "vacancies",
]
