"""How a stage is settled: what both sides say is weighed, the raiser may object, and a person settles a dispute."""

from dataclasses import replace

from cases.case import Party, StageRow
from cases.submission import Answer
from cases.verbs import in_pause, offers, timing
from cases.verbs.closing import (
    begin_closing,
    resolving,
    said_values,
    stop_closing,
    tell_outcome,
    with_effect,
    withdraw,
)
from cases.verbs.decision import Draft
from cases.verbs.letters import staged, write
from cases.verbs.moves import await_settling, leave, move_on, move_to, onward, raising_side
from cases.verbs.outcomes import read
from cases.verbs.people import actors, distinct

SETTLING = ("resolved by both", "resolved by one", "ends")


def weigh(draft: Draft, row_key: str) -> None:
    """Look at everything said about a stage and do what follows."""
    row = draft.case.stage_row(row_key)
    reading = read(draft.policy, row)
    if reading not in SETTLING:
        withdraw(draft)
    if reading == "resolved by both":
        begin_closing(draft, row, row.said[-1].outcome)
        tell_outcome(draft, row)
    elif reading == "resolved by one":
        tell_outcome(draft, row)
        _ask_other_side(draft, row)
    elif reading == "at odds":
        _dispute(draft, row, "the two sides say different things about how it ended")
    elif reading == "unresolved":
        last = draft.policy.outcomes[row.said[-1].outcome]
        leave(draft, row_key, row.said[-1].outcome, f"{last.title}.")
        move_on(draft, row_key, leave_tiers=last.effect == "leaves_tiers")
    elif reading == "unresolved by the other side":
        propose_move(draft, row)
    elif reading == "goes to":
        outcome = draft.policy.outcomes[row.said[-1].outcome]
        leave(draft, row_key, row.said[-1].outcome, f"{outcome.title}.")
        move_to(draft, draft.policy.stages[outcome.to or ""], None)
    else:
        begin_closing(draft, row, row.said[-1].outcome)
        tell_outcome(draft, row)


def propose_move(draft: Draft, row: StageRow) -> None:
    """Propose the next stage to the raising side; a person presses, the case never moves by itself."""
    target = onward(draft, row)
    stage = draft.policy.stages[row.stage]
    if row.tier < len(stage.tiers):
        target = stage
    if not target:
        return
    clock = draft.case.running("timescale", row.key)[0]
    silent = [party for party in actors(draft, row.key) if not row.said_by(party.part)]
    draft.note("move_proposed", f"The next step, {target.label}, is proposed to the raising side.")
    for party in distinct(*raising_side(draft), draft.case.raiser):
        write(
            draft,
            "move_proposed",
            party,
            row.key,
            rung=draft.case.length,
            offers=offers.to_move(draft, row, target),
            wanted=f"stage:{row.key}",
            stage=staged(draft, row),
            target=f"{target.label}: {target.title}",
            due=clock.working,
            silent=[f"{each.name}, {each.title}" for each in silent],
            said=said_values(draft, row),
        )


def objected(draft: Draft, party: Party, answer: Answer) -> str:
    """The raiser may always object: one side's word becomes "not resolved", an agreed end becomes a dispute."""
    row = draft.case.stage_row(answer.about)
    draft.note("objected", f"{party.name} ({party.title}) objects: {answer.text}", via=answer.evidence.via)
    if draft.case.status == "disputed":
        return "you do not agree that it is settled"  # It waits for a person already, who reads this in the record.
    if row.running:
        withdraw(draft)
        draft.note("not_settled", "The stage goes on.", replace(row, said=()))
        if draft.case.paused_at:
            in_pause.tell_support(draft, party, "they do not agree that it is settled")
        else:
            propose_move(draft, draft.case.stage_row(row.key))
    else:
        _dispute(draft, row, "the raising side objects to the outcome")
    return "you do not agree that it is settled"


def settle(draft: Draft, answer: Answer, what: str) -> None:
    """Business support settles a disputed outcome, with a reason."""
    row = draft.case.stage_row(answer.about)
    draft.set(
        "settled",
        f"Business support settled it as {what.replace('_', ' ')}. Reason: {answer.text}",
        status="open",
        status_why="",
        told=False,
        outcome=None,
    )
    timing.stop(draft, draft.case.running("timescale", "disputed"), "it is settled")
    if what == "resolved":
        begin_closing(draft, row, resolving(draft, row))
        tell_outcome(draft, draft.case.stage_row(row.key))
    else:
        leave(draft, row.key, unresolved(draft, row), "settled as not resolved.")
        move_on(draft, row.key)


def unresolved(draft: Draft, row: StageRow) -> str | None:
    """The stage's own outcome for "not resolved"; nothing where it has none, as at a stage that ends outside."""
    return with_effect(draft, row, "unresolved")


def _ask_other_side(draft: Draft, row: StageRow) -> None:
    """One side says that it is settled: the other is asked; the clock runs on."""
    for party in actors(draft, row.key):
        if not row.said_by(party.part):
            write(
                draft,
                "other_side",
                party,
                row.key,
                rung=draft.case.length,
                offers=offers.outcomes(draft.policy, row, party),
                wanted=f"stage:{row.key}",
                stage=staged(draft, row),
                said=said_values(draft, row),
            )


def _dispute(draft: Draft, row: StageRow, why: str) -> None:
    """Both answers stand on the record, neither is applied, and a person settles it."""
    stop_closing(draft, "the outcome is disputed")
    timing.stop(draft, draft.case.running("timescale", row.key), "the outcome is disputed")
    clock = await_settling(
        draft,
        row,
        why,
        f"The outcome is disputed: {why}. Please settle it with those concerned and record how, with the reason.",
    )
    for party in distinct(*actors(draft, row.key), draft.case.raiser):
        write(draft, "disputed", party, clock.key, stage=staged(draft, row), said=said_values(draft, row), why=why)
