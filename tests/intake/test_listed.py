"""Contacts answer whether their entry of the directory is right: by mail, or on the page."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from mails import BOUNDARY, INBOX, mail, reply
from sqlalchemy import select

from cases.directory.directory import Person
from cases.directory.requests import Requests
from cases.store import contacts, outbox
from cases.tables import letters
from intake.mailbox import Mailbox
from tests.conftest import AGENCIES, BEGAN

if TYPE_CHECKING:
    from cases.store.contacts import Contact
    from cases.store.outbox import Stored
    from tests.conftest import World

TESS = "Tess Moran <tess@chscp.example>"
ASKED = datetime(2027, 4, 26, 9, tzinfo=UTC)


@pytest.fixture
def mailbox(world: "World") -> Mailbox:
    return Mailbox(world.correspondence, {"chscp": INBOX}, BOUNDARY)


@pytest.fixture
def letter(world: "World") -> "Stored":
    """Tess Moran was asked, and the letter went."""
    world.casework.replace_directory("chscp", AGENCIES, [Person("iro", "Tess Moran", "tess@chscp.example")], BEGAN)
    world.clock.time = ASKED
    assert Requests(world.casework).ask(ASKED) == 1
    with world.casework.database.read() as connection:
        found = connection.execute(select(letters.c.id).where(letters.c.purpose == "contact")).scalar_one()
        stored = outbox.opened(connection, found, world.casework.keyring)
    held = world.dispatch.handing_over(stored, b"Subject: x\r\n\r\nYou are listed.\r\n", ASKED)
    assert held
    world.dispatch.accepted(held, ASKED)
    return stored


def known(world: "World") -> "Contact":
    with world.casework.database.read() as connection:
        return contacts.contact(connection, "chscp", "tess@chscp.example")


def taken(world: "World", mailbox: Mailbox, raw: bytes) -> tuple[str, str]:
    kept = world.correspondence.message(mailbox.take_in(raw, None, world.clock()))
    return kept.state, kept.why


def test_a_yes_from_their_own_mailbox_confirms_the_entry(world: "World", mailbox: Mailbox, letter: "Stored") -> None:
    state, why = taken(world, mailbox, reply(letter.message_id, TESS, "YES\n\nMany thanks,\nTess Moran"))
    assert (state, "It confirms an entry of the directory." in why) == ("filed", True)
    assert known(world).confirmed_on == ASKED.date()


@pytest.mark.parametrize(
    ("words", "vouched", "sender"),
    [
        ("NOT ME\nIt is Pip Orr now.", True, TESS),
        ("CHANGE\nMy telephone is another.", True, TESS),
        ("Yes, but only until May.", True, TESS),
        ("YES\nBut my telephone is another.", True, TESS),
        ("YES", False, TESS),
        ("YES", True, "Somebody Else <else@hackney.example>"),
    ],
)
def test_anything_else_changes_nothing_and_waits_for_a_person_with_the_reason(
    world: "World", mailbox: Mailbox, letter: "Stored", words: str, vouched: bool, sender: str
) -> None:
    directory = world.casework.directory("chscp").people
    state, why = taken(world, mailbox, reply(letter.message_id, sender, words, vouched=vouched))
    assert state == "tray"
    assert "It answers our question whether an entry of the directory is right" in why
    assert (known(world).confirmed_on, known(world).says) == (None, "a reply that waits in the tray")
    assert world.casework.directory("chscp").people == directory
    assert world.reading.list_cases("chscp", world.clock()) == []


def test_a_yes_to_an_entry_that_is_another_by_now_is_for_a_person(
    world: "World", mailbox: Mailbox, letter: "Stored"
) -> None:
    world.casework.replace_directory(
        "chscp", AGENCIES, [Person("commissioner", "Tess Moran", "tess@chscp.example")], world.clock()
    )
    assert taken(world, mailbox, reply(letter.message_id, TESS, "YES"))[0] == "tray"


def test_words_of_immediate_harm_in_the_answer_are_urgent(world: "World", mailbox: Mailbox, letter: "Stored") -> None:
    words = "YES\n\nBy the way, a child I saw today is at risk of immediate harm."
    assert taken(world, mailbox, reply(letter.message_id, TESS, words))[0] == "tray"


def test_an_automatic_reply_is_filed(world: "World", mailbox: Mailbox, letter: "Stored") -> None:
    raw = reply(letter.message_id, TESS, "I am away.", "Auto-Submitted: auto-replied")
    assert taken(world, mailbox, raw)[0] == "filed"
    assert known(world).confirmed_on is None


def test_a_question_that_comes_back_flags_the_address(world: "World", mailbox: Mailbox, letter: "Stored") -> None:
    raw = (
        f"Return-Path: <>\r\nFrom: MAILER-DAEMON@mx.chscp.example\r\nTo: {INBOX}\r\nSubject: Undelivered Mail\r\n"
        "Message-ID: <b1@mx.chscp.example>\r\nMIME-Version: 1.0\r\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="d"\r\n\r\n'
        "--d\r\nContent-Type: text/plain\r\n\r\nSorry.\r\n\r\n"
        "--d\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.chscp.example\r\n\r\n"
        "Final-Recipient: rfc822; tess@chscp.example\r\nAction: failed\r\nStatus: 5.1.1\r\n\r\n"
        f"--d\r\nContent-Type: text/rfc822-headers\r\n\r\nMessage-ID: {letter.message_id}\r\n\r\n--d--\r\n"
    ).encode()
    assert taken(world, mailbox, raw)[0] == "filed"
    assert known(world).flag == "a letter came back"


def test_the_page_shows_the_entry_and_a_press_confirms_it(world: "World", letter: "Stored") -> None:
    browser, path = world.browser(), f"{world.page(letter)}/listed"
    before = world.everything()
    page = browser.get(path).text
    assert "Tess Moran, you are listed as:" in page
    assert world.everything() == before
    assert browser.post(path, data={}).status_code == 403
    assert known(world).confirmed_on is None
    answer = browser.post(path, data=world.hidden(page)).text
    assert "Thank you: your entry is confirmed." in answer
    assert known(world).confirmed_on == ASKED.date()


def test_the_page_of_an_entry_that_is_another_by_now_asks_for_a_reply(world: "World", letter: "Stored") -> None:
    browser, path = world.browser(), f"{world.page(letter)}/listed"
    page = browser.get(path).text
    world.casework.replace_directory("chscp", AGENCIES, [], world.clock())
    answer = browser.post(path, data=world.hidden(page))
    assert (answer.status_code, "has changed since that letter was written" in answer.text) == (409, True)


def test_no_other_letter_has_such_a_page(world: "World") -> None:
    world.open_case()
    assert world.browser().get(f"{world.page(world.letters()[0])}/listed").status_code == 404
    assert world.browser().get("/l/0000/listed").status_code == 404


def test_a_mail_that_belongs_to_nothing_is_still_what_it_was(
    world: "World", mailbox: Mailbox, letter: "Stored"
) -> None:
    assert taken(world, mailbox, mail("Zoe Quill <zoe@elsewhere.example>", "Hello there."))[0] == "tray"
    assert known(world).says is None
