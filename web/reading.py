"""From the inputs of one field to its value, or to a sentence about what is wrong."""

import re
from collections.abc import Mapping
from datetime import date
from typing import NamedTuple

from web.fields import DATE_PARTS, Field, Problem, Value
from web.posted import Posted

_HIDDEN_IN_TEXT = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_HIDDEN_IN_LINE = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_ADDRESS = re.compile(r"[^\s@<>(),;:\\\"\[\]]+@[^\s@<>(),;:\\\"\[\].]+(\.[^\s@<>(),;:\\\"\[\].]+)+")


class Read(NamedTuple):
    """What one field brought: the texts to show again by input name, the value, and the problem if there is one."""

    typed: Mapping[str, tuple[str, ...]]
    value: Value
    problem: Problem | None


def read_field(field: Field, posted: Posted) -> Read:
    """Read one field of a posted form."""
    typed = {name: tuple(_tidy(x) for x in posted.all(name)) for name in field.input_names}
    shown = {name: tuple(_hidden(field).sub("", x) for x in texts) for name, texts in typed.items()}
    fault = _fault_of_texts(field, typed)
    if fault:
        return Read(shown, _empty(field), Problem(fault, field.input_names[0]))
    if field.kind == "date":
        return _read_date(field, shown)
    if field.kind == "checkboxes":
        return _read_ticks(field, shown)
    return _read_text(field, shown)


def _tidy(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n").strip(" \t\n\u00a0")


def _hidden(field: Field) -> re.Pattern[str]:
    return _HIDDEN_IN_TEXT if field.kind == "textarea" else _HIDDEN_IN_LINE


def _empty(field: Field) -> Value:
    return {"date": None, "checkboxes": ()}.get(field.kind, "")


def _fault_of_texts(field: Field, typed: Mapping[str, tuple[str, ...]]) -> str:
    texts = [text for texts in typed.values() for text in texts]
    if field.kind != "checkboxes" and any(len(texts) > 1 for texts in typed.values()):
        return f"“{field.label}” came twice. Check what is shown and send the form again"
    if any(_hidden(field).search(text) for text in texts):
        return f"“{field.label}” held hidden characters, which were taken out. Check what is shown and send it again"
    if any(len(text) > field.limit for text in texts):
        return f"“{field.label}” must be {field.limit:,} characters or fewer. You have {max(map(len, texts)):,}"
    return ""


def _read_text(field: Field, shown: Mapping[str, tuple[str, ...]]) -> Read:
    text = next(iter(shown[field.name]), "")
    fault = _fault_of_text(field, text)
    return Read(shown, "" if fault else text, Problem(fault, field.name) if fault else None)


def _fault_of_text(field: Field, text: str) -> str:
    if not text:
        return field.says_missing if field.required else ""
    if field.kind == "email" and not (_ADDRESS.fullmatch(text) and text.isprintable()):
        return "Enter an e-mail address in the usual form, like name@agency.example"
    if field.kind in ("radios", "select") and text not in field.choices:
        return f"Choose one of the answers listed under “{field.label}”"
    return ""


def _read_ticks(field: Field, shown: Mapping[str, tuple[str, ...]]) -> Read:
    ticked = tuple(dict.fromkeys(text for text in shown[field.name] if text))
    fault = "" if ticked or not field.required else field.says_missing
    if not field.choices.issuperset(ticked):
        fault = f"Choose from the answers listed under “{field.label}”"
    return Read(shown, () if fault else ticked, Problem(fault, field.name) if fault else None)


def _read_date(field: Field, shown: Mapping[str, tuple[str, ...]]) -> Read:
    parts = {part: next(iter(shown[f"{field.name}-{part}"]), "") for part in DATE_PARTS}
    if not any(parts.values()):
        problem = Problem(field.says_missing, field.input_names[0]) if field.required else None
        return Read(shown, None, problem)
    lacking = [part for part in DATE_PARTS if not parts[part]]
    if lacking:
        fault = f"“{field.label}” must have a {' and a '.join(lacking)}"
        return Read(shown, None, Problem(fault, f"{field.name}-{lacking[0]}"))
    day = _real_date(parts)
    fault = f"“{field.label}” must be a real date, such as 27 3 2026"
    return Read(shown, day, None if day else Problem(fault, field.input_names[0]))


def _real_date(parts: Mapping[str, str]) -> date | None:
    if not all(text.isascii() and text.isdecimal() for text in parts.values()) or len(parts["year"]) != 4:
        return None
    try:
        return date(int(parts["year"]), int(parts["month"]), int(parts["day"]))
    except ValueError:
        return None
