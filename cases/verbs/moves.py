"""How a case moves: into its first stage, on to the next tier or stage, and what is asked before it does."""

from collections.abc import Iterable

from cases.case import BUSINESS_SUPPORT, Clock, Party, StageRow
from cases.policy import applies
from cases.stages import Expectation, Stage
from cases.verbs import offers, timing
from cases.verbs.decision import Draft, Offer
from cases.verbs.letters import for_support, staged, write
from cases.verbs.people import acting, actors, distinct, row_acts
from cases.verbs.stages import end, enter
from cases.verbs.telling import informed

ASKED_WHY = "asked_why"
DISPUTED = "disputed"


def begin(draft: Draft) -> None:
    """The case enters the stage that the raiser says it has reached, else the first of its track."""
    track = next(track for track in draft.policy.tracks if track.key == draft.case.track)
    stated = draft.case.facts.get("starts_at")
    move_to(draft, next((stage for stage in track.stages if stage.key == stated), track.stages[0]), None)


def leave(draft: Draft, row_key: str, outcome: str | None, words: str) -> None:
    """A stage ends without settling it. Those who took part or were told of it hear so (chscp 3.1)."""
    end(draft, row_key, outcome, words)
    row = draft.case.stage_row(row_key)
    sayer = row.said[-1].party if row.said and row.said[-1].at == draft.now else ""
    label = draft.policy.stages[row.stage].label
    for party in distinct(*actors(draft, row_key), *informed(draft, row)):
        if party.key not in (sayer, draft.case.raiser.key):
            write(
                draft, "news", party, f"e{draft.case.length}", words=f"{label} ended: {words}", stage=staged(draft, row)
            )


def move_on(draft: Draft, row_key: str, leave_tiers: bool = False) -> None:
    """The stage did not settle it: the next tier of management where there is one, else the next stage."""
    row = draft.case.stage_row(row_key)
    stage = draft.policy.stages[row.stage]
    if row.tier < len(stage.tiers) and not leave_tiers:
        enter(draft, stage, row.tier + 1)
    elif following := onward(draft, row):
        move_to(draft, following, None)
    else:
        await_settling(
            draft,
            row,
            "the policy has no further stage",
            "The policy has no further stage, and the matter is not "
            "settled. Please decide with those concerned what happens now, and record it.",
        )


def move_to(draft: Draft, stage: Stage, reason: str | None) -> None:
    """Enter a stage. What should have come first and did not is asked about; a named person may go on with a reason."""
    for expectation in _not_on_record(draft, stage):
        if not reason:
            _ask_why(draft, stage, expectation)
            return
        draft.note(
            "gone_on",
            f"{expectation.says} That is not on record here. The reason given for going on: {reason}",
            source=expectation.source,
        )
        for_support(
            draft,
            f"gone_on:{stage.key}:{draft.case.length}",
            f"The case goes to {stage.label}. {expectation.says} "
            f"That is not on record. The reason given for going on: {draft.not_shown(reason)}",
        )
    enter(draft, stage, 0)


def onward(draft: Draft, row: StageRow) -> Stage | None:
    """The stage after this one: the branch that the facts suggest, else the next."""
    stage = draft.policy.stages[row.stage]
    suggested = (branch.to for branch in stage.branches if applies(branch.when, draft.case.facts))
    branch = next(suggested, None)
    return draft.policy.stages[branch] if branch else draft.policy.after(stage.key)


def raising_side(draft: Draft) -> list[Party]:
    """Those who act for the raising side in the stage that the case is in, or was in last."""
    row = draft.case.row
    party = acting(draft.case, row_acts(draft, row), "raising") if row else None
    return [party] if party else []


def ask_why_again(draft: Draft, clock: Clock) -> None:
    """Nobody has said whether to go on: the raising side is asked again, and business support hears of it."""
    stage, row = draft.policy.stages[clock.name], draft.case.row
    assert row is not None
    for expectation in _not_on_record(draft, stage)[:1]:
        draft.note("chased", f"The raising side is asked again why the case should go to {stage.label}.")
        _write_why(draft, stage, expectation, row.key)
    write_support(
        draft,
        clock,
        f"The case waits between two stages: the raising side was asked why it should go to {stage.label}, "
        "and nobody has answered. Please telephone.",
    )


def await_settling(draft: Draft, row: StageRow, why: str, words: str) -> Clock:
    """A person at business support must settle it: told at once, and reminded until it is done."""
    draft.set("disputed", f"The outcome is disputed: {why}.", status="disputed", status_why=why)
    draft.task(f"disputed:{row.key}:{draft.case.length}", words)
    clock = timing.start_ladder(
        draft, "timescale", DISPUTED, DISPUTED, draft.policy.closing.on_file_chase, "Business support to settle it"
    )
    write(
        draft,
        "task",
        BUSINESS_SUPPORT,
        clock.key,
        words=words,
        offers=offers.to_settle(row.key),
        wanted=f"clock:{clock.key}",
    )
    return clock


def settling_again(draft: Draft, clock: Clock) -> None:
    row = draft.case.row
    assert row is not None
    write(
        draft,
        "task",
        BUSINESS_SUPPORT,
        clock.key,
        rung=clock.step + 1,
        words="The outcome is still disputed. Please settle it with those concerned and record how, with the reason.",
        offers=offers.to_settle(row.key),
        wanted=f"clock:{clock.key}",
    )


def write_support(draft: Draft, clock: Clock, words: str, rung: int = 1, offered: Iterable[Offer] = ()) -> None:
    """Business support is told of a clock that nobody answers: a task, and a letter for each step."""
    draft.task(f"{clock.key}:{clock.step}", words)
    write(
        draft,
        "task",
        BUSINESS_SUPPORT,
        clock.key,
        rung=clock.step + rung,
        words=words,
        offers=offered,
        wanted=f"clock:{clock.key}",
    )


def _not_on_record(draft: Draft, stage: Stage) -> list[Expectation]:
    return [expectation for expectation in stage.expects if not _on_record(draft, expectation)]


def _on_record(draft: Draft, expectation: Expectation) -> bool:
    """Whether somebody who acts in the stage that should come first answered anything: silence is not engagement."""
    return any(row.stage == expectation.stage and _engaged(draft, row) for row in draft.case.stages)


def _engaged(draft: Draft, row: StageRow) -> bool:
    """Only those who act in the stage count, not a raiser who takes it further; business support may record it."""
    return bool(row.said) or any(party.key in row.heard for party in actors(draft, row.key))


def _ask_why(draft: Draft, stage: Stage, expectation: Expectation) -> None:
    """Something that should come first is not on record: ask the raiser's side, and tell business support."""
    row = draft.case.row
    about = row.key if row else "case"
    draft.note(
        "asked_why",
        f"Before {stage.label}: {expectation.says} It is not on record, so the raising side is asked why.",
        source=expectation.source,
    )
    for_support(
        draft,
        f"asked_why:{about}:{stage.key}",
        f"The raising side wants to go to {stage.label}. {expectation.says} "
        "It is not on record; they have been asked why.",
    )
    _write_why(draft, stage, expectation, about)
    timing.stop(draft, draft.case.running("timescale", ASKED_WHY), "it was asked afresh")
    if row:
        timing.start_ladder(
            draft,
            "timescale",
            stage.key,
            ASKED_WHY,
            draft.policy.closing.on_file_chase,
            "The raising side to say whether to go on",
        )
    else:
        enter(draft, draft.policy.stages[expectation.stage], 0)


def _write_why(draft: Draft, stage: Stage, expectation: Expectation, about: str) -> None:
    offered = offers.to_go_on(draft, stage, expectation, about)
    for party in distinct(*raising_side(draft), draft.case.raiser):
        write(
            draft,
            "ask_why",
            party,
            f"{about}:{stage.key}",
            rung=draft.case.length,
            offers=offered,
            says=expectation.says,
            cited=expectation.source.cited,
            target=f"{stage.label}: {stage.title}",
        )
