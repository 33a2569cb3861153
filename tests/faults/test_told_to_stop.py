"""The service is told to stop in the middle of its work, as at every upgrade (E74)."""

import os
import signal
import subprocess
import sys
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from pydantic import SecretStr
from smtp_faults import SILENCE, Faulty
from sqlalchemy import select, update

from answerable.settings import PartnershipSettings, Settings
from answerable.wiring import Service, build
from cases.directory.directory import Agency, Person
from cases.store.database import Database
from cases.store.setup import migrate
from cases.submission import Submission
from cases.tables import letters
from cases.vault import MasterKeys

COMMAND = str(Path(sys.executable).parent / "answerable")
PATIENCE = 60  # seconds until something that does not happen is given up
STOPPED_WITHIN = 10  # seconds, as guarantees.md has it
FORM = Submission(email="alice@homerton.example", name="Alice Osei", agency="homerton", concern="He is not safe.")


@pytest.mark.slow
def test_e74_told_to_stop_while_a_mail_server_is_silent_it_hands_the_letter_back_in_time(tmp_path: Path) -> None:
    """Finishes or hands back within 10 s; E3 holds: the letter is neither lost nor sent again unmarked."""
    now = datetime.now(UTC)  # noqa: TID251
    handed_over = threading.Event()

    def silent() -> str:
        handed_over.set()
        return SILENCE

    with Faulty(says={"dot": [silent]}) as server:
        settings = _settings(tmp_path, server.port)
        case_id = _prepared(settings, now)
        with _serving(tmp_path, settings) as process:
            assert handed_over.wait(PATIENCE)
            process.send_signal(signal.SIGTERM)
            assert process.wait(STOPPED_WITHIN) == 0
        service = build(settings, lambda: now)
        assert _states(service, case_id) == {"handing over"}
        assert service.ledger.faults("chscp") == []
        later = now + timedelta(minutes=40)
        with service.database.write() as connection:  # its lease has run out
            connection.execute(update(letters).values(lease_until=now))
        assert service.outbox
        service.outbox.drain(later)
        assert _states(service, case_id) == {"uncertain"}
        for _ in range(2):  # the second round finds nothing, and hangs up
            service.outbox.drain(later + timedelta(minutes=20))
        service.reader.close()
        assert _states(service, case_id) == {"accepted"}
        ids = [line for each in server.taken for line in each.message.splitlines() if line.startswith(b"Message-ID")]
        assert len(ids) == 2
        assert len(set(ids)) == 1


def _settings(folder: Path, port: int) -> Settings:
    return Settings(
        database=folder / "cases.db",
        master_key=SecretStr(MasterKeys.new_text()),
        transport="smtp",
        smtp_host="127.0.0.1",
        smtp_port=port,
        smtp_security="none",
        port=0,
        partnerships={
            "chscp": PartnershipSettings(inbox="escalations@chscp.example", business_support="office@support.example")
        },
    )


def _prepared(settings: Settings, now: datetime) -> str:
    """A case with one letter that waits: the code to its raiser."""
    migrate(Database(settings.database))
    service = build(settings, lambda: now)
    people = [Person("line_manager", "Lena Moss", "lena@homerton.example", "homerton")]
    agencies = [Agency("homerton", "Homerton Health", ("homerton.example",))]
    service.casework.replace_directory("chscp", agencies, people, now)
    case_id = service.casework.receive("chscp", FORM, now).case_id
    service.reader.close()
    return case_id


def _serving(folder: Path, settings: Settings) -> subprocess.Popen[bytes]:
    lines = [
        f'database = "{settings.database}"',
        'transport = "smtp"',
        'smtp_host = "127.0.0.1"',
        f"smtp_port = {settings.smtp_port}",
        'smtp_security = "none"',
        "port = 0",
        "[partnerships.chscp]",
        'inbox = "escalations@chscp.example"',
        'business_support = "office@support.example"',
    ]
    (folder / "answerable.toml").write_text("\n".join(lines), encoding="utf-8")
    environment = {name: value for name, value in os.environ.items() if not name.startswith("ANSWERABLE_")}
    environment["ANSWERABLE_MASTER_KEY"] = settings.master_key.get_secret_value()
    log = (folder / "log").open("wb")
    with log:
        return subprocess.Popen([COMMAND, "serve"], cwd=folder, env=environment, stdout=log, stderr=log)


def _states(service: Service, case_id: str) -> set[str]:
    """Of the code that the raiser was sent."""
    mine = (letters.c.case_id == case_id) & (letters.c.recipient == "p1")
    with service.database.read() as connection:
        return set(connection.execute(select(letters.c.state).where(mine)).scalars())
