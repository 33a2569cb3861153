"""What business support is told of a confidential case: what to do and roles; no names, no words (chscp 1.7)."""

from datetime import datetime
from uuid import uuid4

import pytest

from cases.case import Fields
from cases.rehearsals.rehearsal import Play
from cases.submission import Absence
from cases.verbs import messages, posted
from cases.verbs.decision import Decision, Moment
from tests.cases.verbs.test_opening import at, say
from tests.cases.verbs.test_presence import MONDAY, put, receiver, second

SAID = "Her colleague Ines knows of it."


def confidential() -> Play:
    play = second()
    put(play, Fields({"confidential": True}))
    return play


def moment(play: Play, now: datetime) -> Moment:
    return Moment(now, play.policy, play.directory, play.calendar)


def told(play: Play, decision: Decision) -> str:
    """The words of its tasks, and of its letters to business support."""
    words = [task.words for task in decision.tasks]
    words += [letter.values["words"] for letter in decision.letters if letter.purpose == "task"]
    assert words
    return "\n".join(words)


def names(play: Play) -> list[str]:
    return [each for party in play.case.parties for each in (party.name, party.email) if each]


@pytest.mark.parametrize("does", ["question", "hand_over"])
def test_what_somebody_asks_is_not_in_the_task_of_a_confidential_case(does: str) -> None:
    for play, hidden in ((second(), False), (confidential(), True)):
        who = receiver(play).name
        say(play, who, does, MONDAY, SAID)
        made = next(step.decision for step in reversed(play.steps) if step.decision.tasks)
        words = told(play, made)
        assert (SAID in words, who in words) == (not hidden, not hidden)
        assert ("The line manager" in words) is hidden


@pytest.mark.parametrize("became", ["refused", "bounced", "lost", "delayed", "held"])
def test_a_letter_in_trouble_on_a_confidential_case_is_told_by_its_role(became: str) -> None:
    play = confidential()
    to = next(party for party in play.case.parties if party.email == receiver(play).email)
    decision = posted.posted(
        play.case,
        "stage",
        to.key,
        became,
        moment(play, at(MONDAY)),
        tells=False,
        shares=False,
        letter=uuid4().hex,
        why=f"550 {to.email} is not known",
        brake="b1" if became == "held" else "",
    )
    words = told(play, decision)
    assert not [each for each in names(play) if each in words]
    assert f"the {to.title}" in words


def test_mail_in_trouble_on_a_confidential_case_names_nobody() -> None:
    play, now = confidential(), at(MONDAY)
    to = next(party for party in play.case.parties if party.email == receiver(play).email)
    case, here = play.case, moment(play, now)
    made = [
        messages.not_confirmed(case, "m1", to, "Nobody vouches for it.", "A question", None, here),
        messages.disowned(case, "m1", to, here),
        messages.absent(case, "m1", to, Absence("I am away."), "someone@else.example", here),
        messages.harm_found(case, "m1", ("suicidal",), here),
    ]
    for decision in made:
        words = told(play, decision)
        assert not [each for each in (*names(play), "someone@else.example", "suicidal") if each in words]
