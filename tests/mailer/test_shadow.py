"""A trial: everything runs, every letter goes to one test person alone, and afterwards nothing of it to anybody."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from golden_letters import COMMON, WITHOUT_A_CASE
from golden_letters import LETTERS as GOLDEN
from sqlalchemy import select, update

from answerable.settings import SettingsError
from answerable.wiring import trials_alone
from cases.case import BUSINESS_SUPPORT
from cases.casework import Casework
from cases.directory.requests import Requests
from cases.ledger import Ledger
from cases.mail.by_hand import ByHand, Question
from cases.mail.dispatch import Dispatch, Due
from cases.mail.listings import Listings
from cases.mail.writer import Writer
from cases.staff.officer import STAFF
from cases.staff.staff_list import StaffList
from cases.store import contacts
from cases.store import outbox as store
from cases.submission import Submission
from cases.tables import cases, letters
from cases.verbs.decision import Letter
from intake.mailbox import Mailbox
from mailer.errors import Refused
from mailer.guard import Guard, Trial
from mailer.letters import Letters
from mailer.outbox import Outbox, Sender
from mailer.transports.memory import Memory
from mailer.transports.transport import Envelope, Transport

if TYPE_CHECKING:
    from tests.conftest import World

LETTERS = Letters(Path(__file__).parents[2] / "templates/letters")
INBOX = "escalations@chscp.example"
SUPPORT = "support@chscp.example"
TESTER = "trial.person@chscp.example"
BEN = "ben@hackney.example"
ANCHOR = "mx.chscp.example"
FLAGGED = Submission(
    email="alice@homerton.example",
    name="Alice Osei",
    agency="health",
    other_agency="hackney",
    other_name="Ben Carter",
    other_email=BEN,
    child="K.M.",
    concern="Nobody has visited.",
)


@pytest.fixture
def trial(make_world: "Callable[..., World]") -> "World":
    return make_world(shadow=TESTER)


def drain(world: "World", transport: Transport, dispatch: Dispatch | None = None) -> None:
    casework = world.casework
    trials = {key: Trial(each.shadow, SUPPORT) for key, each in casework.partnerships.items() if each.in_trial}
    Outbox(
        dispatch or Dispatch(casework),
        LETTERS,
        transport,
        Guard([INBOX], trials=trials),
        {"chscp": Sender("City and Hackney", INBOX)},
        "http://answerable.example",
        Ledger(casework.database, casework.keyring).text,
    ).drain(world.clock())


def recipients(transport: Memory) -> set[str]:
    return {envelope.recipient for envelope, _ in transport.sent}


def mails(transport: Memory, to: str) -> Iterator[EmailMessage]:
    for envelope, raw in transport.sent:
        message = message_from_bytes(raw, policy=default)
        assert isinstance(message, EmailMessage)
        if envelope.recipient == to:
            yield message


def text(message: EmailMessage, kind: str = "plain") -> str:
    part = message.get_body((kind,))
    assert part is not None
    return str(part.get_content())


def entries(world: "World") -> list[str]:
    return [line.words for line in world.reading.written_log(world.view().case.id).lines]


def ended(world: "World") -> "World":
    """The same installation once the setting is taken away."""
    from tests.conftest import World

    office = replace(world.casework.partnerships["chscp"], shadow="")
    return World(Casework(world.casework.database, world.casework.keyring, {"chscp": office}), world.clock)


def reply(world: "World", sender: str, words: str, verdict: str = "pass") -> bytes:
    """An answer to the letter that asks Ben to act, as our own mail server stamps it."""
    letter = world.letters("stage", "Ben Carter")[0]
    domain = sender.rpartition("@")[2]
    lines = (
        f"Authentication-Results: {ANCHOR}; dmarc={verdict} header.from={domain}",
        f"From: {sender}",
        f"To: {INBOX}",
        "Subject: Re: your letter",
        f"Message-ID: <{len(words)}.{len(sender)}@{domain}>",
        f"In-Reply-To: {letter.message_id}",
    )
    return ("\r\n".join(lines) + f"\r\n\r\n{words}\r\n").encode()


def takes_in(world: "World", raw: bytes) -> None:
    Mailbox(world.correspondence, {"chscp": INBOX}, ANCHOR).take_in(raw, "chscp", world.clock())


def test_every_letter_goes_to_the_test_person_and_says_who_would_have_had_it(trial: "World") -> None:
    transport = Memory()
    trial.open_case(FLAGGED)
    drain(trial, transport)
    assert recipients(transport) == {TESTER}
    to_ben = [each for each in mails(transport, TESTER) if "Dear Ben Carter" in text(each)]
    assert to_ben
    for message in to_ben:
        assert message["To"] == f"Ben Carter <{TESTER}>"
        assert message["Subject"].startswith("[Trial] [CHSCP-2026-0001] ")
        for kind in ("plain", "html"):
            words = " ".join(text(message, kind).split())
            assert "this letter would have gone to Ben Carter, " in words
            assert f"{BEN}. It went to you alone" in words


def test_letters_to_staff_go_where_they_always_go_and_say_that_a_trial_runs(trial: "World") -> None:
    transport = Memory()
    StaffList(trial.casework).put("chscp", "sal@chscp.example", "Sal Okoro", "support", "Kim", trial.clock())
    browser = trial.browser()
    browser.post("/desk/chscp/sign-in", data=trial.asked(browser) | {"email": "sal@chscp.example"})
    trial.open_case(replace(FLAGGED, other_agency="police", other_name="", other_email=""))
    trial.put_in_tray("Hello", sender="who@else.example")
    drain(trial, transport)
    assert recipients(transport) == {TESTER, SUPPORT, "sal@chscp.example"}
    for to in (SUPPORT, "sal@chscp.example"):
        for message in mails(transport, to):
            assert message["Subject"].startswith("[Trial] ")
            assert f"letters to everybody but business support go to {TESTER} only" in " ".join(text(message).split())


class Faulty(Dispatch):
    """Forgets the trial, as a mistake in a later version might."""

    def look(self, letter_id: str, now: object) -> Due | None:
        due = super().look(letter_id, now)  # type: ignore[arg-type]
        return replace(due, goes_to=due.letter.email, trial="") if due else None


def plan(world: "World", purpose: str, about: str) -> None:
    """A letter of this purpose to Ben, with the values of a golden letter."""
    given = next(values for found, _, values, *_ in GOLDEN.values() if found == purpose)
    case_id, common = (None, {}) if purpose in WITHOUT_A_CASE else (world.view().case.id, COMMON)
    letter = Letter(purpose, "p2", "Ben Carter", BEN, about, {**common, "to_name": "Ben Carter", **given})
    keyring, office = world.casework.keyring, world.casework.partnerships["chscp"]
    with world.casework.database.write() as connection:
        store.plan(connection, office, case_id, letter, keyring, world.clock())


@pytest.mark.slow
def test_whatever_forgets_the_trial_no_letter_of_any_purpose_reaches_another_address(trial: "World") -> None:
    """The envelope is looked at once more before it leaves, whatever made it."""
    trial.open_case(FLAGGED)
    drain(trial, Memory())
    for purpose in sorted(LETTERS.purposes()):
        right, faulty = Memory(), Memory()
        plan(trial, purpose, "by the product")
        drain(trial, right)
        plan(trial, purpose, "by a version with a fault")
        drain(trial, faulty, Faulty(trial.casework))
        assert (purpose, recipients(right), recipients(faulty)) == (purpose, {TESTER}, set())
        drain(trial, Memory())  # what the refused ones made business support do


def test_the_last_look_at_an_envelope() -> None:
    guard = Guard([INBOX], trials={"chscp": Trial(TESTER, SUPPORT)})
    for to, address in (("p1", TESTER.upper()), (BUSINESS_SUPPORT, SUPPORT), (STAFF, "sal@chscp.example")):
        guard.check_trial("chscp", to, address)
    guard.check_trial("hscp", "p1", BEN)  # where no trial runs
    for to, address in (("p1", BEN), ("p1", SUPPORT), (BUSINESS_SUPPORT, BEN), ("ab12", BEN)):
        with pytest.raises(Refused):
            guard.check_trial("chscp", to, address)


def test_the_record_says_that_the_letter_went_to_the_test_person(trial: "World") -> None:
    trial.open_case(FLAGGED)
    drain(trial, Memory())
    accepted = [each for each in entries(trial) if "was accepted by the mail server" in each]
    assert accepted
    assert all(f"it goes to the test person, {TESTER}, and to nobody else" in each for each in accepted)


@pytest.mark.parametrize("sender", [TESTER, BEN])
def test_a_reply_of_the_test_person_counts_as_that_of_the_letters_reader(trial: "World", sender: str) -> None:
    trial.open_case(FLAGGED)
    drain(trial, Memory())
    takes_in(trial, reply(trial, sender, "RESOLVED\r\nWe met and agreed."))
    said = trial.view().case.stages[0].said
    assert [(each.party, each.outcome) for each in said] == [("p2", "resolved")]


@pytest.mark.parametrize(("sender", "verdict"), [("who@else.example", "pass"), (TESTER, "fail")])
def test_a_reply_of_anybody_else_or_unverified_counts_as_always(trial: "World", sender: str, verdict: str) -> None:
    trial.open_case(FLAGGED)
    drain(trial, Memory())
    takes_in(trial, reply(trial, sender, "RESOLVED\r\nWe met.", verdict))
    assert trial.view().case.stages[0].said == ()


def test_without_a_trial_the_test_person_is_nobody(trial: "World") -> None:
    after = ended(trial)
    after.open_case(FLAGGED)
    drain(after, Memory())
    takes_in(after, reply(after, TESTER, "RESOLVED\r\nWe met."))
    assert after.view().case.stages[0].said == ()


def test_the_pages_work_as_always_with_the_codes_mailed_to_the_test_person(trial: "World") -> None:
    trial.open_case(FLAGGED)
    transport = Memory()
    letter = trial.letters("stage", "Ben Carter")[0]
    browser = trial.signed_in(letter)
    drain(trial, transport)
    assert recipients(transport) == {TESTER}
    assert "Record this answer" in browser.get(f"{trial.page(letter)}/answer").text


def test_every_page_says_that_a_trial_runs(trial: "World") -> None:
    said = f"<strong>Trial:</strong> letters go to {TESTER} only."
    trial.open_case(FLAGGED)
    desk, browser = trial.desk(), trial.browser()
    here = f"/desk/chscp/cases/{trial.view().case.reference}"
    for path in ("/desk/chscp", here, "/desk/chscp/staff"):
        assert said in desk.get(path).text
    for path in ("/chscp/raise", "/chscp/", trial.page(trial.letters("stage", "Ben Carter")[0]), trial.status()):
        assert said in browser.get(path).text


def test_no_page_says_so_without_a_trial(world: "World") -> None:
    assert "Trial:" not in world.desk().get("/desk/chscp").text
    assert "Trial:" not in world.browser().get("/chscp/raise").text


def test_once_a_trial_is_over_nothing_of_its_cases_goes_to_anybody(trial: "World") -> None:
    """Not what waited, not the chases that fall due, not a code; business support alone is written to, and told why."""
    trial.open_case(FLAGGED)
    sent = Memory()
    drain(trial, sent)
    trial.casework.send_code(trial.view().case.id, "p2", trial.clock())  # waits when the trial ends
    after, transport = ended(trial), Memory()
    assert after.view().case.trial
    for _ in range(8):
        for case_id, clock in after.casework.due_clocks(after.clock(), 100):
            after.casework.look(case_id, clock, after.clock())
        drain(after, transport)
        after.clock.move(timedelta(days=3))
    after.casework.send_code(after.view().case.id, "p2", after.clock())
    drain(after, transport)
    assert recipients(transport) <= {SUPPORT}
    assert after.letters("chase") or after.letters("reminder")
    assert {each.state for each in after.letters() if each.to != BUSINESS_SUPPORT} <= {"accepted", "withheld"}
    assert any("goes to nobody now: the case was raised in a trial, which is over" in each for each in entries(after))
    for message in mails(transport, SUPPORT):
        assert "a case that was raised in a trial, which is over" in " ".join(text(message).split())
        assert message["Subject"].startswith("[Trial] ")


def test_an_uncertain_letter_of_a_trial_is_not_repeated_once_it_is_over(trial: "World") -> None:
    class Loses(Memory):
        def send(self, envelope: Envelope, message: bytes) -> None:
            from mailer.errors import Uncertain

            raise Uncertain("as the test wants it")

    trial.open_case(FLAGGED)
    drain(trial, Loses())
    assert any(each.state == "uncertain" for each in trial.letters())
    after, transport = ended(trial), Memory()
    after.clock.move(timedelta(minutes=16))
    drain(after, transport)
    assert recipients(transport) == set()
    assert not any(each.state == "uncertain" for each in after.letters())


def test_a_case_that_is_raised_after_the_trial_goes_to_its_people(trial: "World") -> None:
    transport = Memory()
    after = ended(trial)
    after.open_case(FLAGGED)
    drain(after, transport)
    assert not after.view().case.trial
    assert BEN in recipients(transport)
    assert not any("Trial" in str(each["Subject"]) for each in mails(transport, BEN))


def test_of_an_address_that_fails_the_test_person_nothing_is_put_into_the_directory(trial: "World") -> None:
    class Refuses(Memory):
        def send(self, envelope: Envelope, message: bytes) -> None:
            raise Refused("550", "it does not exist", address_fails=True)

    trial.open_case(FLAGGED)
    drain(trial, Refuses())
    assert any("was refused" in each for each in entries(trial))
    assert trial.dispatch.flagged("chscp") == []


def test_a_trial_does_not_begin_while_real_cases_are_open(trial: "World") -> None:
    database = trial.casework.database
    trial.open_case(FLAGGED)
    trials_alone(database, ["chscp"])
    ended(trial).open_case(FLAGGED)
    with pytest.raises(SettingsError, match=r"partnerships\.chscp\.shadow: 1 real case"):
        trials_alone(database, ["chscp"])


def test_a_letter_that_belongs_to_no_case_goes_to_nobody_once_the_trial_is_over(trial: "World") -> None:
    """Whoever plans it: the outbox itself knows that a trial runs."""
    mail = trial.put_in_tray("A child has bruises.", sender="some.one@hackney.example")
    writer = Writer("some.one@hackney.example", "Some One")
    assert ByHand(trial.correspondence).ask(mail, Question(("Which child?",)), writer, "Sal", False, trial.clock())
    transport = Memory()
    drain(ended(trial), transport)
    assert recipients(transport) <= {SUPPORT}


def test_a_trial_does_not_begin_while_real_letters_wait_though_their_case_is_closed(trial: "World") -> None:
    after = ended(trial)
    after.open_case(FLAGGED)
    drain(after, Memory())
    after.casework.send_code(after.view().case.id, "p2", after.clock())
    with after.casework.database.write() as connection:
        connection.execute(update(cases).values(status="closed"))
    with pytest.raises(SettingsError, match=r"partnerships\.chscp\.shadow: 1 real letter"):
        trials_alone(after.casework.database, ["chscp"])
    drain(after, Memory())
    trials_alone(after.casework.database, ["chscp"])


def test_what_becomes_of_a_trials_question_about_an_entry_says_nothing_of_the_entry(trial: "World") -> None:
    """It went to the test person: neither a failure nor an answer is that of the contact, then or later."""
    trial.clock.time = datetime(2027, 6, 1, 9, tzinfo=UTC)
    assert Requests(trial.casework).ask(trial.clock())
    with trial.casework.database.write() as connection:
        found = connection.execute(select(letters.c.id).where(letters.c.purpose == "contact")).scalars().first()
        connection.execute(update(letters).values(state="accepted", accepted_at=trial.clock()))
        listed = Requests(trial.casework).listed(connection, str(found))
    assert listed
    for world in (trial, ended(trial)):
        first, second = (
            world.correspondence.keep(
                "chscp", "inbox", b"Subject: x", f"<{words}@{world is trial}.example>", world.clock()
            )[0]
            for words in ("failed", "answered")
        )
        Listings(world.correspondence).not_right(second, listed, False, (), world.clock())
        Listings(world.correspondence).came_back(first, listed, "It came back.", world.clock())
    with trial.casework.database.read() as connection:
        known = contacts.contact(connection, "chscp", listed.email)
    assert (known.flagged_on, known.says) == (None, None)
