"""Stages: a case enters one, the right people are written to, their clocks start, and one day it ends."""

from dataclasses import replace

from cases.case import Asked, Fields, Party, StageRow
from cases.stages import Request, Stage, Way
from cases.verbs import offers, timing
from cases.verbs.decision import Draft
from cases.verbs.finding import found, part_of, report_missing
from cases.verbs.letters import staged, write
from cases.verbs.people import SIDES, actors, distinct, joined, role_of, row_acts
from cases.verbs.presence import see_who_is_there
from cases.verbs.telling import announce, convened, tell_raiser, tell_sides, tell_those_named, write_stage


def enter(draft: Draft, stage: Stage, tier: int) -> None:
    """Begin a stage, or one more tier of it: people, clocks, letters."""
    row = StageRow(f"s{len(draft.case.stages) + 1}", draft.policy.track_of(stage.key).key, stage.key, tier, draft.now)
    label = f"{stage.label}: {stage.title}" + (f", tier {tier + 1} of management" if tier else "")
    _start_afresh(draft)
    draft.note("stage_began", f"{label} began.", row, source=stage.source)
    _people(draft, row)
    see_who_is_there(draft, row.key, begins=True)
    _clocks(draft, row, stage)
    tell_those_named(draft, row.key, stage.tells)
    request(draft, row.key, [each for each in stage.requests if each.at == "start"])
    for party in actors(draft, row.key):
        write_stage(draft, draft.case.stage_row(row.key), party)
    tell_sides(draft, row.key, SIDES)
    tell_raiser(draft, row.key)


def fill_gaps(draft: Draft, row_key: str) -> None:
    """Look again for people who were missing, and tell those whom new facts call for."""
    row = draft.case.stage_row(row_key)
    stage = draft.policy.stages[row.stage]
    newly = [party for gap in row.missing if (party := found(draft, row, gap.split(":")[0], part_of(gap)))]
    if newly:
        still = tuple(gap for gap in row.missing if not any(f"{p.role}:{p.part}" == gap for p in newly))
        draft.note("found", f"Now known: {', '.join(party.name for party in newly)}.", replace(row, missing=still))
        _bring_in(draft, row_key, stage, newly)
        see_who_is_there(draft, row_key)
    tell_those_named(draft, row_key, stage.tells)


def retime(draft: Draft, row_key: str) -> None:
    """New facts may hold an earlier or later date: the clocks of the stage follow, and those who act are told."""
    stage = draft.policy.stages[draft.case.stage_row(row_key).stage]
    for clock in draft.case.running("timescale", row_key):
        timescale = next(each for each in stage.timescales if each.key == clock.name)
        moved = timing.retimed(draft, clock, timescale)
        if not moved:
            continue
        words = f"The date of {stage.label} has moved: now due {moved.working}."
        draft.note(
            "clock_moved",
            f"{words} It was due {clock.working}.",
            replace(clock, state="stopped"),
            moved,
            source=timescale.source,
        )
        for party in distinct(*actors(draft, row_key), draft.case.raiser):
            write(
                draft,
                "news",
                party,
                f"e{draft.case.length}",
                words=words,
                stage=staged(draft, draft.case.stage_row(row_key)),
            )


def end(draft: Draft, row_key: str, outcome: str | None, words: str) -> None:
    """The stage is over: its clocks stop, and what is still asked for in it is not chased further."""
    row = draft.case.stage_row(row_key)
    stage = draft.policy.stages[row.stage]
    draft.note(
        "stage_ended",
        f"{stage.label} ended: {words}",
        replace(row, ended_at=draft.now, outcome=outcome),
        source=stage.source,
    )
    asked = [asked.key for asked in draft.case.asked if asked.row == row_key]
    for about in (row_key, *asked):
        timing.stop(
            draft, draft.case.running("timescale", about) + draft.case.running("asked", about), "the stage ended"
        )


def request(draft: Draft, row_key: str, requests: list[Request]) -> None:
    """Ask for something in writing of each who should give it, with a clock each."""
    for each in requests:
        for part in each.of:
            party = _asked_party(draft, row_key, part)
            if not party or _asked_already(draft, row_key, each, party):
                continue
            asked = Asked(
                f"a{len(draft.case.asked) + 1}", each.key, each.title, each.asks, row_key, party.key, draft.now
            )
            draft.note("asked", f"{party.name} was asked for {each.title}.", asked, source=each.source)
            clock = timing.start_ladder(
                draft, "asked", each.key, asked.key, each.chase, f"{party.name} to send {each.title}"
            )
            write(
                draft,
                "request",
                party,
                asked.key,
                offers=[offers.give(asked)],
                wanted=f"clock:{clock.key}",
                asks=each.asks,
                thing=each.title,
                cited=each.source.cited,
                due=clock.working,
                stage=staged(draft, draft.case.stage_row(row_key)),
            )


def convene(draft: Draft, row_key: str, way: Way) -> None:
    """Bring people into a way of settling a stage, e.g. a panel's members."""
    for tell in way.convenes:
        if not joined(draft, tell.role, tell.side or "partnership"):
            report_missing(draft, row_key, tell.role, tell.side or "partnership")


def _start_afresh(draft: Draft) -> None:
    """What was put to the raiser about an earlier stage, or asked between two stages, is over."""
    case = draft.case
    over = case.running("told") + case.running("objection") + case.running("timescale", "asked_why")
    timing.stop(draft, over, "the case has gone on")
    if draft.case.told:
        draft.note("untold", "What the raiser was told of is no longer how it stands.", Fields({"told": False}))


def _bring_in(draft: Draft, row_key: str, stage: Stage, found: list[Party]) -> None:
    """Those who were missing get the letter that they would have had: to act, to know, or to take part."""
    row = draft.case.stage_row(row_key)
    way = stage.way(row.way) if row.way else None
    request(draft, row_key, [*(each for each in stage.requests if each.at == "start"), *(way.requests if way else ())])
    acts = actors(draft, row_key)
    for party in found:
        if party in acts:
            write_stage(draft, row, party)
    tell_sides(draft, row_key, tuple(party.part for party in found))
    if way:
        announce(draft, row_key, way, [party for party in found if party in convened(draft, way)])


def _people(draft: Draft, row: StageRow) -> None:
    """Find who acts; whoever nobody knows is a named task for business support at once."""
    acts = row_acts(draft, row)
    for part in (*SIDES, *(("decider",) if acts.decides else ())):
        role = role_of(acts, part)
        if role and not found(draft, row, role, part):
            report_missing(draft, row.key, role, part)


def _clocks(draft: Draft, row: StageRow, stage: Stage) -> None:
    for timescale in stage.timescales:
        timed = timing.timed(draft, timescale)
        timing.start(
            draft,
            "timescale",
            timescale.key,
            row.key,
            timed.due,
            f"To {timescale.deliverable}",
            timescale.chase,
            reason=timed.sentence,
            kind="chosen" if timed.chosen else timescale.kind,
            rests_on=timing.rests_on(draft.case.facts, timescale.limit),
        )


def _asked_already(draft: Draft, row_key: str, each: Request, party: Party) -> bool:
    return any((asked.row, asked.request, asked.party) == (row_key, each.key, party.key) for asked in draft.case.asked)


def _asked_party(draft: Draft, row_key: str, of: str) -> Party | None:
    acts = row_acts(draft, draft.case.stage_row(row_key))
    if of in ("raising", "receiving", "decider"):
        role = role_of(acts, part_of(f":{of}"))
        return joined(draft, role, part_of(f":{of}")) if role else None
    return joined(draft, of, "partnership")
