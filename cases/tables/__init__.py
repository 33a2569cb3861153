"""Every table. Rows are found by plain columns; what is personal is in `sealed` columns, under one key a case.

Times are aware UTC. `partnership_id` stands on every row. Mail and letters that belong to no case yet are sealed under
the partnership's tray key of the month (decisions, "Personal content and keys").
"""

from cases.tables.access import api_calls, api_keys, codes, devices
from cases.tables.case import asked, cases, checkpoints, clocks, entries, parties, stages, tasks
from cases.tables.columns import Moment, metadata
from cases.tables.directory import agencies, people
from cases.tables.installation import counters, keys, policies
from cases.tables.mail import brakes, letters, mailboxes, messages, receipts

APPEND_ONLY = (entries, checkpoints)

__all__ = [
    "APPEND_ONLY",
    "Moment",
    "agencies",
    "api_calls",
    "api_keys",
    "asked",
    "brakes",
    "cases",
    "checkpoints",
    "clocks",
    "codes",
    "counters",
    "devices",
    "entries",
    "keys",
    "letters",
    "mailboxes",
    "messages",
    "metadata",
    "parties",
    "people",
    "policies",
    "receipts",
    "stages",
    "tasks",
]
