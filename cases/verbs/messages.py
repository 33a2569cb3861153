"""Mail on a case that is not an offered answer: kept on the record, and put to a person where one is needed."""

from cases.case import Case, Party
from cases.verbs.decision import Decision, Draft, Moment, Offer
from cases.verbs.letters import for_support, write


def filed(case: Case, message: str, why: str, moment: Moment) -> Decision:
    """A mail belongs to the case and changes nothing: an automatic reply, a report, our own letter come back."""
    draft = Draft(case, moment)
    draft.note("mail_filed", f"A mail was kept with the case and changes nothing. {why}", message=message)
    return draft.decision()


def task_done(case: Case, words: str, moment: Moment) -> Decision:
    """Business support says what it did about one of its tasks."""
    draft = Draft(case, moment)
    draft.note("task_done", f"Business support has done a task: {words}")
    return draft.decision()


def put_to_a_person(
    case: Case, message: str, why: str, sender: Party | None, offers: tuple[Offer, ...], moment: Moment
) -> Decision:
    """A mail that could not be read as an offered answer: business support reads it. A known sender is told so."""
    draft = Draft(case, moment)
    draft.note("mail_in_tray", f"A mail waits for a person. {why}", message=message)
    words = f"A mail about this case waits in the tray. {why} Please read it and record what it says."
    for_support(draft, f"mail:{message}", words)
    if sender:
        write(draft, "unclear", sender, f"mail:{message}", offers=offers, why=why)
    return draft.decision()
