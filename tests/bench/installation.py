"""An installation to measure: a fresh database with one partnership and its directory."""

from datetime import datetime
from pathlib import Path

from answerable.settings import ROOT
from cases.casework import Casework, Partnership
from cases.directory.directory import Agency, Person
from cases.policy_files.reading import load_policy
from cases.store.database import Database
from cases.store.keyring import Keyring
from cases.store.setup import migrate
from cases.vault import MasterKeys

OFFICE = "office@support.example"
UNLIMITED = 1_000_000  # letters an hour: no brake while we measure


def casework_on(file: Path, master: MasterKeys, now: datetime) -> Casework:
    """City and Hackney with twenty agencies on a fresh database file."""
    database = Database(file)
    migrate(database)
    policy = load_policy(ROOT / "policies" / "chscp.yaml")
    office = Partnership(policy, "in@chscp.example", "chscp.example", OFFICE, UNLIMITED)
    casework = Casework(database, Keyring(master), {office.key: office})
    casework.take_policies(now)
    agencies = [Agency(f"agency{number}", f"Agency {number}", (f"agency{number}.example",)) for number in range(20)]
    people = [Person("line_manager", "A Person", f"a@{agency.key}.example", agency.key) for agency in agencies]
    casework.replace_directory(office.key, agencies, people, now)
    return casework
