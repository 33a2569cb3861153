"""A trial: everything runs, and every letter goes to one named test person alone, saying who would have had it.

Letters to staff (business support's own address, and links to sign in) go where they always go: without them nobody
could work in the trial. A case that was raised in a trial stays one: once the trial is over its letters go to nobody.
"""

from cases.case import BUSINESS_SUPPORT
from cases.staff.officer import STAFF
from cases.store.outbox import Stored

_TO_STAFF = {BUSINESS_SUPPORT, STAFF}
_INSTEAD = (
    "This is a trial. In real use this letter would have gone to {who}. It went to you alone, and to nobody else. Your "
    "reply to it counts as theirs."
)
_RUNS = "This is a trial: letters to everybody but business support go to {shadow} only."
_IS_OVER = (
    "This is about a case that was raised in a trial, which is over: its letters go to nobody but business support."
)


def address(letter: Stored, shadow: str) -> str:
    """Where a letter goes; empty where it goes nowhere. `shadow` is the test person while a trial runs."""
    if letter.to in _TO_STAFF:
        return letter.email
    if shadow:
        return shadow
    return "" if letter.trial else letter.email


def words(letter: Stored, shadow: str) -> str:
    """What a letter says of the trial at its top; nothing where there is none."""
    if letter.to in _TO_STAFF:
        return _RUNS.format(shadow=shadow) if shadow else _IS_OVER if letter.trial and letter.case_id else ""
    if not shadow:
        return ""
    title = str(letter.values.get("to_title", ""))
    return _INSTEAD.format(who=", ".join(filter(None, (letter.name, title, letter.email))))


def instead(letter: Stored, shadow: str) -> str:
    """The test person, where the letter goes to them and not to its reader."""
    return shadow if letter.to not in _TO_STAFF else ""


def was_for_test_person(letter: Stored) -> bool:
    """Whether a letter was written in a trial, or about a case of one: nothing follows for its reader's address."""
    return letter.trial and letter.to not in _TO_STAFF


def answers(letter: Stored, sender: str, shadow: str) -> bool:
    """Whether the test person answers in the place of a letter's reader."""
    return bool(shadow) and letter.to not in _TO_STAFF and sender.strip().lower() == shadow.lower()
