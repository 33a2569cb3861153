"""The outbox and a real mail server together: what the record, the desk and the log say of every fault on the way."""

import ssl
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import trustme
from smtp_faults import ACCEPT_AND_DROP, DROP, RESET, Action, Faulty
from structlog.testing import capture_logs

from cases.directory.directory import Agency, Person
from cases.ledger import Ledger
from cases.mail.dispatch import Dispatch, Due
from cases.mail.domains import meant
from cases.mail.tracing import Clues
from cases.reference import find_tokens, is_bounce_address
from cases.store import people
from cases.store.outbox import Stored
from cases.submission import Submission
from mailer.guard import Guard
from mailer.letters import Letters
from mailer.outbox import Outbox, Sender
from mailer.transports.memory import Memory
from mailer.transports.smtp import Server, Smtp
from mailer.transports.transport import Transport
from tests.conftest import AGENCIES, PEOPLE, ROOT

if TYPE_CHECKING:
    from tests.conftest import World

INBOX = "escalations@chscp.example"
BEN = "ben@hackney.example"
QUARTER = timedelta(minutes=15)
LETTERS = Letters(ROOT / "templates/letters")
NO_MAILBOX = "550 5.1.1 <ben@hackney.example>: no such user"


def outbox(world: "World", transport: Transport, plus: bool = True) -> Outbox:
    record = Ledger(world.casework.database, world.casework.keyring).text
    senders = {"chscp": Sender("City and Hackney", INBOX, plus)}
    return Outbox(Dispatch(world.casework), LETTERS, transport, Guard([INBOX]), senders, "http://a.example", record)


@contextmanager
def sending(world: "World", **says: Sequence[Action]) -> Iterator[tuple[Outbox, Faulty]]:
    """An outbox on a mail server that says this at these verbs, in turn."""
    with Faulty(says) as server:
        transport = Smtp(Server("127.0.0.1", server.port, "none"))
        try:
            yield outbox(world, transport), server
        finally:
            transport.rest()


def quiet(world: "World") -> Stored:
    """A case with every letter but Ben's out of the way. Gives Ben's."""
    world.open_case()
    for letter in world.letters():
        if letter.name != "Ben Carter":
            world.hand_over(letter)
    return stage_letter(world)


def stage_letter(world: "World") -> Stored:
    [letter] = world.letters("stage", "Ben Carter")
    return letter


def tasks(world: "World") -> list[str]:
    return [each.words for each in world.reading.open_tasks("chscp")]


def entries(world: "World") -> list[str]:
    return [line.words for line in world.reading.written_log(world.view().case.id).lines]


def flags(world: "World") -> list[tuple[str, str]]:
    return [(each.email, each.why) for each in world.dispatch.flagged("chscp")]


@pytest.mark.parametrize("verb", ["MAIL", "RCPT", "DATA", "dot"])
def test_e24_a_server_that_says_later_at_any_verb_is_tried_for_four_hours_and_then_a_person_knows(
    world: "World", verb: str
) -> None:
    """E24: "retry with back-off up to 4 h, then alert; step remains 'not delivered'"."""
    quiet(world)
    with sending(world, **{verb: ["451 4.3.0 later"] * 10}) as (box, server):
        began = world.clock()
        while world.clock() - began < timedelta(hours=3, minutes=59):
            box.drain(world.clock())
            assert tasks(world) == []
            world.clock.move(timedelta(minutes=7))
        assert stage_letter(world).state == "planned"
        world.clock.move(timedelta(hours=1, minutes=15))
        box.drain(world.clock())
        [words] = tasks(world)
        assert "Ben Carter" in words
        assert "has not left yet" in words
        assert server.taken == []


def test_e25_a_refused_address_is_a_task_at_once_the_reason_in_plain_words_and_the_contact_flagged(
    world: "World",
) -> None:
    """E25: "SMTP 550 at RCPT: final at once: same path as a bounce (D19)"."""
    quiet(world)
    with sending(world, RCPT=[NO_MAILBOX]) as (box, _):
        box.drain(world.clock())
    assert stage_letter(world).state == "refused"
    assert (
        "The letter “Your answer is needed” to Ben Carter was refused: there is no such mailbox (550 5.1.1)."
        in entries(world)
    )
    [words] = tasks(world)
    assert "did not arrive: there is no such mailbox (550 5.1.1)." in words
    assert BEN not in words
    assert flags(world) == [(BEN, "there is no such mailbox (550 5.1.1)")]


def test_e26_of_three_letters_one_is_refused_and_the_others_go_once(world: "World") -> None:
    """E26: "one of three recipients refused: others sent once; refused one alerted"."""
    world.open_case()
    count = len(world.letters())
    assert count >= 3
    with sending(world, RCPT=["250 ok", NO_MAILBOX]) as (box, server):
        box.drain(world.clock())
        box.drain(world.clock())
        assert sorted(each.state for each in world.letters()) == ["accepted"] * count + ["refused"]  # and the task's
        assert len({each.mail for each in server.taken}) == len(server.taken) == count
    assert len(tasks(world)) == 1


@pytest.mark.parametrize("says", [{"RCPT": [DROP]}, {"DATA": [RESET]}])
def test_e27_a_connection_lost_before_the_letter_left_is_tried_again_unmarked(
    world: "World", says: dict[str, Sequence[Action]]
) -> None:
    """E27: "connection lost before DATA / in DATA: not sent"."""
    quiet(world)
    with sending(world, **says) as (box, server):
        box.drain(world.clock())
        assert (stage_letter(world).state, server.taken) == ("planned", [])
        world.clock.move(timedelta(minutes=2))
        box.drain(world.clock())
        assert len(server.taken) == 1
    assert stage_letter(world).state == "accepted"
    assert not stage_letter(world).repeated


def test_e27_a_connection_lost_after_the_dot_is_one_marked_repeat_of_the_same_message(world: "World") -> None:
    """E27: "after the dot before 250: unknown: one retry, same Message-ID, marked"."""
    quiet(world)
    with sending(world, dot=[ACCEPT_AND_DROP]) as (box, server):
        box.drain(world.clock())
        assert stage_letter(world).state == "uncertain"
        world.clock.move(QUARTER)
        box.drain(world.clock())
        first, again = server.taken
        assert first.message == again.message
        assert stage_letter(world).message_id.encode() in again.message
    assert stage_letter(world).repeated
    assert any("it may be sent twice" in words for words in entries(world))


@pytest.mark.parametrize("fault", ["stripped", "wrong name"])
def test_e29_without_verified_encryption_every_letter_waits_and_the_log_says_why(
    world: "World", tmp_path: Path, fault: str
) -> None:
    """E29: "STARTTLS stripped, certificate wrong: no send; alert; never plain"."""
    world.open_case()
    authority = trustme.CA()
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("elsewhere.example").configure_cert(context)
    with Faulty(tls=context if fault == "wrong name" else None) as server, capture_logs() as lines:
        transport = Smtp(Server("localhost", server.port, ca_file=tmp_path / "ca.pem"))
        outbox(world, transport).drain(world.clock())
        assert not any(each.startswith("MAIL") for each in server.commands)
        assert server.connections == 1  # the rest of the round waits: each try would end the same way
    [line] = lines
    assert line["log_level"] == "error"
    assert "Nothing is sent." in line["why"]
    assert {each.state for each in world.letters()} == {"planned"}
    assert world.dispatch.standing("chscp", world.clock()).waiting == 1
    assert "1 letter not taken by the mail server yet" in world.desk().get("/desk/chscp").text


def test_a_server_that_refuses_us_ends_no_letter_and_flags_nobody(world: "World") -> None:
    quiet(world)
    with sending(world, MAIL=["550 5.7.60 not allowed to send as this sender"]) as (box, _), capture_logs() as lines:
        box.drain(world.clock())
        assert stage_letter(world).state == "planned"
        world.clock.move(timedelta(minutes=2))
        box.drain(world.clock())
    assert stage_letter(world).state == "accepted"
    assert [line["log_level"] for line in lines] == ["error"]
    assert (tasks(world), flags(world)) == ([], [])


def test_each_letter_goes_out_under_an_address_of_its_own_that_names_it_when_it_fails(world: "World") -> None:
    """VERP (decisions, "Letters"): acknowledgements too, since closing depends on their bounces."""
    world.open_case()
    transport = Memory()
    outbox(world, transport).drain(world.clock())
    senders = [envelope.sender for envelope, _ in transport.sent]
    assert all(is_bounce_address(each) for each in senders)
    assert len(set(senders)) == len(senders) == len(world.letters())
    for envelope, raw in transport.sent:
        assert find_tokens(envelope.sender) == [envelope.mark]
        assert f"Our mark: {envelope.mark}".encode() in raw or envelope.mark.encode() in raw


def test_a_repeat_goes_out_under_the_same_address(world: "World") -> None:
    quiet(world)
    with sending(world, dot=["451 4.3.0 later"], MAIL=["250 ok", "250 ok"]) as (box, server):
        box.drain(world.clock())
        world.clock.move(timedelta(minutes=2))
        box.drain(world.clock())
        mails = [each.split(" SIZE")[0] for each in server.commands if each.startswith("MAIL")]
    assert len(mails) == 2
    assert len(set(mails)) == 1


def test_where_plus_addresses_do_not_work_the_inbox_alone_is_named(world: "World") -> None:
    world.open_case()
    transport = Memory()
    outbox(world, transport, plus=False).drain(world.clock())
    for envelope, raw in transport.sent:
        assert envelope.sender == INBOX
        assert f"Reply-To: {INBOX}\r\n".encode() in raw
        assert envelope.mark.encode() in raw  # in the body


def test_the_flag_stays_with_the_address_and_goes_with_a_new_one(world: "World") -> None:
    quiet(world)
    with sending(world, RCPT=[NO_MAILBOX]) as (box, _):
        box.drain(world.clock())
    world.casework.replace_directory("chscp", AGENCIES, PEOPLE, world.clock())
    assert [email for email, _ in flags(world)] == [BEN]
    moved = [Person(each.role, each.name, "b.carter@hackney.example", each.agency) if each.email == BEN else each
             for each in PEOPLE]  # fmt: skip
    world.casework.replace_directory("chscp", AGENCIES, moved, world.clock())
    assert flags(world) == []


def test_a_bounce_flags_the_contact_and_the_desk_shows_it(world: "World") -> None:
    letter = quiet(world)
    world.hand_over(letter)
    mail, _ = world.correspondence.keep("chscp", "inbox", b"From: <>\r\n\r\nfailed", "<b@x.example>", world.clock())
    [traced] = world.correspondence.trace(Clues("", (), (letter.message_id,), (), (), ()), "chscp", world.clock())
    world.correspondence.bounced(mail, traced, "It came back.", world.clock())
    assert flags(world) == [(BEN, "a letter came back")]
    page = world.desk().get("/desk/chscp/letters").text
    assert BEN in page
    assert "Addresses that do not work" in page


def test_a_refusal_that_does_not_blame_the_address_flags_nobody(world: "World") -> None:
    quiet(world)
    with sending(world, dot=["554 5.7.1 looks like spam"]) as (box, _):
        box.drain(world.clock())
    assert stage_letter(world).state == "refused"
    assert "the mail server's rules do not let it in (554 5.7.1)" in tasks(world)[0]
    assert flags(world) == []


def test_a_letter_to_business_support_without_a_case_that_is_refused_shows_on_the_desk(world: "World") -> None:
    desk = world.desk()
    with sending(world) as (box, _):
        box.drain(world.clock())
    world.put_in_tray("What is this about?")
    with sending(world, RCPT=["550 5.1.1 no"]) as (box, _), capture_logs() as lines:
        box.drain(world.clock())
    [line] = [each for each in lines if each["log_level"] == "error"]
    assert (line["purpose"], len(line["letter"])) == ("tray", 32)
    assert "1 letter without a case did not arrive" in desk.get("/desk/chscp").text
    assert "business support’s address" in desk.get("/desk/chscp/letters").text


def test_an_address_one_slip_from_a_registered_domain_is_a_task_in_clear_words(world: "World") -> None:
    """A raiser typed the own address wrong: nothing goes to whoever has that domain."""
    slipped = Submission(email="alice@homertn.example", agency="health", other_agency="hackney", concern="Not safe.")
    world.open_case(slipped, confirmed=False)
    transport = Memory()
    outbox(world, transport).drain(world.clock())
    assert not any(envelope.recipient == slipped.email for envelope, _ in transport.sent)
    assert {each.state for each in world.letters("confirm")} == {"refused"}
    assert any("looks like one at homerton.example, but is not" in words for words in tasks(world))


def test_a_person_of_the_directory_is_written_to_whatever_the_domain_looks_like(world: "World") -> None:
    near = Person("practitioner", "Alice Osei", "alice@homertn.example", "health")
    world.casework.replace_directory("chscp", AGENCIES, [near, *PEOPLE[1:]], world.clock())
    world.open_case(Submission(email=near.email, agency="health", other_agency="hackney", concern="Not safe."))
    transport = Memory()
    outbox(world, transport).drain(world.clock())
    assert near.email in [envelope.recipient for envelope, _ in transport.sent]


def test_a_domain_that_is_registered_itself_is_no_slip_of_another(world: "World") -> None:
    agencies = [*AGENCIES, Agency("other", "Hackey", ("hackey.example",))]
    world.casework.replace_directory("chscp", agencies, PEOPLE, world.clock())
    with world.casework.database.read() as connection:
        registered = people.domains(connection, "chscp")
    assert meant("hackey.example", registered) is None
    assert meant("hackny.example", registered) == "hackney.example"


def test_a_letter_whose_content_cannot_be_opened_steps_aside_and_the_others_go(world: "World") -> None:
    world.open_case()
    transport = Memory()
    bad = world.letters("received")[0].id

    class Broken(Dispatch):
        def look(self, letter_id: str, now: Any) -> Due | None:
            if letter_id == bad:
                raise ValueError("cannot be opened")
            return super().look(letter_id, now)

    box = outbox(world, transport)
    broken = Outbox(
        Broken(world.casework),
        LETTERS,
        transport,
        Guard([INBOX]),
        {"chscp": Sender("C", INBOX)},
        "http://a.example",
        str,
    )
    with capture_logs():
        assert broken.drain(world.clock()) == len(world.letters())
        assert broken.drain(world.clock()) == 0
    assert {each.state for each in world.letters() if each.id != bad} == {"accepted"}
    world.clock.move(QUARTER)
    box.drain(world.clock())
    assert {each.state for each in world.letters()} == {"accepted"}
