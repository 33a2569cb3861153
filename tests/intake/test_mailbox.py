"""The mailbox on a real database: what a bounce does, whose mail it is, and that no mail is judged twice."""

from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from mails import BOUNDARY, mail, reply
from sqlalchemy import select, update
from structlog.testing import capture_logs

from cases.case import BUSINESS_SUPPORT
from cases.casework import Casework, Partnership
from cases.mail.by_hand import ByHand, Question
from cases.mail.correspondence import Traced
from cases.mail.tracing import Clues
from cases.mail.writer import Writer
from cases.policy_files.reading import load_policy
from cases.store.outbox import Stored
from cases.submission import Answer, Evidence
from cases.tables import letters, messages
from intake.mailbox import Mailbox

if TYPE_CHECKING:
    from tests.conftest import World

INBOX, OTHER_INBOX = "escalations@chscp.example", "escalations@hscp.example"
BEN = "ben@hackney.example"
POLICIES = Path(__file__).parents[2] / "policies"


@pytest.fixture
def mailbox(world: "World") -> Mailbox:
    return Mailbox(world.correspondence, {"chscp": INBOX}, None)


def report(letter: Stored, address: str = "", action: str = "failed", status: str = "5.1.1") -> bytes:
    """What a mail system sends back about a letter."""
    return (
        f"Return-Path: <>\r\nFrom: MAILER-DAEMON@mx.hackney.example\r\nTo: {INBOX}\r\nSubject: Undelivered Mail\r\n"
        f"Message-ID: <{action}-{status}@mx.hackney.example>\r\nMIME-Version: 1.0\r\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="d"\r\n\r\n'
        "--d\r\nContent-Type: text/plain\r\n\r\nAction: failed\r\n\r\n"
        "--d\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.hackney.example\r\n\r\n"
        f"Final-Recipient: rfc822; {address or letter.email}\r\nAction: {action}\r\nStatus: {status}\r\n\r\n"
        f"--d\r\nContent-Type: text/rfc822-headers\r\n\r\nMessage-ID: {letter.message_id}\r\n\r\n--d--\r\n"
    ).encode()


def written(*headers: str, sender: str = BEN) -> bytes:
    lines = (f"From: {sender}", f"To: {INBOX}", *headers)
    return ("\r\n".join(lines) + "\r\n\r\nNOT RESOLVED\r\nThey will not look again.\r\n").encode()


def stage_letter(world: "World") -> Stored:
    return world.letters("stage", "Ben Carter")[0]


def handed_over(world: "World") -> Stored:
    world.open_case()
    world.hand_over(stage_letter(world))
    return stage_letter(world)


def entries(world: "World") -> list[str]:
    return [line.words for line in world.reading.written_log(world.view().case.id).lines]


def support_is_told(world: "World") -> list[str]:
    return [str(letter.values["words"]) for letter in world.letters("task") if letter.to == BUSINESS_SUPPORT]


def test_a_bounce_undoes_the_acceptance_and_business_support_is_told(world: "World", mailbox: Mailbox) -> None:
    letter = handed_over(world)
    taken = mailbox.take_in(report(letter), None, world.clock())
    assert stage_letter(world).state == "bounced"
    assert "The letter “Your answer is needed” to Ben Carter came back undelivered." in entries(world)
    [words] = support_is_told(world)
    assert "Ben Carter" in words
    kept = world.correspondence.message(taken)
    assert (kept.state, kept.case_id, kept.letter_id) == ("filed", letter.case_id, letter.id)


def test_after_a_bounce_the_raiser_does_not_count_as_told(world: "World", mailbox: Mailbox) -> None:
    case = world.open_case().case
    answer = Answer("outcome:resolved", "s1", "We agreed a visit.", evidence=Evidence(via="page"))
    world.casework.hear(case.id, stage_letter(world).to, answer, world.clock())
    [outcome] = [letter for letter in world.letters(to="Alice Osei") if letter.tells]
    world.hand_over(outcome)
    assert [clock.name for clock in world.view().case.running("told")] == ["outcome"]
    mailbox.take_in(report(outcome), None, world.clock())
    assert [clock.name for clock in world.view().case.running("told")] == ["to_tell"]


@pytest.mark.parametrize(
    ("address", "action", "status"),
    [(BEN, "delayed", "4.4.1"), ("someone@hackney.example", "failed", "5.1.1")],
)
def test_a_delay_or_a_failure_at_an_address_that_we_never_wrote_to_is_only_filed(
    world: "World", mailbox: Mailbox, address: str, action: str, status: str
) -> None:
    letter = handed_over(world)
    taken = mailbox.take_in(report(letter, address, action, status), None, world.clock())
    assert stage_letter(world).state == "accepted"
    assert support_is_told(world) == []
    assert world.correspondence.message(taken).state == "filed"
    assert world.correspondence.message(taken).case_id == letter.case_id


def test_a_bounce_of_a_letter_that_has_not_gone_is_only_filed(world: "World", mailbox: Mailbox) -> None:
    world.open_case()
    mailbox.take_in(report(stage_letter(world)), None, world.clock())
    assert stage_letter(world).state == "planned"
    assert support_is_told(world) == []


def test_a_bounce_that_comes_while_the_letter_is_being_handed_over_stands(world: "World", mailbox: Mailbox) -> None:
    world.open_case()
    held = world.dispatch.handing_over(stage_letter(world), b"the letter", world.clock())
    assert held
    mailbox.take_in(report(held), None, world.clock())
    world.dispatch.accepted(held, world.clock())
    assert stage_letter(world).state == "bounced"
    assert "The letter “Your answer is needed” to Ben Carter was accepted by the mail server." not in entries(world)


def test_the_same_bounce_told_again_in_other_words_changes_nothing_more(world: "World", mailbox: Mailbox) -> None:
    letter = handed_over(world)
    mailbox.take_in(report(letter), None, world.clock())
    mailbox.take_in(report(letter, status="5.2.1"), None, world.clock())
    assert len(support_is_told(world)) == 1


@pytest.mark.parametrize("verb", ["answered", "file", "to_tray", "bounced"])
def test_a_mail_that_is_judged_already_is_not_judged_again(world: "World", verb: str) -> None:
    letter = handed_over(world)
    mail, _ = world.correspondence.keep("chscp", INBOX, written(), "<1@hackney.example>", world.clock())
    traced = Traced("recipient", letter.id, letter.case_id or "", letter.to, letter.email)
    world.correspondence.file(mail, traced, "it was read", world.clock())
    before = world.everything()
    answer = Answer("outcome:not_resolved", "s1", "We differ", evidence=Evidence(via="reply", message=mail))
    correspondence = world.correspondence
    {
        "answered": lambda: correspondence.answered(mail, traced, answer, "again", world.clock()),
        "file": lambda: correspondence.file(mail, traced, "again", world.clock()),
        "to_tray": lambda: correspondence.to_tray(mail, None, "again", False, world.clock()),
        "bounced": lambda: correspondence.bounced(mail, traced, "again", world.clock()),
    }[verb]()
    assert world.everything() == before


def test_a_message_that_can_neither_be_judged_nor_put_in_the_tray_holds_up_no_other(
    world: "World", mailbox: Mailbox
) -> None:
    bad, _ = world.correspondence.keep("chscp", INBOX, written(), "<1@hackney.example>", world.clock())
    with world.casework.database.write() as connection:
        connection.execute(messages.update().values(sealed=b"damaged"))
    good, _ = world.correspondence.keep("chscp", INBOX, written(), "<2@hackney.example>", world.clock())
    with capture_logs() as lines:
        mailbox.judge_waiting(world.clock())
    assert {line["message"] for line in lines} == {bad}
    assert world.correspondence.waiting("stored") == [bad]
    assert world.correspondence.waiting("tray") == [good]


def test_a_person_who_writes_through_a_list_is_read_and_a_program_is_not(world: "World", mailbox: Mailbox) -> None:
    listed = mailbox.take_in(written("List-Id: <team.hackney.example>"), None, world.clock())
    absent_words = written("Auto-Submitted: auto-replied").replace(b"NOT RESOLVED", b"I am out of the office.")
    absent = mailbox.take_in(absent_words, None, world.clock())
    assert world.correspondence.message(listed).state == "tray"
    assert world.correspondence.message(absent).state == "filed"


@pytest.fixture
def two(world: "World") -> Mailbox:
    """The mailbox of two partnerships in one installation."""
    other = Partnership(load_policy(POLICIES / "hscp.yaml"), OTHER_INBOX, "hscp.example", "support@hscp.example")
    world.casework = Casework(
        world.casework.database, world.casework.keyring, {**world.casework.partnerships, "hscp": other}
    )
    return Mailbox(world.correspondence, {"hscp": OTHER_INBOX, "chscp": INBOX}, None)


def test_a_letter_of_ours_says_whose_mail_it_is_before_the_one_who_hands_it_in_does(
    world: "World", two: Mailbox
) -> None:
    letter = handed_over(world)
    taken = two.take_in(written(f"In-Reply-To: {letter.message_id}"), "hscp", world.clock())
    kept = world.correspondence.message(taken)
    assert (kept.partnership, kept.case_id) == ("chscp", letter.case_id)
    stray = two.take_in(written(), "hscp", world.clock())
    assert world.correspondence.message(stray).partnership == "hscp"


def test_what_leads_to_another_partnerships_letter_counts_for_nothing(world: "World", two: Mailbox) -> None:
    letter, before = handed_over(world), len(world.letters())
    raw = written(f"In-Reply-To: {letter.message_id}")
    mail, _ = world.correspondence.keep("hscp", OTHER_INBOX, raw, "<1@hackney.example>", world.clock())
    two.judge_waiting(world.clock())
    kept = world.correspondence.message(mail)
    assert (kept.state, kept.case_id) == ("tray", None)
    assert len(world.letters()) == before


def test_the_letter_that_a_mail_names_first_is_found_first(world: "World") -> None:
    world.open_case()
    from_last = [letter.message_id for letter in reversed(world.letters())]
    clues = Clues("x@hackney.example", (), tuple(from_last), (), (), ())
    found = world.correspondence.trace(clues, None, world.clock())
    assert [each.letter_id for each in found] == [letter.id for letter in reversed(world.letters())]


def test_whoever_answers_our_question_after_a_week_hears_that_it_came(world: "World") -> None:
    """D1: the answer stands in the tray with the first mail, and its sender is acknowledged once in a week."""
    mailbox = Mailbox(world.correspondence, {"chscp": INBOX}, BOUNDARY)
    first = mailbox.take_in(mail("Some One <one@elsewhere.example>", "I am worried about a boy."), None, world.clock())
    writer = Writer("one@elsewhere.example", "Some One")
    assert ByHand(world.correspondence).ask(first, Question(("Which child?",)), writer, "Sal", False, world.clock())
    with world.casework.database.write() as connection:
        asked = letters.c.purpose == "ask_sender"
        connection.execute(update(letters).where(asked).values(state="accepted", accepted_at=world.clock()))
        message_id = connection.execute(select(letters.c.message_id).where(asked)).scalar_one()
    world.clock.move(timedelta(days=8))
    words = "It is the boy from the end house, and I have seen him alone outside late at night again."
    raw = reply(message_id, "Some One <one@elsewhere.example>", words)
    kept = world.correspondence.message(mailbox.take_in(raw, None, world.clock()))
    assert (kept.state, kept.root) == ("tray", first)
    with world.casework.database.read() as connection:
        about = connection.execute(select(letters.c.about).where(letters.c.purpose == "acknowledged")).scalars().all()
    assert set(about) == {f"mail:{first}", f"mail:{kept.id}"}
