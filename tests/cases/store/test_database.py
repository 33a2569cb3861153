"""The database file: durable, append-only where it must be, clear when it cannot be used, silent after an erasure."""

import sqlite3
from datetime import UTC, datetime
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import insert
from sqlalchemy.exc import IntegrityError

from cases.store.database import Database, DatabaseUnavailable
from cases.store.setup import is_current, migrate
from cases.tables import APPEND_ONLY, counters, metadata

NOW = datetime(2026, 11, 27, 10, tzinfo=UTC)


@pytest.fixture
def database(tmp_path: Path) -> Database:
    database = Database(tmp_path / "answerable.db", busy_seconds=0.05)
    migrate(database)
    return database


def test_the_migrations_make_exactly_the_tables_that_the_program_knows(database: Database) -> None:
    with database.read() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []


def test_migrating_twice_changes_nothing(database: Database) -> None:
    migrate(database)
    assert is_current(database)


def test_the_triggers_stand_after_every_migration(database: Database) -> None:
    with database.read() as connection:
        found = connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'trigger'").scalars().all()
    assert set(found) == {f"{table.name}_no_{change}" for table in APPEND_ONLY for change in ("update", "delete")}


@pytest.mark.parametrize("change", ["UPDATE entries SET kind = 'x'", "DELETE FROM entries", "DELETE FROM checkpoints"])
def test_the_database_itself_refuses_to_change_the_record(database: Database, change: str) -> None:
    with database.write() as connection:
        connection.exec_driver_sql(
            "INSERT INTO entries VALUES ('c', 1, 'p', '2026-11-27 10:00:00', 'received', NULL, NULL, '', '', '', x'00')"
        )
        connection.exec_driver_sql("INSERT INTO checkpoints VALUES ('p', '2026-11-26', '', '', '[]', 0)")
    with pytest.raises(IntegrityError, match="is append-only"), database.write() as connection:
        connection.exec_driver_sql(change)


def test_every_commit_is_durable_and_what_is_deleted_is_overwritten(database: Database) -> None:
    with database.read() as connection:
        settings = [
            connection.exec_driver_sql(f"PRAGMA {each}").scalar()
            for each in ("journal_mode", "synchronous", "secure_delete")
        ]
    assert settings == ["wal", 2, 1]


def test_a_locked_database_says_so_and_loses_nothing(database: Database) -> None:
    other = sqlite3.connect(database.path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with (
        pytest.raises(DatabaseUnavailable, match=r"answerable\.db is in use by another program\. Nothing was changed"),
        database.write(),
    ):
        pass
    other.execute("ROLLBACK")
    with database.write() as connection:
        connection.execute(insert(counters).values(partnership_id="p", year=2026, last=1))


def write_until_full(database: Database, pages: int) -> None:
    with database.write() as connection:
        connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")  # the disk as SQLite meets it: no further page
        for year in range(5000):
            connection.execute(insert(counters).values(partnership_id="p" * 200, year=year, last=1))


def test_a_full_disk_says_so_and_loses_nothing(database: Database) -> None:
    with database.read() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
    with pytest.raises(DatabaseUnavailable, match="is full. Nothing was changed; make room"):
        write_until_full(database, pages)
    with database.write() as connection:
        connection.exec_driver_sql("PRAGMA max_page_count = 1000000")
        assert connection.exec_driver_sql("SELECT count(*) FROM counters").scalar() == 0


def test_a_database_that_was_never_set_up_says_what_to_run(tmp_path: Path) -> None:
    with (
        pytest.raises(DatabaseUnavailable, match="Run: answerable migrate"),
        Database(tmp_path / "new.db").write() as connection,
    ):
        connection.execute(insert(counters).values(partnership_id="p", year=2026, last=1))


def write_twice(database: Database, words: str) -> None:
    with database.write() as connection:
        for _ in range(2):
            connection.execute(insert(counters).values(partnership_id=words, year=2026, last=1))


def test_an_errors_words_hold_nothing_of_what_was_to_be_written(database: Database) -> None:
    with pytest.raises(IntegrityError) as found:
        write_twice(database, "the child's name")
    assert "child" not in str(found.value)
