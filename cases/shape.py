"""A case and its changes as plain JSON, and back: how they are sealed, and how the record gives the case again."""

from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import TypeAdapter
from pydantic_core import to_jsonable_python

from cases.case import PLACES, Case, Changed, Fields

_CASE: TypeAdapter[Case] = TypeAdapter(Case)
PART_PLACES = tuple(PLACES.values())


def plain(value: Any) -> Any:
    """A value of the case as JSON."""
    return to_jsonable_python(value)


def plain_change(change: Changed) -> dict[str, Any]:
    """One change as an entry of the record carries it."""
    if isinstance(change, Fields):
        return {"fields": plain(change.values)}
    return {"place": PLACES[type(change)], "part": plain(change)}


def own_fields(case: Case) -> dict[str, Any]:
    """The case's own fields, without its parts."""
    return {key: value for key, value in plain(case).items() if key not in PART_PLACES}


def case_from(fields: Mapping[str, Any], parts: Mapping[str, list[Any]]) -> Case:
    return _CASE.validate_python({**fields, **parts})


def rebuilt(case_id: str, contents: Iterable[Mapping[str, Any]]) -> Case:
    """The case as the entries of its record make it; they must be in order and complete."""
    fields: dict[str, Any] = {"id": case_id, "length": 0}
    parts: dict[str, dict[str, Any]] = {place: {} for place in PART_PLACES}
    for content in contents:
        fields["length"] += 1
        for change in content["changes"]:
            if "fields" in change:
                fields |= change["fields"]
            else:
                parts[change["place"]][change["part"]["key"]] = change["part"]
    return case_from(fields, {place: list(found.values()) for place, found in parts.items()})
