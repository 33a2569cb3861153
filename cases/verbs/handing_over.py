"""Another person takes a party's place on a case, and is written to as the stage asks; all who act there hear of it."""

from dataclasses import replace

from cases.case import Asked, Case, Clock, Part, Party
from cases.verbs import closing, offers, opening
from cases.verbs.decision import Decision, Draft, Moment
from cases.verbs.letters import for_support, staged, write
from cases.verbs.orders import Order, Refused
from cases.verbs.people import actors, described, distinct
from cases.verbs.telling import tell_news, write_stage

WHOSE: dict[Part, str] = {"raising": "the raising side", "receiving": "the receiving side", "decider": "who decides"}
ACTING = frozenset(WHOSE)


def hand_over(case: Case, who: str, name: str, email: str, order: Order, moment: Moment) -> Decision:
    """Put somebody else in the place of a party, in this case alone. Raises Refused.

    What the one before answers from now on to a letter of theirs is not the party's.
    """
    before = case.party(who)
    if case.status == "closed":
        raise Refused("The case is closed.")
    if email.lower() == before.email.lower():
        raise Refused("This is the address of the person whose place is to be taken.")
    if not moment.directory.may_write_to(email) or email.lower() in case.barred:
        raise Refused(
            "Letters go only to people of the directory, or to addresses of an agency’s registered domain. "
            "Put this person into the directory first."
        )
    _check_sides(case, before, email)
    draft = Draft(case, moment)
    held = any((each.role, each.email.lower()) == (before.role, email.lower()) for each in moment.directory.people)
    party = replace(before, name=name, email=email, holder="", by_hand=not held)
    draft.note(
        "replaced",
        f"{name} acts in place of {before.name or before.email} as {before.title}. {order.why}",
        party,
        by=order.by,
    )
    _tell_predecessor(draft, before, party, order)
    closing.tell_afresh(draft, party)
    _write_to_newcomer(draft, before, party)
    if case.row:
        others = [each for each in distinct(*actors(draft, case.row.key), draft.case.raiser) if each.key != who]
        words = f"{name} acts as {before.title} now, in place of {before.name or before.email}. {order.why}"
        tell_news(draft, case.row, words, others)
    return draft.decision()


def _check_sides(case: Case, before: Party, email: str) -> None:
    """Nobody answers for both sides, or decides what they answer for. Raises Refused."""
    for each in case.parties:
        here = email.lower() in (each.email.lower(), each.holder.lower())
        if here and each.part != before.part and {each.part, before.part} <= ACTING:
            raise Refused(f"This address acts in this case already, as {each.title} ({WHOSE[each.part]}).")


def _tell_predecessor(draft: Draft, before: Party, party: Party, order: Order) -> None:
    write(
        draft,
        "handed_over",
        before,
        "case",
        rung=draft.case.length,
        newcomer=described(draft, party),
        reason=order.reason,
    )


def _write_to_newcomer(draft: Draft, before: Party, party: Party) -> None:
    """The letter that the stage asks for, and again whatever else was asked of the one before."""
    row = draft.case.row
    if not row:
        _before_it_began(draft, before, party)
        return
    if row.running and party in actors(draft, row.key):
        write_stage(draft, row, party)
        if draft.case.paused_at:
            words = "This case is paused. The date in our other letter does not count: you hear when the case goes on."
            tell_news(draft, row, words, [party])
    else:
        tell_news(draft, row, f"You act as {party.title} in this escalation, in place of {before.name}.", [party])
    for asked in draft.case.asked:
        for clock in draft.case.running("asked", asked.key) if asked.party == party.key else ():
            _ask_again(draft, party, asked, clock)
    for clock in draft.case.running("on_file", party.key):
        closing.ask_for_file(draft, party, clock, draft.case.length)


def _before_it_began(draft: Draft, before: Party, party: Party) -> None:
    """No stage has begun: the raiser has the letter that says it was received; anybody else a person tells."""
    if draft.case.confirmed and party == draft.case.raiser:
        opening.tell_received(draft, draft.case.length)
        return
    words = (
        f"{party.name} acts in place of {before.name or before.email} as {party.title}, and has had no letter, since "
        "the case has not begun. Please telephone them and tell them what is asked of them."
    )
    for_support(draft, f"newcomer:{draft.case.length}", words)


def _ask_again(draft: Draft, party: Party, asked: Asked, clock: Clock) -> None:
    write(
        draft,
        "request",
        party,
        asked.key,
        rung=draft.case.length,
        offers=[offers.give(asked)],
        wanted=f"clock:{clock.key}",
        asks=asked.asks,
        thing=asked.title,
        cited="",
        due=clock.working,
        stage=staged(draft, draft.case.stage_row(asked.row)),
    )
