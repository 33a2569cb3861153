"""Business support takes a case on, to the next tier or stage or to a later one, where the raising side does not."""

from cases.case import Case, StageRow
from cases.policy import Policy
from cases.stages import Stage
from cases.verbs import pausing, settling, timing
from cases.verbs.decision import Decision, Draft, Moment
from cases.verbs.moves import DISPUTED, leave, move_to, onward
from cases.verbs.orders import Order, Refused
from cases.verbs.stages import enter
from cases.verbs.telling import tell_news

NEXT_TIER = "next tier"


def targets(case: Case, policy: Policy) -> dict[str, str]:
    """Where the case can be taken now, by key: the next tier of management, and each later stage of its track."""
    row = case.row
    if not row or not (case.paused_at or case.status in ("open", "disputed")):
        return {}
    stage, ladder = policy.stages[row.stage], policy.track_of(row.stage).stages
    tier = {NEXT_TIER: f"{stage.label}, tier {row.tier + 2} of management"} if row.tier < len(stage.tiers) else {}
    place = [each.key for each in ladder].index(row.stage)
    return tier | {each.key: f"{each.label}: {each.title}" for each in ladder[place + 1 :]}


def suggested(case: Case, moment: Moment) -> str:
    """The key of the target that comes next by the policy; empty where there is none."""
    known = targets(case, moment.policy)
    following = onward(Draft(case, moment), case.stages[-1]) if known else None
    if NEXT_TIER in known or not following:
        return NEXT_TIER if NEXT_TIER in known else ""
    return following.key if following.key in known else ""


def take_on(case: Case, target: str, order: Order, moment: Moment) -> Decision:
    """Take it on, with a reason. What should have come first and did not is recorded with it. Raises Refused."""
    if target not in targets(case, moment.policy):
        raise Refused("The case cannot be taken there: it has not begun, is closed, or has gone on meanwhile.")
    draft, row = Draft(case, moment), case.stages[-1]
    draft.note("taken_on", f"Business support takes the case on. {order.why}", by=order.by)
    pausing.lift(draft)
    timing.stop(draft, draft.case.running("timescale", DISPUTED), "the case is taken on")
    draft.set("open", "The case goes on.", status="open", status_why="")
    if row.running:
        words = f"not resolved, and taken further by business support. {order.why}"
        leave(draft, row.key, settling.unresolved(draft, row), words)
    _enter(draft, row, target, order)
    now = draft.case.stages[-1]
    stage = draft.policy.stages[now.stage]
    tell_news(draft, now, f"Business support has taken it to {stage.label}. {order.why}", [case.raiser])
    return draft.decision()


def _enter(draft: Draft, row: StageRow, target: str, order: Order) -> None:
    stage: Stage = draft.policy.stages[row.stage if target == NEXT_TIER else target]
    if target == NEXT_TIER:
        enter(draft, stage, row.tier + 1)
    else:
        move_to(draft, stage, order.reason)
