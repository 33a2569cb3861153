"""Actions that end a case, and the task for a breach."""

from collections.abc import Sequence

from cases.holidays import england
from cases.letter_titles import letter_title
from cases.reference import Reference
from cases.standing import View, letter_word
from cases.support import Act
from cases.verbs import breach, ending
from cases.verbs.ending import Kind
from cases.verbs.orders import Order
from cases.working_time import spoken_date
from desk.actions.action import Action, Seen, reason
from web.fields import Field, Option
from web.forms import Filled

WRONG_CHILD = "Letters of this case were about the wrong child."
WRONG_ADDRESS = "Letters of this case went to somebody who should not have had them."


def _not_closed(view: View) -> bool:
    return view.case.status != "closed"


def _kinds(seen: Seen) -> Sequence[Field]:
    kinds = [
        Option("withdrawn", "The person who raised it withdraws it"),
        Option("should_not_be", "It should not have been a case"),
    ]
    asked = Field(
        "harm",
        "A task about immediate harm is open. What was done about it?",
        "textarea",
        required=True,
        rows=3,
        missing="Write what was done about immediate harm",
    )
    return [
        Field("kind", "Why does it end?", "radios", required=True, options=kinds),
        *([asked] if seen.harm_open else []),
    ]


def _end(seen: Seen, filled: Filled, order: Order) -> Act:
    kind: Kind = "withdrawn" if filled.text("kind") == "withdrawn" else "should_not_be"
    harm, still_open = filled.text("harm") if seen.harm_open else "", seen.harm_open
    return Act(lambda case, moment: ending.end_by_hand(case, kind, order, harm, still_open, moment))


def _survivor(seen: Seen) -> Sequence[Field]:
    hint = "The reference of the case that goes on. This one ends, and its raiser is told how the other one ends."
    return [Field("survivor", "It is the same matter as", required=True, hint=hint, width=20)]


def _merge(seen: Seen, filled: Filled, order: Order) -> Act:
    survivor = str(Reference.parse(filled.text("survivor")) or filled.text("survivor"))
    return Act(lambda case, moment: ending.merge(case, survivor, order, moment), survivor, order)


def _gone(seen: Seen) -> Sequence[Field]:
    kinds = [Option("child", "It was about the wrong child"), Option("address", "It went to the wrong person")]
    written = {each.email.lower(): each for each in seen.view.letters if each.to != "business_support"}
    people = [Option(email, f"{each.name or email}, {email}") for email, each in written.items()]
    hint = "Tick everybody who had a letter in error."
    after = "Letters that wait are not sent, and no further ones are written."
    return [
        Field("kind", "What went wrong?", "radios", required=True, options=kinds),
        Field("to", "Who had letters in error?", "checkboxes", required=True, options=people, hint=hint),
        Field("barred", "To whom must nothing more of this case go?", "checkboxes", options=people, hint=after),
    ]


def _breach(seen: Seen, filled: Filled, order: Order) -> Act:
    what = WRONG_CHILD if filled.text("kind") == "child" else WRONG_ADDRESS
    gone, barred = _lines(seen.view, filled.chosen("to")), filled.chosen("barred")
    return Act(lambda case, moment: breach.open_breach(case, what, gone, barred, order, moment))


def _lines(view: View, addresses: tuple[str, ...]) -> tuple[str, ...]:
    """A line for each letter to these addresses: what it was, to whom it went, when, and how far it came."""
    lines = []
    for letter in view.letters:
        if letter.email.lower() in addresses:
            local = england().local(letter.planned_at)
            when = f"{spoken_date(local.date())} at {local:%H:%M}"
            what = letter_title(letter.purpose)
            lines.append(f"“{what}” to {letter.name} <{letter.email}>, written {when}: {letter_word(letter.state)}")
    return tuple(lines)


ENDS = (
    Action(
        "breach",
        "A wrong child, or a letter to the wrong person",
        "Opens a task with what went where, what to do, and the 72 hours in which it may have to be reported.",
        lambda view: any(each.to != "business_support" for each in view.letters),
        _gone,
        _breach,
        reason=reason("What happened?", "It goes on the record and into the task. No letter goes to the people."),
    ),
    Action(
        "merge",
        "It is the same matter as another case",
        "This case ends, everybody on it is told, and what comes in on it leads to the other one.",
        _not_closed,
        _survivor,
        _merge,
    ),
    Action(
        "end",
        "End it: withdrawn, or never to have been a case",
        "Everybody on it is told. Its record is kept.",
        _not_closed,
        _kinds,
        _end,
        confidential=True,
    ),
)
