"""What became of a letter: accepted, uncertain, refused, bounced, withheld. Every outcome enters the record."""

from typing import Any

from cases.case import BUSINESS_SUPPORT, Case
from cases.letter_titles import letter_title
from cases.verbs import closing, offers
from cases.verbs.decision import Decision, Draft, Moment
from cases.verbs.letters import for_support

WORDS = {
    "accepted": "was accepted by the mail server",
    "uncertain": "may or may not have been accepted: the answer of the mail server was lost",
    "repeated": "is handed over once more, under the same Message-ID: it may be sent twice",
    "lost": "may not have arrived: it was handed over twice, and the answer of the mail server was lost each time",
    "refused": "was refused",
    "bounced": "came back undelivered",
    "trial over": "goes to nobody now: the case was raised in a trial, which is over",
    "withheld": "was not sent, because the case had moved on meanwhile",
    "given up": "may or may not have been accepted, and is not handed over again: nothing more goes to that address",
    "delayed": "is delayed at the mail server",
    "held": "is held back, since more letters than usual have gone: business support must let it go",
    "let go": "was let go by business support",
}


def posted(
    case: Case,
    purpose: str,
    to: str,
    became: str,
    moment: Moment,
    *,
    tells: bool,
    shares: bool,
    letter: str,
    mail: str = "",
    why: str = "",
    brake: str = "",
    trial: str = "",
    by: str = "",
) -> Decision:
    """Record what became of a letter, and do what follows from it.

    `mail` is the message that says so, if one does; `why` says in plain words why it was refused. `brake` is the mark
    of the brake that has just been pulled by this letter. `trial` is the test person, where it went to them instead.
    `by` is the officer who let it go.
    """
    draft = Draft(case, moment)
    because = f": {why}" if why else ""
    who = "business support" if to == BUSINESS_SUPPORT else case.party(to).name
    words = f"The letter “{letter_title(purpose)}” to {who} {WORDS[became]}{because}."
    if trial:
        words += f" A trial runs: it goes to the test person, {trial}, and to nobody else."
    evidence: dict[str, Any] = {"letter": letter} | ({"message": mail} if mail else {}) | ({"by": by} if by else {})
    draft.note(f"letter_{became.replace(' ', '_')}", words, **evidence)
    if became == "accepted" and to != BUSINESS_SUPPORT:
        closing.accepted(draft, to, tells, shares)
    if became in ("refused", "bounced", "lost"):
        told_why = "" if case.confidential else because  # the words of a mail server may hold the address
        _not_told(draft, purpose, to, became, tells, shares, letter, told_why)
    if brake:
        for_support(draft, f"held:{brake}", _braked(who), urgent=True)
    if became == "delayed":
        _late(draft, purpose, to, letter)
    return draft.decision()


def delayed_key(letter: str) -> str:
    """The key of the task that a delayed letter makes, once."""
    return f"delayed:{letter}"


def _braked(who: str) -> str:
    return (
        f"So many letters about this case have gone to {who} that the rest are held back: two programs may be "
        "answering each other. Nothing is lost. Please look at the case, and let the letters go at the desk, under "
        "“Letters held”."
    )


def _not_told(
    draft: Draft, purpose: str, to: str, became: str, tells: bool, shares: bool, letter: str, because: str
) -> None:
    """A person was not reached: the clock goes on, and business support is told by name (decisions, Deputy)."""
    if to == BUSINESS_SUPPORT:
        draft.task(
            f"not_reached:{letter}", f"A letter to business support did not arrive{because}. Please see to the address."
        )
        return
    party = draft.case.party(to)
    waits = (tells or shares) and draft.case.status != "closed"
    if waits:
        closing.not_reached(draft, party, tells)
    lost = became == "lost"
    arrived = "may not have arrived" if lost else "did not arrive"
    words = (
        f"The letter “{letter_title(purpose)}” to {party.name} ({party.title}) {arrived}{because}. "
        "Please find the right address and tell them by telephone. The date for an answer stands."
    )
    for_support(draft, f"not_reached:{letter}", words, [offers.told(party)] if waits else [], urgent=lost)


def _late(draft: Draft, purpose: str, to: str, letter: str) -> None:
    """The mail server has not taken a letter for hours: a person may telephone, while it is tried on."""
    if to == BUSINESS_SUPPORT:  # another letter to them would wait just as long
        draft.task(delayed_key(letter), "A letter to business support is delayed at the mail server. Please look here.")
        return
    party = draft.case.party(to)
    words = (
        f"The letter “{letter_title(purpose)}” to {party.name} ({party.title}) has not left yet: the mail server "
        "does not take it, and it is tried on every hour. If it cannot wait, please telephone."
    )
    for_support(draft, delayed_key(letter), words)
