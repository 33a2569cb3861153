"""An action at the desk, described by data: when it applies, what it asks for, and the verb that it comes to."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from cases.standing import View
from cases.support import Act
from cases.verbs.orders import Order
from web.fields import Field
from web.forms import Filled


@dataclass(frozen=True, slots=True)
class Seen:
    """A case as the officer sees it. `harm_open`: a task about immediate harm is not done."""

    view: View
    harm_open: bool


@dataclass(frozen=True, slots=True)
class Action:
    """`key` is its place in the address. `confidential`: it is also there for a case whose content stays hidden."""

    key: str
    title: str
    hint: str
    applies: Callable[[View], bool]
    fields: Callable[[Seen], Sequence[Field]]
    act: Callable[[Seen, Filled, Order], Act]
    confidential: bool = False
    reason: Field | None = None


def reason(label: str = "Why?", hint: str = "It goes on the record and into the letters.") -> Field:
    """The question for the reason, which every action asks."""
    missing = "Write why: it goes on the record"
    return Field("reason", label, required=True, longest=500, missing=missing, hint=hint)
