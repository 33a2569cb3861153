"""How a case closes: only when the raiser was told and did not object, the file is noted, and the record is shared.

See decisions, "Who may end a stage", and design 7.
"""

from cases.case import BUSINESS_SUPPORT, Clock, Party, StageRow
from cases.submission import Answer
from cases.verbs import offers, timing
from cases.verbs.decision import Draft
from cases.verbs.letters import ruled, staged, write
from cases.verbs.outcomes import read
from cases.verbs.people import SIDES, acting, distinct, row_acts
from cases.verbs.stages import end
from cases.working_time import WorkingDays, due

TOLD_AFTER_HOURS = 24


def begin_closing(draft: Draft, row: StageRow, outcome: str) -> None:
    """The stage is settled. Both sides note it on the child's file, and the record is shared."""
    title = draft.policy.outcomes[outcome].title
    end(draft, row.key, outcome, f"{title}.")
    draft.set(
        "closing",
        f"The case is closing: {title}. It closes when the raiser has been told and does not object, both "
        "sides have it on the child's file or were chased for it, and the record has been shared.",
        status="closing",
        outcome=outcome,
        filed=(),
        shared=(draft.case.raiser.key,) if draft.case.told else (),
        to_share=tuple(party.key for party in draft.case.parties if party.email.lower() not in draft.case.barred),
    )
    file_parties = _file_parties(draft, row)
    for party in file_parties:
        clock = timing.start_ladder(
            draft,
            "on_file",
            "on_file",
            party.key,
            draft.policy.closing.on_file_chase,
            f"{party.name} to put it on the child's file",
        )
        ask_for_file(draft, party, clock)
    for party in draft.case.parties:
        if party not in file_parties and party != draft.case.raiser:
            share(draft, row, party)


def share(draft: Draft, row: StageRow, party: Party) -> None:
    """Tell a party of a closing case how it ended."""
    write(
        draft,
        "shared",
        party,
        "case",
        rung=draft.case.length,
        shares=True,
        outcome=draft.policy.outcomes[draft.case.outcome or ""].title,
        said=said_values(draft, row),
        cited=draft.policy.closing.sharing.source.cited,
    )


def tell_afresh(draft: Draft, party: Party) -> None:
    """Another person has taken a place: what the one before was told of how it ends counts for nothing."""
    raiser = party == draft.case.raiser
    timing.stop(draft, draft.case.running("told", party.key), f"{party.name} is told afresh")
    if raiser:
        withdraw(draft)
    row = draft.case.row
    if not row or not _stands(draft):
        return
    if draft.case.status == "closing":
        shared = tuple(key for key in draft.case.shared if key != party.key)
        to_share = tuple(dict.fromkeys([*draft.case.to_share, party.key]))
        words = f"{party.name} has not been told how it ended."
        draft.set("not_told", words, shared=shared, to_share=to_share)
    if raiser:
        tell_outcome(draft, row)
    elif draft.case.status == "closing" and not draft.case.running("on_file", party.key):
        share(draft, row, party)


def ask_for_file(draft: Draft, party: Party, clock: Clock, rung: int = 0) -> None:
    """Ask a party to note what was decided on the child's file (3.1 of chscp)."""
    row, closing = draft.case.row, draft.policy.closing
    assert row is not None
    write(
        draft,
        "on_file",
        party,
        clock.key,
        rung=rung,
        offers=[offers.on_file()],
        shares=True,
        asks=closing.on_file,
        cited=closing.on_file_source.cited,
        due=clock.working,
        said=said_values(draft, row),
        records=[ruled(each) for each in closing.records],
        outcome=draft.policy.outcomes[draft.case.outcome or row.said[-1].outcome].title,
    )


def tell_newcomer(draft: Draft, party: Party) -> None:
    """Somebody acts now in a stage that waits for its end: they hear so, and what was asked of the one before."""
    row = draft.case.row
    assert row is not None
    words = f"You act as {party.title} in this escalation now."
    write(draft, "news", party, f"e{draft.case.length}", rung=1, words=words, stage=staged(draft, row))
    for clock in draft.case.running("on_file", party.key):
        ask_for_file(draft, party, clock, draft.case.length)


def accepted(draft: Draft, party: str, tells: bool, shares: bool) -> None:
    """A letter was accepted by the mail server. What tells the raiser counts as told after a day without a failure."""
    if tells and not draft.case.told and _stands(draft):
        within = timing.hours_on(draft.now, TOLD_AFTER_HOURS, draft.moment.calendar.local_date)
        timing.stop(draft, draft.case.running("told", party), "a later letter tells the raiser")
        timing.start(draft, "told", "outcome", party, within, "The raiser counts as told when no failure comes back")
    if shares or tells:
        waiting = tuple(clock for clock in draft.case.running("told", party) if clock.name == "to_share")
        timing.stop(draft, waiting, "a later letter shares it")
        draft.set("shared", "The outcome has been shared with one more person.", shared=(*draft.case.shared, party))
    try_to_close(draft)


def not_reached(draft: Draft, party: Party, tells: bool) -> None:
    """What tells the raiser, or shares the record, did not arrive: the case waits until a person has told them."""
    raiser = draft.case.raiser
    if tells:
        withdraw(draft)
    timing.stop(draft, draft.case.running("told", party.key), "the letter did not arrive")
    draft.set(
        "not_told",
        f"{party.name} has not been told how it ended.",
        shared=tuple(key for key in draft.case.shared if key != party.key),
    )
    timing.start_ladder(
        draft,
        "told",
        "to_tell" if party == raiser and tells else "to_share",
        party.key,
        draft.policy.closing.on_file_chase,
        f"Business support to tell {party.name}",
    )


def tell_again(draft: Draft, clock: Clock) -> None:
    """Nobody has told a person whom no letter reached: business support is asked again."""
    party = draft.case.party(clock.about)
    words = (
        f"{party.name} ({party.title}) could not be reached by e-mail and has not been told how it ended. "
        "Please telephone."
    )
    write(
        draft,
        "task",
        BUSINESS_SUPPORT,
        clock.key,
        rung=clock.step + 1,
        words=words,
        offers=[offers.told(party)],
        wanted=f"clock:{clock.key}",
    )


def told_by_hand(draft: Draft, what: str) -> None:
    """Business support has told a person whom no letter reached."""
    party = draft.case.party(what)
    draft.set(
        "told_by_hand", f"Business support has told {party.name} how it ended.", shared=(*draft.case.shared, what)
    )
    timing.stop(draft, draft.case.running("told", what), "business support told them")
    if party == draft.case.raiser and not draft.case.told and _stands(draft):
        told(draft)
    try_to_close(draft)


def told(draft: Draft) -> None:
    """A day without a failure: the raiser has been told. From now on an objection has its time."""
    timing.stop(draft, draft.case.running("told", draft.case.raiser.key), "the raiser has been told")
    draft.set(
        "raiser_told", "The raiser has been told how it ended.", source=draft.policy.closing.sharing.source, told=True
    )
    days = draft.policy.closing.objection_working_days
    when = due(draft.moment.calendar, WorkingDays(days), draft.now)
    timing.start(
        draft,
        "objection",
        "objection",
        draft.case.raiser.key,
        when,
        f"The raising side may object for {days} working days",
    )


def objection_over(draft: Draft) -> None:
    """The time for an objection has passed. One side's answer now settles the stage; a closing case may close."""
    timing.stop(draft, draft.case.running("objection"), "nobody objected")
    row = draft.case.row
    if row and row.running and read(draft.policy, row) == "resolved by one":
        begin_closing(draft, row, resolving(draft, row))
    try_to_close(draft)


def agreed(draft: Draft, party: Party, answer: Answer) -> str:
    draft.note(
        "agreed",
        f"{party.name} ({party.title}) agrees with the outcome. {answer.text}".strip(),
        via=answer.evidence.via,
    )
    if not draft.case.told and _stands(draft):
        told(draft)
    return "you agree with the outcome"


def filed(draft: Draft, party: Party, answer: Answer) -> str:
    draft.set(
        "on_file",
        f"{party.name} ({party.title}) confirms that it is on the child's file.",
        filed=(*draft.case.filed, party.key),
        source=draft.policy.closing.on_file_source,
    )
    timing.stop(draft, draft.case.running("on_file", party.key), "it is on the child's file")
    try_to_close(draft)
    return "it is on the child's file"


def try_to_close(draft: Draft) -> None:
    """Close when everything that a closing needs is so; otherwise nothing happens."""
    case = draft.case
    waiting = (
        case.running("told") or case.running("objection") or any(clock.step == 0 for clock in case.running("on_file"))
    )
    reachable = {party.key for party in case.parties if party.email.lower() not in case.barred}
    if case.status != "closing" or not case.told or waiting or set(case.to_share) & reachable - set(case.shared):
        return
    timing.stop(draft, case.running("on_file"), "it was chased, and the case closes")
    draft.set("closed", "The case closed.", status="closed", closed_at=draft.now)
    row = case.stages[-1]
    for party in distinct(case.raiser, *_file_parties(draft, row)):
        write(
            draft,
            "closed",
            party,
            "case",
            rung=draft.case.length,
            outcome=draft.policy.outcomes[case.outcome or ""].title,
            said=said_values(draft, row),
            not_filed=[each.name for each in _file_parties(draft, row) if each.key not in case.filed],
        )


def resolving(draft: Draft, row: StageRow) -> str:
    """The outcome that resolves: the one said, else the stage's own, else (where it only ends elsewhere) its first."""
    said = (each.outcome for each in row.said if draft.policy.outcomes[each.outcome].effect == "resolves")
    return next(said, None) or with_effect(draft, row, "resolves") or draft.policy.stages[row.stage].outcomes[0]


def with_effect(draft: Draft, row: StageRow, effect: str) -> str | None:
    keys = draft.policy.stages[row.stage].outcomes
    return next((key for key in keys if draft.policy.outcomes[key].effect == effect), None)


def _stands(draft: Draft) -> bool:
    """Whether there is an outcome now for the raiser to be told of."""
    case, row = draft.case, draft.case.row
    begun = case.status == "open" or case.paused_at is not None
    one = begun and row is not None and row.running and read(draft.policy, row) == "resolved by one"
    return one or case.status == "closing"


def withdraw(draft: Draft) -> None:
    """What was put to the raiser does not stand any more: being told of it counts for nothing."""
    raiser = draft.case.raiser.key
    for purpose in ("told", "objection"):  # anybody else whom no letter reached is still to be told
        timing.stop(draft, draft.case.running(purpose, raiser), "the outcome does not stand, or did not arrive")
    if draft.case.told:
        draft.set("untold", "The raiser has not been told how it stands.", told=False)


def stop_closing(draft: Draft, why: str) -> None:
    for purpose in ("told", "objection", "on_file"):
        timing.stop(draft, draft.case.running(purpose), why)


def _file_parties(draft: Draft, row: StageRow) -> list[Party]:
    """Who notes it on the child's file: whoever acts for each side; the raiser where nobody else does."""
    acts = row_acts(draft, row)
    found = [acting(draft.case, acts, part) for part in SIDES]
    return [party for party in (found[0] or draft.case.raiser, found[1]) if party]


def tell_outcome(draft: Draft, row: StageRow) -> None:
    """Tell the raiser how it is said to have ended, and how to object."""
    write(
        draft,
        "outcome",
        draft.case.raiser,
        row.key,
        rung=draft.case.length,
        offers=offers.to_object(row.key),
        tells=True,
        stage=staged(draft, row),
        said=said_values(draft, row),
        days=draft.policy.closing.objection_working_days,
        cited=draft.policy.closing.sharing.source.cited,
    )


def said_values(draft: Draft, row: StageRow) -> list[dict[str, str]]:
    return [
        {"who": _name(draft, each.party), "outcome": draft.policy.outcomes[each.outcome].title, "text": each.text}
        for each in draft.case.stage_row(row.key).said
    ]


def _name(draft: Draft, key: str) -> str:
    if key == BUSINESS_SUPPORT:
        return "Business support"
    party = draft.case.party(key)
    return f"{party.name}, {party.title}"
