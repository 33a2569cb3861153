"""Stages: a case enters one, the right people are written to, their clocks start, and an unresolved one moves on."""

from dataclasses import replace

from cases.case import BUSINESS_SUPPORT, Asked, Part, Party, StageRow
from cases.policy import applies
from cases.stages import Expectation, Request, Stage, Tell
from cases.verbs import offers, timing
from cases.verbs.decision import Draft
from cases.verbs.letters import cited, missing_labels, ruled, staged, write
from cases.verbs.people import SIDES, acting, described, distinct, join, joined, next_key, parts_of, role_of, row_acts


def begin(draft: Draft) -> None:
    """The case enters the stage that the raiser says it has reached, else the first of its track."""
    track = next(track for track in draft.policy.tracks if track.key == draft.case.track)
    stated = draft.case.facts.get("starts_at")
    move_to(draft, next((stage for stage in track.stages if stage.key == stated), track.stages[0]), None)


def move_to(draft: Draft, stage: Stage, reason: str | None) -> None:
    """Enter a stage. What should have come first and did not is asked about; a named person may go on with a reason."""
    for expectation in stage.expects:
        if _on_record(draft, expectation):
            continue
        if not reason:
            _ask_why(draft, stage, expectation)
            return
        draft.note("gone_on", f"{expectation.says} That is not on record here. The reason given for going on: {reason}",
                   source=expectation.source)  # fmt: skip
        draft.task(f"gone_on:{stage.key}", f"The case goes to {stage.label} although {expectation.says[0].lower()}"
                   f"{expectation.says[1:]} The reason is on the record.")  # fmt: skip
    enter(draft, stage, 0)


def enter(draft: Draft, stage: Stage, tier: int) -> None:
    """Begin a stage, or one more tier of it: people, clocks, letters."""
    row = StageRow(f"s{len(draft.case.stages) + 1}", draft.policy.track_of(stage.key).key, stage.key, tier, draft.now)
    label = f"{stage.label}: {stage.title}" + (f", tier {tier + 1} of management" if tier else "")
    draft.note("stage_began", f"{label} began.", row, source=stage.source)
    _people(draft, row)
    _clocks(draft, row, stage)
    _tell(draft, row.key, stage.tells)
    request(draft, row.key, [each for each in stage.requests if each.at == "start"])
    for party in actors(draft, row.key):
        write_stage(draft, draft.case.stage_row(row.key), party)
    _tell_sides(draft, row.key)
    _tell_raiser(draft, row.key)


def fill_gaps(draft: Draft, row_key: str) -> None:
    """Look again for people who were missing, and tell those whom new facts call for."""
    row = draft.case.stage_row(row_key)
    found = [party for gap in row.missing if (party := joined(draft, gap.split(":")[0], _part(gap)))]
    if found:
        still = tuple(gap for gap in row.missing if not any(f"{p.role}:{p.part}" == gap for p in found))
        draft.note("found", f"Now known: {', '.join(party.name for party in found)}.", replace(row, missing=still))
        for party in found:
            write_stage(draft, draft.case.stage_row(row_key), party)
    _tell(draft, row_key, draft.policy.stages[row.stage].tells)


def end(draft: Draft, row_key: str, outcome: str, words: str) -> None:
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


def move_on(draft: Draft, row_key: str, leave_tiers: bool = False) -> None:
    """The stage did not settle it: the next tier of management where there is one, else the next stage."""
    row = draft.case.stage_row(row_key)
    stage = draft.policy.stages[row.stage]
    if row.tier < len(stage.tiers) and not leave_tiers:
        enter(draft, stage, row.tier + 1)
    elif following := onward(draft, row):
        move_to(draft, following, None)
    else:
        draft.task(f"no_further:{row_key}", "The policy has no further stage, and the matter is not settled. Please decide "
                   "with those concerned what happens now.")  # fmt: skip


def onward(draft: Draft, row: StageRow) -> Stage | None:
    """The stage after this one: the branch that the facts suggest, else the next."""
    stage = draft.policy.stages[row.stage]
    suggested = (branch.to for branch in stage.branches if applies(branch.when, draft.case.facts))
    branch = next(suggested, None)
    return draft.policy.stages[branch] if branch else draft.policy.after(stage.key)


def request(draft: Draft, row_key: str, requests: list[Request]) -> None:
    """Ask for something in writing of each who should give it, with a clock each."""
    for each in requests:
        for part in each.of:
            party = _asked_party(draft, row_key, part)
            if not party:
                continue
            asked = Asked(
                f"a{len(draft.case.asked) + 1}", each.key, each.title, each.asks, row_key, party.key, draft.now
            )
            draft.note("asked", f"{party.name} was asked for {each.title}.", asked, source=each.source)
            clock = timing.start_ladder(
                draft, "asked", each.key, asked.key, each.chase, f"{party.name} to send {each.title}"
            )
            write(draft, "request", party, asked.key, offers=[offers.give(asked)], wanted=f"clock:{clock.key}", asks=each.asks,
                  thing=each.title, cited=each.source.cited, due=clock.working, stage=staged(draft, draft.case.stage_row(row_key)))  # fmt: skip


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
        deciding=party.part == "decider", history=history(draft),
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
        staged(draft, row) | {"ended": draft.policy.outcomes[row.outcome].title if row.outcome else "under way"}
        for row in draft.case.stages
    ]


def convene(draft: Draft, row_key: str, tells: tuple[Tell, ...]) -> list[Party]:
    """Bring people into a way of settling a stage, e.g. a panel's members."""
    found = []
    for tell in tells:
        party = joined(draft, tell.role, tell.side or "partnership")
        if party:
            found.append(party)
        else:
            _report_missing(draft, row_key, tell.role, tell.side or "partnership")
    return found


def _people(draft: Draft, row: StageRow) -> None:
    """Find who acts; whoever nobody knows is a named task for business support at once."""
    acts = row_acts(draft, row)
    for part in (*SIDES, *(("decider",) if acts.decides else ())):
        role = role_of(acts, part)
        if role and not (_named_by_raiser(draft, row, part) or joined(draft, role, part)):
            _report_missing(draft, row.key, role, part)


def _named_by_raiser(draft: Draft, row: StageRow, part: Part) -> Party | None:
    """At the first stage the other practitioner is whom the raiser named, where letters may go to that address."""
    facts, first = draft.case.facts, next(t for t in draft.policy.tracks if t.key == row.track).stages[0]
    email = str(facts.get("other_email", ""))
    if part != "receiving" or row.stage != first.key or not email or not draft.moment.directory.may_write_to(email):
        return None
    role = first.acts.receiving
    known = next((party for party in draft.case.parties if (party.role, party.part) == (role, part)), None)
    return known or join(
        draft,
        Party(
            next_key(draft.case),
            part,
            role,
            draft.policy.roles[role].title,
            str(facts.get("other_name", email)),
            email,
            draft.case.agencies.get(part),
        ),  # fmt: skip
    )


def _report_missing(draft: Draft, row_key: str, role: str, part: Part) -> None:
    row = draft.case.stage_row(row_key)
    if f"{role}:{part}" in row.missing:
        return
    title = draft.policy.roles[role].title
    agency = draft.moment.directory.agency_name(draft.case.agencies.get(part)) or "the agency, which is not known yet"
    where = f" of {agency}" if part in SIDES else ""
    words = f"Nobody is known as {title}{where}. Please find out who it is and enter them in the directory."
    draft.note("missing", words, replace(row, missing=(*row.missing, f"{role}:{part}")))
    draft.task(f"missing:{row_key}:{role}:{part}", words)
    write(draft, "task", BUSINESS_SUPPORT, f"missing:{row_key}:{role}:{part}", words=words)


def _clocks(draft: Draft, row: StageRow, stage: Stage) -> None:
    for timescale in stage.timescales:
        timed = timing.timed(draft, timescale)
        timing.start(draft, "timescale", timescale.key, row.key, timed.due, f"To {timescale.deliverable}. {timed.words}",
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
            _report_missing(draft, row_key, tell.role, part)
            continue
        row = draft.case.stage_row(row_key)
        draft.note("told", f"{party.name}, {party.title}, is told.", replace(row, informed=(*row.informed, name)),
                   source=tell.source)  # fmt: skip
        write(draft, "for_information", party, row_key, why=cited(tell.source), actors=_actor_values(draft, row_key),
              stage=staged(draft, draft.case.stage_row(row_key)))  # fmt: skip


def _tell_sides(draft: Draft, row_key: str) -> None:
    """Where somebody else decides, those who act for the two sides are told that it is with that person."""
    row = draft.case.stage_row(row_key)
    acts = row_acts(draft, row)
    for part in SIDES if acts.decides else ():
        party = acting(draft.case, acts, part)
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
          due=clock.working, told=_told_names(draft, row), missing=missing_labels(draft), stage=staged(draft, draft.case.stage_row(row_key)))  # fmt: skip


def _ask_why(draft: Draft, stage: Stage, expectation: Expectation) -> None:
    """Something that should come first is not on record: ask the raiser's side, and tell business support."""
    about = draft.case.row.key if draft.case.row else "case"
    draft.note("asked_why", f"Before {stage.label}: {expectation.says} It is not on record, so the raising side is asked why.",
               source=expectation.source)  # fmt: skip
    draft.task(f"asked_why:{about}:{stage.key}", f"The raising side wants to go to {stage.label}. {expectation.says} "
               "It is not on record; they have been asked why.")  # fmt: skip
    offered = offers.to_go_on(draft, stage, expectation, about)
    for party in distinct(*raising_side(draft), draft.case.raiser):
        write(draft, "ask_why", party, f"{about}:{stage.key}", rung=draft.case.length, offers=offered, says=expectation.says,
              cited=expectation.source.cited, target=f"{stage.label}: {stage.title}")  # fmt: skip
    if not draft.case.row:
        enter(draft, draft.policy.stages[expectation.stage], 0)


def raising_side(draft: Draft) -> list[Party]:
    """Those who act for the raising side in the stage that the case is in, or was in last."""
    row = draft.case.row
    party = acting(draft.case, row_acts(draft, row), "raising") if row else None
    return [party] if party else []


def _on_record(draft: Draft, expectation: Expectation) -> bool:
    """Whether somebody answered anything in the stage that should come first: silence is not engagement."""
    return any(row.stage == expectation.stage and row.heard for row in draft.case.stages)


def _asked_party(draft: Draft, row_key: str, of: str) -> Party | None:
    acts = row_acts(draft, draft.case.stage_row(row_key))
    if of in ("raising", "receiving", "decider"):
        role = role_of(acts, _part(f":{of}"))
        return joined(draft, role, _part(f":{of}")) if role else None
    return joined(draft, of, "partnership")


def _part(gap: str) -> Part:
    parts: dict[str, Part] = {"raising": "raising", "receiving": "receiving", "decider": "decider"}
    return parts.get(gap.split(":")[1], "partnership")


def _actor_values(draft: Draft, row_key: str) -> list[dict[str, str]]:
    return [described(draft, party) for party in actors(draft, row_key)]


def _unknown(draft: Draft, row: StageRow) -> list[str]:
    return [draft.policy.roles[gap.split(":")[0]].title for gap in row.missing]


def _told_names(draft: Draft, row: StageRow) -> list[str]:
    known = {f"{party.role}:{party.part}": party for party in draft.case.parties}
    return [f"{known[name].name}, {known[name].title}" for name in row.informed]
