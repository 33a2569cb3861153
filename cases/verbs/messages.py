"""Mail on a case that is not an offered answer: kept on the record, and put to a person where one is needed."""

from datetime import datetime, timedelta
from typing import Any

from cases.case import Case, Party
from cases.submission import Absence
from cases.verbs import breach
from cases.verbs.decision import Decision, Draft, Moment, Offer
from cases.verbs.letters import for_support, write
from cases.working_time import spoken_date

ASKED_ONCE_IN = timedelta(days=7)


def filed(case: Case, message: str, why: str, moment: Moment, by: str = "") -> Decision:
    """A mail belongs to the case and changes nothing: an automatic reply, a report, our own letter come back."""
    draft = Draft(case, moment)
    draft.note("mail_filed", f"A mail was kept with the case and changes nothing. {why}", message=message, **_by(by))
    return draft.decision()


def task_done(case: Case, key: str, words: str, moment: Moment, by: str = "") -> Decision:
    """Business support says what it did about one of its tasks."""
    draft = Draft(case, moment)
    draft.note("task_done", f"Business support has done a task: {words}", **_by(by))
    breach.done(draft, key)
    return draft.decision()


def put_to_a_person(
    case: Case, message: str, why: str, sender: Party | None, offers: tuple[Offer, ...], moment: Moment
) -> Decision:
    """A mail that could not be read as an offered answer: business support reads it. A known sender is told so."""
    draft = Draft(case, moment)
    draft.note("mail_in_tray", f"A mail waits for a person. {why}", message=message)
    closed = "The case is closed and stays so. " if case.status == "closed" else ""
    words = f"A mail about this case waits in the tray. {closed}{why} Please read it and record what it says."
    for_support(draft, f"mail:{message}", words)
    if sender and closed:
        tell_closed(draft, sender, "")
    elif sender and not asked_lately(case, sender.key, moment.now):
        ask_again(draft, sender.key, f"{sender.name or sender.email} is asked to answer once more.")
        write(draft, "unclear", sender, f"mail:{message}", offers=offers, why=why)
    return draft.decision()


def harm_found(case: Case, message: str, found: tuple[str, ...], moment: Moment) -> Decision:
    """Words of immediate harm in a mail about the case: a person reads it at once, whatever else the mail does."""
    draft = Draft(case, moment)
    named = ", ".join(f"“{each}”" for each in found)
    words = "The program found words of immediate harm in a mail about this case"
    draft.note("harm_in_mail", f"{words}: {named}.", message=message)
    words += f": {draft.not_shown(named)}."
    for_support(
        draft,
        harm_key(message),
        f"{words} Please read it now. If a child may be in danger, telephone its sender and the designated lead of "
        "their agency. The sender has not been told to call 999: please do so.",
        urgent=True,
    )
    return draft.decision()


def harm_key(message: str) -> str:
    """The key of the task about words of harm in a mail: one for each mail, however often it is judged."""
    return f"harm:{message}"


def asked_lately(case: Case, what: str, now: datetime) -> bool:
    """Whether the same was asked within a week: who did not understand, or is a robot, is not asked again (D3, E64)."""
    return what in case.asked_again and now < case.asked_again[what] + ASKED_ONCE_IN


def ask_again(draft: Draft, what: str, words: str) -> None:
    draft.set("asked_again", words, asked_again={**draft.case.asked_again, what: draft.now})


def tell_closed(draft: Draft, party: Party, text: str) -> None:
    """Somebody wrote after the case was closed: they hear once that it is, and that a person reads what they wrote."""
    if party.key not in draft.case.told_closed:
        draft.set("told_closed", f"{party.name} is told that the case is closed.", told_closed=_with(draft, party))
        write(draft, "too_late", party, "closed", text=text)


def not_confirmed(
    case: Case, message: str, party: Party, why: str, said: str, code: str | None, moment: Moment
) -> Decision:
    """A mail on the case in a party's name, whose sender nobody vouches for: nothing follows from it by itself (D15).

    With a `code` the party is asked, at the address that we have, whether it is theirs. `said` is the offered answer
    that it would be recorded as; of its words nothing goes out.
    """
    draft = Draft(case, moment)
    draft.note(
        "sender_not_confirmed",
        f"A mail that answers for {party.name or party.email} waits: its sender is not confirmed. {why}",
        message=message,
    )
    asked = "They have been asked by e-mail whether they wrote it. " if code else ""
    for_support(
        draft,
        f"mail:{message}",
        f"A mail about this case waits in the tray: its sender is not confirmed. {why} {asked}Please do not act on it "
        f"before {party.name or party.email} has said that it is theirs; a telephone call is enough.",
    )
    if code:
        write(draft, "confirm_sender", party, f"mail:{message}", code=code, said=said, why=why)
    return draft.decision()


def owned(case: Case, message: str, party: Party, moment: Moment) -> Decision:
    """A party says on the page, with the code from the own mailbox, that a mail is theirs."""
    draft = Draft(case, moment)
    draft.note("sender_confirmed", f"{party.name or party.email} says that the mail is theirs.", message=message)
    return draft.decision()


def disowned(case: Case, message: str, party: Party, moment: Moment) -> Decision:
    """A party says that a mail in their name is not theirs: nothing follows from it, and a person is warned."""
    draft = Draft(case, moment)
    name = party.name or party.email
    draft.note("sender_denied", f"{name} says that they did not write the mail.", message=message)
    words = (
        f"{name} ({party.title}) says that they did not write a mail that came in their name. It stays in the tray. "
        "Nothing was recorded from it. Please find out who sent it."
    )
    for_support(draft, f"denied:{message}", words, urgent=True)
    return draft.decision()


def absent(case: Case, message: str, party: Party, absence: Absence, sender: str, moment: Moment) -> Decision:
    """A party is away, as their automatic reply says: a proposal for business support. The clock goes on (E56, E57).

    Nobody whom the text names is written to: the words of a machine may be old, or forged.
    """
    draft = Draft(case, moment)
    back = f" The first day back is {spoken_date(absence.back_on)}." if absence.back_on else ""
    shown = not case.confidential and sender.lower() != party.email.lower()
    other = f" It came from {sender}." if shown else ""
    says = f"{party.name} ({party.title}) is away, as an automatic reply says.{other}{back}"
    away = f"{says} The date for an answer stands."
    draft.note("absent", away, message=message)
    words = [
        f"{away} Nobody else has been written to.",
        _instead(draft, party),
        "" if case.confidential else _named(absence),
        "Please telephone, or put somebody else into the directory for this role.",
    ]
    for_support(draft, absent_key(party, absence), " ".join(each for each in words if each))
    return draft.decision()


def absent_key(party: Party, absence: Absence) -> str:
    """The key of the task that an absence makes: one, however many letters the automatic reply answers."""
    return f"absent:{party.key}:{absence.back_on or ''}"


def _instead(draft: Draft, party: Party) -> str:
    """Who else holds the role, as the directory has it; of a confidential case nobody is named."""
    if draft.case.confidential:
        return ""
    holders = [
        f"{person.name} ({person.email})"
        for person in draft.moment.directory.people
        if (person.role, person.agency) == (party.role, party.agency) and person.email.lower() != party.email.lower()
    ]
    return f"The directory also has in this role: {', '.join(holders)}." if holders else ""


def named_in(absence: Absence) -> str:
    """Whom an automatic reply names to turn to; empty where it names nobody."""
    named = [", ".join(filter(None, (deputy.name, deputy.email, deputy.phone))) for deputy in absence.deputies]
    return "; ".join(each for each in named if each)


def _named(absence: Absence) -> str:
    found = named_in(absence)
    return f"The automatic reply itself names: {found}. Nobody has checked that." if found else ""


def _with(draft: Draft, party: Party) -> tuple[str, ...]:
    return (*draft.case.told_closed, party.key)


def _by(officer: str) -> dict[str, Any]:
    """Who of the desk did it, where a person did."""
    return {"by": officer} if officer else {}
