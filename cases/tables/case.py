"""A case, its parts, its tasks and its record."""

from typing import Any

from sqlalchemy import Boolean, Column, Date, Index, Integer, LargeBinary, PrimaryKeyConstraint, Table, Text, text

from cases.tables.columns import Moment, metadata, partnership

_LISTED = ("reference", "id", "status", "stage", "tier", "raising", "receiving", "confidential")

cases = Table(
    "cases",
    metadata,
    Column("id", Text, primary_key=True),
    partnership(),
    Column("reference", Text, nullable=False, unique=True),
    Column("policy", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("opened_at", Moment, nullable=False),
    Column("entered_at", Moment, nullable=False),  # when it came to stand here: its mail, or its stage, may be older
    Column("closed_at", Moment),
    Column("length", Integer, nullable=False),
    Column("head", Text, nullable=False),  # hash of the last entry of the record
    Column("track", Text, nullable=False),
    Column("stage", Text),  # the stage that it is in, or was in last
    Column("tier", Integer),
    Column("due_at", Moment),  # when the first of its running timescales is overdue
    Column("raising", Text),  # key of the agency, or what the raiser wrote for it
    Column("receiving", Text),
    Column("confidential", Boolean, nullable=False),
    Column("trial", Boolean, nullable=False, server_default="0"),  # raised while a trial ran
    Column("sealed", LargeBinary, nullable=False),
    # The desk's lists are found without touching a row, whatever they are filtered by.
    Index("cases_open", "partnership_id", "opened_at", *_LISTED, sqlite_where=text("status != 'closed'")),
    Index(
        "cases_grouped",  # how many stand where, without opening one
        *("partnership_id", "policy", "track", "stage", "tier", "raising", "receiving", "confidential", "reference"),
        sqlite_where=text("status IN ('open','paused','disputed')"),
    ),
    Index("cases_due", "partnership_id", "due_at", *_LISTED, sqlite_where=text("status != 'closed'")),
    Index("cases_opened", "partnership_id", "opened_at", *_LISTED),
    Index("cases_entered", "partnership_id", "entered_at"),
    Index("cases_closed", "partnership_id", "closed_at", sqlite_where=text("closed_at IS NOT NULL")),
)


def _part(name: str, *columns: Column[Any] | Index) -> Table:
    return Table(
        name,
        metadata,
        Column("case_id", Text, nullable=False),
        Column("key", Text, nullable=False),
        partnership(),
        *columns,
        Column("sealed", LargeBinary, nullable=False),
        PrimaryKeyConstraint("case_id", "key"),
    )


parties = _part(
    "parties",
    Column("address_token", Text, nullable=False),
    Column("page_hash", Text, nullable=False, unique=True),  # of the private link to the case's state
    Column("holder_token", Text),  # of the person for whom a delegate acts, while one does
    Index("parties_by_address", "address_token"),
    Index("parties_by_holder", "holder_token", sqlite_where=text("holder_token IS NOT NULL")),
)
stages = _part("stages", Column("stage", Text, nullable=False), Column("ended_at", Moment))
asked = _part("asked", Column("answered_at", Moment))
clocks = _part(
    "clocks",
    Column("purpose", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("due_at", Moment, nullable=False),
    Column("look_at", Moment, nullable=False),
    Column("ladder", Text),  # the chase of the policy that says what each step does
    Column("step", Integer, nullable=False, server_default="0"),  # the step that `look_at` waits for
    Column("attempts", Integer, nullable=False, server_default="0"),
    Index("clocks_to_look_at", "look_at", sqlite_where=text("state = 'running'")),
)

tasks = Table(
    "tasks",
    metadata,
    Column("case_id", Text, nullable=False),
    Column("key", Text, nullable=False),
    partnership(),
    Column("rank", Integer, nullable=False),  # how dangerous it is to leave it: 0 is the worst
    Column("opened_at", Moment, nullable=False),
    Column("done_at", Moment),
    Column("sealed", LargeBinary, nullable=False),
    PrimaryKeyConstraint("case_id", "key"),
    Index("tasks_open", "partnership_id", "rank", "opened_at", sqlite_where=text("done_at IS NULL")),
)

entries = Table(
    "entries",
    metadata,
    Column("case_id", Text, nullable=False),
    Column("sequence", Integer, nullable=False),
    partnership(),
    Column("at", Moment, nullable=False),
    Column("kind", Text, nullable=False),
    Column("clause", Text),
    Column("basis", Text),
    Column("previous", Text, nullable=False),
    Column("commitment", Text, nullable=False),
    Column("hash", Text, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    PrimaryKeyConstraint("case_id", "sequence"),
    Index("entries_missed", "partnership_id", "at", sqlite_where=text("kind = 'missed'")),
)

checkpoints = Table(
    "checkpoints",
    metadata,
    partnership(),
    Column("day", Date, nullable=False),
    Column("previous_hash", Text, nullable=False),
    Column("hash", Text, nullable=False),
    Column("heads", Text, nullable=False),  # JSON: [[case id, length, hash], …]
    Column("cases", Integer, nullable=False),  # how many heads
    PrimaryKeyConstraint("partnership_id", "day"),
)
