"""A form as it is shown and as it comes back: what was typed, what it means, what is wrong with it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import TypeVar

from web.fields import Field, Problem, Value
from web.posted import Posted
from web.reading import read_field

_T = TypeVar("_T")


@dataclass(frozen=True)
class Filled:
    """A form as somebody filled it in: what was typed (to show again), the values read from it, the problems."""

    fields: tuple[Field, ...]
    typed: Mapping[str, tuple[str, ...]]
    values: Mapping[str, Value] = field(default_factory=dict)
    problems: Mapping[str, Problem] = field(default_factory=dict)

    @property
    def ok(self) -> bool:
        """Whether it may be acted on."""
        return not self.problems

    def text(self, name: str) -> str:
        """Give the text, address or chosen value of a field ("" if empty). Raises TypeError for other kinds."""
        return _expect(str, self.values[name])

    def chosen(self, name: str) -> tuple[str, ...]:
        """Give the ticked values of checkboxes. Raises TypeError for other kinds."""
        return _expect(tuple, self.values[name])

    def day(self, name: str) -> date | None:
        """Give a date, or None if it was left empty. Raises TypeError for other kinds."""
        value = self.values[name]
        return None if value is None else _expect(date, value)

    def with_problem(self, message: str, name: str = "") -> "Filled":
        """Add what only the caller can know: about one field, or about the whole form (such as `csrf.MESSAGE`).

        Raises KeyError for a name that is not in the form.
        """
        targets = {"": ""} | {each.name: each.input_names[0] for each in self.fields}
        problem = Problem(message, targets[name])
        return replace(self, problems={**self.problems, name: problem})

    def shown(self, input_name: str) -> str:
        """Give the text to show in an input."""
        return next(iter(self.typed.get(input_name, ())), "")


class Form:
    """The fields of one form, in the order they are shown. Raises ValueError for two of the same name."""

    def __init__(self, fields: Sequence[Field]) -> None:
        names = [name for each in fields for name in each.input_names]
        if len(names) != len(set(names)):
            raise ValueError(f"a form has two fields of the same name: {', '.join(sorted(names))}")
        self.fields = tuple(fields)

    def blank(self, typed: Mapping[str, str | Sequence[str]] | None = None) -> Filled:
        """Give the form to be filled in, with some inputs filled already (by input name)."""
        given = {name: (x,) if isinstance(x, str) else tuple(x) for name, x in (typed or {}).items()}
        return Filled(self.fields, given)

    def read(self, posted: Posted) -> Filled:
        """Read what was posted. Other fields than the form's own are left alone.

        Line ends become "\\n" and the space around an answer is dropped. Control characters, which nobody sees,
        are a problem to be told of: the form is shown again without them.
        """
        readings = {each.name: read_field(each, posted) for each in self.fields}
        return Filled(
            self.fields,
            {name: texts for reading in readings.values() for name, texts in reading.typed.items()},
            {name: reading.value for name, reading in readings.items()},
            {name: reading.problem for name, reading in readings.items() if reading.problem},
        )


def _expect(kind: type[_T], value: Value) -> _T:
    if not isinstance(value, kind):
        raise TypeError(f"this field holds {value!r}, not {kind.__name__}")
    return value
