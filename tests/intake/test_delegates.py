"""Whose answer counts as a party's: the one who acts now, a registered delegate, the holder (decisions, "Deputy")."""

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

import pytest
from mails import BOUNDARY, INBOX, reply

from cases.directory import edits
from cases.directory.directory import Away, Person
from cases.directory.work import DirectoryWork
from cases.store import contacts, people
from intake.mailbox import Mailbox
from tests.conftest import ALICE

if TYPE_CHECKING:
    from cases.store.outbox import Stored
    from tests.conftest import World

DAN, ELLA = "Dan Webb <dan@hackney.example>", "Ella Frost <ella@hackney.example>"
NOT_RESOLVED = "NOT RESOLVED\nWe could not agree."
SECOND = replace(ALICE, starts_at="line_managers")


@pytest.fixture
def mailbox(world: "World") -> Mailbox:
    return Mailbox(world.correspondence, {"chscp": INBOX}, BOUNDARY)


def change(world: "World", edit: edits.Edit) -> None:
    DirectoryWork(world.casework).change("chscp", edit, "Bo Reed", world.clock())


def dans(world: "World") -> "Stored":
    """The letter of the stage that Dan Webb had, handed over."""
    letter = world.letters("stage", "Dan Webb")[0]
    world.hand_over(letter)
    return letter


def state(world: "World", mailbox: Mailbox, raw: bytes) -> str:
    return world.correspondence.message(mailbox.take_in(raw, None, world.clock())).state


def said(world: "World") -> list[tuple[str, str]]:
    row = world.view().case.row
    return [(each.outcome, world.view().case.party(each.party).name) for each in row.said] if row else []


def test_a_registered_delegate_answers_for_the_party_at_any_time_and_the_record_says_who_did(
    world: "World", mailbox: Mailbox
) -> None:
    world.open_case(SECOND)
    change(world, edits.delegate("dan@hackney.example", "ella@hackney.example"))
    assert state(world, mailbox, reply(dans(world).message_id, ELLA, NOT_RESOLVED)) == "answered"
    assert said(world) == [("not_resolved", "Dan Webb")]
    evidence = [line.evidence for line in world.reading.written_log(world.view().case.id).lines]
    assert any("answered by Ella Frost in their place" in each for each in evidence)


def test_the_holder_answers_while_the_delegate_acts(world: "World", mailbox: Mailbox) -> None:
    world.open_case(SECOND)
    letter = dans(world)
    change(world, edits.delegate("dan@hackney.example", "ella@hackney.example"))
    change(world, edits.away(Away("dan@hackney.example", date(2026, 11, 27), date(2026, 12, 4))))
    assert state(world, mailbox, reply(letter.message_id, DAN, NOT_RESOLVED)) == "answered"
    assert said(world) == [("not_resolved", "Ella Frost")]


@pytest.mark.parametrize("sender", ["Hugo Lane <hugo@hackney.example>", "Noor Haddad <noor@homerton.example>"])
def test_anybody_elses_answer_goes_to_the_tray(world: "World", mailbox: Mailbox, sender: str) -> None:
    world.open_case(SECOND)
    change(world, edits.delegate("dan@hackney.example", "ella@hackney.example"))
    assert state(world, mailbox, reply(dans(world).message_id, sender, NOT_RESOLVED)) == "tray"
    assert said(world) == []


def test_a_delegate_whose_mail_nobody_vouches_for_is_not_believed(world: "World", mailbox: Mailbox) -> None:
    world.open_case(SECOND)
    change(world, edits.delegate("dan@hackney.example", "ella@hackney.example"))
    assert state(world, mailbox, reply(dans(world).message_id, ELLA, NOT_RESOLVED, vouched=False)) == "tray"
    assert said(world) == []


def test_who_held_the_role_before_answers_for_it_no_longer(world: "World", mailbox: Mailbox) -> None:
    world.open_case(SECOND)
    letter = dans(world)
    with world.casework.database.read() as connection:
        number = next(row.id for row in people.roster(connection, "chscp") if row.email == "dan@hackney.example")
    change(world, edits.change(number, Person("", "Pip Orr", "pip@hackney.example")))
    assert state(world, mailbox, reply(letter.message_id, DAN, NOT_RESOLVED)) == "tray"
    assert said(world) == []
    assert state(world, mailbox, reply(letter.message_id, "Pip Orr <pip@hackney.example>", NOT_RESOLVED)) == "answered"


def test_a_delegate_who_has_left_the_directory_acts_for_nobody(world: "World", mailbox: Mailbox) -> None:
    world.open_case(SECOND)
    change(world, edits.delegate("dan@hackney.example", "ella@hackney.example"))
    with world.casework.database.read() as connection:
        numbers = [row.id for row in people.roster(connection, "chscp") if row.email == "ella@hackney.example"]
    for number in numbers:
        change(world, edits.end(number))
    assert state(world, mailbox, reply(dans(world).message_id, ELLA, NOT_RESOLVED)) == "tray"


def test_nobody_answers_for_the_raiser(world: "World", mailbox: Mailbox) -> None:
    world.open_case()
    change(world, edits.delegate("alice@homerton.example", "noor@homerton.example"))
    letter = world.letters("stage", "Alice Osei")[0]
    world.hand_over(letter)
    noor = "Noor Haddad <noor@homerton.example>"
    assert state(world, mailbox, reply(letter.message_id, noor, NOT_RESOLVED)) == "tray"


def test_an_answer_by_mail_ends_the_silences_of_the_party(world: "World", mailbox: Mailbox) -> None:
    world.open_case(SECOND)
    with world.casework.database.write() as connection:
        contacts.chased(connection, "chscp", "dan@hackney.example", date(2026, 11, 27))
    state(world, mailbox, reply(dans(world).message_id, DAN, NOT_RESOLVED))
    with world.casework.database.read() as connection:
        assert contacts.contact(connection, "chscp", "dan@hackney.example").silences == 0


def test_an_automatic_reply_that_names_somebody_else_is_a_doubt(world: "World", mailbox: Mailbox) -> None:
    world.open_case(SECOND)
    words = "I am out of the office until 14 December. In urgent cases please contact Pip Orr, pip@hackney.example."
    state(world, mailbox, reply(dans(world).message_id, DAN, words, "Auto-Submitted: auto-replied"))
    with world.casework.database.read() as connection:
        named = contacts.contact(connection, "chscp", "dan@hackney.example").instead
    assert named
    assert "pip@hackney.example" in named
    assert "pip@hackney.example" not in [letter.email for letter in world.letters()]
