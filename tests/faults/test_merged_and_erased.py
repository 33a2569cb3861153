"""Cases that are no longer to be found where they were: merged into another, and erased."""

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from mails import BOUNDARY, INBOX, reply
from sqlalchemy import select, update

from cases.erasing import Erasing
from cases.ledger import Ledger
from cases.standing import View
from cases.store.case_rows import NoSuchCase
from cases.submission import Answer
from cases.support import Act, Support
from cases.tables import keys, messages, parties, tasks
from cases.vault import KeyDestroyed
from cases.verbs import breach, ending, handing_over
from cases.verbs.orders import Order, Refused
from intake.mailbox import Mailbox

if TYPE_CHECKING:
    from tests.conftest import World

BEN = "Ben Carter <ben@hackney.example>"
ORDER = Order("Sal Okoro", "both are about the same visit")


def merged(world: "World") -> tuple[View, View]:
    """A case that another was merged into, and the other one."""
    survivor = world.open_case()
    world.clock.move(timedelta(minutes=1))
    duplicate = world.open_case()
    act = Act(lambda case, moment: ending.merge(case, survivor.case.reference, ORDER, moment),
              survivor.case.reference, ORDER)  # fmt: skip
    assert world.act(duplicate.case.id, act, "m1") == "done"
    return read(world, survivor.case.id), read(world, duplicate.case.id)


def read(world: "World", case_id: str) -> View:
    return world.reading.case(case_id, world.clock())


def withdrawn(world: "World") -> View:
    """A case that is closed, with nothing left to be sent."""
    view = world.open_case()
    act = Act(lambda case, moment: ending.end_by_hand(case, "withdrawn", ORDER, "", False, moment))
    world.act(view.case.id, act)
    send_all(world, view.case.id)
    return read(world, view.case.id)


def send_all(world: "World", case_id: str) -> None:
    for letter in read(world, case_id).letters:
        if letter.state == "planned" and (
            held := world.dispatch.handing_over(letter, b"Subject: x\r\n\r\nx\r\n", world.clock())
        ):
            world.dispatch.accepted(held, world.clock())


def erase(world: "World", view: View) -> str:
    return Erasing(world.casework).erase(view.case.reference, Order("the operator", "kept for 25 years"), world.clock())


def test_e52_a_reply_to_a_merged_case_follows_to_the_survivor(world: "World") -> None:
    """E52: reply to a merged or renumbered case: follows to the survivor."""
    survivor, duplicate = merged(world)
    letter = next(each for each in duplicate.letters if (each.purpose, each.name) == ("stage", "Ben Carter"))
    mailbox = Mailbox(world.correspondence, {"chscp": INBOX}, BOUNDARY)
    raw = reply(letter.message_id, BEN, "RESOLVED\nWe visited this morning.")
    kept = world.correspondence.message(mailbox.take_in(raw, None, world.clock()))
    assert (kept.state, kept.case_id) == ("tray", survivor.case.id)
    assert survivor.case.reference in kept.why
    assert read(world, survivor.case.id).case.stages[0].said == (), "a person reads it, nothing is applied"
    told = [each for each in read(world, survivor.case.id).letters if each.about == f"mail:{kept.id}"]
    assert [each.purpose for each in told] == ["task"]
    assert read(world, duplicate.case.id).case.status == "closed"


def test_e52_its_raiser_is_told_where_it_went_and_hears_how_the_survivor_ends(world: "World") -> None:
    """E52: the survivor's record says what was merged into it, and its page leads there."""
    survivor, duplicate = merged(world)
    told = [each for each in duplicate.letters if each.purpose == "ended"]
    assert {each.name for each in told} == {party.name for party in duplicate.case.parties}
    assert all(survivor.case.reference in each.values["why"] for each in told)
    log = world.reading.written_log(survivor.case.id)
    assert any(duplicate.case.reference in line.words for line in log.lines)
    page = world.desk().get(f"/desk/chscp/cases/{duplicate.case.reference}").text
    assert f'href="/desk/chscp/cases/{survivor.case.reference}"' in page


def test_e52_an_answer_on_the_page_of_a_merged_case_leads_to_the_survivor(world: "World") -> None:
    """E52: the letter's own page still works, and business support is told where to look."""
    survivor, duplicate = merged(world)
    world.casework.hear(duplicate.case.id, "p2", Answer("outcome:resolved", "s1", "Visited."), world.clock())
    [task] = [each for each in read(world, duplicate.case.id).letters if each.about.startswith("late:")]
    assert f"in {survivor.case.reference}" in task.values["words"]


def test_e52_a_merge_into_a_case_that_is_merged_itself_is_followed_to_the_end(world: "World") -> None:
    """E52: step by step, to the case that goes on."""
    survivor, duplicate = merged(world)
    world.clock.move(timedelta(minutes=1))
    last = world.open_case()
    act = Act(lambda case, moment: ending.merge(case, last.case.reference, ORDER, moment), last.case.reference, ORDER)
    world.act(survivor.case.id, act, "m2")
    letter = next(each for each in duplicate.letters if (each.purpose, each.name) == ("stage", "Ben Carter"))
    mailbox = Mailbox(world.correspondence, {"chscp": INBOX}, BOUNDARY)
    raw = reply(letter.message_id, BEN, "RESOLVED\nWe visited this morning.")
    assert world.correspondence.message(mailbox.take_in(raw, None, world.clock())).case_id == last.case.id


def test_a_merge_that_is_refused_by_the_survivor_changes_neither_case(world: "World") -> None:
    closed, open_case = withdrawn(world), world.open_case()
    before = world.everything()
    act = Act(lambda case, moment: ending.merge(case, closed.case.reference, ORDER, moment),
              closed.case.reference, ORDER)  # fmt: skip
    support = Support(world.casework)
    with pytest.raises(Refused):
        support.preview(open_case.case.id, act, world.clock())
    with pytest.raises(Refused):
        support.do(open_case.case.id, act, "", "m3", world.clock())
    assert world.everything() == before


def test_the_answer_of_somebody_whose_place_was_taken_is_not_the_partys(world: "World") -> None:
    view = world.open_case()
    letter = world.letters("stage", "Ben Carter")[0]
    act = Act(lambda case, moment: handing_over.hand_over(
        case, letter.to, "Nia Park", "nia@hackney.example", ORDER, moment))  # fmt: skip
    world.act(view.case.id, act, "h1")
    mailbox = Mailbox(world.correspondence, {"chscp": INBOX}, BOUNDARY)
    kept = world.correspondence.message(
        mailbox.take_in(reply(letter.message_id, BEN, "RESOLVED\nWe visited."), None, world.clock())
    )
    assert (kept.state, world.view().case.stages[0].said) == ("tray", ())
    newcomer = "Nia Park <nia@hackney.example>"
    kept = world.correspondence.message(
        mailbox.take_in(reply(letter.message_id, newcomer, "RESOLVED\nWe visited now."), None, world.clock())
    )
    assert (kept.state, len(world.view().case.stages[0].said)) == ("answered", 1)


def test_e72_a_case_that_is_open_is_not_erased(world: "World") -> None:
    """E72: retention runs while a case is open: refuses for open cases."""
    view = world.open_case()
    before = world.everything()
    with pytest.raises(Refused, match="is open"):
        erase(world, view)
    assert world.everything() == before


def test_e72_an_erased_case_keeps_a_chain_that_verifies_and_no_content(world: "World") -> None:
    """E72: log chain intact after."""
    view = withdrawn(world)
    assert erase(world, view) == view.case.reference
    ledger = Ledger(world.casework.database, world.casework.keyring)
    verified = ledger.record(view.case.id)
    assert verified.faults == ()
    assert (verified.entries[-1].kind, {entry.erased for entry in verified.entries}) == ("erased", {True})
    assert ledger.faults("chscp") == []
    assert world.reading.find(view.case.id, world.clock()) is None
    with world.casework.database.read() as connection:
        assert set(connection.execute(select(parties.c.address_token)).scalars()) == {""}
        assert connection.execute(select(tasks.c.key).where(tasks.c.done_at.is_(None))).all() == []
        key = connection.execute(select(keys).where(keys.c.subject == f"case:{view.case.id}")).one()
    assert (key.wrapped, key.destroyed_why) == (None, "kept for 25 years")
    with pytest.raises(KeyDestroyed):
        erase(world, view)


def test_e72_a_mail_about_an_erased_case_is_not_lost_and_leads_nowhere_else(world: "World") -> None:
    """E72: what still comes in is judged as if there had been no case: here it raises one in its writer's words."""
    view = withdrawn(world)
    letter = world.letters("stage", "Ben Carter")[0]
    erase(world, view)
    mailbox = Mailbox(world.correspondence, {"chscp": INBOX}, BOUNDARY)
    raw = reply(letter.message_id, BEN, "One more thing about this child: please call me back.")
    kept = world.correspondence.message(mailbox.take_in(raw, None, world.clock()))
    assert kept.state == "opened"
    assert kept.case_id not in (None, view.case.id)


def test_e72_nothing_is_erased_that_still_waits(world: "World") -> None:
    """E72: a letter, a mail or a task with a clock."""
    view = world.open_case()
    act = Act(lambda case, moment: ending.end_by_hand(case, "withdrawn", ORDER, "", False, moment))
    world.act(view.case.id, act, "w")
    with pytest.raises(Refused, match="letter"):
        erase(world, view)
    send_all(world, view.case.id)
    found = read(world, view.case.id)
    act = Act(lambda case, moment: breach.open_breach(case, "Wrong child.", (), (), ORDER, moment))
    world.act(view.case.id, act, "b")
    send_all(world, view.case.id)
    with pytest.raises(Refused, match="clocks"):
        erase(world, view)
    [task] = [each for each in world.view().letters if each.about.startswith("breach:")]
    world.casework.task_done(view.case.id, task.about, "Seen to.", world.clock())
    mailbox = Mailbox(world.correspondence, {"chscp": INBOX}, BOUNDARY)
    letter = next(each for each in found.letters if (each.purpose, each.name) == ("stage", "Ben Carter"))
    mailbox.take_in(reply(letter.message_id, BEN, "Noted. See the minutes."), None, world.clock())
    send_all(world, view.case.id)
    with pytest.raises(Refused, match="tray"):
        erase(world, view)


def test_a_case_that_there_is_not_cannot_be_erased(world: "World") -> None:
    for reference in ("CHSCP-2026-0999", "nonsense"):
        with pytest.raises(NoSuchCase):
            Erasing(world.casework).erase(reference, ORDER, world.clock())


def test_e52_a_reply_to_a_case_whose_survivor_was_erased_is_read_and_harm_is_told(world: "World") -> None:
    """E52: the chain is followed as far as its content stands; words of harm wait for nothing."""
    survivor, duplicate = merged(world)
    act = Act(lambda case, moment: ending.end_by_hand(case, "withdrawn", ORDER, "", False, moment))
    world.act(survivor.case.id, act, "w")
    for view in (survivor, duplicate):
        send_all(world, view.case.id)
    erase(world, read(world, survivor.case.id))
    letter = next(each for each in duplicate.letters if (each.purpose, each.name) == ("stage", "Ben Carter"))
    mailbox = Mailbox(world.correspondence, {"chscp": INBOX}, BOUNDARY)
    raw = reply(letter.message_id, BEN, "The child is in immediate danger tonight.")
    kept = world.correspondence.message(mailbox.take_in(raw, None, world.clock()))
    assert (kept.state, kept.case_id) == ("tray", duplicate.case.id)
    told = [each for each in read(world, duplicate.case.id).letters if each.urgent and each.purpose == "task"]
    assert told
    with world.casework.database.read() as connection:
        assert connection.execute(select(messages.c.urgent)).scalar_one()


def test_e72_nothing_leads_from_the_holder_of_a_role_to_an_erased_case(world: "World") -> None:
    """E72: neither the address of a delegate nor that of the person for whom they acted."""
    view = withdrawn(world)
    with world.casework.database.write() as connection:
        connection.execute(update(parties).values(holder_token="token of an address"))
    erase(world, view)
    with world.casework.database.read() as connection:
        assert set(connection.execute(select(parties.c.holder_token)).scalars()) == {None}
