"""A case that began outside this service: entered by hand with its history. Nobody is written to for it."""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time

from cases.case import FIRST_FIELDS, Case, Fields, Part, Party, StageRow
from cases.policy import Policy
from cases.stages import Stage, Timescale, Track
from cases.verbs import timing
from cases.verbs.decision import Decision, Draft, Moment
from cases.verbs.finding import found
from cases.verbs.orders import Order, Refused
from cases.verbs.people import SIDES, join, next_key, role_of, row_acts
from cases.working_time import Calendar, Due, spoken_date

NOON = time(12)


@dataclass(frozen=True, slots=True)
class Acting:
    """Somebody who acts in the stage, as business support knows them."""

    part: Part
    name: str
    email: str


@dataclass(frozen=True, slots=True)
class UnderWay:
    """What business support knows of a case that is under way. Days are local to the partnership."""

    raiser: str
    email: str
    agency: str
    other_agency: str
    child: str
    child_numbers: str
    concern: str
    stage: str
    tier: int
    received: date
    began: date
    due: date | None = None  # none: as the policy gives it
    people: tuple[Acting, ...] = ()
    history: tuple[tuple[date, str], ...] = ()


def opened_at(calendar: Calendar, day: date) -> datetime:
    """The moment that stands for a day of which only the date is known."""
    return datetime.combine(day, NOON, calendar.zone).astimezone(UTC)


def track_of(policy: Policy, stage: str) -> Track:
    """The track that the case was opened on: that of its stage, else (one that only follows others) the first."""
    own = policy.track_of(stage)
    return own if own.opened_by else next(track for track in policy.tracks if track.opened_by)


def enter(case: Case, known: UnderWay, order: Order, moment: Moment) -> Decision:
    """The case as it stands, and its clocks from now on. Raises Refused for an address that no letter may go to."""
    draft = Draft(case, moment)
    _check(draft, known)
    stage = moment.policy.stages[known.stage]
    _opened(draft, known, order)
    for day, words in known.history:
        draft.note("history", f"Before it was entered here, {spoken_date(day)}: {words}", by=order.by)
    began = opened_at(moment.calendar, known.began)
    row = StageRow("s1", moment.policy.track_of(stage.key).key, stage.key, known.tier, began)
    draft.note("stage_began", f"{stage.label} had begun on {spoken_date(known.began)}.", row, source=stage.source)
    _people(draft, row, known)
    for number, timescale in enumerate(stage.timescales):
        _clock(draft, row, timescale, began, known.due if number == 0 else None)
    return draft.decision()


def _check(draft: Draft, known: UnderWay) -> None:
    today = draft.moment.calendar.local_date(draft.now)
    if not known.received <= known.began <= today:
        raise Refused("The case must have been raised before its stage began, and both before today or today.")
    for email in (known.email, *(each.email for each in known.people)):
        if not draft.moment.directory.may_write_to(email):
            raise Refused(
                f"{email} is neither in the directory nor of an agency’s registered domain, so no letter may go there. "
                "Put the person into the directory first."
            )


def _opened(draft: Draft, known: UnderWay, order: Order) -> None:
    """As an escalation that was received, but for the letters; the raiser's address is business support's word."""
    case = draft.case
    role = track_of(draft.policy, known.stage).opened_by[0]
    raiser = Party("p1", "raising", role, draft.policy.roles[role].title, known.raiser, known.email, known.agency)
    facts = {"name": known.raiser, "child": known.child, "child_numbers": known.child_numbers, "concern": known.concern}
    first = {name: getattr(case, name) for name in FIRST_FIELDS}
    draft.note(
        "entered_by_hand",
        f"Business support entered a case that was under way already. Nobody was written to for it. {order.why}",
        raiser,
        Fields(
            first
            | {
                "facts": {key: value for key, value in facts.items() if value},
                "agencies": {"raising": known.agency, "receiving": known.other_agency},
                "confirmed": True,
            }
        ),
        by=order.by,
    )


def _people(draft: Draft, row: StageRow, known: UnderWay) -> None:
    """Those whom business support names, else those of the directory; whoever nobody knows is a task, and no letter."""
    acts = row_acts(draft, row)
    named = {each.part: each for each in known.people}
    for part in (*SIDES, *(("decider",) if acts.decides else ())):
        role = role_of(acts, part)
        if role and part in named:
            _join(draft, role, named[part])
        elif role and not found(draft, row, role, part):
            _missing(draft, row.key, role, part)


def _join(draft: Draft, role: str, each: Acting) -> None:
    """The raiser may be the one who acts."""
    raiser = draft.case.raiser
    if (role, each.part, each.email.lower()) == (raiser.role, raiser.part, raiser.email.lower()):
        return
    directory = draft.moment.directory
    held = any((one.role, one.email.lower()) == (role, each.email.lower()) for one in directory.people)
    title, agency = draft.policy.roles[role].title, draft.case.agencies.get(each.part)
    join(
        draft,
        Party(next_key(draft.case), each.part, role, title, each.name, each.email, agency, by_hand=not held),
    )


def _missing(draft: Draft, row_key: str, role: str, part: Part) -> None:
    row, title = draft.case.stage_row(row_key), draft.policy.roles[role].title
    words = f"Nobody is known as {title}. Please find out who it is and enter them in the directory."
    draft.note("missing", words, replace(row, missing=(*row.missing, f"{role}:{part}")))
    draft.task(f"missing:{row_key}:{role}:{part}", words)


def _clock(draft: Draft, row: StageRow, timescale: Timescale, began: datetime, day: date | None) -> None:
    timed = timing.timed(draft, timescale, began)
    given = Due(draft.moment.calendar.end_of(day), day, "the date that was entered by hand", False) if day else None
    timing.start(
        draft,
        "timescale",
        timescale.key,
        row.key,
        given or timed.due,
        f"To {timescale.deliverable}",
        timescale.chase,
        reason=timed.sentence,
        since=began,
        kind="chosen" if timed.chosen or given else timescale.kind,
        reckoned=timed.due.at if given else None,
        entered=given is not None,
        rests_on=timing.rests_on(draft.case.facts, timescale.limit),
    )


def stages_of(policy_stages: dict[str, Stage]) -> list[tuple[str, int, str]]:
    """(stage, tier, name) of everything that a case can be in, in order."""
    return [
        (stage.key, tier, stage.label + (f", tier {tier + 1} of management" if tier else "") + f": {stage.title}")
        for stage in policy_stages.values()
        for tier in range(len(stage.tiers) + 1)
    ]
