"""Reads on past the faults of a policy's shape, so that a key which refers to nothing is named in the same breath.

What is put in for a faulty value is never used for a case; where nothing fits, the rest waits until the shape is right.
"""

from collections.abc import Iterable, Mapping
from copy import deepcopy
from typing import Any

from pydantic import ValidationError

from cases.policy import Policy
from cases.policy_files.words import kind_at, misspelt, places_of
from cases.policy_files.yaml import Loc, Written
from cases.stages import Source

Error = Mapping[str, Any]


def mended(written: Written, errors: Iterable[Error]) -> tuple[Policy, frozenset[str]] | None:
    """The policy as it would be with its shape mended, and the paths that were; nothing where that cannot be told."""
    data = deepcopy(written.data)
    places = places_of(errors, written)
    for loc, found in places.items():
        holder = _at(data, loc[:-1])
        if found[0]["type"] == "extra_forbidden":
            value = holder.pop(loc[-1])
            if intended := misspelt(places).get(loc):
                holder[intended[-1]] = value
        elif loc not in misspelt(places).values():
            stand_in = _stand_in(loc, found[0])
            if stand_in is None:
                return None
            holder[loc[-1]] = stand_in
    try:
        policy = Policy.model_validate(data)
    except ValidationError:
        return None
    return policy, frozenset(written.path(loc) for loc in places)


def _stand_in(loc: Loc, error: Error) -> object:
    """What fits the place of an error; nothing for a key, since others refer to it by the name that was meant."""
    if not loc or loc[-1] == "key":
        return None
    match error["type"]:
        case "missing":
            return _of_kind(kind_at(loc))
        case "string_type":
            return "mended"
        case "string_pattern_mismatch" | "string_too_long":
            return "MENDED" if "[A-Z" in str(error.get("ctx", {}).get("pattern", "[A-Z")) else "mended"
        case "int_type" | "greater_than_equal":
            return 1
        case "literal_error":
            return str(error["ctx"]["expected"]).split("'")[1]
        case "date_parsing" | "date_from_datetime_parsing":
            return "2000-01-01"
        case "value_error":
            return {"none": "mended"}
        case _:
            return None


def _of_kind(kind: object) -> object:
    if kind is Source:
        return {"clause": "mended", "basis": "S"}
    return {str: "mended", int: 1}.get(kind) if isinstance(kind, type) else None


def _at(data: Any, loc: Loc) -> Any:
    for step in loc:
        data = data[step]
    return data
