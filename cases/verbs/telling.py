"""Who is written to when a case enters a stage, and what each is told: to act, to know, or how it goes on."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from cases.case import Part, Party, StageRow
from cases.policy import applies
from cases.stages import Tell, Way
from cases.verbs import offers, timing
from cases.verbs.decision import Draft
from cases.verbs.finding import report_missing
from cases.verbs.letters import cited, missing_labels, ruled, staged, write
from cases.verbs.people import SIDES, acting, actors, described, distinct, joined, row_acts


def write_stage(draft: Draft, row: StageRow, party: Party) -> None:
    """The letter that asks a party to act in a stage; while nothing runs in it, as in a dispute, only who they are."""
    stage = draft.policy.stages[row.stage]
    clock = next(iter(draft.case.running("timescale", row.key)), None)
    if not clock:
        tell_news(draft, row, _acts_while_it_waits(draft, party), [party])
        return
    deciding = party.part == "decider"
    write(
        draft,
        "stage",
        party,
        row.key,
        rung=draft.case.length,
        offers=offers.for_stage(draft.policy, row, party),
        wanted=f"stage:{row.key}",
        asks=stage.asks,
        considers=[ruled(rule) for rule in stage.considers],
        deliverable=stage.timescales[0].deliverable,
        due=clock.working,
        kind=clock.kind,
        time_words=timing.timed(draft, stage.timescales[0]).words,
        others=[described(draft, other) for other in _others(draft, row, party)],
        unknown=_unknown(draft, row),
        told=_told_names(draft, *(draft.case.stages if deciding else (row,))),
        deciding=deciding,
        history=history(draft),
        incomplete=_awaited(draft, row),
        encloses_record=deciding and not draft.case.facts.get("diversions"),
        outside=stage.outside.model_dump() if stage.outside else None,
        stage=staged(draft, row),
    )


def tell_those_named(draft: Draft, row_key: str, tells: tuple[Tell, ...]) -> None:
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
        draft.note(
            "told",
            f"{party.name}, {party.title}, is told.",
            replace(row, informed=(*row.informed, name)),
            source=tell.source,
        )
        write(
            draft,
            "for_information",
            party,
            row_key,
            why=cited(tell.source),
            actors=_actor_values(draft, row_key),
            stage=staged(draft, draft.case.stage_row(row_key)),
        )


def tell_sides(draft: Draft, row_key: str, parts: tuple[Part, ...]) -> None:
    """Where somebody else decides, those who act for the two sides are told that it is with that person."""
    row = draft.case.stage_row(row_key)
    acts = row_acts(draft, row)
    for part in SIDES if acts.decides else ():
        party = acting(draft.case, acts, part) if part in parts else None
        if party and party != draft.case.raiser:
            write(
                draft,
                "for_information",
                party,
                row_key,
                rung=1,
                why=draft.policy.stages[row.stage].source.cited,
                actors=_actor_values(draft, row_key),
                stage=staged(draft, draft.case.stage_row(row_key)),
            )


def tell_raiser(draft: Draft, row_key: str) -> None:
    """The person who raised it hears of every step (3.1 of chscp, and the promise of this service)."""
    row, raiser = draft.case.stage_row(row_key), draft.case.raiser
    if raiser in actors(draft, row_key):
        return
    clock = draft.case.running("timescale", row_key)[0]
    write(
        draft,
        "progress",
        raiser,
        row_key,
        actors=_actor_values(draft, row_key),
        unknown=_unknown(draft, row),
        due=clock.working,
        told=_told_names(draft, row),
        missing=missing_labels(draft),
        history=history(draft),
        stage=staged(draft, draft.case.stage_row(row_key)),
    )


def announce(draft: Draft, row_key: str, way: Way, to: list[Party]) -> None:
    """Tell people that the decider has chosen a way, and who takes part in it."""
    row = draft.case.stage_row(row_key)
    members = convened(draft, way)
    for party in to:
        write(
            draft,
            "way",
            party,
            row_key,
            rung=draft.case.length,
            words=way.asks,
            cited=way.source.cited,
            members=[described(draft, each) for each in members],
            member=party in members,
            stage=staged(draft, row),
        )


def convened(draft: Draft, way: Way) -> list[Party]:
    """Those whom a way brings in, as far as they are known."""
    names = {(tell.role, tell.side or "partnership") for tell in way.convenes}
    return [party for party in draft.case.parties if (party.role, party.part) in names]


def in_stage(draft: Draft, row: StageRow) -> list[Party]:
    """Everybody in a stage, once each: those who answer for it, who was told of it, who takes part, and the raiser."""
    way = draft.policy.stages[row.stage].way(row.way) if row.way else None
    members = convened(draft, way) if way else []
    return distinct(*actors(draft, row.key), *members, *informed(draft, row), draft.case.raiser)


def tell_news(
    draft: Draft, row: StageRow, words: str, to: list[Party], meeting: Mapping[str, Any] | None = None
) -> None:
    """One sentence of news about a stage, to each of them."""
    for party in to:
        write(draft, "news", party, f"e{draft.case.length}", words=words, stage=staged(draft, row), meeting=meeting)


def informed(draft: Draft, row: StageRow) -> list[Party]:
    """Those who were told of a stage without being asked."""
    return [party for party in draft.case.parties if f"{party.role}:{party.part}" in row.informed]


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


def _acts_while_it_waits(draft: Draft, party: Party) -> str:
    why = f" It waits: {draft.case.status_why}." if draft.case.status_why else ""
    return f"You act as {party.title} in this escalation now.{why} Nothing is asked of you until you hear from us."


def _others(draft: Draft, row: StageRow, party: Party) -> list[Party]:
    """Whom to talk to: the other side; for somebody who decides, those who act for the two sides."""
    acting_here = (acting(draft.case, row_acts(draft, row), part) for part in SIDES)
    return [other for other in acting_here if other and other.key != party.key]


def _awaited(draft: Draft, row: StageRow) -> list[str]:
    """What has been asked for in this stage and has not come: it is passed on meanwhile, marked incomplete."""
    return [asked.title for asked in draft.case.asked if asked.row == row.key and asked.answer is None]


def _actor_values(draft: Draft, row_key: str) -> list[dict[str, str]]:
    return [described(draft, party) for party in actors(draft, row_key)]


def _unknown(draft: Draft, row: StageRow) -> list[str]:
    return [draft.policy.roles[gap.split(":")[0]].title for gap in row.missing]


def _told_names(draft: Draft, *rows: StageRow) -> list[str]:
    known = {f"{party.role}:{party.part}": party for party in draft.case.parties}
    told = dict.fromkeys(name for row in rows for name in row.informed)
    return [f"{known[name].name}, {known[name].title}" for name in told]
