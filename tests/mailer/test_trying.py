"""Letters that are hard to send: a sender that was overtaken, a mail server that stays away, a fault in a letter."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from structlog.testing import capture_logs

from cases.case import BUSINESS_SUPPORT
from cases.ledger import Ledger
from cases.mail.dispatch import Dispatch
from cases.store.database import DatabaseUnavailable
from cases.store.outbox import Stored
from cases.submission import Answer, Evidence
from mailer.errors import Unavailable, Uncertain
from mailer.guard import Guard
from mailer.letters import Letters
from mailer.outbox import Outbox, Sender, wait
from mailer.transports.memory import Memory
from mailer.transports.transport import Envelope, Transport

if TYPE_CHECKING:
    from tests.conftest import World

INBOX = "escalations@chscp.example"
BEN = "ben@hackney.example"
LEASE = timedelta(minutes=15)
TEMPLATES = Path(__file__).parents[2] / "templates/letters"


class Troubled(Memory):
    """Fails at one address for as long as there is trouble."""

    def __init__(self, address: str, trouble: Exception | None) -> None:
        super().__init__()
        self.address = address
        self.trouble = trouble

    def send(self, envelope: Envelope, message: bytes) -> None:
        super().send(envelope, message)
        if self.trouble and envelope.recipient == self.address:
            raise self.trouble

    def times(self) -> int:
        return sum(envelope.recipient == self.address for envelope, _ in self.sent)


def outbox(world: "World", transport: Transport, guard: Guard | None = None, letters: Letters | None = None) -> Outbox:
    return Outbox(
        Dispatch(world.casework),
        letters or Letters(TEMPLATES),
        transport,
        guard or Guard([INBOX]),
        {"chscp": Sender("City and Hackney", INBOX)},
        "http://answerable.example",
        Ledger(world.casework.database, world.casework.keyring).text,
    )


def stage_letter(world: "World") -> Stored:
    return world.letters("stage", "Ben Carter")[0]


def support_is_told(world: "World") -> list[str]:
    return [str(letter.values["words"]) for letter in world.letters("task") if letter.to == BUSINESS_SUPPORT]


def entries(world: "World") -> list[str]:
    return [line.words for line in world.reading.written_log(world.view().case.id).lines]


def test_a_sender_that_was_overtaken_while_it_made_the_letter_does_not_send_it_as_well(world: "World") -> None:
    world.open_case()
    letter, first, second = stage_letter(world), Memory(), Memory()

    class Slow(Guard):
        """While the first sender works on, another takes the letter."""

        def check(self, email: str, meant: str | None = None) -> None:
            outbox(world, second).send(letter.id, world.clock())

    outbox(world, first, Slow([INBOX])).send(letter.id, world.clock())
    assert [envelope.recipient for envelope, _ in second.sent] == [BEN]
    assert first.sent == []
    assert stage_letter(world).state == "accepted"


def test_of_two_senders_only_the_one_that_holds_an_uncertain_letter_repeats_it(world: "World") -> None:
    world.open_case()
    letter = stage_letter(world)
    with pytest.raises(Uncertain):
        outbox(world, Troubled(BEN, Uncertain("no answer"))).send(letter.id, world.clock())
    world.clock.move(LEASE)
    first, second = (world.dispatch.look(letter.id, world.clock()) for _ in range(2))
    assert first
    assert second
    assert world.dispatch.repeating(first.letter, world.clock())
    assert not world.dispatch.repeating(second.letter, world.clock())
    assert sum("it may be sent twice" in words for words in entries(world)) == 1


@pytest.mark.parametrize("before", ["", "another sender", "the lease"])
def test_what_became_of_a_letter_is_written_by_its_holder_alone(world: "World", before: str) -> None:
    """Whoever lost the letter meanwhile, to another sender or to a lease that ran out, writes nothing of it."""
    world.open_case()
    letter = stage_letter(world)
    held = world.dispatch.handing_over(letter, b"the letter", world.clock())
    assert held
    if before == "another sender":  # one that looked before: what it saw is out of date
        assert world.dispatch.handing_over(letter, b"another letter", world.clock()) is None
        world.dispatch.refused(letter, world.clock())
        world.dispatch.uncertain(letter, world.clock())
        world.dispatch.accepted(letter, world.clock())
        assert stage_letter(world) == replace(held, attempts=1, message=b"the letter")
    assert world.dispatch.look(letter.id, world.clock()) is None
    if before == "the lease":
        world.clock.move(LEASE)
        outbox(world, Memory()).send(letter.id, world.clock())
    world.dispatch.accepted(held, world.clock())
    assert stage_letter(world).state == ("uncertain" if before == "the lease" else "accepted")


def test_a_letter_that_cannot_be_made_and_is_not_wanted_any_more_is_withheld(world: "World") -> None:
    case = world.open_case().case
    for who in ("p1", stage_letter(world).to):
        answer = Answer("outcome:not_resolved", "s1", "We differ", evidence=Evidence(via="page"))
        world.casework.hear(case.id, who, answer, world.clock())
    outbox(world, Memory(), letters=Faulty()).drain(world.clock())
    [letter] = [each for each in world.letters("stage", "Ben Carter") if each.wanted == "stage:s1"]
    assert letter.state == "withheld"


def test_a_mail_server_that_stays_away_is_tried_every_hour_and_after_four_a_person_knows_once(world: "World") -> None:
    world.open_case()
    transport = Troubled(BEN, Unavailable("not there"))
    sending, began = outbox(world, transport), world.clock()
    while world.clock() - began < timedelta(hours=4):
        sending.drain(world.clock())
        assert support_is_told(world) == []
        world.clock.move(timedelta(minutes=1))
    while world.clock() - began < timedelta(hours=12):
        sending.drain(world.clock())
        world.clock.move(timedelta(minutes=1))
    assert 6 + 8 <= transport.times() <= 6 + 11  # after 0, 1, 3, 7, 15 and 31 minutes, then 63 and every hour or so
    [words] = support_is_told(world)
    assert "Ben Carter" in words
    assert sum("is delayed at the mail server" in each for each in entries(world)) == 1
    transport.trouble = None
    world.clock.move(timedelta(hours=2))
    sending.drain(world.clock())
    assert stage_letter(world).state == "accepted"
    assert len(support_is_told(world)) == 1


def test_a_delayed_letter_to_business_support_is_a_task_at_their_desk_without_another_letter(world: "World") -> None:
    world.open_case()
    world.dispatch.refused(stage_letter(world), world.clock())
    [task] = world.letters("task")
    sending = outbox(world, Troubled("support@chscp.example", Unavailable("not there")))
    for _ in range(8):
        sending.drain(world.clock())
        world.clock.move(timedelta(hours=1))
    assert [each.id for each in world.letters("task")] == [task.id]
    assert [each for each in entries(world) if "to business support is delayed" in each and "Please" in each] == [
        "For business support: A letter to business support is delayed at the mail server. Please look here."
    ]


class Faulty(Letters):
    """Cannot make one kind of letter, for a reason that nobody foresaw."""

    def _templates(self, purpose: str) -> list[Any]:
        if purpose == "stage" and self._broken:
            raise ZeroDivisionError("a child's name")
        return super()._templates(purpose)

    def __init__(self) -> None:
        self._broken = False
        super().__init__(TEMPLATES)
        self._broken = True


def test_a_letter_that_cannot_be_made_for_whatever_reason_is_refused_and_business_support_told(world: "World") -> None:
    world.open_case()
    transport = Memory()
    with capture_logs() as lines:
        outbox(world, transport, letters=Faulty()).drain(world.clock())
    assert {letter.state for letter in world.letters("stage")} == {"refused"}
    assert sum("did not arrive" in words for words in support_is_told(world)) == 2
    assert {line["error"] for line in lines} == {"ZeroDivisionError"}
    assert "child" not in str(lines)


def test_a_database_that_is_away_is_no_fault_of_the_letter(world: "World", monkeypatch: pytest.MonkeyPatch) -> None:
    world.open_case()
    sending = outbox(world, Memory())

    def away(*given: object) -> None:
        raise DatabaseUnavailable("locked")

    monkeypatch.setattr(Dispatch, "handing_over", away)
    sending.drain(world.clock())
    assert stage_letter(world).state == "planned"
    monkeypatch.undo()
    sending.drain(world.clock())
    assert stage_letter(world).state == "accepted"


def test_a_round_ends_where_an_answer_was_lost(world: "World") -> None:
    """Each further try may take minutes too: what is urgent and was written meanwhile goes first in the next round."""
    world.open_case()
    transport = Troubled("alice@homerton.example", Uncertain("no answer"))
    box = outbox(world, transport)
    box.drain(world.clock())
    assert len(transport.sent) == 1
    box.drain(world.clock())
    assert len(transport.sent) == 2


def test_a_repeat_that_certainly_did_not_go_leaves_it_open_whether_the_first_did(world: "World") -> None:
    world.open_case()
    letter = stage_letter(world)
    with pytest.raises(Uncertain):
        outbox(world, Troubled(BEN, Uncertain("no answer"))).send(letter.id, world.clock())
    world.clock.move(timedelta(minutes=15))
    outbox(world, Troubled(BEN, Unavailable("later"))).send(letter.id, world.clock())
    assert stage_letter(world).state == "uncertain", "never planned again, and so never said not to have been sent"


def test_an_urgent_letter_is_tried_every_few_minutes() -> None:
    assert wait(20, "ffff0000", urgent=True) < timedelta(minutes=7)
    assert wait(20, "ffff0000") > timedelta(minutes=60)
