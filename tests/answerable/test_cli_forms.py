"""The commands for what comes in: the blank form, and keys for other systems."""

from pathlib import Path

import pytest
from sqlalchemy import select
from typer.testing import CliRunner

from answerable.cli import app
from cases.store.database import Database
from cases.store.setup import migrate
from cases.tables import api_keys
from cases.vault import MasterKeys

ROOT = Path(__file__).parents[2]


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A database that is set up, and the settings that name it."""
    settings = tmp_path / "answerable.toml"
    settings.write_text(
        f'database = "{tmp_path}/answerable.db"\nmaster_key = "{MasterKeys.new_text().strip()}"\n'
        "[partnerships.chscp]\n"
        'inbox = "escalations@chscp.example"\nbusiness_support = "office@support.example"\n'
    )
    monkeypatch.setenv("ANSWERABLE_SETTINGS", str(settings))
    migrate(Database(tmp_path / "answerable.db"))
    return tmp_path / "answerable.db"


def run(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(app, list(arguments))
    return result.exit_code, result.output


def test_the_blank_form_is_printed_with_its_instructions() -> None:
    status, text = run("forms", str(ROOT / "policies/chscp.yaml"), "--text")
    assert status == 0
    assert "Copy everything below the line into a new e-mail to\nescalations@chscp.example." in text
    assert "\nThe other agency:\n" in text
    assert run("forms", str(ROOT / "policies/chscp.yaml"))[0] == 2


def test_a_key_is_printed_once_kept_as_a_hash_and_revoked(installed: Path) -> None:
    status, key = run("api-key", "chscp")
    assert (status, len(key.strip())) == (0, 43)
    database = Database(installed)
    with database.read() as connection:
        [row] = connection.execute(select(api_keys)).all()
    assert key.strip() not in str(row)
    assert row.partnership_id == "chscp"
    assert run("api-key", "chscp", "--revoke") == (0, "1 key(s) of chscp work no more.\n")
    with database.read() as connection:
        assert connection.execute(select(api_keys.c.revoked_at)).scalar() is not None
    database.close()


def test_there_is_no_key_for_a_partnership_that_does_not_run_here(installed: Path) -> None:
    status, text = run("api-key", "nowhere")
    assert (status, "nowhere does not run here" in text) == (2, True)
