"""A raiser's reply with lines of the form: what was missing in the case, and nothing else, is filled in."""

from datetime import datetime

from cases.case import Case
from cases.holidays import england
from cases.mail.arrivals import Arrivals
from cases.mail.correspondence import Traced
from cases.policy import Facts
from cases.submission import Answer
from intake.forms.lines import read_lines, supplied
from intake.replies.new_text import NewText


class Adding:
    def __init__(self, arrivals: Arrivals) -> None:
        self._arrivals = arrivals

    def add(
        self, message_id: str, new: NewText, letter: Traced, answer: Answer | None, why: str, now: datetime
    ) -> bool:
        """Fill in what was missing, and hear the offered answer above it, if there is one.

        Says no where the reply brings nothing that the case has not met yet: it is then read as any other, so that a
        robot that sends the same lines again and again is not answered again and again.
        """
        case, policy, directory = self._arrivals.standing(letter.case_id, now)
        if letter.party != case.raiser.key or case.status == "closed":
            return False
        today = england().local_date(now)
        typed = read_lines(new.words, policy, directory, today)
        quoted = read_lines(_unquoted(new.removed), policy, directory, today, same_line=True)
        facts = _missing(case, supplied(policy, quoted)) | _missing(case, supplied(policy, typed))
        unread = tuple(
            each for each in (*typed.unread, *quoted.unread) if each.key not in case.facts or each.key in facts
        )
        if not facts and all(each.key in case.facts.get("unread", ()) for each in unread):
            return False
        self._arrivals.added(message_id, letter, facts, unread, answer, why, now)
        return True


def _missing(case: Case, facts: Facts) -> dict[str, str | tuple[str, ...]]:
    """What the case lacks, or could not read before. What it has already is changed by a person alone."""
    unread = case.facts.get("unread", ())
    return {key: value for key, value in facts.items() if _lacks(case, key, value) or key in unread}


def _lacks(case: Case, key: str, value: str | tuple[str, ...]) -> bool:
    """A Yes to harm is news also where words of it were found before; a Yes to a diversion, until it was acted on."""
    if key == "immediate_harm":
        return not case.facts.get(key) or bool(case.facts.get("harm_words"))
    if key.startswith("aside_") and value == "yes":
        name = key.removeprefix("aside_")
        return name not in (*case.facts.get("diversions", ()), *case.facts.get("signposts", ()))
    return not case.facts.get(key)


def _unquoted(removed: str) -> str:
    """People also write into the letter that they quote, behind the labels that we left empty."""
    return "\n".join(line.lstrip("> |") for line in removed.split("\n"))
