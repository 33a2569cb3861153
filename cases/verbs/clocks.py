"""What a clock causes when it is looked at: the current step of its ladder, once, whatever stood still meanwhile."""

from collections.abc import Callable, Mapping
from dataclasses import replace

from cases.case import Case, Clock, StageRow
from cases.stages import Chase
from cases.verbs import breach, closing, diversion, moves, offers, opening, pausing, settling, timing
from cases.verbs.decision import Decision, Draft, Moment
from cases.verbs.letters import missing_labels, staged, write
from cases.verbs.people import actors
from cases.verbs.stages import fill_gaps
from cases.working_time import spoken_date


def look(case: Case, key: str, moment: Moment) -> Decision:
    """Look at a clock whose time has come. Earlier steps that nobody took are recorded as missed, not made up for."""
    draft = Draft(case, moment)
    clock = case.clock(key)
    if clock.state != "running" or moment.now < clock.look_at:
        return draft.decision()
    current = _step(draft, clock) if clock.ladder else clock
    if clock.purpose == "timescale":
        _timescale(draft, current, clock.step)
    else:
        _LOOKED[clock.purpose](draft, current)
    return draft.decision()


def _step(draft: Draft, clock: Clock) -> Clock:
    """Take the latest step that is due; the clock then waits for the one after it."""
    step = clock.step
    while timing.step_moment(draft, clock, step + 1) <= draft.now:
        step += 1
    if step > clock.step:
        draft.note(
            "missed",
            f"{step - clock.step} earlier step(s) about what was due {spoken_date(clock.due_day)} were missed: "
            "the service did not run then.",
        )
    current = replace(clock, step=step)
    draft.note(
        "clock_looked",
        f"Step {step + 1} about what is due {spoken_date(clock.due_day)}.",
        timing.upcoming(draft, clock, step + 1),
    )
    return current


def _timescale(draft: Draft, clock: Clock, waited_for: int) -> None:
    if clock.about in _BETWEEN:
        _BETWEEN[clock.about](draft, clock)
        return
    fill_gaps(draft, clock.about)
    row = draft.case.stage_row(clock.about)
    for does in _due(timing.ladder_of(draft, clock), waited_for, clock.step):
        _DOES[does](draft, row, clock)


def _due(ladder: Chase, first: int, last: int) -> list[str]:
    """What the latest step does, and what missed ones would have done but for their letters to those who are silent.

    A chase that was missed is not made up for; a proposal that nobody made would leave the case where it is for good.
    """
    kept = [
        does
        for step in range(first, last)
        for does in timing.step_at(ladder, step).does
        if does not in ("remind", "chase")
    ]
    return list(dict.fromkeys([*timing.step_at(ladder, last).does, *kept]))


def _remind(draft: Draft, row: StageRow, clock: Clock) -> None:
    _write_to_silent(draft, row, clock, "reminder")


def _chase(draft: Draft, row: StageRow, clock: Clock) -> None:
    draft.note("chased", f"Those who have not answered are chased; it was due {clock.working}.")
    _write_to_silent(draft, row, clock, "chase")


def _write_to_silent(draft: Draft, row: StageRow, clock: Clock, purpose: str) -> None:
    stage = draft.policy.stages[row.stage]
    timescale = next(each for each in stage.timescales if each.key == clock.name)
    for party in actors(draft, row.key):
        if party.part in timescale.of and not row.said_by(party.part):
            write(
                draft,
                purpose,
                party,
                clock.key,
                rung=clock.step,
                offers=offers.for_stage(draft.policy, row, party),
                wanted=f"clock:{clock.key}",
                stage=staged(draft, row),
                asks=stage.asks,
                deliverable=timescale.deliverable,
                due=clock.working,
                kind=clock.kind,
                time_words=timing.timed(draft, timescale, clock.started_at).words,
                missing=missing_labels(draft) if party == draft.case.raiser else [],
            )


def _tell_support(draft: Draft, row: StageRow, clock: Clock) -> None:
    silent = [f"{party.name} ({party.title})" for party in actors(draft, row.key) if not row.said_by(party.part)]
    unknown = [f"the {draft.policy.roles[gap.split(':')[0]].title}, whom nobody knows" for gap in row.missing]
    if silent or unknown:
        label, who = draft.policy.stages[row.stage].label, ", ".join(silent + unknown)
        words = f"{label} was due {clock.working}. Not answered: {who}. Please telephone."
        moves.write_support(draft, clock, words, rung=0)


def _propose(draft: Draft, row: StageRow, clock: Clock) -> None:
    """Nothing is proposed over an answer that the raiser has been asked about."""
    if row.missing or any(not row.said_by(party.part) for party in actors(draft, row.key)):
        settling.propose_move(draft, row)


def _move(draft: Draft, row: StageRow, clock: Clock) -> None:
    """Only where the policy itself says that the case moves when the time is over."""
    moves.leave(draft, row.key, settling.unresolved(draft, row), "its time is over.")
    moves.move_on(draft, row.key)


def _asked(draft: Draft, clock: Clock) -> None:
    asked = draft.case.asked_thing(clock.about)
    party = draft.case.party(asked.party)
    draft.note("chased", f"{party.name} is asked again for {asked.title}.")
    write(
        draft,
        "request",
        party,
        asked.key,
        rung=clock.step + 1,
        offers=[offers.give(asked)],
        wanted=f"clock:{clock.key}",
        asks=asked.asks,
        thing=asked.title,
        cited="",
        due=clock.working,
        stage=staged(draft, draft.case.stage_row(asked.row)),
    )
    if "tell_business_support" in timing.step_at(timing.ladder_of(draft, clock), clock.step).does:
        words = f"{party.name} ({party.title}) has not sent {asked.title}. Please telephone."
        moves.write_support(draft, clock, words)


def _on_file(draft: Draft, clock: Clock) -> None:
    party = draft.case.party(clock.about)
    draft.note("chased", f"{party.name} is asked again to put it on the child's file.")
    closing.ask_for_file(draft, party, clock, clock.step + 1)
    closing.try_to_close(draft)


_DOES: Mapping[str, Callable[[Draft, StageRow, Clock], None]] = {
    "remind": _remind,
    "chase": _chase,
    "tell_business_support": _tell_support,
    "propose_move": _propose,
    "move": _move,
}

_BETWEEN: Mapping[str, Callable[[Draft, Clock], None]] = {
    moves.DISPUTED: moves.settling_again,
    moves.ASKED_WHY: moves.ask_why_again,
}

_LOOKED: Mapping[str, Callable[[Draft, Clock], None]] = {
    "asked": _asked,
    "on_file": _on_file,
    "objection": lambda draft, clock: closing.objection_over(draft),
    "told": lambda draft, clock: closing.tell_again(draft, clock) if clock.ladder else closing.told(draft),
    "confirmation": lambda draft, clock: opening.unconfirmed(draft, clock),
    "diversion": lambda draft, clock: diversion.chase_decider(draft, clock.name, clock.step + 1),
    "pause": lambda draft, clock: pausing.over(draft),
    "breach": breach.look,
}
