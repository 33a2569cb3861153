"""The outbox on a real database: whatever the mail server does, nothing is lost, doubled unmarked, or left unsaid."""

import shutil
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from email import message_from_bytes
from email.policy import default
from pathlib import Path
from threading import Barrier
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import event
from structlog.testing import capture_logs

from cases.case import BUSINESS_SUPPORT
from cases.casework import Casework
from cases.ledger import Ledger
from cases.mail.dispatch import Dispatch
from cases.store import outbox as stored
from cases.store.database import Database
from cases.store.outbox import Stored
from cases.submission import Answer, Evidence, Submission
from mailer.errors import NotSent, Refused, Unavailable, Uncertain
from mailer.guard import Guard
from mailer.letters import Letters
from mailer.outbox import Outbox, Sender, wait
from mailer.transports.memory import Memory
from mailer.transports.transport import Envelope, Transport

if TYPE_CHECKING:
    from tests.conftest import World

TEMPLATES = Path(__file__).parents[2] / "templates/letters"
INBOX = "escalations@chscp.example"
BEN = "ben@hackney.example"
QUARTER = timedelta(minutes=15)


class Moody(Memory):
    """Keeps everything handed over; for one address it then does as it was told, in turn, and accepts after that."""

    def __init__(self, address: str, *moods: type[Exception]) -> None:
        super().__init__()
        self._address = address
        self._moods = list(moods)

    def send(self, envelope: Envelope, message: bytes) -> None:
        super().send(envelope, message)
        if envelope.recipient == self._address and self._moods:
            raise self._moods.pop(0)("as the test wants it")

    def to(self, address: str) -> list[bytes]:
        return [message for envelope, message in self.sent if envelope.recipient == address]


def outbox(casework: Casework, transport: Transport, templates: Path = TEMPLATES) -> Outbox:
    senders = {"chscp": Sender("City and Hackney", INBOX)}
    where = "http://answerable.example"
    record = Ledger(casework.database, casework.keyring).text
    return Outbox(Dispatch(casework), Letters(templates), transport, Guard([INBOX]), senders, where, record)


def stage_letter(world: "World") -> Stored:
    """The letter that asks Ben, on the receiving side, to act in stage 1."""
    [letter] = world.letters("stage", "Ben Carter")
    return letter


def support_is_told(world: "World") -> list[str]:
    return [str(letter.values["words"]) for letter in world.letters("task") if letter.to == BUSINESS_SUPPORT]


def entries(world: "World") -> list[str]:
    return [line.words for line in world.reading.written_log(world.view().case.id).lines]


def test_a_letter_that_is_accepted_is_sent_once_and_the_record_says_so(world: "World") -> None:
    world.open_case()
    transport = Memory()
    sending = outbox(world.casework, transport)
    sending.drain(world.clock())
    world.clock.move(timedelta(hours=2))
    assert sending.drain(world.clock()) == 0
    assert stage_letter(world).state == "accepted"
    assert "The letter “Your answer is needed” to Ben Carter was accepted by the mail server." in entries(world)
    sent = [message_from_bytes(message, policy=default) for _, message in transport.sent]
    assert len({message["Message-ID"] for message in sent}) == len(sent) == len(world.letters())


def test_each_letter_goes_to_one_person_from_the_partnerships_own_inbox(world: "World") -> None:
    world.open_case()
    transport = Memory()
    outbox(world.casework, transport).drain(world.clock())
    for envelope, raw in transport.sent:
        message = message_from_bytes(raw, policy=default)
        assert message["From"].addresses[0].addr_spec == INBOX
        assert [each.addr_spec for each in message["To"].addresses] == [envelope.recipient]
        assert message["Cc"] is None
        assert message["Bcc"] is None


def test_a_refused_letter_is_not_tried_again_and_business_support_is_told_whom_it_missed(world: "World") -> None:
    world.open_case()
    transport = Moody(BEN, Refused)
    sending = outbox(world.casework, transport)
    sending.drain(world.clock())
    world.clock.move(timedelta(days=2))
    sending.drain(world.clock())
    assert stage_letter(world).state == "refused"
    assert len(transport.to(BEN)) == 1
    [words] = support_is_told(world)
    assert "Ben Carter" in words
    assert "did not arrive" in words
    assert len(transport.to("support@chscp.example")) == 1
    assert "The letter “Your answer is needed” to Ben Carter was refused." in entries(world)


def test_while_the_mail_server_is_away_the_same_bytes_are_tried_again_later_and_later(world: "World") -> None:
    world.open_case()
    transport = Moody(BEN, Unavailable, Unavailable)
    sending = outbox(world.casework, transport)
    sending.drain(world.clock())
    assert stage_letter(world).state == "planned"
    assert sending.drain(world.clock()) == 0
    for tries, minutes in ((1, 1), (2, 2)):
        sending.drain(world.clock() + timedelta(minutes=minutes, seconds=-1))
        assert len(transport.to(BEN)) == tries
        world.clock.move(wait(tries - 1, stage_letter(world).id))
        sending.drain(world.clock())
    assert stage_letter(world).state == "accepted"
    first, *again = transport.to(BEN)
    assert again == [first, first]
    assert support_is_told(world) == []


@pytest.mark.parametrize("trouble", [Refused, Unavailable, Uncertain])
def test_one_letters_trouble_holds_up_no_other(world: "World", trouble: type[NotSent]) -> None:
    world.open_case()
    outbox(world.casework, Moody(BEN, trouble)).drain(world.clock())
    others = [letter for letter in world.letters() if letter.name != "Ben Carter" and letter.purpose != "task"]
    assert {letter.state for letter in others} == {"accepted"}


def test_trouble_that_nobody_foresaw_holds_up_no_other_either_and_leaves_the_letter_uncertain(world: "World") -> None:
    world.open_case()
    transport = Moody(BEN, RuntimeError)
    sending = outbox(world.casework, transport)
    with capture_logs() as lines:
        sending.drain(world.clock())
    assert [(line["letter"], line["error"]) for line in lines] == [(stage_letter(world).id, "RuntimeError")]
    others = [letter for letter in world.letters() if letter.name != "Ben Carter"]
    assert {letter.state for letter in others} == {"accepted"}
    for _ in range(2):
        world.clock.move(QUARTER)
        sending.drain(world.clock())
    assert stage_letter(world).repeated
    assert stage_letter(world).state == "accepted"


def test_an_uncertain_letter_is_repeated_once_and_marked_after_a_quarter_of_an_hour(world: "World") -> None:
    world.open_case()
    transport = Moody(BEN, Uncertain)
    sending = outbox(world.casework, transport)
    sending.drain(world.clock())
    sending.drain(world.clock() + QUARTER - timedelta(seconds=1))
    assert stage_letter(world).state == "uncertain"
    assert len(transport.to(BEN)) == 1
    world.clock.move(QUARTER)
    sending.drain(world.clock())
    first, again = transport.to(BEN)
    assert first == again
    assert f"Message-ID: {stage_letter(world).message_id}".encode() in again
    assert stage_letter(world).state == "accepted"
    assert stage_letter(world).repeated
    assert any("it may be sent twice" in words for words in entries(world))
    assert support_is_told(world) == []


def test_after_the_one_repeat_an_uncertain_letter_is_a_persons_urgent_task(world: "World") -> None:
    """Decisions, "Letters": one marked repeat after 15 minutes, then an urgent task."""
    world.open_case()
    transport = Moody(BEN, Uncertain, Uncertain)
    sending = outbox(world.casework, transport)
    sending.drain(world.clock())
    for _ in range(8):
        world.clock.move(QUARTER)
        sending.drain(world.clock())
    assert len(transport.to(BEN)) == 2
    [words] = support_is_told(world)
    assert "Ben Carter" in words
    assert world.letters("task")[0].urgent
    assert not any(line == "The letter “Your answer is needed” to Ben Carter was refused." for line in entries(world))


def test_a_sender_that_stopped_while_handing_over_leaves_an_uncertain_letter_never_a_silent_repeat(
    world: "World",
) -> None:
    world.open_case()
    assert world.dispatch.handing_over(stage_letter(world), b"the bytes of the letter", world.clock())
    transport = Memory()
    sending = outbox(world.casework, transport)
    sending.drain(world.clock())
    assert [envelope.recipient for envelope, _ in transport.sent].count(BEN) == 0
    world.clock.move(QUARTER)
    sending.drain(world.clock())
    assert stage_letter(world).state == "uncertain"
    world.clock.move(QUARTER)
    sending.drain(world.clock())
    assert [raw for envelope, raw in transport.sent if envelope.recipient == BEN] == [b"the bytes of the letter"]
    assert stage_letter(world).repeated


def test_a_letter_whose_stage_has_ended_meanwhile_is_withheld(world: "World") -> None:
    case = world.open_case().case
    transport = Moody(BEN, Unavailable)
    sending = outbox(world.casework, transport)
    sending.drain(world.clock())
    for who in ("p1", stage_letter(world).to):
        answer = Answer("outcome:not_resolved", "s1", "We differ", evidence=Evidence(via="page"))
        world.casework.hear(case.id, who, answer, world.clock())
    world.clock.move(timedelta(hours=1))
    sending.drain(world.clock())
    assert stage_letter(world).state == "withheld"
    asked = [raw for raw in transport.to(BEN) if stage_letter(world).message_id.encode() in raw]
    assert len(asked) == 1  # the try before the stage ended
    assert (
        "The letter “Your answer is needed” to Ben Carter was not sent, because the case had moved on meanwhile."
        in entries(world)
    )


def test_a_letter_whose_template_lacks_a_value_is_refused_and_business_support_told(
    world: "World", tmp_path: Path
) -> None:
    templates = shutil.copytree(TEMPLATES, tmp_path / "letters")
    (templates / "stage/subject.txt").write_text("{{ reference }}: {{ a_value_that_nobody_gives }}", encoding="utf-8")
    world.open_case()
    transport = Memory()
    outbox(world.casework, transport, templates).drain(world.clock())
    assert {letter.state for letter in world.letters("stage")} == {"refused"}
    assert not any(envelope.recipient == BEN for envelope, _ in transport.sent)
    assert sum("did not arrive" in words for words in support_is_told(world)) == 2
    assert [letter.state for letter in world.letters("received")] == ["accepted"]


def test_no_letter_ever_goes_to_our_own_inbox(world: "World") -> None:
    world.open_case(Submission(email="Escalations+x@chscp.example", agency="health"), confirmed=False)
    [confirm] = world.letters("confirm")
    transport = Memory()
    outbox(world.casework, transport).drain(world.clock())
    assert confirm.email == "Escalations+x@chscp.example"
    assert [letter.state for letter in world.letters("confirm")] == ["refused"]
    assert {envelope.recipient for envelope, _ in transport.sent} <= {"support@chscp.example"}
    assert any("did not arrive" in words for words in support_is_told(world))


@pytest.mark.parametrize("letters", [12])
def test_two_senders_on_one_database_hand_each_letter_over_once(world: "World", letters: int) -> None:
    for _ in range(letters // 3):
        world.open_case()
    transport, start = Memory(), Barrier(2)
    databases = [Database(world.casework.database.path) for _ in range(2)]

    def drain(database: Database) -> None:
        casework = Casework(database, world.casework.keyring, world.casework.partnerships)
        sending = outbox(casework, transport)
        start.wait()
        sending.drain(world.clock(), limit=1_000)

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(drain, databases))
    for database in databases:
        database.close()
    ids = [str(message_from_bytes(raw, policy=default)["Message-ID"]) for _, raw in transport.sent]
    assert len(ids) == len(set(ids)) > letters
    assert outbox(world.casework, transport).drain(world.clock()) == 0


def test_a_letter_that_one_sender_holds_is_not_taken_by_another_in_the_midst_of_it(world: "World") -> None:
    """The hard moment, without luck: the second sender looks while the first is handing the letter over."""
    world.open_case()
    second = Memory()

    class Meanwhile(Memory):
        def send(self, envelope: Envelope, message: bytes) -> None:
            super().send(envelope, message)
            outbox(world.casework, second).drain(world.clock())

    first = Meanwhile()
    outbox(world.casework, first).drain(world.clock())
    ids = [message_from_bytes(raw)["Message-ID"] for _, raw in first.sent + second.sent]
    assert len(ids) == len(set(ids)) == len(world.letters())


def test_looking_for_letters_to_send_reads_none_that_have_gone(world: "World") -> None:
    """SQLite uses the index of the open letters only where it sees that the question is about them alone."""
    asked: list[tuple[str, Any]] = []
    database = world.casework.database

    def listen(connection: Any, cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        asked.append((statement, parameters))

    event.listen(database.engine, "before_cursor_execute", listen)
    with database.read() as connection:
        stored.due(connection, world.clock(), 100)
        stored.next_try(connection)
    event.remove(database.engine, "before_cursor_execute", listen)
    with database.read() as connection:
        plans = [
            " ".join(row[-1] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters))
            for statement, parameters in asked
            if statement.startswith("SELECT")
        ]
    assert ["letters_to_send" in plan for plan in plans] == [True, True]
