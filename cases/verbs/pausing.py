"""A pause: every clock of the stage stands still and keeps what is left of it, until a day (decisions, "Time")."""

from datetime import date, timedelta
from typing import Any

from cases.case import Case, Fields
from cases.verbs import timing
from cases.verbs.decision import Decision, Draft, Moment
from cases.verbs.letters import staged, write
from cases.verbs.opening import look_again
from cases.verbs.orders import Order, Refused
from cases.verbs.presence import see_who_is_there
from cases.verbs.settling import weigh
from cases.verbs.telling import in_stage
from cases.working_time import Due, spoken_date


def pause(case: Case, until: date, order: Order, moment: Moment) -> Decision:
    """Pause until a day, on whose first working morning the case goes on by itself; or move that day. Raises Refused.

    Letters about immediate harm still go, and what is answered meanwhile is recorded.
    """
    draft = Draft(case, moment)
    if not case.row or not (case.status == "open" or case.paused_at):
        raise Refused("Only a case that is open and has begun can be paused.")
    if until <= moment.calendar.local_date(moment.now):
        raise Refused("The case must go on again on a later day than today.")
    moved = case.paused_at is not None
    draft.note(
        "paused",
        f"Business support {'moved the end of the pause to' if moved else 'paused the case until'} "
        f"{spoken_date(until)}. {order.why}",
        Fields(
            {
                "status": "paused",
                "status_why": f"until {spoken_date(until)}: {order.reason}",
                "paused_at": case.paused_at or moment.now,
                "paused_until": until,
            }
        ),
        by=order.by,
    )
    timing.pause(draft)
    timing.stop(draft, draft.case.running("pause"), "another day was set")
    timing.start(draft, "pause", "pause", "case", _morning(draft, until), "The case to go on by itself")
    _tell(draft, "paused", until=spoken_date(until), moved=moved, reason=order.reason)
    return draft.decision()


def resume(case: Case, order: Order, moment: Moment) -> Decision:
    """The pause ends now. Raises Refused where there is none."""
    if not case.paused_at:
        raise Refused("The case is not paused.")
    draft = Draft(case, moment)
    _go_on(draft, f"Business support ended the pause. {order.why}", order)
    return draft.decision()


def over(draft: Draft) -> None:
    """The day has come: the case goes on by itself."""
    _go_on(draft, "The pause is over, and the case goes on.", None)


def lift(draft: Draft) -> None:
    """The pause ends because the stage does: whoever ends it says so in letters of their own."""
    if not draft.case.paused_at:
        return
    until = draft.case.running("pause")
    timing.stop(draft, until + draft.case.running("diversion"), "the pause is over")
    ended = {"status": "open", "status_why": "", "paused_at": None, "paused_until": None}
    draft.note("resumed", "The pause is over.", Fields(ended))
    timing.resume(draft, min([draft.now, *(clock.due_at for clock in until)]))  # it may stand still over its end (E14)


def _go_on(draft: Draft, words: str, order: Order | None) -> None:
    since = draft.case.paused_at
    assert since is not None
    draft.note("pause_ended", words, by=order.by if order else "")
    lift(draft)
    _tell(draft, "resumed", reason=order.reason if order else "")
    row = draft.case.row
    if not row or not row.running:
        return
    see_who_is_there(draft, row.key)
    look_again(draft)
    if any(said.at >= since for said in row.said):
        weigh(draft, row.key)


def _tell(draft: Draft, purpose: str, **values: Any) -> None:
    """Everybody in the stage hears of it, the raiser too."""
    row = draft.case.row
    assert row is not None
    clocks = draft.case.running("timescale", row.key)
    for party in in_stage(draft, row):
        write(
            draft,
            purpose,
            party,
            "case",
            rung=draft.case.length,
            due=clocks[0].working if clocks else "",
            stage=staged(draft, row),
            **values,
        )


def _morning(draft: Draft, day: date) -> Due:
    """The first working morning on that day or after it."""
    calendar = draft.moment.calendar
    at = calendar.next_sending_moment(calendar.end_of(day - timedelta(days=1)))
    return Due(at, calendar.local_date(at), "the first working morning of the day that was set", False)
