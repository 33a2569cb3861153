"""The daily digests, what the service knows of its own running, and the calendars that it has counted by."""

from sqlalchemy import Column, Date, Integer, PrimaryKeyConstraint, Table, Text

from cases.tables.columns import Moment, metadata, partnership

digests = Table(
    "digests",
    metadata,
    partnership(),
    Column("day", Date, nullable=False),  # the local working day that it is for: one a day
    Column("since", Moment, nullable=False),  # the cursor: it tells what happened after this moment …
    Column("until", Moment, nullable=False),  # … up to this one, from which the next goes on
    Column("letter_id", Text, nullable=False),
    Column("content", Text, nullable=False),  # JSON, without personal content (guarantees, D36)
    PrimaryKeyConstraint("partnership_id", "day"),
)

beats = Table(
    "beats",
    metadata,
    Column("thread", Text, primary_key=True),  # of the whole installation: which of its threads is alive
    Column("at", Moment, nullable=False),
)

gaps = Table(
    "gaps",
    metadata,
    Column("noticed_at", Moment, nullable=False),
    partnership(),
    Column("kind", Text, nullable=False),  # "stopped": it did not run; "jumped": the computer's clock was changed
    Column("since", Moment, nullable=False),  # the last moment before it; after `noticed_at` where the clock went back
    Column("seconds", Integer, nullable=False),  # how long it was; how far the clock was changed, back being below zero
    PrimaryKeyConstraint("partnership_id", "noticed_at"),
)

audits = Table(
    "audits",
    metadata,
    partnership(),
    Column("day", Date, nullable=False),
    Column("after", Text, nullable=False),  # the id of the last case that was looked at
    Column("found", Text, nullable=False),  # JSON: [[reference, what], …], without personal content
    Column("done_at", Moment),
    PrimaryKeyConstraint("partnership_id", "day"),
)

calendars = Table(
    "calendars",
    metadata,
    partnership(),
    Column("version", Integer, nullable=False),
    Column("days", Text, nullable=False),  # JSON: the days that were none of work, and how far they were known
    Column("taken_at", Moment, nullable=False),
    PrimaryKeyConstraint("partnership_id", "version"),
)

recounts = Table(
    "recounts",
    metadata,
    Column("case_id", Text, primary_key=True),  # its clocks wait to be counted anew …
    partnership(),
    Column("version", Integer, nullable=False),  # … from the calendar of this version on
    Column("look_at", Moment),  # not before: a look at it has failed
    Column("failures", Integer, nullable=False, server_default="0"),
)
