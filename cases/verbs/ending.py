"""A case ends although nothing was settled: withdrawn, never to have been, or the same matter as another."""

from dataclasses import replace
from typing import Literal

from cases.case import Case, Fields, Party
from cases.verbs import arriving, timing
from cases.verbs.decision import Decision, Draft, Moment
from cases.verbs.letters import for_support, write
from cases.verbs.orders import Order, Refused
from cases.verbs.people import next_key
from cases.verbs.stages import end

Kind = Literal["withdrawn", "should_not_be"]
_WHY: dict[Kind, str] = {
    "withdrawn": "the person who raised it withdrew it",
    "should_not_be": "business support ended it, since it should not have been a case",
}
STAYS_OUT = (
    "Whoever raised it is not on this case, since their address is not confirmed, or is one to which no letter of this "
    "case may go. Please find out who they are, and tell them by telephone how it goes on."
)
SAME_RAISER = "Raised the same matter"


def end_by_hand(case: Case, kind: Kind, order: Order, harm: str, harm_open: bool, moment: Moment) -> Decision:
    """End a case at any time. Everybody on it is told, and its record is kept. Raises Refused.

    `harm_open`: a task about immediate harm is not done; then `harm` must say what was done about it.
    """
    if case.status == "closed":
        raise Refused("The case is closed already.")
    if harm_open and not harm:
        raise Refused("A task about immediate harm is open. Write what was done about it before you end the case.")
    draft = Draft(case, moment)
    if harm:
        draft.note("harm_seen_to", f"What was done about immediate harm: {harm}", by=order.by)
    _close(draft, arriving.WITHDRAWN if kind == "withdrawn" else "ended", _WHY[kind], order)
    for party in case.parties:
        _tell(draft, party, _WHY[kind], order, survivor="")
    return draft.decision()


def merge(case: Case, survivor: str, order: Order, moment: Moment) -> Decision:
    """The case is the same matter as `survivor` (its reference), and ends; what comes in on it leads there."""
    if case.status == "closed":
        raise Refused("The case is closed already.")
    draft, why = Draft(case, moment), f"it is the same matter as {survivor}, which goes on"
    draft.set("merged", f"This case is the same matter as {survivor}.", merged_into=survivor)
    _close(draft, "ended", why, order)
    for party in case.parties:
        _tell(draft, party, why, order, survivor=survivor)
    return draft.decision()


def take_in(case: Case, duplicate: Case, order: Order, moment: Moment) -> Decision:
    """Another case was merged into this one. Whoever raised it is on this case from now on, and hears how it ends."""
    if case.status in ("closed", "closing") or case.merged_into or case.confidential:
        raise Refused("The case that is to go on must be open, and not confidential.")
    draft, raiser = Draft(case, moment), duplicate.raiser
    words = f"{duplicate.reference} is the same matter and was merged into this case. {order.why}"
    draft.note("took_in", words, by=order.by)
    there = raiser.email.lower() in {party.email.lower() for party in case.parties}
    if not there and not _may_join(draft, duplicate):
        words = f"{words} {STAYS_OUT}"
    elif not there:
        _join(draft, raiser)
    for_support(
        draft,
        f"took_in:{duplicate.reference}",
        f"{words} Please read what is in {duplicate.reference}, and tell those who act here what they do not know yet.",
    )
    return draft.decision()


def _may_join(draft: Draft, duplicate: Case) -> bool:
    """Only somebody whose address is shown to be theirs, and to whom letters of this case may go."""
    email = duplicate.raiser.email
    return (
        duplicate.confirmed
        and draft.moment.directory.may_write_to(email)
        and not {email.lower()} & {*draft.case.barred, *duplicate.barred}
    )


def _join(draft: Draft, raiser: Party) -> None:
    """They act in no stage, and are told how it ended like everybody on the case."""
    party = replace(raiser, key=next_key(draft.case), role="", title=SAME_RAISER)
    draft.note("party", f"{party.name or party.email}, who raised the same matter, joined the case.", party)


def _close(draft: Draft, kind: str, why: str, order: Order) -> None:
    row = draft.case.row
    if row and row.running:
        end(draft, row.key, None, f"{why}.")
    running = tuple(clock for clock in draft.case.clocks if clock.state != "stopped" and clock.purpose != "breach")
    timing.stop(draft, running, "the case is ended")
    paused = {"paused_at": None, "paused_until": None}
    closed = {"status": "closed", "status_why": why, "outcome": None, "closed_at": draft.now} | paused
    draft.note(kind, f"The case is ended: {why}. {order.why}", Fields(closed), by=order.by)


def _tell(draft: Draft, party: Party, why: str, order: Order, survivor: str) -> None:
    mine = party == draft.case.raiser
    write(
        draft,
        "ended",
        party,
        "case",
        rung=draft.case.length,
        why=why,
        reason=order.reason,
        survivor=survivor,
        mine=mine,
    )
