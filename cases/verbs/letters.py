"""Letters as values: what every letter of a case says about it, and how one is written into a decision."""

from collections.abc import Iterable
from typing import Any

from cases.case import BUSINESS_SUPPORT, Party, StageRow
from cases.stages import Rule, Source
from cases.verbs.decision import Draft, Letter, Offer
from cases.working_time import spoken_date


def write(
    draft: Draft,
    purpose: str,
    to: str | Party,
    about: str,
    *,
    rung: int = 0,
    offers: Iterable[Offer] = (),
    wanted: str | None = None,
    urgent: bool = False,
    tells: bool = False,
    shares: bool = False,
    **values: Any,
) -> None:
    """Write one letter to one person, with what every letter says and these values. To a barred address goes none."""
    key, name, email = draft.address(to)
    if email.lower() in draft.case.barred:
        draft.note("not_written", f"A letter to {name} was not written: business support has barred that address.")
        return
    if key == BUSINESS_SUPPORT and "words" in values:
        values["words"] = draft.by_role(values["words"])
    draft.write(
        Letter(
            purpose=purpose,
            to=key,
            name=name,
            email=email,
            about=about,
            values=common(draft, to) | values,
            offers=tuple(offers),
            rung=rung,
            wanted=wanted,
            urgent=urgent,
            tells=tells,
            shares=shares,
        )
    )


def for_support(draft: Draft, key: str, words: str, offers: Iterable[Offer] = (), *, urgent: bool = False) -> None:
    """A task for business support, and the letter that tells them of it."""
    draft.task(key, words)
    write(draft, "task", BUSINESS_SUPPORT, key, rung=draft.case.length, words=words, offers=offers, urgent=urgent)


def common(draft: Draft, to: str | Party) -> dict[str, Any]:
    """What every letter of a case may say, by name."""
    case, policy = draft.case, draft.policy
    return {
        "reference": case.reference,
        "partnership": policy.partnership.name,
        "short_name": policy.partnership.short_name,
        "policy_title": policy.document.title,
        "policy_dated": policy.document.dated,
        "advice": [ruled(rule) for rule in policy.document.advice],
        "to_name": to.name if isinstance(to, Party) else "colleague",
        "to_title": to.title if isinstance(to, Party) else "",
        "acting_for": _acting_for(draft, to) if isinstance(to, Party) and to.holder else None,
        "child": case.facts.get("child", ""),
        "child_numbers": case.facts.get("child_numbers", ""),
        "raising_agency": draft.moment.directory.agency_name(case.agencies.get("raising")),
        "receiving_agency": draft.moment.directory.agency_name(case.agencies.get("receiving")),
        # While it is confidential, only what the named person let through is told to anybody (policy of the diversion).
        "concern": case.facts.get("shareable" if case.confidential else "concern", ""),
        "wanted": "" if case.confidential else case.facts.get("wanted", ""),
        "raiser": case.raiser.name or case.raiser.email,
        "path": f"/desk/{case.partnership}/cases/{case.reference}",
    }


def _acting_for(draft: Draft, party: Party) -> dict[str, str]:
    """For whom a delegate acts, and until when."""
    directory = draft.moment.directory
    away = directory.away(party.holder, draft.moment.calendar.local_date(draft.now))
    name = directory.name_of(party.holder) or party.holder
    return {"name": name, "until": spoken_date(away.last) if away else ""}


def staged(draft: Draft, row: StageRow) -> dict[str, Any]:
    """What a letter says about a stage."""
    stage = draft.policy.stages[row.stage]
    return {
        "label": stage.label + (f", tier {row.tier + 1} of management" if row.tier else ""),
        "title": stage.title,
        "cited": stage.source.cited,
    }


def ruled(rule: Rule) -> dict[str, str]:
    return {"says": rule.says, "cited": rule.source.cited}


def cited(source: Source | None) -> str:
    return source.cited if source else ""


CORE_LABELS = {
    "child": "The child's initials",
    "other_agency": "The other agency",
    "concern": "What the concern is",
}
ASKED_AGAIN = {  # asked for only where what was written could not be read
    "agency": "Your agency",
    "other_email": "Their e-mail address",
    "track": "What is it about?",
    "starts_at": "Which stage has it reached?",
}


def aside_labels(draft: Draft) -> dict[str, str]:
    """The questions about diversions and signposts, by the fact that holds the answer."""
    entry = draft.policy.entry
    diversions = {f"aside_{each.key}": each.question for each in entry.diversions}
    return diversions | {f"aside_{each.key}": each.question for each in entry.signposts}


def missing_labels(draft: Draft) -> list[str]:
    """The questions that are still open: asked for, never in the way (a form with holes opens a case)."""
    facts = draft.case.facts
    unread = facts.get("unread", ())
    labels = [label for key, label in CORE_LABELS.items() if not facts.get(key) or key in unread]
    labels += [label for key, label in ASKED_AGAIN.items() if key in unread]
    labels += [label for key, label in aside_labels(draft).items() if key in unread]
    return labels + [
        question.label
        for question in draft.policy.entry.questions
        if question.key in unread or (question.asked_until_given and not facts.get(question.key))
    ]
