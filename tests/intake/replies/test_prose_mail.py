"""Mail in plain sentences, through the mailbox on a real database: recorded, proposed, or put to a person."""

import re
from datetime import UTC, date, datetime, timedelta
from email.utils import format_datetime
from typing import TYPE_CHECKING

import pytest

from cases.store.outbox import Stored
from cases.submission import Answer
from intake.mailbox import Mailbox

if TYPE_CHECKING:
    from tests.conftest import World

INBOX = "escalations@chscp.example"
BOUNDARY = "mx.chscp.example"
BEN = "ben@hackney.example"
RESOLVED = "Hi, spoke to Alice this morning and we've agreed the visit will go ahead so happy to close this"


@pytest.fixture
def mailbox(world: "World") -> Mailbox:
    return Mailbox(world.correspondence, {"chscp": INBOX}, BOUNDARY)


def asked(world: "World") -> Stored:
    """The letter that asks Ben Carter to act, on Friday 27 November 2026."""
    world.open_case()
    world.hand_over(world.letters("stage", "Ben Carter")[0])
    return world.letters("stage", "Ben Carter")[0]


class Writes:
    """Ben Carter, who replies to letters in words of his own."""

    def __init__(self, world: "World", mailbox: Mailbox) -> None:
        self.world = world
        self.mailbox = mailbox
        self.count = 0

    def __call__(
        self, letter: Stored, words: str, *, sent: datetime | None = None, dmarc: str = "pass", automatic: str = ""
    ) -> str:
        """Gives the state of the mail."""
        self.count += 1
        lines = (
            f"Authentication-Results: {BOUNDARY}; dmarc={dmarc} header.from=hackney.example",
            f"From: Ben Carter <{BEN}>",
            f"To: {INBOX}",
            f"Date: {format_datetime(sent or self.world.clock())}",
            f"Message-ID: <{self.count}@hackney.example>",
            f"In-Reply-To: {letter.message_id}",
            "Subject: RE: please answer",
            *([f"Auto-Submitted: {automatic}"] if automatic else []),
            "Content-Type: text/plain; charset=utf-8",
        )
        raw = ("\r\n".join(lines) + "\r\n\r\n" + words.replace("\n", "\r\n") + "\r\n").encode()
        mail = self.mailbox.take_in(raw, None, self.world.clock())
        return self.world.correspondence.message(mail).state


@pytest.fixture
def ben(world: "World", mailbox: Mailbox) -> Writes:
    return Writes(world, mailbox)


def to_ben(world: "World") -> list[str]:
    """What Ben Carter was sent since the letter that asked him, the oldest first."""
    return [letter.purpose for letter in world.letters(to="Ben Carter") if letter.purpose != "stage"]


def entries(world: "World") -> str:
    return "\n".join(f"{line.words} {line.evidence}" for line in world.reading.written_log(world.view().case.id).lines)


@pytest.mark.parametrize(
    ("words", "recorded"),
    [
        ("I'll come back to you by Monday.", "an answer will come by Monday 30 November 2026"),
        ("We are meeting on 2 December 2026 at 2pm.", "we will meet or talk on Wednesday 2 December 2026"),
        ("Not my case anymore, Jo Smith has it", "you are not the right person"),
        ("What exactly do you want us to do?", "a question for business support"),
    ],
)
def test_dates_meetings_handovers_and_questions_are_recorded_from_prose_and_echoed(
    world: "World", ben: Writes, words: str, recorded: str
) -> None:
    letter = asked(world)
    assert ben(letter, f"{words}\n\nKind regards\nBen Carter\nTeam manager") == "answered"
    [echo] = world.letters("echo", "Ben Carter")
    assert recorded in echo.values["recorded"]
    assert echo.values["text"] == words
    assert "read from plain sentences" in entries(world)


def test_an_outcome_in_prose_is_proposed_to_its_writer_and_to_nobody_else(world: "World", ben: Writes) -> None:
    letter = asked(world)
    before = world.view().case
    assert ben(letter, f"{RESOLVED}\n\nBen") == "filed"
    assert to_ben(world) == ["proposed"]
    assert world.letters("outcome") == []
    assert world.view().case.stages == before.stages
    assert world.view().case.running("timescale", "s1") == before.running("timescale", "s1")


def test_yes_by_mail_records_what_was_proposed_with_the_words(world: "World", ben: Writes) -> None:
    ben(asked(world), RESOLVED)
    [proposed] = world.letters("proposed")
    world.hand_over(proposed)
    assert ben(proposed, "Yes\n\nThanks\nBen") == "answered"
    [said] = world.view().case.stages[0].said
    assert (said.outcome, said.text) == ("resolved", RESOLVED)
    assert len(world.letters("outcome", "Alice Osei")) == 1
    assert to_ben(world) == ["proposed", "echo"]


def test_yes_on_the_page_records_what_was_proposed_with_the_words(world: "World", ben: Writes) -> None:
    ben(asked(world), RESOLVED)
    [proposed] = world.letters("proposed")
    world.hand_over(proposed)
    browser, path = world.signed_in(proposed), world.page(proposed)
    page = browser.get(f"{path}/answer").text
    assert "Yes, record it as: It is resolved" in page
    [yes] = re.findall(r'value="(outcome:resolved@s1~[^"]+)"', page)
    browser.post(f"{path}/answer", data=world.hidden(page) | {"choice": yes, "text": "Weekly."})
    [said] = world.view().case.stages[0].said
    assert (said.outcome, said.text) == ("resolved", f"{RESOLVED}\n\nWeekly.")


def test_the_word_itself_on_the_page_of_a_proposal_records_no_words_that_were_not_typed(
    world: "World", ben: Writes
) -> None:
    ben(asked(world), RESOLVED)
    [proposed] = world.letters("proposed")
    world.hand_over(proposed)
    browser, path = world.signed_in(proposed), world.page(proposed)
    page = browser.get(f"{path}/answer").text
    browser.post(f"{path}/answer", data=world.hidden(page) | {"choice": "outcome:not_resolved@s1", "text": ""})
    assert [(said.outcome, said.text) for said in world.view().case.stages[0].said] == [("not_resolved", "")]


def test_an_offered_word_goes_before_prose(world: "World", ben: Writes) -> None:
    assert ben(asked(world), f"NOT RESOLVED\n{RESOLVED}") == "answered"
    assert world.view().case.stages[0].said[0].outcome == "not_resolved"


@pytest.mark.parametrize("words", ["not agreed", "agreed?", "agreed / rejected"])
def test_e48_words_of_agreeing_that_are_denied_asked_or_doubled_are_for_a_person(
    world: "World", ben: Writes, words: str
) -> None:
    """E48: "not agreed", "agreed?", "agreed / rejected": a person decides."""
    assert ben(asked(world), words) == "tray"
    assert to_ben(world) == ["unclear"]
    assert world.view().case.stages[0].said == ()
    assert world.letters("task")


def test_e64_a_robot_that_cannot_be_understood_is_answered_once(world: "World", ben: Writes) -> None:
    """E64: two robots answer each other: stops at one answer."""
    letter = asked(world)
    assert [ben(letter, f"Your message {number} has been noted.") for number in range(3)] == ["tray"] * 3
    assert to_ben(world) == ["unclear"]
    assert len(world.letters("task")) == 3


def test_e64_a_robot_that_seems_to_say_how_it_ended_is_asked_once(world: "World", ben: Writes) -> None:
    """E64: two robots answer each other: stops at one answer."""
    letter = asked(world)
    said = ("This has been resolved.", "This is now resolved.", "Thank you. This has been resolved.")
    assert [ben(letter, words) for words in said] == ["filed", "tray", "tray"]
    assert to_ben(world) == ["proposed"]
    world.clock.move(timedelta(days=7))
    assert ben(letter, "This has been resolved.") == "filed"


def test_prose_of_an_unconfirmed_sender_is_not_read(world: "World", ben: Writes) -> None:
    assert ben(asked(world), RESOLVED, dmarc="fail") == "tray"
    assert world.letters("proposed") == []


def test_prose_of_an_automatic_reply_is_not_read(world: "World", ben: Writes) -> None:
    before = asked(world)
    assert ben(before, RESOLVED, automatic="auto-replied") == "filed"
    assert to_ben(world) == []


@pytest.mark.parametrize(
    ("words", "state"),
    [("I'll get back to you tomorrow.", "tray"), ("I'll get back to you by 4 December.", "answered")],
)
def test_a_mail_that_was_long_under_way_names_no_day_by_its_name(
    world: "World", ben: Writes, words: str, state: str
) -> None:
    letter = asked(world)
    assert ben(letter, words, sent=datetime(2026, 11, 25, 10, 0, tzinfo=UTC)) == state


def test_the_day_is_that_of_the_partnership_and_not_of_utc(world: "World", ben: Writes) -> None:
    letter = asked(world)
    world.clock.time = datetime(2027, 6, 1, 23, 30, tzinfo=UTC)  # 2 June, half past midnight, in London
    ben(letter, "I'll get back to you tomorrow.")
    [echo] = world.letters("echo", "Ben Carter")
    assert "Thursday 3 June 2027" in echo.values["recorded"]
    assert date(2027, 6, 3).strftime("%A") == "Thursday"


def test_a_proposal_that_nobody_answers_is_chased_by_the_clock(world: "World", ben: Writes) -> None:
    ben(asked(world), RESOLVED)
    while "chase" not in to_ben(world) and (soonest := world.casework.next_thing()):
        world.clock.time = max(soonest, world.clock.time + timedelta(hours=1))
        for case_id, key in world.casework.due_clocks(world.clock(), 10):
            world.casework.look(case_id, key, world.clock())
    assert "chase" in to_ben(world)
    assert world.view().case.stages[0].said == ()


def test_an_outcome_in_prose_after_the_stage_has_ended_is_recorded_as_late(world: "World", ben: Writes) -> None:
    letter = asked(world)
    case = world.view().case
    ended = Answer("outcome:not_resolved", "s1", "They will not look again.")
    world.casework.hear(case.id, case.raiser.key, ended, world.clock())
    assert ben(letter, RESOLVED) == "answered"
    assert to_ben(world)[-1] == "too_late"
    assert world.view().case.stages[0].said_by("receiving") is None
    assert RESOLVED in entries(world)
