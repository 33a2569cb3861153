"""The installation's secret and the keys of cases: never one that the database does not hold."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from cases.store import case_rows
from cases.store.database import Database
from cases.store.keyring import Keyring
from cases.store.setup import migrate
from cases.vault import MasterKeys

if TYPE_CHECKING:
    from tests.conftest import World

NOW = datetime(2026, 11, 27, 10, tzinfo=UTC)


class RolledBack(Exception):
    pass


@pytest.fixture
def database(tmp_path: Path) -> Database:
    database = Database(tmp_path / "answerable.db")
    migrate(database)
    return database


def rolled_back(database: Database, keyring: Keyring) -> None:
    with database.write() as connection:
        first = keyring.secret(connection, NOW)
        assert keyring.secret(connection, NOW) == first
        raise RolledBack


def test_a_secret_whose_transaction_is_rolled_back_is_forgotten(database: Database) -> None:
    master = MasterKeys.parse(MasterKeys.new_text())
    keyring = Keyring(master)
    with pytest.raises(RolledBack):
        rolled_back(database, keyring)
    with database.write() as connection:
        kept = keyring.secret(connection, NOW)
    with database.read() as connection:
        assert keyring.secret(connection, NOW) == Keyring(master).secret(connection, NOW) == kept


def test_the_secret_stands_from_the_start(world: "World") -> None:
    before = world.everything()
    with world.casework.database.write() as connection:
        world.casework.keyring.secret(connection, world.clock())
    assert world.everything() == before


def test_an_erased_case_is_none_of_those_that_are_not_closed(world: "World") -> None:
    erased = world.open_case().case.id
    world.clock.move(timedelta(minutes=1))
    kept = world.open_case().case.id
    with world.casework.database.write() as connection:
        assert case_rows.not_closed(connection, "chscp") == [erased, kept]
        world.casework.keyring.destroy(connection, erased, world.clock())
        assert case_rows.not_closed(connection, "chscp") == [kept]
