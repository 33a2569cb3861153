"""Too many letters: held where it can be seen, told once, let go by a person, sent once each (D3, D6)."""

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from email import message_from_bytes
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from cases.casework import Casework
from cases.ledger import Ledger
from cases.mail.correspondence import Traced
from cases.mail.dispatch import Dispatch
from cases.store.brakes import MOST_TO_ONE_PERSON
from cases.submission import Answer, Evidence
from cases.tables import letters
from mailer.guard import Guard
from mailer.letters import Letters
from mailer.outbox import Outbox, Sender
from mailer.transports.memory import Memory
from tests.conftest import ROOT

if TYPE_CHECKING:
    from tests.conftest import World

INBOX = "escalations@chscp.example"
BEN = "ben@hackney.example"
BURST = MOST_TO_ONE_PERSON[0][1]
LETTERS = Letters(ROOT / "templates/letters")


def outbox(world: "World", transport: Memory) -> Outbox:
    record = Ledger(world.casework.database, world.casework.keyring).text
    senders = {"chscp": Sender("City and Hackney", INBOX)}
    return Outbox(Dispatch(world.casework), LETTERS, transport, Guard([INBOX]), senders, "http://a.example", record)


def at_most_an_hour(world: "World", most: int) -> "World":
    office = replace(world.casework.partnerships["chscp"], most_letters_an_hour=most)
    return replace(world, casework=Casework(world.casework.database, world.casework.keyring, {"chscp": office}))


def ask(world: "World", times: int) -> None:
    """Ben says a date again and again, as a mail program gone wrong would: an echo to him, and news to Alice."""
    case, ben = world.view().case, world.letters("stage", "Ben Carter")[0].to
    for number in range(times):
        day = date(2026, 12, 1) + timedelta(days=number)
        answer = Answer("by", "s1", "", day, evidence=Evidence(via="reply"))
        world.casework.hear(case.id, ben, answer, world.clock())


def mail_from(world: "World", to: str) -> None:
    """A mail of somebody who has a letter, with nothing in it that can be read as an answer."""
    letter = next(each for each in world.letters() if each.to == to)
    raw = f"From: {letter.email}\r\nSubject: Hello\r\n\r\n{len(world.letters())}\r\n".encode()
    mail, _ = world.correspondence.keep("chscp", "inbox", raw, f"<{len(world.letters())}@x.example>", world.clock())
    traced = Traced("recipient", letter.id, world.view().case.id, to, letter.email)
    world.correspondence.to_tray(mail, traced, "It holds no offered answer.", True, world.clock())


def sent_to(transport: Memory, address: str) -> list[str]:
    return [
        str(message_from_bytes(raw)["Message-ID"]) for envelope, raw in transport.sent if envelope.recipient == address
    ]


def tasks(world: "World", word: str) -> list[str]:
    return [each.words for each in world.reading.open_tasks("chscp") if word in each.words]


def entries(world: "World") -> list[str]:
    return [line.words for line in world.reading.written_log(world.view().case.id).lines]


def states(world: "World", purpose: str, to: str) -> Counter[str]:
    return Counter(each.state for each in world.letters(purpose, to))


@pytest.fixture
def braked(world: "World") -> tuple["World", Memory]:
    """A case on which Ben had as many letters as the brake lets through, and five more."""
    world.open_case()
    transport = Memory()
    outbox(world, transport).drain(world.clock(), 1_000)
    had = len(sent_to(transport, BEN))
    ask(world, BURST - had + 5)
    outbox(world, transport).drain(world.clock(), 1_000)
    return world, transport


def test_what_is_over_the_cap_is_held_and_business_support_told_once(braked: tuple["World", Memory]) -> None:
    world, transport = braked
    assert len(sent_to(transport, BEN)) == BURST
    assert states(world, "echo", "Ben Carter")["held"] == 5
    assert len(tasks(world, "have gone to Ben Carter")) == 1
    assert sum("is held back" in words for words in entries(world)) >= 5
    outbox(world, transport).drain(world.clock(), 1_000)
    [told] = [each for each in world.letters("task") if "have gone to Ben Carter" in str(each.values["words"])]
    assert told.urgent
    assert told.state == "accepted"


def test_nothing_that_is_held_goes_by_itself_however_long_it_waits(braked: tuple["World", Memory]) -> None:
    world, transport = braked
    world.clock.move(timedelta(days=2))
    ask(world, 1)
    outbox(world, transport).drain(world.clock(), 1_000)
    assert len(sent_to(transport, BEN)) == BURST
    assert states(world, "echo", "Ben Carter")["held"] == 6
    assert len(tasks(world, "have gone to Ben Carter")) == 1


def test_what_business_support_lets_go_is_sent_once_each_and_the_next_burst_is_braked_anew(
    braked: tuple["World", Memory],
) -> None:
    world, transport = braked
    waiting = world.dispatch.standing("chscp", world.clock()).held
    assert world.dispatch.let_go("chscp", world.clock()) == waiting >= 5
    assert world.dispatch.let_go("chscp", world.clock()) == 0
    outbox(world, transport).drain(world.clock(), 1_000)
    ids = sent_to(transport, BEN)
    assert len(ids) == len(set(ids)) == BURST + 5
    assert world.dispatch.standing("chscp", world.clock()).held == 0
    assert sum("was let go by business support" in words for words in entries(world)) == waiting
    ask(world, BURST + 2)
    outbox(world, transport).drain(world.clock() + timedelta(seconds=1), 1_000)
    assert states(world, "echo", "Ben Carter")["held"] == 2
    assert len(tasks(world, "have gone to Ben Carter")) == 2


def test_the_desk_shows_what_is_held_and_lets_it_go_by_a_button_alone(braked: tuple["World", Memory]) -> None:
    world, transport = braked
    desk, held = world.desk(), world.dispatch.standing("chscp", world.clock()).held
    assert f"{held} letters held" in desk.get("/desk/chscp").text
    page = desk.get("/desk/chscp/letters")
    assert f"Letters held: {held}" in page.text
    assert world.view().case.reference in page.text
    assert desk.post("/desk/chscp/letters", data={}).status_code == 403
    assert "Sign in to the desk" in world.browser().get("/desk/chscp/letters").text
    assert world.dispatch.standing("chscp", world.clock()).held == held
    after = desk.post("/desk/chscp/letters", data=world.hidden(page.text))
    assert "No letter is held" in after.text
    outbox(world, transport).drain(world.clock(), 1_000)
    assert len(sent_to(transport, BEN)) == BURST + 5
    assert "letters held: see" not in desk.get("/desk/chscp").text


def test_urgent_letters_pass_every_brake(world: "World") -> None:
    world.open_case()
    world = at_most_an_hour(world, 1)
    transport = Memory()
    outbox(world, transport).drain(world.clock(), 1_000)
    case = world.view().case
    world.casework.send_code(case.id, "p1", world.clock())
    outbox(world, transport).drain(world.clock(), 1_000)
    with world.casework.database.read() as connection:
        gone = connection.execute(
            select(letters.c.purpose, letters.c.urgent).where(letters.c.state == "accepted")
        ).all()
    assert {row.purpose for row in gone} >= {"confirm", "code", "held"}
    assert all(row.urgent for row in gone)


def test_above_the_hourly_limit_of_a_partnership_everything_ordinary_waits_and_one_letter_says_so(
    make_world: "Callable[..., World]",
) -> None:
    world = at_most_an_hour(make_world(), 10)
    for _ in range(6):
        world.open_case()
    transport = Memory()
    sending = outbox(world, transport)
    sending.drain(world.clock(), 1_000)
    sending.drain(world.clock(), 1_000)
    told = [raw for envelope, raw in transport.sent if b"letters are held back" in raw]
    assert len(told) == 1
    assert len(transport.sent) >= 10
    standing = world.dispatch.standing("chscp", world.clock())
    assert standing.held > 0
    before = len(transport.sent)
    world.clock.move(timedelta(hours=3))
    sending.drain(world.clock(), 1_000)
    assert len(transport.sent) == before
    world.dispatch.let_go("chscp", world.clock())
    sending.drain(world.clock(), 1_000)
    assert world.dispatch.standing("chscp", world.clock()).held == 0
    assert len(transport.sent) == before + standing.held
    ids = [message_from_bytes(raw)["Message-ID"] for _, raw in transport.sent]
    assert len(ids) == len(set(ids))


def test_while_letters_are_held_mail_goes_on_coming_in(braked: tuple["World", Memory]) -> None:
    world, _ = braked
    before = len(world.reading.tray("chscp"))
    world.put_in_tray("I am not sure what to do.")
    assert len(world.reading.tray("chscp")) == before + 1


def test_d3_an_answer_that_nothing_but_a_mail_brings_forth_goes_once_in_seven_days(world: "World") -> None:
    """D3: at most one per sender and case per 7 days (RFC 3834 section 2)."""
    world.open_case()
    ben = world.letters("stage", "Ben Carter")[0].to
    for _ in range(4):
        mail_from(world, ben)
        world.clock.move(timedelta(days=2))
    assert len(world.letters("unclear", "Ben Carter")) == 1
    mail_from(world, ben)
    assert len(world.letters("unclear", "Ben Carter")) == 2


def test_d3_somebody_who_answers_too_late_again_and_again_hears_so_once_in_seven_days(world: "World") -> None:
    case = world.open_case().case
    ben, late = world.letters("stage", "Ben Carter")[0].to, Answer("outcome:not_resolved", "s1", "We differ")
    for who in ("p1", ben, ben, ben):
        world.casework.hear(case.id, who, late, world.clock())
    assert len(world.letters("too_late", "Ben Carter")) == 1
    assert sum("Ben Carter answered after this had ended" in words for words in entries(world)) == 3


def test_two_who_write_have_an_answer_each(world: "World") -> None:
    world.open_case()
    transport = Memory()
    for to in ("p1", world.letters("stage", "Ben Carter")[0].to):
        mail_from(world, to)
    outbox(world, transport).drain(world.clock(), 1_000)
    assert Counter(each.state for each in world.letters("unclear")) == {"accepted": 2}


def test_a_brake_on_one_person_holds_nobody_who_had_less(braked: tuple["World", Memory]) -> None:
    world, transport = braked
    outbox(world, transport).drain(world.clock(), 1_000)
    sent = Counter(envelope.recipient for envelope, _ in transport.sent)
    assert {each.email for each in world.letters() if each.state == "held"} == {
        email for email, count in sent.items() if count == BURST
    }
    assert "support@chscp.example" in sent


def test_nobody_can_silence_business_support_by_writing_much_about_a_case(world: "World") -> None:
    world.open_case()
    ben = world.letters("stage", "Ben Carter")[0].to
    for _ in range(BURST + 3):
        mail_from(world, ben)
    transport = Memory()
    outbox(world, transport).drain(world.clock(), 1_000)
    assert states(world, "task", "Business support") == {"accepted": BURST + 3}
