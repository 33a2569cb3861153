"""The database: one file, a write-ahead log, every commit durable, one writer at a time."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import OperationalError

BUSY_SECONDS = 30


class DatabaseUnavailable(Exception):
    """The database is locked, full or cannot be opened: nothing was changed. Says what to do."""


class Database:
    """Opens transactions. A writer takes the write lock at once (BEGIN IMMEDIATE), so that it never fails half-way."""

    def __init__(self, path: Path, busy_seconds: float = BUSY_SECONDS) -> None:
        self.path = path
        self.engine = _engine(path, busy_seconds)

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """One transaction: all of it is durable when the block ends, or none of it is."""
        try:
            with self.engine.connect().execution_options(writes=True) as connection, connection.begin():
                yield connection
        except OperationalError as error:
            raise _explained(error, self.path) from error

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A steady view of the database; takes no lock."""
        try:
            with self.engine.connect() as connection, connection.begin():
                yield connection
        except OperationalError as error:
            raise _explained(error, self.path) from error

    @staticmethod
    def is_writing(connection: Connection) -> bool:
        """Whether what is read here may yet be rolled back."""
        return bool(connection.get_execution_options().get("writes", False))

    def close(self) -> None:
        self.engine.dispose()


def _engine(path: Path, busy_seconds: float) -> Engine:
    engine = create_engine(
        f"sqlite:///{path}",
        connect_args={"timeout": busy_seconds, "check_same_thread": False},
        hide_parameters=True,  # an error's words go into logs: never what a person wrote
    )

    @event.listens_for(engine, "connect")
    def connected(connection: Any, record: Any) -> None:
        connection.isolation_level = None  # we begin transactions ourselves
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "secure_delete=ON"):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def begun(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE" if Database.is_writing(connection) else "BEGIN")

    return engine


def _explained(error: OperationalError, path: Path) -> DatabaseUnavailable:
    cause = str(error.orig).lower()
    if "locked" in cause or "busy" in cause:
        return DatabaseUnavailable(f"{path} is in use by another program. Nothing was changed; try again shortly.")
    if "full" in cause:
        return DatabaseUnavailable(f"The disk that holds {path} is full. Nothing was changed; make room and try again.")
    if "no such table" in cause:
        return DatabaseUnavailable(
            f"{path} has not been set up, or is older than this program. Run: answerable migrate"
        )
    return DatabaseUnavailable(f"{path} cannot be used ({error.orig}). Nothing was changed.")
