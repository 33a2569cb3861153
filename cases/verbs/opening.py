"""How a case begins: an escalation received, its raiser's address confirmed, and what was missing supplied."""

from typing import Any

from cases.case import BUSINESS_SUPPORT, Case, Fields, Party
from cases.policy import Diversion, Facts
from cases.submission import Submission
from cases.verbs import diversion, timing
from cases.verbs.decision import Decision, Draft, Moment
from cases.verbs.letters import cited, missing_labels, write
from cases.verbs.people import described, joined
from cases.verbs.stages import begin, fill_gaps

CONFIRM_WITHIN_HOURS = 24
SIMPLE_FACTS = (
    "name", "job", "phone", "agency", "other_agency", "other_name", "other_email", "child", "child_numbers", "concern",
    "wanted", "starts_at", "diversions", "signposts",
)  # fmt: skip


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
        Fields(_first_fields(case) | {"facts": _facts(submission), "agencies": _agencies(draft, submission)}),
    )
    harm = moment.policy.entry.immediate_harm
    if submission.immediate_harm:
        _immediate_harm(draft)
    write(
        draft, "confirm", raiser, "case", code=code, urgent=True,
        harm_advice=harm.advice if submission.immediate_harm else "", harm_cited=harm.source.cited,
    )  # fmt: skip
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
    write(
        draft, "received", case.raiser, "case",
        missing=missing_labels(draft), signposts=_signposts(draft),
        harm_advice=harm.advice if case.facts.get("immediate_harm") == "yes" else "", harm_cited=harm.source.cited,
    )  # fmt: skip
    diverted = _diversions(draft)
    if diverted:
        diversion.divert(draft, diverted)
    else:
        begin(draft)
    return draft.decision()


def complete(case: Case, facts: Facts, moment: Moment) -> Decision:
    """The raiser supplies what was missing. People whom the new facts call for are told now."""
    draft = Draft(case, moment)
    new = {key: value for key, value in facts.items() if value}
    agencies = dict(case.agencies)
    if "other_agency" in new:
        agencies["receiving"] = str(new["other_agency"])
    labels = ", ".join(sorted(new)) or "nothing new"
    draft.note("details", f"The raiser supplied details: {labels.replace('_', ' ')}.",
               Fields({"facts": dict(case.facts) | new, "agencies": agencies}))  # fmt: skip
    if case.row and case.row.running:
        fill_gaps(draft, case.row.key)
    return draft.decision()


def unconfirmed(draft: Draft) -> None:
    """A day has passed and the address is not confirmed: a person looks, so that nothing waits in silence."""
    timing.stop(draft, draft.case.running("confirmation"), "business support was told")
    draft.task("unconfirmed", "The person who raised this has not confirmed the address. Please telephone them: "
               "no letter has gone to anybody else.")  # fmt: skip
    write(draft, "task", BUSINESS_SUPPORT, "unconfirmed", words="The person who raised this case has not confirmed their "
          "e-mail address within a day, so no letter has gone to anybody else. Please telephone them.")  # fmt: skip


def _first_fields(case: Case) -> dict[str, Any]:
    """What the case began with, so that the record alone gives it again."""
    return {name: getattr(case, name) for name in ("partnership", "reference", "policy", "opened_at", "track")}


def _raiser(draft: Draft, submission: Submission) -> Party:
    role = draft.policy.track_of(_first_stage(draft)).stages[0].acts.raising
    return Party("p1", "raising", role, draft.policy.roles[role].title, submission.name, submission.email,
                 submission.agency or None)  # fmt: skip


def _first_stage(draft: Draft) -> str:
    return next(track for track in draft.policy.tracks if track.key == draft.case.track).stages[0].key


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
    values: dict[str, Any] = {"raised_by": described(draft, draft.case.raiser), "phone": draft.case.facts.get("phone", ""),
              "harm_advice": harm.advice, "harm_cited": cited(harm.source), "leads": [described(draft, each) for each in leads]}  # fmt: skip
    recipients: list[str | Party] = [BUSINESS_SUPPORT, *leads]
    for to in recipients:
        write(draft, "immediate_harm", to, "case", urgent=True, **values)


def _signposts(draft: Draft) -> list[dict[str, str]]:
    shown = draft.case.facts.get("signposts", ())
    return [
        {"says": each.advice, "cited": each.source.cited} for each in draft.policy.entry.signposts if each.key in shown
    ]


def _diversions(draft: Draft) -> list[Diversion]:
    chosen = draft.case.facts.get("diversions", ())
    return [each for each in draft.policy.entry.diversions if each.key in chosen]
