"""Who works at a partnership's desk, and what each may do there. Values only."""

from dataclasses import dataclass
from typing import Literal

Right = Literal["see", "work", "manage"]
Role = Literal["reader", "support", "manager"]

TITLES: dict[Role, str] = {"reader": "Reader", "support": "Business support", "manager": "Business Manager"}
_MAY: dict[Role, tuple[Right, ...]] = {
    "reader": ("see",),
    "support": ("see", "work"),
    "manager": ("see", "work", "manage"),
}


@dataclass(frozen=True, slots=True)
class Officer:
    """Somebody of the staff list. `name` is what the record says of who did a thing."""

    name: str
    email: str
    role: Role

    def may(self, right: Right) -> bool:
        """Read; work on cases, mail and the directory; or manage the staff list as well."""
        return right in _MAY[self.role]
