"""Actions on the people of a case: a meeting, and somebody else in a party's place."""

import re
from collections.abc import Sequence
from datetime import time

from cases.case import Meeting
from cases.standing import View
from cases.support import Act
from cases.verbs import handing_over, meetings
from cases.verbs.orders import Order, Refused
from desk.actions.action import Action, Seen, reason
from web.fields import Field, Option
from web.forms import Filled

_TIME = re.compile(r"([01]?\d|2[0-3])[:.]([0-5]\d)")
NO_TIME = "Write the time as hours and minutes, such as 10:30, or leave it empty"
NOBODY = "Choose somebody of the directory, or write both the name and the address"


def _in_stage(view: View) -> bool:
    return view.case.row is not None and view.case.status != "closed"


def _meets(view: View) -> bool:
    return _in_stage(view) and bool(view.case.stages[-1].meeting)


def _meeting(seen: Seen) -> Sequence[Field]:
    hint = "A room, a telephone number, or the words of a link. Everybody in the stage reads it."
    return [
        Field("day", "On which day?", "date", required=True, missing="Enter the day of the meeting"),
        Field(
            "at", "At what time?", hint="Such as 10:30. Without a time the invitation is for the whole day.", width=5
        ),
        Field("place", "Where?", hint=hint, longest=300),
    ]


def _arrange(seen: Seen, filled: Filled, order: Order) -> Act:
    day, typed = filled.day("day"), filled.text("at")
    found = _TIME.fullmatch(typed)
    if typed and not found:
        raise Refused(NO_TIME)
    if day is None:
        raise Refused("Enter the day of the meeting")
    at = time(int(found[1]), int(found[2])) if found else None
    meeting = Meeting(day, at, filled.text("place"))
    return Act(lambda case, moment: meetings.arrange(case, meeting, order, moment))


def _call_off(seen: Seen, filled: Filled, order: Order) -> Act:
    return Act(lambda case, moment: meetings.call_off(case, order, moment))


def _places(seen: Seen) -> Sequence[Field]:
    view = seen.view
    parties = [Option(each.key, f"{each.name or each.email}, {each.title}") for each in view.case.parties]
    known = {each.email.lower(): each for each in reversed(view.directory.people)}
    people = sorted(known.values(), key=lambda each: each.name)
    listed = [
        Option(each.email, ", ".join(filter(None, (each.name, view.directory.agency_name(each.agency)))))
        for each in people
    ]
    return [
        Field("who", "Whose place is taken?", "radios", required=True, options=parties),
        Field("person", "By somebody of the directory", "select", options=listed),
        Field("name", "Or by somebody else: the name", longest=200),
        Field("email", "Their e-mail address", "email", hint="It must be of an agency’s registered domain."),
    ]


def _hand_over(seen: Seen, filled: Filled, order: Order) -> Act:
    who, chosen = filled.text("who"), filled.text("person")
    name, email = filled.text("name"), filled.text("email")
    if chosen and not (name or email):
        name, email = seen.view.directory.name_of(chosen), chosen
    elif chosen or not (name and email):
        raise Refused(NOBODY)
    return Act(lambda case, moment: handing_over.hand_over(case, who, name, email, order, moment))


PEOPLE = (
    Action(
        "meeting",
        "Arrange a meeting, or move it",
        "Everybody in the stage gets the invitation for their calendar.",
        _in_stage,
        _meeting,
        _arrange,
        reason=reason("What is it for?"),
    ),
    Action(
        "call-off",
        "Call the meeting off",
        "Everybody in the stage is told, and it leaves their calendars.",
        _meets,
        lambda seen: (),
        _call_off,
    ),
    Action(
        "hand-over",
        "Put somebody else in a person’s place",
        "In this case alone: the directory is not changed. Both are told, and the person who raised it.",
        lambda view: view.case.status != "closed",
        _places,
        _hand_over,
    ),
)
