"""E53 to E56 on a real database: reports and automatic replies never stop a clock or answer anything."""

from datetime import timedelta
from email.utils import formataddr
from typing import TYPE_CHECKING

import pytest

from cases.reference import bounce_address
from cases.store import outbox
from cases.store.outbox import Stored
from intake.mailbox import Mailbox
from tests.intake.mail.samples_of_bounces import FAILED
from tests.intake.test_mailbox import BEN, INBOX, entries, handed_over, report, stage_letter, support_is_told

if TYPE_CHECKING:
    from tests.conftest import World


@pytest.fixture
def mailbox(world: "World") -> Mailbox:
    return Mailbox(world.correspondence, {"chscp": INBOX}, None)


def clocks(world: "World") -> list[object]:
    return [clock for clock in world.view().case.clocks if clock.name != "told"]


def returned_to(world: "World", letter: Stored, body: str, number: int = 1) -> bytes:
    """A report in words, to the address that the letter gave for its own failures."""
    with world.casework.database.read() as connection:
        token, _ = outbox.tokens_of(world.casework.keyring.secret(connection, world.clock()), letter.id)
    to = bounce_address(INBOX, token)
    return (
        f"Return-Path: <>\r\nFrom: MAILER-DAEMON@mx.hackney.example\r\nTo: {to}\r\nSubject: failure notice\r\n"
        f"Message-ID: <{number}@mx.hackney.example>\r\n\r\n{body}\r\n"
    ).encode()


def test_e53_a_bounce_tells_business_support_at_once_and_the_clock_goes_on(world: "World", mailbox: Mailbox) -> None:
    """E53: manager's address bounces (5.1.1): D19 within 1 min."""
    letter = handed_over(world)
    before = clocks(world)
    mailbox.take_in(report(letter), None, world.clock() + timedelta(minutes=1))
    assert stage_letter(world).state == "bounced"
    assert len(support_is_told(world)) == 1
    assert clocks(world) == before


@pytest.mark.parametrize(
    "words", ["The user is unknown.", "<ben.carter@hackney.onmicrosoft.example>: 550 5.1.10 not found"]
)
def test_e53_what_comes_back_to_a_letters_own_bounce_address_counts_for_it(
    world: "World", mailbox: Mailbox, words: str
) -> None:
    """Whatever address it names: a mailbox may have another name inside."""
    letter = handed_over(world)
    mailbox.take_in(returned_to(world, letter, f"Your message could not be delivered.\r\n{words}"), None, world.clock())
    assert stage_letter(world).state == "bounced"


def test_e54_a_delay_changes_nothing_and_a_failure_after_it_counts(world: "World", mailbox: Mailbox) -> None:
    """E54: delay notice, then delivered; delay, then failure: nothing; then E53."""
    letter = handed_over(world)
    before = clocks(world)
    for action, status in (("delayed", "4.4.1"), ("delivered", "2.0.0")):
        mailbox.take_in(report(letter, action=action, status=status), None, world.clock())
        assert stage_letter(world).state == "accepted"
    words = returned_to(world, letter, f"Your message to {BEN} has been delayed. We will continue to try.", 7)
    mailbox.take_in(words.replace(b"failure notice", b"Delivery delayed: x"), None, world.clock())
    assert stage_letter(world).state == "accepted"
    assert support_is_told(world) == []
    mailbox.take_in(report(letter), None, world.clock())
    assert stage_letter(world).state == "bounced"
    assert clocks(world) == before


def test_e55_a_forged_bounce_is_recorded_and_moves_no_clock(world: "World", mailbox: Mailbox) -> None:
    """E55: forged bounce for a real case: recorded; timer unmoved; sender chain shown."""
    letter = handed_over(world)
    before = clocks(world)
    taken = mailbox.take_in(report(letter, "someone@elsewhere.test"), None, world.clock())
    assert (stage_letter(world).state, support_is_told(world)) == ("accepted", [])
    assert world.correspondence.message(taken).case_id == letter.case_id
    forged = report(letter).replace(b"MAILER-DAEMON@mx.hackney.example", b"mallory@elsewhere.test", 1)
    kept = world.correspondence.message(mailbox.take_in(forged, None, world.clock()))
    assert kept.state == "filed"
    assert b"mallory@elsewhere.test" in kept.raw
    assert clocks(world) == before


@pytest.mark.parametrize(("name", "headers", "body"), FAILED[:3], ids=[each[0] for each in FAILED[:3]])
def test_e55_a_bounce_in_words_for_nobody_that_we_wrote_to_is_only_filed(
    world: "World", mailbox: Mailbox, name: str, headers: str, body: str
) -> None:
    letter = handed_over(world)
    taken = mailbox.take_in(
        f"{headers}\nTo: {INBOX}\n\n{body}\nMessage-ID: {letter.message_id}\n".encode(), None, world.clock()
    )
    assert (stage_letter(world).state, world.correspondence.message(taken).state) == ("accepted", "filed")


def test_e56_an_absence_is_filed_and_answers_nothing(world: "World", mailbox: Mailbox) -> None:
    """E56: absence from the manager: recorded with dates if given; timer unmoved; deputy rule; no answer sent."""
    letter = handed_over(world)
    before, letters = clocks(world), len(world.letters(to="Ben Carter"))
    raw = (
        f"From: {formataddr(('Ben Carter', BEN))}\r\nTo: {INBOX}\r\nSubject: Automatic reply: "
        f"{letter.values['reference']}\r\n"
        f"In-Reply-To: {letter.message_id}\r\nAuto-Submitted: auto-replied\r\nMessage-ID: "
        f"<away@hackney.example>\r\n\r\n"
        "RESOLVED\r\n\r\nI am on leave and back on 8 December 2026. Please contact Ella Frost, "
        "ella@hackney.example.\r\n"
    ).encode()
    kept = world.correspondence.message(mailbox.take_in(raw, None, world.clock()))
    assert (kept.state, kept.case_id) == ("filed", letter.case_id)
    assert clocks(world) == before
    assert len(world.letters(to="Ben Carter")) == letters
    assert not any(each.email == "ella@hackney.example" for each in world.letters())
    assert not any("resolved" in words.lower() for words in entries(world)[-2:])
