"""What is answered while a case is paused: recorded, and put to business support; it takes effect when it goes on."""

from cases.case import Party, StageRow
from cases.submission import Answer
from cases.verbs.decision import Draft
from cases.verbs.letters import for_support
from cases.verbs.telling import tell_news
from cases.working_time import spoken_date

WAITING = ("way", "move", "stay", "go_on")  # what nobody does while it is paused: a person does it afterwards
NOTHING_FOLLOWS = (
    "Nothing follows from it while the case is paused. Please end the pause if it can end, "
    "and do then what was asked for."
)


def later(draft: Draft) -> str:
    """When an answer takes effect, for the end of how it was recorded."""
    until = draft.case.paused_until
    day = f" until {spoken_date(until)}" if until else ""
    return f" (the case is paused{day}: it takes effect when the case goes on)"


def tell(draft: Draft, row: StageRow, party: Party, said: str, text: str) -> None:
    """The raiser hears what was said, at once; business support may end the pause early for it."""
    words = f"{party.name or party.title} says: {said}{later(draft)}. {text}".strip()
    tell_news(draft, row, words, [each for each in (draft.case.raiser,) if each.key != party.key])
    tell_support(draft, party, said)


def tell_support(draft: Draft, party: Party, said: str) -> None:
    """Business support may end the pause early for it."""
    for_support(
        draft,
        f"in_pause:{draft.case.length}",
        f"{party.name or party.email} answered while the case is paused: {said}. It is on the record, and takes effect "
        "when the case goes on. Please see whether the pause can end now.",
    )


def held(draft: Draft, party: Party, answer: Answer, kept: dict[str, str]) -> None:
    """Something that moves the case: kept on the record, and a person does it when the case goes on."""
    does = answer.does.partition(":")[0].replace("_", " ")
    words = f"{party.name} ({party.title}) answered while the case is paused: {does}."
    draft.note("answered_in_pause", f"{words} {answer.text}".strip(), answer=kept)
    for_support(
        draft,
        f"in_pause:{draft.case.length}",
        " ".join(filter(None, (words, draft.not_shown(answer.text), NOTHING_FOLLOWS))),
    )
