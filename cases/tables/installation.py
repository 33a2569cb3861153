"""What the installation itself keeps: keys, the policies' texts, and what is counted."""

from sqlalchemy import Column, Integer, LargeBinary, PrimaryKeyConstraint, Table, Text

from cases.tables.columns import Moment, metadata, partnership

keys = Table(
    "keys",
    metadata,
    Column("subject", Text, primary_key=True),  # "case:…", "tray:chscp:2026-11", "installation"
    partnership(),
    Column("wrapped", LargeBinary),  # empty once destroyed
    Column("made_at", Moment, nullable=False),
    Column("destroyed_at", Moment),
    Column("destroyed_why", Text),  # in plain words that name nobody
)

policies = Table(
    "policies",
    metadata,
    Column("hash", Text, primary_key=True),
    partnership(),
    Column("text", Text, nullable=False),
    Column("taken_at", Moment, nullable=False),
)

counters = Table(
    "counters",
    metadata,
    partnership(),
    Column("year", Integer, nullable=False),
    Column("last", Integer, nullable=False),
    PrimaryKeyConstraint("partnership_id", "year"),
)
