"""Mail that becomes a case: the lines of the form, and people's own words."""

from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from mails import BOUNDARY, INBOX, mail, reply
from sqlalchemy import select

from cases.casework import Casework, Partnership
from cases.ledger import Ledger
from cases.policy_files.reading import load_policy
from cases.tables import letters
from intake.mail.identity import identify
from intake.mailbox import Mailbox

if TYPE_CHECKING:
    from tests.conftest import World

ALICE, BEN = "Alice Osei <alice@homerton.example>", "Ben Carter <ben@hackney.example>"
POLICIES = Path(__file__).parents[2] / "policies"
OTHER_INBOX = "escalations@hscp.example"
ZOE = "Zoe Quill <zoe@elsewhere.example>"
LINES = """Your name: Alice Osei
Your agency: Homerton Health
The other agency: Hackney Children's Services
Name of the practitioner there: Ben Carter
Their e-mail address: ben@hackney.example
The child's initials: K.M.
What is the concern? Nobody has visited
for three weeks.

Is the child in immediate danger, or at risk of immediate harm? No
"""
WORDS = "Nobody has visited K.M. for three weeks, and the social worker does not ring back.\n"


@pytest.fixture
def mailbox(world: "World") -> Mailbox:
    return Mailbox(world.correspondence, {"chscp": INBOX}, BOUNDARY)


def purposes(world: "World") -> list[tuple[str, str]]:
    return [(letter.purpose, letter.name) for letter in world.letters()]


def cases(world: "World") -> int:
    return len(world.reading.list_cases("chscp", world.clock()))


def entries(world: "World") -> str:
    return "\n".join(line.words for line in world.reading.written_log(world.view().case.id).lines)


def test_lines_of_the_form_from_a_vouched_sender_are_a_confirmed_case_at_once(world: "World", mailbox: Mailbox) -> None:
    taken = mailbox.take_in(mail(ALICE, LINES), None, world.clock())
    case = world.view().case
    assert case.confirmed
    assert case.row
    assert case.facts["child"] == "K.M."
    assert case.facts["concern"] == "Nobody has visited\nfor three weeks."
    assert case.agencies == {"raising": "health", "receiving": "hackney"}
    assert ("received", "Alice Osei") in purposes(world)
    assert ("stage", "Ben Carter") in purposes(world)
    assert "confirm" not in [purpose for purpose, _ in purposes(world)]
    kept = world.correspondence.message(taken)
    assert (kept.state, kept.case_id) == ("opened", case.id)


def test_lines_of_the_form_whose_sender_nobody_vouches_for_wait_for_a_word_from_that_mailbox(
    world: "World", mailbox: Mailbox
) -> None:
    mailbox.take_in(mail(ALICE, LINES, vouched=False), None, world.clock())
    assert not world.view().case.confirmed
    assert purposes(world) == [("confirm_raised", "Alice Osei")]
    [letter] = world.letters("confirm_raised")
    mailbox.take_in(reply(letter.message_id, ALICE, "CONFIRM"), None, world.clock())
    assert world.view().case.confirmed
    assert ("stage", "Ben Carter") in purposes(world)


def test_a_known_persons_words_open_a_case_and_nobody_else_hears_before_they_meant_it(
    world: "World", mailbox: Mailbox
) -> None:
    mailbox.take_in(mail(ALICE, WORDS), None, world.clock())
    case = world.view().case
    assert case.facts["concern"] == WORDS.strip()
    assert (case.agencies, case.confirmed) == ({"raising": "health"}, False)
    assert purposes(world) == [("confirm_raised", "Alice Osei")]
    [letter] = world.letters("confirm_raised")
    assert "The other agency" in letter.values["missing"]
    said = "CONFIRM\n\nThe other agency: Hackney Children's Services\nThe child's initials: K.M.\n"
    mailbox.take_in(reply(letter.message_id, ALICE, said), None, world.clock())
    case = world.view().case
    assert case.confirmed
    assert case.agencies["receiving"] == "hackney"
    [added] = world.letters("added")
    assert [each["text"] for each in added.values["added"]] == ["Hackney Children's Services", "K.M."]
    assert case.row


def test_who_did_not_mean_an_escalation_says_so_and_a_person_ends_the_case(world: "World", mailbox: Mailbox) -> None:
    mailbox.take_in(mail(ALICE, WORDS), None, world.clock())
    [letter] = world.letters("confirm_raised")
    mailbox.take_in(reply(letter.message_id, ALICE, "NOT AN ESCALATION\nOnly a question."), None, world.clock())
    assert world.view().case.status == "open"
    [task] = world.letters("task")
    assert [offer.word for offer in task.offers] == ["GO ON", "END"]
    reason = reply(task.message_id, "support@chscp.example", "END\nSpoken on the telephone.")
    mailbox.take_in(reason, None, world.clock())
    assert world.view().case.status == "closed"
    assert {name for _, name in purposes(world)} == {"Alice Osei", "Business support"}
    assert "ended the case" in world.letters("echo", "Alice Osei")[-1].values["recorded"]


def test_a_case_that_was_no_escalation_is_asked_about_until_a_person_decides(world: "World", mailbox: Mailbox) -> None:
    mailbox.take_in(mail(ALICE, WORDS), None, world.clock())
    [letter] = world.letters("confirm_raised")
    mailbox.take_in(reply(letter.message_id, ALICE, "NOT AN ESCALATION"), None, world.clock())
    before = len(world.letters("task"))
    [clock] = world.view().case.running("confirmation")
    world.clock.time = clock.look_at
    world.casework.look(world.view().case.id, clock.key, world.clock())
    assert len(world.letters("task")) == before + 1
    mailbox.take_in(reply(letter.message_id, ALICE, "CONFIRM"), None, world.clock())
    assert world.view().case.confirmed
    assert world.view().case.running("confirmation") == ()


def test_what_does_not_fit_is_kept_as_written_and_asked_for_again(world: "World", mailbox: Mailbox) -> None:
    odd = (
        LINES.replace("Hackney Children's Services", "Hackny Council")
        .replace("Ben Carter", "")
        .replace("ben@hackney.example", "")
        + "Is there a date by which this must be settled to protect the child? soon\n"
    )
    mailbox.take_in(mail(ALICE, odd), None, world.clock())
    case = world.view().case
    assert case.facts["other_agency"] == "Hackny Council"
    assert set(case.facts["unread"]) == {"other_agency", "protects_by"}
    assert "Hackny Council" in entries(world)
    [received] = world.letters("received")
    dated = "Is there a date by which this must be settled to protect the child?"
    assert {"The other agency", dated} <= set(received.values["missing"])
    lines = f"The other agency: Hackney Children's Services\n{dated} 4 December 2026\n"
    mailbox.take_in(reply(received.message_id, ALICE, lines), None, world.clock())
    case = world.view().case
    assert (case.agencies["receiving"], case.facts["protects_by"]) == ("hackney", "2026-12-04")
    assert "unread" not in case.facts
    assert world.letters("stage")


def test_the_raiser_may_fill_in_the_lines_of_the_letter_that_the_reply_quotes(world: "World", mailbox: Mailbox) -> None:
    mailbox.take_in(mail(ALICE, WORDS), None, world.clock())
    [letter] = world.letters("confirm_raised")
    said = "CONFIRM\n\nOn 27 November 2026 CHSCP wrote:\n> The child's initials: K.M.\n> The other agency:\n"
    mailbox.take_in(reply(letter.message_id, ALICE, said), None, world.clock())
    assert world.view().case.facts["child"] == "K.M."
    assert "other_agency" not in world.view().case.facts


def test_what_a_reply_would_change_is_for_a_person(world: "World", mailbox: Mailbox) -> None:
    mailbox.take_in(mail(ALICE, LINES), None, world.clock())
    [letter] = world.letters("received")
    taken = mailbox.take_in(reply(letter.message_id, ALICE, "The child's initials: X.Y."), None, world.clock())
    assert world.view().case.facts["child"] == "K.M."
    assert world.correspondence.message(taken).state == "tray"


def test_immediate_harm_in_the_lines_is_acted_on_first(world: "World", mailbox: Mailbox) -> None:
    mailbox.take_in(mail(ALICE, LINES.replace("harm? No", "harm? Yes"), vouched=False), None, world.clock())
    told = [name for purpose, name in purposes(world) if purpose == "immediate_harm"]
    assert told == ["Business support", "Rosa Lind"]
    assert world.letters("confirm_raised")[0].values["harm_advice"]


def test_immediate_harm_in_own_words_is_told_to_business_support_at_once(world: "World", mailbox: Mailbox) -> None:
    mailbox.take_in(mail(ALICE, "K.M. is not safe tonight and nobody answers the telephone."), None, world.clock())
    told = world.letters("immediate_harm")
    assert [(letter.name, letter.urgent) for letter in told] == [("Business support", True)]
    assert told[0].values["found"] == ["not safe tonight"]
    assert "“not safe tonight”" in entries(world)
    [letter] = world.letters("confirm_raised")
    assert letter.values["harm_advice"]
    mailbox.take_in(reply(letter.message_id, ALICE, "CONFIRM"), None, world.clock())
    assert [letter.name for letter in world.letters("immediate_harm")] == ["Business support", "Rosa Lind"]


def test_words_that_deny_immediate_harm_alarm_nobody(world: "World", mailbox: Mailbox) -> None:
    mailbox.take_in(mail(ALICE, f"There is no immediate risk. {WORDS}"), None, world.clock())
    assert world.letters("immediate_harm") == []


def test_a_file_is_named_and_a_person_looks_at_it(world: "World", mailbox: Mailbox) -> None:
    body = (
        f"--b\nContent-Type: text/plain\n\n{WORDS}\n--b\nContent-Type: application/pdf\n"
        'Content-Disposition: attachment; filename="form.pdf"\n\nJVBERi0=\n--b--'
    )
    raw = mail(ALICE, body).replace(b"text/plain; charset=utf-8", b"multipart/mixed; boundary=b")
    mailbox.take_in(raw, None, world.clock())
    assert "“form.pdf”" in entries(world)
    assert "form.pdf" in str(world.letters("task")[0].values["words"])


def test_the_same_mail_by_two_ways_is_one_case(world: "World", mailbox: Mailbox) -> None:
    raw = mail(ALICE, LINES, number=7)
    first = mailbox.take_in(raw, None, world.clock())
    world.clock.move(timedelta(minutes=1))
    again = mailbox.take_in(
        b"Received: from elsewhere by " + BOUNDARY.encode() + b"; now\r\n" + raw, None, world.clock()
    )
    assert (first == again, cases(world)) == (True, 1)


def test_one_mail_that_was_stored_twice_opens_one_case(world: "World", mailbox: Mailbox) -> None:
    raw = mail(ALICE, LINES, number=8)
    mailbox.take_in(raw, None, world.clock())
    which = identify(raw)
    second, _ = world.correspondence.keep(
        "chscp", "another mailbox", raw, which.message_id, world.clock(), same_as=which.same_as
    )
    mailbox.judge_waiting(world.clock())
    assert cases(world) == 1
    assert world.correspondence.message(second).state == "filed"


def test_lines_from_an_unknown_address_are_held_as_web_strangers_are(world: "World", mailbox: Mailbox) -> None:
    mailbox.take_in(mail(ZOE, LINES), None, world.clock())
    assert world.view().case.status == "paused"
    assert world.letters("stage") == []
    [task] = world.letters("task")
    assert [offer.word for offer in task.offers] == ["ADMIT"]


@pytest.mark.parametrize(
    "raw",
    [
        mail(ALICE, "Thank you!"),
        mail(ALICE, "RESOLVED. We have agreed a visit for this week, thank you."),
        mail(ALICE, WORDS, subject="Re: CHSCP-2026-0042"),
        mail("support@chscp.example", WORDS),
        mail(ALICE, WORDS, "List-Id: <all.homerton.example>"),
        mail("Alice Osei <alice@homerton.example>, Eve <eve@elsewhere.example>", WORDS),
    ],
    ids=["few words", "a lost answer", "names a case", "business support", "by a list", "two senders"],
)
def test_what_may_be_no_escalation_is_read_by_a_person(world: "World", mailbox: Mailbox, raw: bytes) -> None:
    taken = mailbox.take_in(raw, None, world.clock())
    assert world.correspondence.message(taken).state == "tray"
    assert cases(world) == 0


@pytest.mark.parametrize("words", [LINES, "Mother has threatened to kill the baby tonight. Nobody answers us."])
def test_a_programs_words_open_nothing_and_a_person_reads_what_may_be_an_escalation(
    world: "World", mailbox: Mailbox, words: str
) -> None:
    """Websites' forms and case systems send mail marked as automatic. Nobody is answered."""
    taken = mailbox.take_in(mail(ALICE, words, "Auto-Submitted: auto-generated"), None, world.clock())
    assert world.correspondence.message(taken).state == "tray"
    assert cases(world) == 0
    with world.casework.database.read() as connection:
        planned = connection.execute(select(letters.c.purpose, letters.c.urgent)).all()
    assert [tuple(each) for each in planned] == [("tray", words is not LINES)]


@pytest.mark.parametrize(
    "subject", ["Absence from school - child at risk", "Social worker is on sick leave, K.M. not seen for six weeks"]
)
def test_an_escalation_under_a_subject_like_an_absence_opens_a_case(
    world: "World", mailbox: Mailbox, subject: str
) -> None:
    words = "Mother has threatened to kill the baby tonight. Nobody at Hackney answers us. Please act now."
    taken = mailbox.take_in(mail(ALICE, words, subject=subject), None, world.clock())
    assert world.correspondence.message(taken).state == "opened"
    assert cases(world) == 1


@pytest.mark.parametrize("subject", ["Absence from school - K.M.", "Out of office", "On leave until 7 December"])
@pytest.mark.parametrize("words", ["RESOLVED", "RESOLVED\n\nI am on leave from tomorrow."])
def test_an_answer_under_a_subject_like_an_absence_is_an_answer(
    world: "World", mailbox: Mailbox, subject: str, words: str
) -> None:
    world.open_case()
    letter = world.letters("stage", "Ben Carter")[0]
    world.hand_over(letter)
    raw = mail("Ben Carter <ben@hackney.example>", words, f"In-Reply-To: {letter.message_id}", subject=subject)
    taken = mailbox.take_in(raw, None, world.clock())
    assert world.correspondence.message(taken).state == "answered"


def test_the_code_in_the_letter_opens_the_page_and_a_button_confirms(world: "World", mailbox: Mailbox) -> None:
    mailbox.take_in(mail(ALICE, WORDS), None, world.clock())
    [letter] = world.letters("confirm_raised")
    world.hand_over(letter)
    browser, path = world.browser(), world.page(letter)
    page = browser.get(path)
    assert page.url.path == f"{path}/code"
    assert str(letter.values["code"]) not in page.text
    assert "K.M." not in page.text
    assert browser.get(f"{path}/letter").status_code == 404
    hidden = world.hidden(page.text)
    answer = browser.post(f"{path}/open", data=hidden | {"code": str(letter.values["code"])})
    assert "I did not mean it as an escalation" in answer.text
    browser.post(f"{path}/answer", data=world.hidden(answer.text) | {"choice": "confirm@case"})
    assert world.view().case.confirmed


def test_every_entry_of_such_a_case_gives_it_again(world: "World", mailbox: Mailbox) -> None:
    mailbox.take_in(mail(ALICE, WORDS), None, world.clock())
    [letter] = world.letters("confirm_raised")
    mailbox.take_in(reply(letter.message_id, ALICE, "CONFIRM\nThe child's initials: K.M."), None, world.clock())
    ledger = Ledger(world.casework.database, world.casework.keyring)
    assert ledger.faults("chscp") == []
    assert ledger.rebuilt(world.view().case.id) == world.view().case


def test_the_senders_agency_is_known_by_the_address_and_the_mail_is_kept_byte_for_byte(
    world: "World", mailbox: Mailbox
) -> None:
    raw = mail(BEN, WORDS)
    taken = mailbox.take_in(raw, None, world.clock())
    assert world.view().case.raiser.agency == "hackney"
    assert world.correspondence.message(taken).raw == raw


def test_a_mail_to_two_partnerships_says_so_and_a_person_agrees_who_takes_it_up(world: "World") -> None:
    other = Partnership(load_policy(POLICIES / "hscp.yaml"), OTHER_INBOX, "hscp.example", "support@hscp.example")
    known = {**world.casework.partnerships, "hscp": other}
    world.casework = Casework(world.casework.database, world.casework.keyring, known)
    both = Mailbox(world.correspondence, {"chscp": INBOX, "hscp": OTHER_INBOX}, BOUNDARY)
    both.take_in(mail(ALICE, WORDS, to=f"{INBOX}, {OTHER_INBOX}"), "chscp", world.clock())
    name = other.loaded.policy.partnership.name
    assert f"also addressed to: {name}" in entries(world)
    assert name in str(world.letters("task")[0].values["words"])


def test_the_code_of_the_first_letter_stays_good_after_a_mail_in_the_raisers_name(
    world: "World", mailbox: Mailbox
) -> None:
    mailbox.take_in(mail(ALICE, WORDS), None, world.clock())
    [letter] = world.letters("confirm_raised")
    mailbox.take_in(reply(letter.message_id, ALICE, "CONFIRM", vouched=False), None, world.clock())
    assert not world.view().case.confirmed
    [asked] = world.letters("confirm_sender")
    for each in (letter, asked):
        code = str(each.values["code"])
        assert world.casework.use_code(world.view().case.id, "p1", code, world.clock(), "a browser")


def test_a_program_that_writes_mail_without_end_opens_no_cases_without_end(world: "World", mailbox: Mailbox) -> None:
    """A ticket system at an agency writes with every mark taken out: after five cases in a week a person looks."""
    for number in range(8):
        mailbox.take_in(
            mail(ALICE, f"Ticket {number} of the day was opened for your team here.", number=100 + number),
            None,
            world.clock(),
        )
    assert cases(world) == 5
    assert len(world.correspondence.waiting("tray")) == 3
    world.clock.move(timedelta(days=8))
    mailbox.take_in(
        mail(ALICE, "One more ticket of the day was opened for your team.", number=120), None, world.clock()
    )
    assert cases(world) == 6


BOUNCE = """Content-Type: message/{kind}

Reporting-MTA: dns; mx.hackney.example

Final-Recipient: rfc822; ben@hackney.example
Action: failed
Status: 5.1.1
"""
WITH_REPORT = """From: Alice Osei <alice@homerton.example>
To: {inbox}
Subject: My referral came back - K.M.
Message-ID: <with-{kind}@homerton.example>
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary="b"

--b
Content-Type: text/plain

Nobody has visited the child for three weeks, and my referral came back, see below. Please act now.
--b
{report}
--b--
"""


@pytest.mark.parametrize("kind", ["delivery-status", "disposition-notification", "feedback-report"])
def test_a_persons_mail_that_encloses_a_report_of_a_mail_system_is_a_persons(
    world: "World", mailbox: Mailbox, kind: str
) -> None:
    """Exchange's page of a letter that came back has a button that forwards it with its parts for machines."""
    raw = WITH_REPORT.format(inbox=INBOX, kind=kind, report=BOUNCE.format(kind=kind)).replace("\n", "\r\n").encode()
    taken = mailbox.take_in(raw, None, world.clock())
    assert world.correspondence.message(taken).state == "opened"
    assert cases(world) == 1


@pytest.mark.parametrize("spelling", ["zoe+2@elsewhere.example", "ZOE@elsewhere.example"])
def test_an_address_with_a_mark_after_a_plus_is_acknowledged_as_the_one_without(
    world: "World", mailbox: Mailbox, spelling: str
) -> None:
    """A robot that marks each of its mails would be answered without end."""
    for sender in ("zoe+1@elsewhere.example", spelling):
        mailbox.take_in(mail(f"Zoe <{sender}>", f"Hello from {sender}"), None, world.clock())
    assert len(planned(world, "acknowledged")) == 1


def planned(world: "World", purpose: str) -> list[str]:
    with world.casework.database.read() as connection:
        chosen = select(letters.c.id).where(letters.c.purpose == purpose)
        return list(connection.execute(chosen).scalars())


def test_a_vouched_copy_of_a_mail_that_waits_for_its_partys_word_is_judged_as_such(
    world: "World", mailbox: Mailbox
) -> None:
    """Whichever way was faster: a copy without our own mail server's word must not swallow the answer."""
    world.open_case()
    letter = world.letters("stage", "Ben Carter")[0]
    world.hand_over(letter)
    good = reply(letter.message_id, BEN, "NOT RESOLVED\nThey will not look again.")
    bad = good.replace(b"dmarc=pass", b"dmarc=fail")
    first = mailbox.take_in(bad, None, world.clock())
    assert world.correspondence.message(first).state == "tray"
    assert mailbox.take_in(bad, None, world.clock()) == first
    assert world.correspondence.message(first).state == "tray"
    assert mailbox.take_in(good, None, world.clock()) == first
    assert world.correspondence.message(first).state == "answered"
    assert world.correspondence.message(first).raw == good
    assert mailbox.take_in(bad, None, world.clock()) == first
    assert world.correspondence.message(first).state == "answered"
