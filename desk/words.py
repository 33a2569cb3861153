"""What the desk's lists say in a few words: of a task, of how urgent it is, of a letter and of a stage."""

from collections.abc import Mapping

from cases.case import Clock
from cases.letter_titles import letter_title as letter_title
from cases.policy import Policy
from cases.standing import View
from cases.task_titles import task_title as task_title

NOT_KNOWN = "Not known"
URGENCY = ("At once", "Today, first", "Today", "This week", "When there is time")  # by rank
_CLOCKS: Mapping[str, str] = {
    "on_file": "Confirmation that it is on the child’s file",
    "objection": "The raiser’s time to say that it is not settled",
    "told": "The raiser counts as told, if no failure comes back",
    "confirmation": "The raiser confirms the e-mail address",
    "diversion": "The named person decides what can go on",
    "pause": "The pause ends",
    "breach": "Those concerned by a letter that went wrong are told",
}


def stage_words(policy: Policy, stage: str | None, tier: int | None) -> str:
    """A stage in a list, such as "Stage 2, tier 2"; one that the policy does not know any more by its key."""
    if not stage:
        return "Not in a stage"
    label = policy.stages[stage].label if stage in policy.stages else stage.replace("_", " ").capitalize()
    return f"{label}, tier {tier + 1}" if tier else label


def clock_title(view: View, clock: Clock) -> str:
    """What a clock waits for, in plain words."""
    if clock.purpose == "asked":
        asked = view.case.asked_thing(clock.about)
        return f"{asked.title}, asked of {name_of(view, asked.party)}"
    if clock.purpose != "timescale":
        return _CLOCKS.get(clock.purpose, "A step that the service takes by itself")
    row = next((each for each in view.case.stages if each.key == clock.about), None)
    stage = f"{view.policy.stages[row.stage].label}" if row else "The case"
    return f"{stage}: an answer"


def name_of(view: View, who: str) -> str:
    """A party's name, or address; business support by that name."""
    party = next((each for each in view.case.parties if each.key == who), None)
    return (party.name or party.email) if party else "business support"
