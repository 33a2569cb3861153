"""A form with one choice among several, where some choices need words or a date with them. Works without JavaScript."""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from web.fields import Field, Option
from web.forms import Filled, Form


class Choice(NamedTuple):
    """One thing to choose. `needs` names what comes with it: "text" and "date" are required, a "remark" is welcome."""

    key: str
    title: str
    needs: Sequence[str] = ()


def choice_form(choices: Sequence[Choice], label: str, further: Sequence[Field] = ()) -> Form:
    """The form, with room for words and a date only where some choice needs them."""
    options = [Option(each.key, each.title) for each in choices]
    fields = [Field("choice", label, "radios", required=True, missing="Choose one of the answers", options=options)]
    needing = _needing(choices, "text")
    if needing or _needing(choices, "remark"):
        hint = f"Needed with: {needing}. Welcome with every answer." if needing else "Welcome with every answer."
        fields.append(Field("text", "In your own words", "textarea", hint=hint))
    if _needing(choices, "date"):
        fields.append(
            Field("day", "Date", "date", hint=f"Needed with: {_needing(choices, 'date')}. Such as 27 3 2027.")
        )
    return Form([*fields, *further])


def checked(filled: Filled, choices: Sequence[Choice], today: date) -> Filled:
    """The filled-in form with what the choice lacks. A date that is needed must be `today` or later."""
    choice = next((each for each in choices if each.key == filled.values.get("choice")), None)
    if not choice:
        return filled
    if "text" in choice.needs and not filled.shown("text"):
        filled = filled.with_problem(f"Write a few words: they are needed with “{choice.title}”", "text")
    if "date" not in choice.needs or "day" in filled.problems:
        return filled
    day = filled.day("day")
    if not day:
        return filled.with_problem(f"Enter a date: it is needed with “{choice.title}”", "day")
    return filled.with_problem("The date must be today or later", "day") if day < today else filled


def _needing(choices: Sequence[Choice], need: str) -> str:
    return ", ".join(f"“{each.title}”" for each in choices if need in each.needs)
