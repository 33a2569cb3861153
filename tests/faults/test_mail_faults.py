"""Faults of mail that comes in, each under its number: who wrote it, which case it is about, what follows from it."""

import re
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from mails import BOUNDARY, INBOX, mail, reply
from sqlalchemy import select

from cases.case import BUSINESS_SUPPORT, Case
from cases.directory.directory import Person
from cases.mail.by_hand import ByHand
from cases.mail.senders import Senders
from cases.mail.tray import Tray
from cases.store import case_rows, outbox
from cases.store.inbox import Received
from cases.store.outbox import Stored
from cases.submission import Answer
from cases.tables import letters
from cases.verbs.decision import Decision, Draft, Moment
from intake.mailbox import Mailbox

if TYPE_CHECKING:
    from tests.conftest import World

BEN, EVE = "Ben Carter <ben@hackney.example>", "Eve <eve@elsewhere.example>"
NOT_RESOLVED = "NOT RESOLVED\nThey will not look again."


@pytest.fixture
def mailbox(world: "World") -> Mailbox:
    world.open_case()
    return Mailbox(world.correspondence, {"chscp": INBOX}, BOUNDARY)


def stage_letter(world: "World") -> Stored:
    return world.letters("stage", "Ben Carter")[0]


def taken(world: "World", mailbox: Mailbox, raw: bytes) -> Received:
    return world.correspondence.message(mailbox.take_in(raw, None, world.clock()))


def said(world: "World") -> list[str]:
    return [each.outcome for each in world.view().case.stages[0].said]


def asked(world: "World") -> list[Stored]:
    return world.letters("confirm_sender")


def due(world: "World") -> list[object]:
    return [(clock.key, clock.state, clock.due_at) for clock in world.view().case.clocks]


def answer_page(world: "World", letter: Stored, choice: str) -> str:
    browser, path = world.browser(), f"{world.page(letter)}/mine"
    first = browser.get(world.page(letter))
    opened = browser.post(f"{path}/open", data=world.hidden(first.text) | {"code": str(letter.values["code"])})
    return browser.post(path, data=world.hidden(opened.text) | {"mine": choice}).text


def bounce(letter: Stored, address: str, action: str, number: int) -> bytes:
    return (
        f"Return-Path: <>\r\nFrom: MAILER-DAEMON@mx.hackney.example\r\nTo: {INBOX}\r\nSubject: Undelivered Mail\r\n"
        f"Message-ID: <b{number}@mx.hackney.example>\r\nMIME-Version: 1.0\r\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="d"\r\n\r\n'
        "--d\r\nContent-Type: text/plain\r\n\r\nSorry.\r\n\r\n"
        "--d\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.hackney.example\r\n\r\n"
        f"Final-Recipient: rfc822; {address}\r\nAction: {action}\r\n"
        f"Status: {5 if action == 'failed' else 4}.1.1\r\n\r\n"
        f"--d\r\nContent-Type: text/rfc822-headers\r\n\r\nMessage-ID: {letter.message_id}\r\n\r\n--d--\r\n"
    ).encode()


def test_e44_a_reply_without_token_but_with_the_right_references_is_matched(world: "World", mailbox: Mailbox) -> None:
    """E44: reply with no token, right References: matched."""
    raw = mail(BEN, NOT_RESOLVED, f"References: <x@hackney.example> {stage_letter(world).message_id}", subject="Hello")
    assert taken(world, mailbox, raw).state == "answered"
    assert said(world) == ["not_resolved"]


def test_e45_a_reply_with_the_subject_alone_is_suggested_and_a_person_confirms(
    world: "World", mailbox: Mailbox
) -> None:
    """E45: reply with subject only, known sender: suggested, a person confirms."""
    reference = world.view().case.reference
    kept = taken(world, mailbox, mail(BEN, NOT_RESOLVED, subject=f"Re: [{reference}] please act"))
    assert (kept.state, said(world)) == ("tray", [])
    assert reference in [each.reference for each in world.reading.likely_cases(kept, world.clock())]
    assert world.correspondence.taken_down(
        kept.id, world.view().case.id, stage_letter(world).to, _not_resolved(), world.clock()
    )
    assert said(world) == ["not_resolved"]


def test_e51_a_reply_to_a_closed_case_is_filed_and_its_sender_told_once(world: "World", mailbox: Mailbox) -> None:
    """E51: reply to a closed case: filed, case not reopened, owner told, sender told once."""
    letter = stage_letter(world)
    _close(world)
    for words in ("Thank you, and one more thing.", NOT_RESOLVED, "RESOLVED", "Are you there?"):
        before = len(world.letters("task"))
        kept = taken(world, mailbox, reply(letter.message_id, BEN, words))
        assert kept.case_id == world.view().case.id
        assert len(world.letters("task")) == before + 1
    assert world.view().case.status == "closed"
    assert len(world.letters("too_late", "Ben Carter")) == 1
    assert world.letters("unclear") == []


def test_e53_a_managers_address_bounces(world: "World", mailbox: Mailbox) -> None:
    """E53: manager's address bounces (5.1.1): the partnership is told at once, the timer goes on (D19)."""
    letter, before = _sent(world), due(world)
    taken(world, mailbox, bounce(letter, letter.email, "failed", 1))
    assert stage_letter(world).state == "bounced"
    assert "Ben Carter" in str(_tasks(world)[-1].values["words"])
    assert due(world) == before


@pytest.mark.parametrize("then", ["delivered", "failed"])
def test_e54_a_delay_changes_nothing_until_it_fails(world: "World", mailbox: Mailbox, then: str) -> None:
    """E54: delay notice, then delivered; delay, then failure: nothing; then E53."""
    letter = _sent(world)
    taken(world, mailbox, bounce(letter, letter.email, "delayed", 1))
    assert (stage_letter(world).state, _tasks(world)) == ("accepted", [])
    taken(world, mailbox, bounce(letter, letter.email, then, 2))
    assert stage_letter(world).state == ("bounced" if then == "failed" else "accepted")
    assert len(_tasks(world)) == (1 if then == "failed" else 0)


def test_e55_a_forged_bounce_is_recorded_and_moves_no_timer(world: "World", mailbox: Mailbox) -> None:
    """E55: forged bounce for a real case: recorded; timer unmoved; sender chain shown."""
    letter, before = _sent(world), due(world)
    kept = taken(world, mailbox, bounce(letter, "somebody.else@hackney.example", "failed", 1))
    assert (kept.state, kept.case_id) == ("filed", letter.case_id)
    assert stage_letter(world).state == "accepted"
    assert due(world) == before
    assert b"From: MAILER-DAEMON@mx.hackney.example" in kept.raw


AWAY = "I am on annual leave and back on Monday 7 December 2026.\n"


def away(world: "World", words: str, number: int) -> bytes:
    return mail(
        BEN,
        words,
        f"In-Reply-To: {stage_letter(world).message_id}",
        "Auto-Submitted: auto-replied",
        subject="Automatic reply: please act",
        number=number,
    )


def test_e56_an_absence_is_recorded_with_its_date_and_proposed_to_a_person(world: "World", mailbox: Mailbox) -> None:
    """E56: absence from the manager: recorded with dates if given; timer unmoved; deputy rule; no answer sent."""
    before, letters_before = due(world), len(world.letters())
    kept = taken(world, mailbox, away(world, AWAY, 901))
    assert (kept.state, kept.case_id) == ("filed", world.view().case.id)
    assert due(world) == before
    [task] = _tasks(world)
    assert "The first day back is Monday 7 December 2026. The date for an answer stands." in str(task.values["words"])
    assert len(world.letters()) == letters_before + 1
    log = world.reading.written_log(world.view().case.id).lines
    assert any("Ben Carter (practitioner) is away" in line.words for line in log)
    taken(world, mailbox, away(world, f"{AWAY} Thank you.", 902))
    assert len(_tasks(world)) == 1


def test_e57_whom_an_absence_names_is_suggested_and_never_written_to(world: "World", mailbox: Mailbox) -> None:
    """E57: absence with "please contact X": X is suggested, never mailed automatically."""
    words = f"{AWAY}Please contact Jo Frost at jo.frost@hackney.example instead.\n"
    taken(world, mailbox, away(world, words, 903))
    [task] = _tasks(world)
    assert "jo.frost@hackney.example" in str(task.values["words"])
    assert "Nobody has checked that." in str(task.values["words"])
    assert "jo.frost@hackney.example" not in [letter.email for letter in world.letters()]


def test_e56_who_else_holds_the_role_is_proposed(world: "World", mailbox: Mailbox) -> None:
    """E56, deputy rule: who else holds the role in the directory."""
    second = Person("practitioner", "Kit Lowe", "kit@hackney.example", "hackney")
    known = world.casework.directory("chscp")
    world.casework.replace_directory("chscp", list(known.agencies.values()), [*known.people, second], world.clock())
    taken(world, mailbox, away(world, AWAY, 904))
    assert "Kit Lowe (kit@hackney.example)" in str(_tasks(world)[-1].values["words"])


def test_e58_who_answers_on_behalf_of_a_party_is_not_taken_for_them(world: "World", mailbox: Mailbox) -> None:
    """E58: delegate or assistant answers ("on behalf of"): D15."""
    raw = reply(stage_letter(world).message_id, BEN, NOT_RESOLVED, "Sender: assistant@hackney.example")
    kept = taken(world, mailbox, raw)
    assert (kept.state, kept.awaits, said(world)) == ("tray", stage_letter(world).to, [])
    assert "on behalf of" in kept.why
    assert [letter.email for letter in asked(world)] == ["ben@hackney.example"]


def test_e59_a_stranger_with_a_valid_token_changes_nothing_and_the_owner_is_warned(
    world: "World", mailbox: Mailbox
) -> None:
    """E59: stranger with a valid token (forwarded mail): D15; token not accepted for a change; owner warned."""
    before = due(world)
    kept = taken(world, mailbox, reply(stage_letter(world).message_id, EVE, NOT_RESOLVED))
    assert (kept.state, said(world), due(world)) == ("tray", [], before)
    [letter] = asked(world)
    assert letter.email == "ben@hackney.example"
    assert "They will not look again" not in str(letter.values)


@pytest.mark.parametrize("vouched", [True, False])
def test_e60_a_managers_name_with_another_address_is_warned_of(world: "World", mailbox: Mailbox, vouched: bool) -> None:
    """E60: display name of the manager, other address: D15; warned in words."""
    raw = reply(stage_letter(world).message_id, "Ben Carter <ben@elsewhere.example>", NOT_RESOLVED, vouched=vouched)
    kept = taken(world, mailbox, raw)
    assert (kept.state, said(world)) == ("tray", [])
    assert "it bears the name of somebody on this case, and comes from another address" in kept.why


def test_e60_a_known_manager_whose_mail_fails_dmarc_is_asked_once(world: "World", mailbox: Mailbox) -> None:
    """E60: known manager, DMARC fail: D15; warned in words."""
    kept = taken(world, mailbox, reply(stage_letter(world).message_id, BEN, NOT_RESOLVED, vouched=False))
    assert (kept.state, kept.awaits, said(world)) == ("tray", stage_letter(world).to, [])
    assert "could not confirm the sender" in kept.why
    [letter] = asked(world)
    assert letter.values["said"].startswith("NOT RESOLVED: ")
    answer_page(world, letter, "yes")
    mailbox.judge_waiting(world.clock())
    assert said(world) == ["not_resolved"]
    assert world.correspondence.message(kept.id).state == "answered"
    assert f"mail:{kept.id}" not in [task.key for task in world.reading.open_tasks("chscp")]
    assert world.letters("echo", "Ben Carter")


def test_who_did_not_write_the_mail_says_so_and_nothing_follows_but_a_warning(world: "World", mailbox: Mailbox) -> None:
    kept = taken(world, mailbox, reply(stage_letter(world).message_id, BEN, NOT_RESOLVED, vouched=False))
    assert "Nothing is asked" in answer_page(world, asked(world)[0], "no")
    mailbox.judge_waiting(world.clock())
    after = world.correspondence.message(kept.id)
    assert (after.state, after.awaits, said(world)) == ("tray", None, [])
    assert after.why.endswith("Warning: Ben Carter says that they did not write it.")
    assert _tasks(world)[-1].urgent
    before = world.everything()
    assert not Senders(world.correspondence).answer(kept.case_id or "", kept.id, "p2", True, world.clock())
    assert world.everything() == before


def test_a_party_is_asked_three_times_a_day_however_many_mails_come_in_their_name(
    world: "World", mailbox: Mailbox
) -> None:
    message_id = stage_letter(world).message_id
    for _ in range(5):
        taken(world, mailbox, reply(message_id, BEN, NOT_RESOLVED, vouched=False))
    assert len(asked(world)) == 3
    world.clock.move(timedelta(days=1))
    taken(world, mailbox, reply(message_id, BEN, NOT_RESOLVED, vouched=False))
    assert len(asked(world)) == 4


def test_the_page_asks_for_the_code_first_and_shows_nothing_before(world: "World", mailbox: Mailbox) -> None:
    taken(world, mailbox, reply(stage_letter(world).message_id, BEN, NOT_RESOLVED, vouched=False))
    [letter] = asked(world)
    browser, path = world.browser(), f"{world.page(letter)}/mine"
    page = browser.get(world.page(letter))
    assert page.url.path == path
    assert "NOT RESOLVED" not in page.text
    before = world.everything()
    refused = browser.post(path, data=world.hidden(page.text) | {"mine": "yes"})
    assert "Enter the code" in refused.text
    assert world.everything() == before
    browser.post(f"{path}/open", data=world.hidden(page.text) | {"code": str(letter.values["code"])})
    known = world.everything()
    assert browser.post(path, data={"mine": "yes"}).status_code == 403
    assert world.everything() == known


def test_two_ways_that_name_different_cases_are_for_a_person(world: "World", mailbox: Mailbox) -> None:
    first = stage_letter(world).message_id
    world.clock.move(timedelta(minutes=1))
    world.open_case()
    second = stage_letter(world)
    kept = taken(world, mailbox, reply(first, BEN, NOT_RESOLVED, f"References: {second.message_id}"))
    assert (kept.state, kept.case_id, said(world)) == ("tray", None, [])


@pytest.mark.parametrize("automatic", [False, True])
def test_e62_an_escalation_from_an_unknown_address_is_acknowledged_and_has_a_deadline(
    world: "World", mailbox: Mailbox, automatic: bool
) -> None:
    """E62: escalation from an address not on the register: acknowledged only if not automatic; queue with its own
    deadline."""
    marks = ["Auto-Submitted: auto-generated"] if automatic else []
    words = "My neighbour's child is left alone every night and nobody comes."
    kept = taken(world, mailbox, mail(EVE, words, *marks))
    assert kept.state == ("filed" if automatic else "tray")
    assert len(_letters(world, "acknowledged")) == (0 if automatic else 1)
    taken(world, mailbox, mail(EVE, f"{words} Please.", *marks))
    assert len(_letters(world, "acknowledged")) == (0 if automatic else 1)
    world.clock.move(timedelta(days=8))
    taken(world, mailbox, mail(EVE, f"{words} Please answer.", *marks))
    assert len(_letters(world, "acknowledged")) == (0 if automatic else 2)


def test_e62_a_mail_that_nobody_reads_is_reminded_of_each_working_day(world: "World", mailbox: Mailbox) -> None:
    """E62: queue with its own deadline. Friday's mail: the end of Monday, then each working day."""
    kept = taken(world, mailbox, mail(EVE, "My neighbour's child is left alone every night."))
    tray = Tray(world.correspondence)
    reminders = []
    for hours in range(0, 24 * 7 + 1, 6):
        if tray.remind(world.clock() + timedelta(hours=hours)):
            reminders.append((world.clock() + timedelta(hours=hours)).strftime("%a"))
    assert reminders == ["Tue", "Wed", "Thu", "Fri"]
    assert ByHand(world.correspondence).put_away(kept.id, "Answered by telephone", "", "Sal Okoro", world.clock())
    assert tray.remind(world.clock() + timedelta(days=10)) == 0


@pytest.mark.parametrize("sender", ["noreply@elsewhere.example", "a@x.example, b@x.example", "postmaster@x.example"])
def test_e62_nobody_is_acknowledged_who_cannot_be_answered(world: "World", mailbox: Mailbox, sender: str) -> None:
    """E62, with D1: never answer noreply and postmaster; nor an address that cannot be read for certain."""
    assert taken(world, mailbox, mail(sender, "A letter from nobody who can be answered here.")).state == "tray"
    assert _letters(world, "acknowledged") == []


def test_e62_words_of_immediate_harm_in_the_tray_are_urgent(world: "World", mailbox: Mailbox) -> None:
    """E62, with mail in 9: immediate harm is acted on before anything else is checked."""
    taken(world, mailbox, mail(EVE, "The child next door is in immediate danger."))
    [letter] = _letters(world, "tray")
    assert letter.urgent
    assert "“immediate danger”" in letter.values["words"]


def test_e65_a_link_scanner_changes_nothing(world: "World", mailbox: Mailbox) -> None:
    """E65: link scanner GETs and HEADs all links, headless, twice, with the cookie-less POST of the page: nothing
    changes."""
    taken(world, mailbox, reply(stage_letter(world).message_id, BEN, NOT_RESOLVED, vouched=False))
    written = [stage_letter(world), asked(world)[0], world.letters("received")[0]]
    paths = [world.page(letter) for letter in written] + [world.status()]
    paths += [f"{path}{more}" for path in paths for more in ("/answer", "/code", "/mine", "/open", "/details")]
    world.browser().get(paths[0])
    before = world.everything()
    for _ in range(2):
        for path in paths:
            scanner = world.browser("203.0.113.9")
            assert scanner.head(path, follow_redirects=True).status_code < 500
            page = scanner.get(path)
            fields = dict(re.findall(r'name="([^"]+)"[^>]*value="([^"]*)"', page.text))
            bare = world.browser("203.0.113.9")
            assert bare.post(path, data=fields | {"choice": "outcome:resolved@s1", "mine": "yes"}).status_code < 500
    assert world.everything() == before
    assert said(world) == []


def _not_resolved() -> Answer:
    return Answer("outcome:not_resolved", "s1", "They will not look again.")


def _sent(world: "World") -> Stored:
    world.hand_over(stage_letter(world))
    return stage_letter(world)


def _tasks(world: "World") -> list[Stored]:
    return [letter for letter in world.letters("task") if letter.to == BUSINESS_SUPPORT]


def _letters(world: "World", purpose: str) -> list[Stored]:
    """Letters of no case, by purpose."""
    with world.casework.database.read() as connection:
        ids = connection.execute(select(letters.c.id).where(letters.c.purpose == purpose)).scalars()
        return [outbox.opened(connection, each, world.casework.keyring) for each in ids]


def _close(world: "World") -> None:
    """The case is closed, as the engine leaves it."""

    def verb(case: Case, moment: Moment) -> Decision:
        draft = Draft(case, moment)
        draft.set("closed", "The case is closed.", status="closed", closed_at=moment.now)
        row = draft.case.stages[0]
        draft.note("ended", "The stage ended.", replace(row, ended_at=moment.now, outcome="resolved"))
        return draft.decision()

    with world.casework.database.write() as connection:
        case = case_rows.load(connection, world.view().case.id, world.casework.keyring)
        world.casework.apply(connection, case, world.clock(), verb)
