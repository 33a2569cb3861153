"""How a decision would come out, for people: its letters as they would read, its clocks, and what the record says."""

from collections.abc import Sequence
from dataclasses import dataclass

from cases.case import BUSINESS_SUPPORT, Case
from cases.preview import Draw
from cases.verbs.decision import Decision, Letter

_OF_CLOCKS = ("clock_started", "clock_stopped", "clock_paused", "clock_moved")


@dataclass(frozen=True, slots=True)
class Preview:
    """One letter. Of a confidential case nothing is shown but whose role it goes to."""

    to: str
    subject: str
    text: str


@dataclass(frozen=True, slots=True)
class Shown:
    """What would happen to one case."""

    reference: str
    letters: tuple[Preview, ...]
    clocks: tuple[str, ...]
    entries: tuple[str, ...]
    hidden: int  # entries of a confidential case that are not shown


def shown(decisions: Sequence[tuple[Case, Decision]], draw: Draw) -> list[Shown]:
    return [_shown(case, decision, draw) for case, decision in decisions]


def _shown(case: Case, decision: Decision, draw: Draw) -> Shown:
    hide = case.confidential or decision.case.confidential
    letters = tuple(_letter(case, decision.case, letter, draw, hide) for letter in decision.letters)
    clocks = tuple(entry.words for entry in decision.entries if entry.kind in _OF_CLOCKS)
    entries = tuple(entry.words for entry in decision.entries if entry.kind not in _OF_CLOCKS)
    if hide:
        return Shown(case.reference, letters, (), (), len(decision.entries))
    return Shown(case.reference, letters, clocks, entries, 0)


def _letter(before: Case, after: Case, letter: Letter, draw: Draw, hide: bool) -> Preview:
    if letter.to == BUSINESS_SUPPORT:
        to = "Business support"
    else:
        title = after.party(letter.to).title
        to = f"The {title}" if hide else f"{letter.name or letter.email}, {title} <{letter.email}>"
    drawn = draw(before.partnership, letter)
    return Preview(to, drawn.subject, "" if hide else drawn.text)
