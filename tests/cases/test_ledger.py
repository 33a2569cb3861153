"""The record in a real database: tampering is found and named, and an erased case says nothing any more."""

import sqlite3
from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from cases.ledger import Ledger
from cases.store import case_rows
from cases.submission import Answer, Submission
from cases.vault import KeyDestroyed

if TYPE_CHECKING:
    from tests.conftest import World


@pytest.fixture
def ledger(world: "World") -> Ledger:
    """Two cases with some history, witnessed by a checkpoint."""
    for _ in range(2):
        world.clock.move(timedelta(minutes=1))
        view = world.open_case()
        answer = Answer("outcome:not_resolved", "s1", "They would not look again.")
        world.casework.hear(view.case.id, "p1", answer, world.clock())
    ledger = Ledger(world.casework.database, world.casework.keyring)
    world.clock.move(timedelta(days=1))
    assert ledger.take_checkpoint("chscp", world.clock())
    assert ledger.faults("chscp") == []
    return ledger


def tamper(world: "World", *statements: str) -> None:
    """Somebody with the file in hand, who takes the triggers away first."""
    connection = sqlite3.connect(world.casework.database.path)
    connection.execute("DROP TRIGGER IF EXISTS entries_no_update")
    connection.execute("DROP TRIGGER IF EXISTS entries_no_delete")
    for statement in statements:
        connection.execute(statement)
    connection.commit()
    connection.close()


def case_ids(world: "World") -> list[str]:
    with world.casework.database.read() as connection:
        return sorted(row.id for row in case_rows.listed(connection, "chscp"))


ONE = "case_id = (SELECT min(case_id) FROM entries)"
OTHERS_SIXTH = "SELECT sealed FROM entries WHERE case_id = (SELECT max(case_id) FROM entries) AND sequence = 6"


@pytest.mark.parametrize(
    ("statements", "entry"),
    [
        pytest.param([f"UPDATE entries SET kind = 'closed' WHERE {ONE} AND sequence = 4"], 4, id="altered"),
        pytest.param(
            [f"UPDATE entries SET at = '2026-01-01 00:00:00' WHERE {ONE} AND sequence = 2"], 2, id="its time altered"
        ),
        pytest.param([f"DELETE FROM entries WHERE {ONE} AND sequence = 5"], 5, id="removed"),
        pytest.param(
            [
                f"UPDATE entries SET sequence = 999 WHERE {ONE} AND sequence = 3",
                f"UPDATE entries SET sequence = 3 WHERE {ONE} AND sequence = 4",
                f"UPDATE entries SET sequence = 4 WHERE {ONE} AND sequence = 999",
            ],
            3,
            id="reordered",
        ),
        pytest.param(
            [f"UPDATE entries SET sealed = ({OTHERS_SIXTH}) WHERE {ONE} AND sequence = 6"],
            6,
            id="its content swapped with another case's",
        ),
    ],
)
def test_an_entry_tampered_with_is_found_and_named(
    world: "World", ledger: Ledger, statements: list[str], entry: int
) -> None:
    tamper(world, *statements)
    first = ledger.faults("chscp")[0]
    assert (first.case_id, first.sequence) == (case_ids(world)[0], entry)


def test_a_tail_cut_off_shows_against_the_checkpoint(world: "World", ledger: Ledger) -> None:
    tamper(world, f"DELETE FROM entries WHERE {ONE} AND sequence > 7")
    assert [fault.case_id for fault in ledger.faults("chscp")] == [case_ids(world)[0]]


def test_a_tail_cut_off_shows_against_the_case_itself_before_any_checkpoint(world: "World") -> None:
    ledger = Ledger(world.casework.database, world.casework.keyring)
    world.open_case()
    assert ledger.faults("chscp") == []
    tamper(world, f"DELETE FROM entries WHERE {ONE} AND sequence > 5")
    assert [fault.case_id for fault in ledger.faults("chscp")] == case_ids(world)


def test_a_vanished_case_shows_against_the_checkpoint(world: "World", ledger: Ledger) -> None:
    gone = case_ids(world)[0]
    tamper(world, f"DELETE FROM entries WHERE {ONE}", f"DELETE FROM cases WHERE id = '{gone}'")
    assert [fault.case_id for fault in ledger.faults("chscp")] == [gone]


def test_a_checkpoint_is_taken_once_a_day(world: "World", ledger: Ledger) -> None:
    assert ledger.take_checkpoint("chscp", world.clock()) is None
    world.clock.move(timedelta(days=1))
    assert ledger.take_checkpoint("chscp", world.clock())


def test_the_record_alone_gives_the_case_again(world: "World", ledger: Ledger) -> None:
    for case_id in case_ids(world):
        with world.casework.database.read() as connection:
            stored = case_rows.load(connection, case_id, world.casework.keyring)
        assert ledger.rebuilt(case_id) == stored


def test_a_destroyed_key_leaves_a_chain_that_verifies_and_nothing_to_read(world: "World", ledger: Ledger) -> None:
    erased, kept = case_ids(world)
    with world.casework.database.write() as connection:
        world.casework.keyring.destroy(connection, erased, world.clock())
    assert ledger.faults("chscp") == []
    assert all(entry.erased and not entry.content for entry in ledger.record(erased).entries)
    assert ledger.record(kept).entries[0].content
    with pytest.raises(KeyDestroyed), world.casework.database.read() as connection:
        case_rows.load(connection, erased, world.casework.keyring)


def test_the_files_on_disk_never_hold_what_a_case_says(make_world: "Callable[..., World]") -> None:
    """Neither the database file nor its log, before or after the key is destroyed. The directory is not a case's."""
    world = make_world()
    raised = Submission(
        email="planted.raiser@homerton.example", name="Planted Raiser", agency="health", other_agency="hackney",
        child="PLANTED-INITIALS", concern="planted concern", wanted="planted wish",
    )  # fmt: skip
    case_id = world.open_case(raised).case.id
    world.casework.hear(case_id, "p1", Answer("outcome:not_resolved", "s1", "planted answer"), world.clock())
    raw = b"From: planted.sender@x.example\r\nSubject: planted subject\r\n\r\nplanted mail"
    world.correspondence.keep("chscp", "inbox", raw, "<planted@x.example>", world.clock())
    with world.casework.database.write() as connection:
        world.casework.keyring.destroy(connection, case_id, world.clock())
    path = world.casework.database.path
    on_disk = path.read_bytes() + path.with_name(f"{path.name}-wal").read_bytes()
    assert len(on_disk) > 10_000
    assert b"planted" not in on_disk.lower()
