"""Sets the database up, or brings it up to date: the migrations, run in one transaction."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from cases.store.database import Database

MIGRATIONS = Path(__file__).resolve().parent.parent / "migrations"


def migrate(database: Database) -> None:
    """Bring the database up to this program's version; a new file is set up whole."""
    with database.write() as connection:
        config = _config()
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def is_current(database: Database) -> bool:
    with database.read() as connection:
        return MigrationContext.configure(connection).get_current_revision() == _head()


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    return config


def _head() -> str | None:
    return ScriptDirectory.from_config(_config()).get_current_head()
