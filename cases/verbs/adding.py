"""The raiser adds by mail what was missing, and is told how it was taken over."""

from cases.case import Case
from cases.policy import Facts
from cases.submission import Unread
from cases.verbs import supplying
from cases.verbs.decision import Decision, Draft, Moment
from cases.verbs.letters import ASKED_AGAIN, CORE_LABELS, aside_labels, missing_labels, write


def added(case: Case, message: str, party: str, facts: Facts, unread: tuple[Unread, ...], moment: Moment) -> Decision:
    """New facts of the case, echoed; what could not be read among them is asked for again."""
    draft = Draft(case, moment)
    draft.note("mail_adds", "The raiser filled in lines of the form in a reply.", message=message)
    supplying.supplied(draft, facts, unread)
    write(
        draft,
        "added",
        draft.case.party(party),
        f"mail:{message}",
        urgent="immediate_harm" in facts,
        advised=_advised(draft, facts),
        added=[{"label": _label(draft, key), "text": _words(draft, key, value)} for key, value in facts.items()],
        unread=[{"label": each.label, "text": each.text} for each in unread],
        missing=missing_labels(draft),
    )
    return draft.decision()


def _advised(draft: Draft, facts: Facts) -> list[dict[str, str]]:
    """What to know at once about each Yes. A case that is diverted before it begins has a letter of its own on that."""
    entry = draft.policy.entry
    said = [(entry.immediate_harm.advice, entry.immediate_harm.source)] if facts.get("immediate_harm") else []
    asides = [(each.key, each.advice, each.source) for each in entry.diversions if draft.case.stages]
    asides += [(each.key, each.advice, each.source) for each in entry.signposts]
    said += [(advice, source) for key, advice, source in asides if facts.get(f"aside_{key}") == "yes"]
    return [{"says": advice, "cited": source.cited} for advice, source in said]


def _label(draft: Draft, key: str) -> str:
    entry = draft.policy.entry
    labels = {question.key: question.label for question in entry.questions}
    labels |= aside_labels(draft) | {"immediate_harm": entry.immediate_harm.question}
    return (labels | ASKED_AGAIN | CORE_LABELS).get(key) or key.replace("_", " ").capitalize()


def _words(draft: Draft, key: str, value: str | tuple[str, ...]) -> str:
    """A value as its reader knows it: options by their titles, an agency by its name."""
    question = next((each for each in draft.policy.entry.questions if each.key == key), None)
    titles = {option.key: option.title for option in question.options} if question else {}
    if isinstance(value, tuple):
        return "; ".join(titles.get(each, each) for each in value)
    if key == "immediate_harm" or key.startswith("aside_"):
        return value.capitalize()
    return titles.get(value) or (draft.moment.directory.agency_name(value) if "agency" in key else value)
