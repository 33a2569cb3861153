"""A case, its parts, its tasks and its record."""

from typing import Any

from sqlalchemy import Boolean, Column, Date, Index, Integer, LargeBinary, PrimaryKeyConstraint, Table, Text, text

from cases.tables.columns import Moment, metadata, partnership

cases = Table(
    "cases",
    metadata,
    Column("id", Text, primary_key=True),
    partnership(),
    Column("reference", Text, nullable=False, unique=True),
    Column("policy", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("opened_at", Moment, nullable=False),
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
    Column("sealed", LargeBinary, nullable=False),
    Index("cases_open", "partnership_id", "opened_at", sqlite_where=text("status != 'closed'")),
    Index("cases_due", "partnership_id", "due_at", sqlite_where=text("status != 'closed'")),
    Index("cases_opened", "partnership_id", "opened_at"),
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
    Index("parties_by_address", "address_token"),
)
stages = _part("stages", Column("stage", Text, nullable=False), Column("ended_at", Moment))
asked = _part("asked", Column("answered_at", Moment))
clocks = _part(
    "clocks",
    Column("purpose", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("due_at", Moment, nullable=False),
    Column("look_at", Moment, nullable=False),
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
)

checkpoints = Table(
    "checkpoints",
    metadata,
    partnership(),
    Column("day", Date, nullable=False),
    Column("previous_hash", Text, nullable=False),
    Column("hash", Text, nullable=False),
    Column("heads", Text, nullable=False),  # JSON: [[case id, length, hash], …]
    PrimaryKeyConstraint("partnership_id", "day"),
)
