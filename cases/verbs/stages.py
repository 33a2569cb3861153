"""Stages: a case enters one, the right people are written to, their clocks start, and one day it ends."""

from dataclasses import replace

from cases.case import Asked, Fields, Part, Party, StageRow
from cases.policy import applies
from cases.stages import Request, Stage, Tell, Way
from cases.verbs import offers, timing
from cases.verbs.decision import Draft
from cases.verbs.finding import found, part_of, report_missing
from cases.verbs.letters import cited, missing_labels, ruled, staged, write
from cases.verbs.people import SIDES, acting, described, distinct, joined, parts_of, role_of, row_acts


def enter(draft: Draft, stage: Stage, tier: int) -> None:
    """Begin a stage, or one more tier of it: people, clocks, letters."""
    row = StageRow(f"s{len(draft.case.stages) + 1}", draft.policy.track_of(stage.key).key, stage.key, tier, draft.now)
    label = f"{stage.label}: {stage.title}" + (f", tier {tier + 1} of management" if tier else "")
    _start_afresh(draft)
    draft.note("stage_began", f"{label} began.", row, source=stage.source)
    _people(draft, row)
    _clocks(draft, row, stage)
    _tell(draft, row.key, stage.tells)
    request(draft, row.key, [each for each in stage.requests if each.at == "start"])
    for party in actors(draft, row.key):
        write_stage(draft, draft.case.stage_row(row.key), party)
    _tell_sides(draft, row.key, SIDES)
    _tell_raiser(draft, row.key)


def fill_gaps(draft: Draft, row_key: str) -> None:
    """Look again for people who were missing, and tell those whom new facts call for."""
    row = draft.case.stage_row(row_key)
    stage = draft.policy.stages[row.stage]
    newly = [party for gap in row.missing if (party := found(draft, row, gap.split(":")[0], part_of(gap)))]
    if newly:
        still = tuple(gap for gap in row.missing if not any(f"{p.role}:{p.part}" == gap for p in newly))
        draft.note("found", f"Now known: {', '.join(party.name for party in newly)}.", replace(row, missing=still))
        _bring_in(draft, row_key, stage, newly)
    _tell(draft, row_key, stage.tells)


def retime(draft: Draft, row_key: str) -> None:
    """New facts may hold an earlier or later date: the clocks of the stage follow, and those who act are told."""
    stage = draft.policy.stages[draft.case.stage_row(row_key).stage]
    for clock in draft.case.running("timescale", row_key):
        timescale = next(each for each in stage.timescales if each.key == clock.name)
        moved = timing.retimed(draft, clock, timescale)
        if not moved:
            continue
        words = f"The date of {stage.label} has moved: now due {moved.working}."
        draft.note("clock_moved", f"{words} It was due {clock.working}.", replace(clock, state="stopped"), moved,
                   source=timescale.source)  # fmt: skip
        for party in distinct(*actors(draft, row_key), draft.case.raiser):
            write(
                draft,
                "news",
                party,
                f"e{draft.case.length}",
                words=words,
                stage=staged(draft, draft.case.stage_row(row_key)),
            )


def announce(draft: Draft, row_key: str, way: Way, to: list[Party]) -> None:
    """Tell people that the decider has chosen a way, and who takes part in it."""
    row = draft.case.stage_row(row_key)
    members = convened(draft, way)
    for party in to:
        write(draft, "way", party, row_key, rung=draft.case.length, words=way.asks, cited=way.source.cited,
              members=[described(draft, each) for each in members], member=party in members,
              stage=staged(draft, row))  # fmt: skip


def convened(draft: Draft, way: Way) -> list[Party]:
    """Those whom a way brings in, as far as they are known."""
    names = {(tell.role, tell.side or "partnership") for tell in way.convenes}
    return [party for party in draft.case.parties if (party.role, party.part) in names]


def informed(draft: Draft, row: StageRow) -> list[Party]:
    """Those who were told of a stage without being asked."""
    return [party for party in draft.case.parties if f"{party.role}:{party.part}" in row.informed]


def end(draft: Draft, row_key: str, outcome: str | None, words: str) -> None:
    """The stage is over: its clocks stop, and what is still asked for in it is not chased further."""
    row = draft.case.stage_row(row_key)
    stage = draft.policy.stages[row.stage]
    draft.note("stage_ended", f"{stage.label} ended: {words}", replace(row, ended_at=draft.now, outcome=outcome),
               source=stage.source)  # fmt: skip
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
            write(draft, "request", party, asked.key, offers=[offers.give(asked)], wanted=f"clock:{clock.key}",
                  asks=each.asks, thing=each.title, cited=each.source.cited, due=clock.working,
                  stage=staged(draft, draft.case.stage_row(row_key)))  # fmt: skip


def write_stage(draft: Draft, row: StageRow, party: Party) -> None:
    """The letter that asks a party to act in a stage."""
    stage = draft.policy.stages[row.stage]
    clock = draft.case.running("timescale", row.key)[0]
    others = [other for other in actors(draft, row.key) if other.key != party.key]
    write(
        draft, "stage", party, row.key,
        offers=offers.for_stage(draft, row, party), wanted=f"stage:{row.key}",
        asks=stage.asks, considers=[ruled(rule) for rule in stage.considers],
        deliverable=stage.timescales[0].deliverable, due=clock.working, kind=clock.kind,
        time_words=timing.timed(draft, stage.timescales[0]).words,
        others=[described(draft, other) for other in others],
        unknown=_unknown(draft, row), told=_told_names(draft, row),
        deciding=party.part == "decider", history=history(draft), incomplete=_awaited(draft, row),
        outside=stage.outside.model_dump() if stage.outside else None,
        stage=staged(draft, row),
    )  # fmt: skip


def actors(draft: Draft, row_key: str) -> list[Party]:
    """Those who answer for how the stage ends: the decider where there is one, else both sides."""
    acts = row_acts(draft, draft.case.stage_row(row_key))
    found = (acting(draft.case, acts, part) for part in parts_of(acts))
    return [party for party in found if party]


def history(draft: Draft) -> list[dict[str, str]]:
    """The stages so far and how each ended, for those who come to the case late."""
    return [
        staged(draft, row)
        | {
            "ended": draft.policy.outcomes[row.outcome].title
            if row.outcome
            else "under way"
            if row.running
            else "not settled"
        }
        for row in draft.case.stages
    ]


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
    _tell_sides(draft, row_key, tuple(party.part for party in found))
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
        timing.start(draft, "timescale", timescale.key, row.key, timed.due,
                     f"To {timescale.deliverable}. {timed.words}",
                     timescale.chase, kind="chosen" if timed.chosen else timescale.kind)  # fmt: skip


def _tell(draft: Draft, row_key: str, tells: tuple[Tell, ...]) -> None:
    """Tell those whom the policy says must know, once each (e.g. chscp 2.6)."""
    for tell in tells:
        if not applies(tell.when, draft.case.facts):
            continue
        part = tell.side or "partnership"
        row = draft.case.stage_row(row_key)
        name = f"{tell.role}:{part}"
        if name in row.informed or name in row.missing:
            continue
        party = joined(draft, tell.role, part)
        if not party:
            report_missing(draft, row_key, tell.role, part)
            continue
        row = draft.case.stage_row(row_key)
        draft.note("told", f"{party.name}, {party.title}, is told.", replace(row, informed=(*row.informed, name)),
                   source=tell.source)  # fmt: skip
        write(draft, "for_information", party, row_key, why=cited(tell.source), actors=_actor_values(draft, row_key),
              stage=staged(draft, draft.case.stage_row(row_key)))  # fmt: skip


def _tell_sides(draft: Draft, row_key: str, parts: tuple[Part, ...]) -> None:
    """Where somebody else decides, those who act for the two sides are told that it is with that person."""
    row = draft.case.stage_row(row_key)
    acts = row_acts(draft, row)
    for part in SIDES if acts.decides else ():
        party = acting(draft.case, acts, part) if part in parts else None
        if party and party != draft.case.raiser:
            write(draft, "for_information", party, row_key, rung=1, why=draft.policy.stages[row.stage].source.cited,
                  actors=_actor_values(draft, row_key), stage=staged(draft, draft.case.stage_row(row_key)))  # fmt: skip


def _tell_raiser(draft: Draft, row_key: str) -> None:
    """The person who raised it hears of every step (3.1 of chscp, and the promise of this service)."""
    row, raiser = draft.case.stage_row(row_key), draft.case.raiser
    if raiser in actors(draft, row_key):
        return
    clock = draft.case.running("timescale", row_key)[0]
    write(draft, "progress", raiser, row_key, actors=_actor_values(draft, row_key), unknown=_unknown(draft, row),
          due=clock.working, told=_told_names(draft, row), missing=missing_labels(draft), history=history(draft),
          stage=staged(draft, draft.case.stage_row(row_key)))  # fmt: skip


def _awaited(draft: Draft, row: StageRow) -> list[str]:
    """What has been asked for in this stage and has not come: it is passed on meanwhile, marked incomplete."""
    return [asked.title for asked in draft.case.asked if asked.row == row.key and asked.answer is None]


def _asked_already(draft: Draft, row_key: str, each: Request, party: Party) -> bool:
    return any((asked.row, asked.request, asked.party) == (row_key, each.key, party.key) for asked in draft.case.asked)


def _asked_party(draft: Draft, row_key: str, of: str) -> Party | None:
    acts = row_acts(draft, draft.case.stage_row(row_key))
    if of in ("raising", "receiving", "decider"):
        role = role_of(acts, part_of(f":{of}"))
        return joined(draft, role, part_of(f":{of}")) if role else None
    return joined(draft, of, "partnership")


def _actor_values(draft: Draft, row_key: str) -> list[dict[str, str]]:
    return [described(draft, party) for party in actors(draft, row_key)]


def _unknown(draft: Draft, row: StageRow) -> list[str]:
    return [draft.policy.roles[gap.split(":")[0]].title for gap in row.missing]


def _told_names(draft: Draft, row: StageRow) -> list[str]:
    known = {f"{party.role}:{party.part}": party for party in draft.case.parties}
    return [f"{known[name].name}, {known[name].title}" for name in row.informed]
