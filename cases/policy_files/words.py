"""What pydantic finds wrong with a policy, said in plain words with the line and the remedy."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches
from types import UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

from cases.policy import Policy
from cases.policy_files.fault import Fault
from cases.policy_files.yaml import Loc, Written

Error = Mapping[str, Any]

PATTERNS = {
    "^[a-z]": "a key: small letters, digits and underscores, beginning with a letter, such as `line_manager`",
    "^[A-Z0-9]+(": "an answer word: capital letters, digits and single spaces, such as `NOT RESOLVED`",
    "^[A-Z]{": "two to eight capital letters",
}
WANTED = {
    "string_type": "a text",
    "int_type": "a whole number",
    "bool_type": "`true` or `false`",
    "tuple_type": "a list",
    "mapping_type": "a set of keys",
    "dict_type": "a set of keys",
    "model_type": "a set of keys",
    "date_type": "a date such as 2026-05-31",
    "date_parsing": "a date such as 2026-05-31",
    "date_from_datetime_parsing": "a date such as 2026-05-31",
    "date_from_datetime_inexact": "a date without a time, such as 2026-05-31",
}


def in_plain_words(errors: Sequence[Error], written: Written) -> list[Fault]:
    """One fault a place: several errors of one place are one mistake, and a key misspelt is not also missing."""
    places = places_of(errors, written)
    intended = misspelt(places)
    return [_fault(loc, found, written, intended) for loc, found in places.items() if loc not in intended.values()]


def places_of(errors: Iterable[Error], written: Written) -> dict[Loc, list[Error]]:
    """The errors by their place in the file."""
    places: dict[Loc, list[Error]] = defaultdict(list)
    for error in errors:
        emptied = error["type"] == "too_short" and error["input"]  # by faults of its entries, named for themselves
        if not emptied:
            places[_real(error, written)].append(error)
    return dict(places)


def misspelt(places: Mapping[Loc, Sequence[Error]]) -> dict[Loc, Loc]:
    """Each unknown key that is nearly one which is missing beside it, with that one."""
    missing = [loc for loc, found in places.items() if found[0]["type"] == "missing"]
    pairs: dict[Loc, Loc] = {}
    for loc, found in places.items():
        beside = [str(other[-1]) for other in missing if other[:-1] == loc[:-1]]
        if found[0]["type"] == "extra_forbidden" and (near := get_close_matches(str(loc[-1]), beside, 1)):
            pairs[loc] = (*loc[:-1], near[0])
    return pairs


def kind_at(loc: Loc) -> Any:
    """What the model has at a place: a class, or a list or set of keys of one."""
    kind: Any = Policy
    for step in loc:
        kind = _step(kind, step)
    return _known(kind)


def _real(error: Error, written: Written) -> Loc:
    """The place in the file: what pydantic adds at the end for its own kinds is no place."""
    loc: Loc = tuple(error["loc"])
    if error["type"] == "missing":
        return loc
    while loc not in written.places:
        loc = loc[:-1]
    return loc


def _fault(loc: Loc, found: Sequence[Error], written: Written, intended: Mapping[Loc, Loc]) -> Fault:
    line = written.places[loc if loc in written.places else loc[:-1]].line
    what, remedy = _said(loc, found, intended)
    return Fault(written.file, line, written.path(loc), what, remedy)


def _said(loc: Loc, found: Sequence[Error], intended: Mapping[Loc, Loc]) -> tuple[str, str]:
    error = found[0]
    kind = error["type"]
    if kind == "missing":
        return f"The key `{loc[-1]}` is missing.", "Add it."
    if kind == "extra_forbidden":
        return f"There is no key `{loc[-1]}` here.", _allowed(loc, error["input"], intended)
    if kind == "value_error":
        problem = str(error["ctx"]["error"])
        return f"{problem[0].upper()}{problem[1:]}.", "Keep exactly one; policies/README.md lists them."
    if kind == "greater_than_equal":
        return f"{error['input']} is too small.", f"The least is {error['ctx']['ge']}."
    if kind == "too_short":
        return "Nothing stands in this list.", "It needs at least one entry."
    if kind == "string_too_long":
        return (
            f"“{error['input']}” is too long to be typed in a reply.",
            f"At most {error['ctx']['max_length']} characters.",
        )
    return _wrong(error["input"]), f"It should be {_expected(found)}.{_trap(error)}"


def _allowed(loc: Loc, value: object, intended: Mapping[Loc, Loc]) -> str:
    names = list(kind_at(loc[:-1]).model_fields)
    near = [str(intended[loc][-1])] if loc in intended else get_close_matches(str(loc[-1]), names, 1)
    if near:
        return f"Did you mean `{near[0]}`?"
    if value is None:
        return "If it belongs to the text before it, put that whole text in quotation marks."
    return f"Allowed here: {', '.join(names)}."


def _wrong(value: object) -> str:
    match value:
        case None:
            return "Nothing stands here."
        case bool():
            return f"`{str(value).lower()}` stands here."
        case int() | float():
            return f"The number {value} stands here."
        case str():
            return f"“{value}” stands here."
        case list():
            return "A list stands here."
        case _:
            return "A set of keys stands here."


def _expected(found: Sequence[Error]) -> str:
    ways = []
    for error in found:
        if error["type"] == "literal_error":
            ways.append(error["ctx"]["expected"].replace("'", "`"))
        elif error["type"] == "string_pattern_mismatch":
            pattern = error["ctx"]["pattern"]
            ways.append(next(words for begins, words in PATTERNS.items() if pattern.startswith(begins)))
        else:
            ways.append(WANTED.get(error["type"], error["msg"]))
    return " or ".join(dict.fromkeys(ways))


def _trap(error: Error) -> str:
    """A word on what YAML makes of some texts."""
    match error["type"], error["input"]:
        case "string_type", bool() | int() | float():
            return " Put it in quotation marks: without them YAML reads it as a number, or as true or false."
        case "bool_type", str():
            return " Other words, such as yes and no, are texts."
        case "tuple_type", str():
            return " Each entry stands on a line of its own after a dash, or all within [ ]."
        case "string_type", dict():
            return " A text that holds a colon goes in quotation marks."
        case _:
            return ""


def _step(kind: Any, step: str | int) -> Any:
    known = _known(kind)
    if isinstance(step, int):
        return get_args(known)[0]
    return get_args(known)[1] if get_origin(known) else get_type_hints(known)[step]


def _known(kind: Any) -> Any:
    """The kind without its `None`."""
    if get_origin(kind) in (Union, UnionType):
        return next(each for each in get_args(kind) if each is not type(None))
    return kind
