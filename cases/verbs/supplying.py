"""What was missing is supplied, also what changes who may hear of the case: immediate harm, a confidential matter."""

from cases.case import Case, Fields
from cases.policy import Diversion, Facts
from cases.submission import Unread
from cases.verbs import arriving, diversion, opening, timing
from cases.verbs.decision import Decision, Draft, Moment


def complete(case: Case, facts: Facts, moment: Moment) -> Decision:
    """The raiser supplies what was missing. People whom the new facts call for are told now, and dates follow."""
    draft = Draft(case, moment)
    supplied(draft, facts, ())
    return draft.decision()


def supplied(draft: Draft, facts: Facts, unread: tuple[Unread, ...]) -> None:
    """New facts of the case; what could not be read among them is asked for again.

    A confidential matter makes the case confidential before anybody is written to, about harm too.
    """
    case = draft.case
    new = {key: value for key, value in facts.items() if value}
    again = [key for key in case.facts.get("unread", ()) if key not in new] + [each.key for each in unread]
    sides = {"raising": new.get("agency"), "receiving": new.get("other_agency")}
    agencies = dict(case.agencies) | {side: str(agency) for side, agency in sides.items() if agency}
    diverted = [each for each in draft.policy.entry.diversions if new.get(f"aside_{each.key}") == "yes"]
    labels = ", ".join(sorted(key.removeprefix("aside_") for key in new)) or "nothing new"
    together = opening.with_unread(dict(case.facts) | new | _named(draft, new, diverted), again)
    draft.note(
        "details",
        f"The raiser supplied details: {labels.replace('_', ' ')}.",
        Fields({"facts": together, "agencies": agencies, "confidential": case.confidential or bool(diverted)}),
    )
    arriving.note_unread(draft, unread)
    if new.get("immediate_harm"):
        _harm_said(draft)
    if diverted:
        _divert(draft, diverted)
    opening.look_again(draft)


def _named(draft: Draft, new: Facts, diverted: list[Diversion]) -> dict[str, tuple[str, ...]]:
    """The diversions and signposts of the case, with those to which the raiser says Yes now."""
    signposts = [each.key for each in draft.policy.entry.signposts if new.get(f"aside_{each.key}") == "yes"]
    said = {"diversions": [each.key for each in diverted], "signposts": signposts}
    before = draft.case.facts
    return {kind: tuple(dict.fromkeys([*before.get(kind, ()), *keys])) for kind, keys in said.items() if keys}


def _harm_said(draft: Draft) -> None:
    """As at the opening. Where words of harm were found before, business support knows, and the leads are told now."""
    if not draft.case.facts.get("harm_words"):
        opening.immediate_harm(draft)
        return
    facts = {key: value for key, value in draft.case.facts.items() if key != "harm_words"}
    words = "The raiser says that the child is at risk of immediate harm."
    draft.note("immediate_harm", words, Fields({"facts": facts}))
    if not draft.case.confirmed:  # with the confirmation they were told of the words
        arriving.tell_of_harm(draft, opening.leads(draft), support=False)


def _divert(draft: Draft, diverted: list[Diversion]) -> None:
    """Before the confirmation nothing more is needed: it diverts. A case that has begun is a person's.

    A case that waits until business support knows the raiser waits for the named person instead, as at the opening.
    """
    if draft.case.stages:
        diversion.divert_begun(draft, diverted)
    elif draft.case.confirmed:
        timing.stop(draft, draft.case.running("confirmation"), "the case waits for the named person")
        diversion.divert(draft, diverted)
