"""The questions of a form, described by data."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal, NamedTuple

Kind = Literal["text", "email", "textarea", "radios", "checkboxes", "date", "select"]
Value = str | tuple[str, ...] | date | None
DATE_PARTS = ("day", "month", "year")
_LONGEST = {"textarea": 10_000, "email": 254}


class Option(NamedTuple):
    """One answer of radios, checkboxes or a select: `value` is stored, `label` is read."""

    value: str
    label: str
    hint: str = ""


@dataclass(frozen=True)
class Field:
    """One question. `width` counts characters (2, 3, 4, 5, 10, 20 or 30); `longest` too, 0 for the kind's own.

    `missing` is what is said when a required field is empty; without it the sentence is made from the label.
    """

    name: str
    label: str
    kind: Kind = "text"
    hint: str = ""
    options: Sequence[Option] = ()
    required: bool = False
    autocomplete: str = ""
    width: int = 0
    rows: int = 6
    longest: int = 0
    missing: str = ""

    @property
    def limit(self) -> int:
        """The most characters taken."""
        return self.longest or _LONGEST.get(self.kind, 200)

    @property
    def choices(self) -> frozenset[str]:
        """The values that may be chosen."""
        return frozenset(option.value for option in self.options)

    @property
    def input_names(self) -> tuple[str, ...]:
        """The names of its inputs in the page; a date has three."""
        return tuple(f"{self.name}-{part}" for part in DATE_PARTS) if self.kind == "date" else (self.name,)

    @property
    def says_missing(self) -> str:
        """What to say when it is required and empty."""
        if self.missing:
            return self.missing
        if self.label.endswith("?"):
            return f"Answer the question “{self.label}”"
        return f"{'Choose' if self.options else 'Enter'} {_inside_a_sentence(self.label)}"


class Problem(NamedTuple):
    """An error message and the id of the input that it is about ("" for the whole form)."""

    message: str
    target: str = ""


def _inside_a_sentence(label: str) -> str:
    acronym = label[1:2].isupper()
    return label if acronym else label[:1].lower() + label[1:]
