"""The database itself forbids changing the record: called at the end of every migration, since rebuilding a table drops
its triggers."""

from alembic import op

APPEND_ONLY = ("entries", "checkpoints", "staff", "looks")


def forbid_changes() -> None:
    for table in APPEND_ONLY:
        for change in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER IF NOT EXISTS {table}_no_{change.lower()} BEFORE {change} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
            )
