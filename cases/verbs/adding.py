"""The raiser adds by mail what was missing, and is told how it was taken over."""

from cases.case import Case
from cases.policy import Facts
from cases.submission import Unread
from cases.verbs import opening
from cases.verbs.decision import Decision, Draft, Moment
from cases.verbs.letters import ASKED_AGAIN, CORE_LABELS, missing_labels, write


def added(case: Case, message: str, party: str, facts: Facts, unread: tuple[Unread, ...], moment: Moment) -> Decision:
    """New facts of the case, echoed; what could not be read among them is asked for again."""
    draft = Draft(case, moment)
    draft.note("mail_adds", "The raiser filled in lines of the form in a reply.", message=message)
    opening.supplied(draft, facts, unread)
    write(
        draft,
        "added",
        draft.case.party(party),
        f"mail:{message}",
        added=[{"label": _label(draft, key), "text": _words(draft, key, value)} for key, value in facts.items()],
        unread=[{"label": each.label, "text": each.text} for each in unread],
        missing=missing_labels(draft),
    )
    return draft.decision()


def _label(draft: Draft, key: str) -> str:
    labels = {question.key: question.label for question in draft.policy.entry.questions}
    return (labels | ASKED_AGAIN | CORE_LABELS).get(key) or key.replace("_", " ").capitalize()


def _words(draft: Draft, key: str, value: str | tuple[str, ...]) -> str:
    """A value as its reader knows it: options by their titles, an agency by its name."""
    question = next((each for each in draft.policy.entry.questions if each.key == key), None)
    titles = {option.key: option.title for option in question.options} if question else {}
    if isinstance(value, tuple):
        return "; ".join(titles.get(each, each) for each in value)
    return titles.get(value) or (draft.moment.directory.agency_name(value) if "agency" in key else value)
