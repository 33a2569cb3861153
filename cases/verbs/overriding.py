"""Business support sets how a stage ended, whatever was said: the raiser is told, and may object as always."""

from dataclasses import replace

from cases.case import Case, Fields, StageRow
from cases.policy import Policy
from cases.stages import Outcome
from cases.verbs import pausing, timing
from cases.verbs.answers import DESK
from cases.verbs.closing import begin_closing, stop_closing, tell_outcome, withdraw
from cases.verbs.decision import Decision, Draft, Moment
from cases.verbs.moves import ASKED_WHY, DISPUTED, leave, move_on, move_to
from cases.verbs.orders import Order, Refused
from cases.verbs.outcomes import said
from cases.verbs.telling import tell_news


def open_outcomes(case: Case, policy: Policy) -> dict[str, Outcome]:
    """The outcomes that may be set now, by key; none where the case has not begun, or is closed."""
    row = case.row
    if not row or not (case.paused_at or case.status in ("open", "disputed", "closing")):
        return {}
    stage = policy.stages[row.stage]
    known = {key: policy.outcomes[key] for key in stage.outcomes}
    more = row.tier < len(stage.tiers)
    return {key: outcome for key, outcome in known.items() if more or outcome.effect != "leaves_tiers"}


def override(case: Case, outcome: str, order: Order, moment: Moment) -> Decision:
    """Set the outcome of the stage that the case is in, or correct the one recorded last. Raises Refused."""
    if outcome not in open_outcomes(case, moment.policy):
        raise Refused("This outcome cannot be set: the case has not begun, or is closed.")
    draft, title = Draft(case, moment), moment.policy.outcomes[outcome].title
    row = _reopened(draft, outcome, title, order)
    effect = moment.policy.outcomes[outcome].effect
    if effect in ("resolves", "ends"):
        begin_closing(draft, row, outcome)
        tell_outcome(draft, draft.case.stage_row(row.key))
        return draft.decision()
    words = f"{title}, as business support recorded it. {order.why}"
    leave(draft, row.key, outcome, words)
    tell_news(draft, row, f"{moment.policy.stages[row.stage].label} ended: {words}", [case.raiser])
    if effect == "goes_to":
        move_to(draft, moment.policy.stages[moment.policy.outcomes[outcome].to or ""], order.reason)
    else:
        move_on(draft, row.key, leave_tiers=effect == "leaves_tiers")
    return draft.decision()


def _reopened(draft: Draft, outcome: str, title: str, order: Order) -> StageRow:
    """The stage with business support's word, and nothing of what followed from the words before it."""
    pausing.lift(draft)
    stop_closing(draft, "business support set the outcome")
    withdraw(draft)
    for about in (DISPUTED, ASKED_WHY):
        timing.stop(draft, draft.case.running("timescale", about), "business support set the outcome")
    row = draft.case.stages[-1]
    ours = replace(said(row, DESK, outcome, order.reason, draft.now), ended_at=None, outcome=None)
    label = draft.policy.stages[row.stage].label
    draft.note(
        "overridden",
        f"Business support set the outcome of {label}: {title}. {order.why}",
        ours,
        Fields({"status": "open", "status_why": "", "outcome": None}),
        by=order.by,
    )
    return ours
