"""Immediate harm and confidential matters in mail: in lines of a reply, forwarded, and on a running case."""

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from mails import BOUNDARY, INBOX, mail, reply
from sqlalchemy import select

from cases.mail.senders import Senders
from cases.submission import Absence, Deputy
from cases.tables import letters, tasks
from cases.verbs import messages
from intake.mailbox import Mailbox

if TYPE_CHECKING:
    from tests.conftest import World

ALICE, BEN = "Alice Osei <alice@homerton.example>", "Ben Carter <ben@hackney.example>"
PLAIN = "Nobody has visited K.M. for three weeks, and the social worker does not ring back.\n"
OTHER = "The other agency: Hackney Children's Services\n"
HARM_ASKED = "Is the child in immediate danger, or at risk of immediate harm?"
LADO_ASKED = (
    "Is it about what someone who works or volunteers with children has done, "
    "at work, as a volunteer or in private life?"
)
HARM = "Mother has threatened to kill the baby tonight."
LINES = f"""Your name: Alice Osei
Your agency: Homerton Health
{OTHER}Name of the practitioner there: Ben Carter
Their e-mail address: ben@hackney.example
The child's initials: K.M.
What is the concern? Nobody has visited.

{HARM_ASKED} """
FORWARD = f"""Please see below, I want to escalate this.

From: Mary Nurse <mary@homerton.example>
Sent: 26 November 2026 09:00
To: Alice Osei
Subject: K.M.

{HARM} He is in a flat in Quagga Street, and the nursery has not seen him since last Thursday at all.
"""


@pytest.fixture
def mailbox(world: "World") -> Mailbox:
    return Mailbox(world.correspondence, {"chscp": INBOX}, BOUNDARY)


def says(world: "World", mailbox: Mailbox, purpose: str, who: str, body: str, *, vouched: bool = True) -> str:
    """Somebody replies to the last letter of a kind that went to them."""
    letter = world.letters(purpose, who.partition(" <")[0])[-1]
    taken = mailbox.take_in(reply(letter.message_id, who, body, vouched=vouched), None, world.clock())
    return world.correspondence.message(taken).state


def told_of_harm(world: "World") -> list[str]:
    assert all(letter.urgent for letter in world.letters("immediate_harm"))
    return [letter.name for letter in world.letters("immediate_harm")]


def urgent_tasks(world: "World") -> list[str]:
    return [str(letter.values["words"]) for letter in world.letters("task") if letter.urgent]


def task_keys(world: "World") -> list[str]:
    with world.casework.database.read() as connection:
        return [key.partition(":")[0] for key in connection.execute(select(tasks.c.key)).scalars()]


def raised_in_words(world: "World", mailbox: Mailbox, words: str = PLAIN) -> None:
    mailbox.take_in(mail(ALICE, words), None, world.clock())


def test_a_yes_to_harm_beside_confirm_is_acted_on_as_at_the_opening(world: "World", mailbox: Mailbox) -> None:
    raised_in_words(world, mailbox)
    assert says(world, mailbox, "confirm_raised", ALICE, f"CONFIRM\n\n{OTHER}{HARM_ASKED} Yes\n") == "answered"
    assert world.view().case.facts["immediate_harm"] == "yes"
    assert "Business support" in told_of_harm(world)
    [added] = world.letters("added")
    assert added.urgent
    assert "999" in str(added.values["advised"])
    assert world.letters("received")[0].values["harm_advice"]


def test_a_yes_to_harm_after_words_of_it_tells_the_leads_at_once_and_nobody_twice(
    world: "World", mailbox: Mailbox
) -> None:
    raised_in_words(world, mailbox, f"{PLAIN}{HARM}\n")
    assert told_of_harm(world) == ["Business support"]
    says(world, mailbox, "confirm_raised", ALICE, f"{HARM_ASKED} Yes\n")
    before = told_of_harm(world)
    assert len(before) > 1
    says(world, mailbox, "confirm_raised", ALICE, "CONFIRM")
    assert world.view().case.confirmed
    assert told_of_harm(world) == before


def test_a_yes_to_harm_on_a_running_case_with_words_found_is_recorded(world: "World", mailbox: Mailbox) -> None:
    raised_in_words(world, mailbox, f"{PLAIN}{HARM}\n")
    says(world, mailbox, "confirm_raised", ALICE, f"CONFIRM\n\n{OTHER}")
    before = told_of_harm(world)
    assert says(world, mailbox, "added", ALICE, f"{HARM_ASKED} Yes\n") == "answered"
    assert told_of_harm(world) == before
    assert "harm_words" not in world.view().case.facts


def test_a_yes_to_a_diversion_beside_confirm_keeps_the_other_side_unwritten_to(
    world: "World", mailbox: Mailbox
) -> None:
    raised_in_words(world, mailbox, "The nursery worker Zorro has hit K.M. and nobody does anything about it.\n")
    assert LADO_ASKED in world.letters("confirm_raised")[0].values["missing"]
    says(world, mailbox, "confirm_raised", ALICE, f"CONFIRM\n\n{OTHER}{LADO_ASKED} Yes\n")
    case = world.view().case
    assert (case.confidential, case.status, case.facts["diversions"]) == (True, "paused", ("lado",))
    assert not case.stages
    assert not world.letters("stage")
    assert world.letters("diverted", "Alice Osei")
    assert not any(
        "Zorro" in str(letter.values)
        for letter in world.letters()
        if letter.purpose != "divert" and letter.name != "Alice Osei"
    )


def test_a_confirm_without_an_answer_about_a_diversion_goes_on(world: "World", mailbox: Mailbox) -> None:
    raised_in_words(world, mailbox)
    says(world, mailbox, "confirm_raised", ALICE, f"CONFIRM\n\n{OTHER}{LADO_ASKED}\n")
    assert world.view().case.stages
    assert not world.view().case.confidential


def test_a_yes_to_a_diversion_after_letters_have_gone_out_is_put_to_two_people_at_once(
    world: "World", mailbox: Mailbox
) -> None:
    world.open_case()
    says(world, mailbox, "received", ALICE, f"{LADO_ASKED} Yes\n")
    case = world.view().case
    assert case.confidential
    assert "only now" in urgent_tasks(world)[0]
    [added] = world.letters("added")
    assert "LADO" in str(added.values["advised"])
    for letter in world.letters("divert"):
        assert (letter.offers, letter.urgent, letter.values["begun"]) == ((), True, True)
    before = len(world.letters())
    says(world, mailbox, "received", ALICE, f"{LADO_ASKED} Yes\n")
    assert not [each for each in world.letters()[before:] if each.purpose in ("divert", "added")]


def test_an_unclear_answer_about_a_diversion_is_asked_again_and_a_no_ends_that(
    world: "World", mailbox: Mailbox
) -> None:
    raised_in_words(world, mailbox)
    says(world, mailbox, "confirm_raised", ALICE, f"{OTHER}{LADO_ASKED} No one knows\n")
    assert world.view().case.facts["unread"] == ("aside_lado",)
    assert LADO_ASKED in world.letters("added")[-1].values["missing"]
    says(world, mailbox, "added", ALICE, f"{LADO_ASKED} No\n")
    assert "unread" not in world.view().case.facts
    assert LADO_ASKED not in world.letters("added")[-1].values["missing"]


def test_a_signpost_answered_in_a_reply_gives_its_advice(world: "World", mailbox: Mailbox) -> None:
    world.open_case()
    says(world, mailbox, "received", ALICE, "Are both sides in the same agency? Yes\n")
    assert world.view().case.facts["signposts"] == ("one_agency",)
    assert "differences between agencies" in str(world.letters("added")[-1].values["advised"])


@pytest.mark.parametrize(
    "said",
    [
        "No longer safe",
        "No, but he may be in immediate danger tonight",
        "No doubt about it",
        "No one knows",
        "No / Yes",
        "Yes / No",
        "Not at school, yes at home",
        "Not sure",
    ],
)
def test_only_a_whole_no_is_a_no_to_immediate_harm(world: "World", mailbox: Mailbox, said: str) -> None:
    mailbox.take_in(mail(ALICE, f"{LINES}{said}\n"), None, world.clock())
    assert world.view().case.facts["immediate_harm"] == "yes"
    assert "Business support" in told_of_harm(world)


@pytest.mark.parametrize(
    "said", ["No", "no.", "None", "Nope", "n/a", "No, not now", "Not immediately", "No, he is not"]
)
def test_a_whole_no_raises_no_alarm(world: "World", mailbox: Mailbox, said: str) -> None:
    mailbox.take_in(mail(ALICE, f"{LINES}{said}\n\nMany thanks\nAlice\n"), None, world.clock())
    assert "immediate_harm" not in world.view().case.facts
    assert not told_of_harm(world)


def test_words_of_harm_below_a_no_are_told_of(world: "World", mailbox: Mailbox) -> None:
    mailbox.take_in(mail(ALICE, f"{LINES}No\n\nMother has threatened to kill him tonight\n"), None, world.clock())
    assert world.view().case.facts["harm_words"] == ("threatened to kill",)
    assert "Business support" in told_of_harm(world)


@pytest.mark.parametrize("marked", [FORWARD, FORWARD.replace("From:", "---------- Forwarded message ---------\nFrom:")])
def test_a_forwarded_concern_is_kept_shown_and_searched_for_harm(world: "World", mailbox: Mailbox, marked: str) -> None:
    mailbox.take_in(mail(ALICE, marked, subject="FW: K.M."), None, world.clock())
    case = world.view().case
    concern = str(case.facts["concern"])
    assert concern.startswith("Please see below, I want to escalate this.\n\nForwarded with it:\n\n")
    assert "Quagga Street" in concern
    assert case.facts["harm_words"] == ("threatened to kill",)
    assert told_of_harm(world) == ["Business support"]
    assert "Quagga Street" in str(world.letters("confirm_raised")[0].values["concern"])
    assert "left_out" not in task_keys(world)


def test_older_mail_under_an_escalation_is_searched_for_harm_and_given_to_a_person(
    world: "World", mailbox: Mailbox
) -> None:
    mailbox.take_in(mail(ALICE, FORWARD, subject="About K.M."), None, world.clock())
    assert "Quagga" not in str(world.view().case.facts["concern"])
    assert world.view().case.facts["harm_words"] == ("threatened to kill",)
    assert "left_out" in task_keys(world)


def test_mail_forwarded_with_the_forms_lines_is_given_to_a_person(world: "World", mailbox: Mailbox) -> None:
    mailbox.take_in(
        mail(ALICE, FORWARD.replace("Please see", f"{LINES}No\n\nPlease see"), subject="Fwd: K.M."), None, world.clock()
    )
    assert world.view().case.stages
    assert "left_out" in task_keys(world)
    assert "Business support" in told_of_harm(world)


def test_a_signature_under_an_escalation_is_nobodys_task(world: "World", mailbox: Mailbox) -> None:
    footer = (
        "If you think a child is in immediate danger, call 999. " + "This e-mail is private and for its reader. " * 9
    )
    mailbox.take_in(mail(ALICE, f"{PLAIN}\n-- \nAlice Osei\n{footer}\n"), None, world.clock())
    assert "left_out" not in task_keys(world)
    assert not told_of_harm(world)


def test_a_strangers_forwarded_words_of_harm_are_urgent(world: "World", mailbox: Mailbox) -> None:
    mailbox.take_in(mail("Zoe <zoe@elsewhere.example>", FORWARD, subject="Fwd: K.M."), None, world.clock())
    with world.casework.database.read() as connection:
        [urgent] = connection.execute(select(letters.c.urgent).where(letters.c.purpose == "tray")).scalars()
    assert urgent


@pytest.mark.parametrize(
    ("words", "recorded", "vouched"),
    [
        (f"MEETING 4 December 2026\n\n{HARM}", "echo", True),
        (f"This has been resolved. {HARM}", "", True),
        (f"We will meet on 7 December 2026. {HARM}", "", True),
        (HARM, "", True),
        (f"MEETING 4 December 2026\n\n{HARM}", "confirm_sender", False),
    ],
)
def test_words_of_harm_on_a_running_case_are_an_urgent_task_whatever_else_the_mail_does(
    world: "World", mailbox: Mailbox, words: str, recorded: str, vouched: bool
) -> None:
    world.open_case()
    before = len(world.letters())
    state = says(world, mailbox, "stage", BEN, words, vouched=vouched)
    sent = [letter.purpose for letter in world.letters()[before:]]
    [urgent] = urgent_tasks(world)
    assert "threatened to kill" in urgent
    assert "proposed" not in sent
    assert (recorded in sent, state) == ((True, "answered" if vouched else "tray") if recorded else (False, "tray"))


def test_our_own_question_about_harm_answered_no_in_a_reply_is_no_alarm(world: "World", mailbox: Mailbox) -> None:
    raised_in_words(world, mailbox)
    wrapped = HARM_ASKED.replace("or at risk", "or\nat risk")
    says(world, mailbox, "confirm_raised", ALICE, f"CONFIRM\n\n{OTHER}{wrapped} No\n")
    assert not urgent_tasks(world)
    assert not told_of_harm(world)


def test_an_automatic_reply_with_words_of_harm_is_no_alarm(world: "World", mailbox: Mailbox) -> None:
    world.open_case()
    letter = world.letters("stage", "Ben Carter")[0]
    raw = reply(letter.message_id, BEN, f"I am away. {HARM}", "Auto-Submitted: auto-replied")
    mailbox.take_in(raw, None, world.clock())
    assert not urgent_tasks(world)


def test_mail_judged_again_after_its_sender_owned_it_tells_of_its_harm_once(world: "World", mailbox: Mailbox) -> None:
    world.open_case()
    letter = world.letters("stage", "Ben Carter")[0]
    taken = mailbox.take_in(reply(letter.message_id, BEN, f"RESOLVED\n\n{HARM}", vouched=False), None, world.clock())
    assert len(urgent_tasks(world)) == 1
    found = world.correspondence.message(taken)
    Senders(world.correspondence).answer(str(found.case_id), taken, str(found.awaits), True, world.clock())
    mailbox.judge_waiting(world.clock())
    assert world.correspondence.message(taken).state == "answered"
    assert len(urgent_tasks(world)) == 1


def test_the_names_of_files_stay_in_the_record_of_a_confidential_case(world: "World", mailbox: Mailbox) -> None:
    body = (
        f"--b\nContent-Type: text/plain\n\n{LINES}No\n{LADO_ASKED} Yes\n--b\nContent-Type: application/pdf\n"
        'Content-Disposition: attachment; filename="Against Zorro Smith.pdf"\n\nJVBERi0=\n--b--'
    )
    raw = mail(ALICE, body).replace(b"text/plain; charset=utf-8", b"multipart/mixed; boundary=b")
    mailbox.take_in(raw, None, world.clock())
    assert world.view().case.confidential
    [task] = [each for each in world.letters("task") if "brought files" in str(each.values["words"])]
    assert "Zorro" not in str(task.values["words"])
    lines = world.reading.written_log(world.view().case.id).lines
    assert any("Against Zorro Smith.pdf" in line.words for line in lines)


def test_whom_an_absence_names_stays_out_of_the_tasks_of_a_confidential_case(world: "World") -> None:
    case = world.open_case().case
    ben = next(party for party in case.parties if party.name == "Ben Carter")
    absence = Absence("I am away; ask Zorro Smith.", deputies=(Deputy("Zorro Smith"),))
    with world.casework.database.read() as connection:
        moment = world.casework.moment(connection, case, world.clock())
    open_words, hidden_words = (
        messages.absent(replace(case, confidential=confidential), "m1", ben, absence, ben.email, moment).tasks[0].words
        for confidential in (False, True)
    )
    assert "Zorro Smith" in open_words
    assert "Zorro Smith" not in hidden_words
