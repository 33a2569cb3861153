"""How a case begins: an escalation received, its raiser's address confirmed, and what was missing supplied."""

from typing import Any

from cases.case import BUSINESS_SUPPORT, Case, Clock, Fields, Party
from cases.policy import Facts
from cases.submission import Submission
from cases.verbs import diversion, offers, timing
from cases.verbs.decision import Decision, Draft, Moment
from cases.verbs.letters import cited, for_support, missing_labels, write
from cases.verbs.moves import begin, write_support
from cases.verbs.people import described, joined
from cases.verbs.stages import fill_gaps, replace_leavers, retime

CONFIRM_WITHIN_HOURS = 24
ADMIT = "admit"
STRANGER = (
    "Somebody whose address belongs to none of our agencies has raised an escalation, and nobody on the other side "
    "has been written to. Please find out who it is, and answer ADMIT if they may raise it."
)
SIMPLE_FACTS = (
    "name",
    "job",
    "phone",
    "agency",
    "other_agency",
    "other_name",
    "other_email",
    "child",
    "child_numbers",
    "concern",
    "wanted",
    "starts_at",
    "diversions",
    "signposts",
)


def receive(case: Case, submission: Submission, code: str, moment: Moment) -> Decision:
    """An escalation has come in. Immediate harm is acted on first, whatever is missing (design 6, mail in 9).

    Letters to others wait until the raiser has confirmed the own address with `code`.
    """
    draft = Draft(case, moment)
    raiser = _raiser(draft, submission)
    draft.note(
        "received",
        f"An escalation was received from {raiser.name or raiser.email}.",
        raiser,
        Fields(
            _first_fields(case)
            | {
                "facts": _facts(submission),
                "agencies": _agencies(draft, submission),
                "confidential": any(each.key in submission.diversions for each in moment.policy.entry.diversions),
            }
        ),
    )
    harm = moment.policy.entry.immediate_harm
    if submission.immediate_harm:
        _immediate_harm(draft)
    write(
        draft,
        "confirm",
        raiser,
        "case",
        code=code,
        urgent=True,
        harm_advice=harm.advice if submission.immediate_harm else "",
        harm_cited=harm.source.cited,
    )
    within = timing.hours_on(draft.now, CONFIRM_WITHIN_HOURS, moment.calendar.local_date)
    timing.start(draft, "confirmation", "address", raiser.key, within, "The raiser is asked to confirm the address")
    return draft.decision()


def confirm(case: Case, moment: Moment) -> Decision:
    """The raiser has shown that the address is theirs: the case may now write to others. Twice is once."""
    draft = Draft(case, moment)
    if case.confirmed:
        return draft.decision()
    draft.set("confirmed", "The raiser confirmed the e-mail address.", confirmed=True)
    timing.stop(draft, case.running("confirmation"), "the address is confirmed")
    harm = moment.policy.entry.immediate_harm
    known = moment.directory.may_write_to(case.raiser.email)
    write(
        draft,
        "received",
        case.raiser,
        "case",
        held=not known,
        missing=missing_labels(draft),
        signposts=_signposts(draft),
        harm_advice=harm.advice if case.facts.get("immediate_harm") == "yes" else "",
        harm_cited=harm.source.cited,
    )
    diverted = diversion.chosen(draft)
    if diverted:
        diversion.divert(draft, diverted)
    elif known:
        begin(draft)
    else:
        _hold(draft)
    return draft.decision()


def complete(case: Case, facts: Facts, moment: Moment) -> Decision:
    """The raiser supplies what was missing. People whom the new facts call for are told now, and dates follow."""
    draft = Draft(case, moment)
    new = {key: value for key, value in facts.items() if value}
    named = {"raising": new.get("agency"), "receiving": new.get("other_agency")}
    agencies = dict(case.agencies) | {side: str(agency) for side, agency in named.items() if agency}
    labels = ", ".join(sorted(new)) or "nothing new"
    draft.note(
        "details",
        f"The raiser supplied details: {labels.replace('_', ' ')}.",
        Fields({"facts": dict(case.facts) | new, "agencies": agencies}),
    )
    _look_again(draft)
    return draft.decision()


def directory_changed(case: Case, moment: Moment) -> Decision:
    """Somebody was entered in the directory: whoever was missing on this case is written to now."""
    draft = Draft(case, moment)
    if case.status == "paused":
        diversion.ask_newcomer(draft)
    if case.row and case.row.running and case.status == "open":
        replace_leavers(draft, case.row.key)
    _look_again(draft)
    return draft.decision()


def unconfirmed(draft: Draft, clock: Clock) -> None:
    """The address is not confirmed after a day: a person looks, again and again, so that nothing waits in silence."""
    words = (
        "The person who raised this case has not confirmed their e-mail address, so no letter has gone to anybody "
        "on the other side. Please telephone them."
    )
    if clock.name == ADMIT:
        write_support(draft, clock, STRANGER, offered=offers.to_admit())
        return
    if clock.ladder:
        write_support(draft, clock, words)
        return
    timing.stop(draft, (clock,), "business support was told")
    for_support(draft, "unconfirmed", words)
    timing.start_ladder(
        draft,
        "confirmation",
        "telephone",
        draft.case.raiser.key,
        draft.policy.closing.on_file_chase,
        "Business support to telephone the raiser",
    )


def admit(draft: Draft, party: Party) -> None:
    """Business support knows the person who raised it: the case goes on."""
    draft.set("admitted", f"{party.name} admits the escalation.", status="open", status_why="")
    timing.stop(draft, draft.case.running("confirmation"), "business support knows the person")
    begin(draft)


def _hold(draft: Draft) -> None:
    """Nobody here knows the raiser's address: a person looks before anybody else is written to (decisions, Web)."""
    draft.set(
        "held",
        "The raiser's address is of none of the agencies: the case waits for business support.",
        status="paused",
        status_why="waiting until business support knows who raised it",
    )
    for_support(draft, ADMIT, STRANGER, offers.to_admit())
    timing.start_ladder(
        draft,
        "confirmation",
        ADMIT,
        draft.case.raiser.key,
        draft.policy.closing.on_file_chase,
        "Business support to find out who raised it",
    )


def _look_again(draft: Draft) -> None:
    row = draft.case.row
    if row and row.running and draft.case.status == "open":
        fill_gaps(draft, row.key)
        retime(draft, row.key)


def _first_fields(case: Case) -> dict[str, Any]:
    """What the case began with, so that the record alone gives it again."""
    return {name: getattr(case, name) for name in ("partnership", "reference", "policy", "opened_at", "track")}


def _raiser(draft: Draft, submission: Submission) -> Party:
    role = next(track for track in draft.policy.tracks if track.key == draft.case.track).opened_by[0]
    return Party(
        "p1",
        "raising",
        role,
        draft.policy.roles[role].title,
        submission.name,
        submission.email,
        submission.agency or None,
    )


def _facts(submission: Submission) -> Facts:
    simple = {name: getattr(submission, name) for name in SIMPLE_FACTS}
    harm = {"immediate_harm": "yes"} if submission.immediate_harm else {}
    return {key: value for key, value in (simple | harm | dict(submission.answers)).items() if value}


def _agencies(draft: Draft, submission: Submission) -> dict[str, str]:
    sides = {"raising": submission.agency, "receiving": submission.other_agency}
    return {side: agency for side, agency in sides.items() if agency}


def _immediate_harm(draft: Draft) -> None:
    """Business support and the designated leads of the named agency are written to at once, at any hour."""
    harm = draft.policy.entry.immediate_harm
    draft.note("immediate_harm", "The raiser says that the child is at risk of immediate harm.", source=harm.source)
    leads = [lead for tell in harm.tells if (lead := joined(draft, tell.role, tell.side or "partnership"))]
    values: dict[str, Any] = {
        "raised_by": described(draft, draft.case.raiser),
        "phone": draft.case.facts.get("phone", ""),
        "harm_advice": harm.advice,
        "harm_cited": cited(harm.source),
        "leads": [described(draft, each) for each in leads],
    }
    draft.task(
        "immediate_harm",
        "The raiser says that the child is at risk of immediate harm. Please make sure now, by telephone, "
        "that the designated lead of the raiser's own agency knows: "
        f"{_names(leads) or 'nobody is known in that role'}.",
    )
    recipients: list[str | Party] = [BUSINESS_SUPPORT, *leads]
    for to in recipients:
        write(draft, "immediate_harm", to, "case", urgent=True, **values)


def _names(parties: list[Party]) -> str:
    return ", ".join(f"{party.name} ({party.title})" for party in parties)


def _signposts(draft: Draft) -> list[dict[str, str]]:
    shown = draft.case.facts.get("signposts", ())
    return [
        {"says": each.advice, "cited": each.source.cited} for each in draft.policy.entry.signposts if each.key in shown
    ]
